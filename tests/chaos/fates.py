"""What befalls the processes of a chaos run at random moments: killed, stopped and begun again, frozen, cut off."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

import psutil  # type: ignore[import-untyped]  # ships no types

from tests.chaos.cluster import Cluster
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


class Child:
    """One process that is begun again whenever it ended."""

    def __init__(self, name: str, target: Callable[[Orders], None], orders: Orders) -> None:
        self.name = name
        self._target = target
        self._orders = orders
        self._process: ForkServerProcess | None = None
        self._ended = asyncio.Event()
        self._over = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self.crashes = 0

    async def keep(self) -> None:
        while not self._over.is_set():
            process = FORKS.Process(target=self._target, args=(self._orders,), daemon=True)
            process.start()  # here and not in a thread: two that begin or end at once would read each other's news
            self._process, self._ended = process, asyncio.Event()
            await _is_over(process)
            self._process = None
            self._ended.set()
            self.crashes += process.exitcode not in _USUAL_ENDS
            if process.exitcode == NO_DATABASE:
                await asyncio.sleep(0.5)

    def signal(self, number: signal.Signals) -> bool:
        process = self._process
        if process is None or process.pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        return True

    async def stop(self) -> bool:
        """As an installation does that brings a new version. Whether it ended in time."""
        async with self._one_at_a_time:
            ended = self._ended
            if not self.signal(signal.SIGTERM):
                return True
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
        self._over.set()
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)


async def _is_over(process: ForkServerProcess) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()


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
