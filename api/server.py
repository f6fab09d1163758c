"""The two long-lived processes: the HTTP server with a worker inside, and a worker alone."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import Callable, Iterator

import uvicorn

from api.app import create_app
from api.http_protocol import BoundedProtocol
from api.runtime import Runtime
from api.worker import make_worker
from data.worker import STOP_SECONDS, JobWorker

# Longer than jobs and requests get, shorter than what starts to kill: systemd waits 90 seconds, Kubernetes 30.
LAST_SECONDS = STOP_SECONDS + 5


class _Server(uvicorn.Server):
    """Leaves signals to the process, in which the worker stops too, and the database after both."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def make_config(runtime: Runtime, *, last_seconds: int = 10) -> uvicorn.Config:
    """How HTTP is served; requests that are left at the end get `last_seconds`."""
    return uvicorn.Config(
        create_app(runtime),
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        # Given even when empty: uvicorn would read the environment.
        forwarded_allow_ips=runtime.settings.trusted_proxies,
        timeout_graceful_shutdown=last_seconds,
    )


async def serve_until_cancelled(
    runtime: Runtime, listening: socket.socket, *, on_ready: Callable[[], None], with_worker: bool = True
) -> None:
    """Serve HTTP on a bound socket and, unless other processes do, run jobs; cancelled, finish what was begun.

    Calls `on_ready` once it listens.
    """
    _leave_to_stay()
    server, worker = _Server(make_config(runtime), on_ready), make_worker(runtime) if with_worker else None
    tasks = {asyncio.create_task(server.serve(sockets=[listening]), name="server")}
    if worker is not None:
        tasks.add(asyncio.create_task(worker.run(), name="worker"))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        runtime.listener.close()  # open streams of web chats would keep the server waiting
        server.should_exit = True
        await _end(worker, *tasks)


async def work_until_cancelled(worker: JobWorker, on_ready: Callable[[], None] = lambda: None) -> None:
    """Run jobs; cancelled, finish or give back those begun. `on_ready` is called once it has reached the queue."""
    _leave_to_stay()
    working = asyncio.create_task(worker.run(), name="worker")
    connecting = asyncio.create_task(worker.connected())
    try:
        await asyncio.wait({working, connecting}, return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            on_ready()
        await asyncio.wait({working})
    finally:
        connecting.cancel()
        await _end(worker, working)


def _leave_to_stay() -> None:
    """Of what the process has loaded nothing goes again; every full garbage collection walked through it for 0.1 s,
    and all requests waited."""
    gc.collect()
    gc.freeze()


async def _end(worker: JobWorker | None, *tasks: asyncio.Task[None]) -> None:
    if worker is not None:
        worker.stop()
    done, late = await asyncio.wait(tasks, timeout=LAST_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()
