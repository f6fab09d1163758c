"""Calls to others' servers beside the jobs: a job starts one and ends, so that a server that hangs holds no worker."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import structlog

log = structlog.get_logger()

MOST_AT_ONCE = 80
MOST_PER_TENANT = 40


class Lanes:
    """One lane a key: work asked for while its lane runs makes it run once more. What a lane had in hand when its
    process ended is late, and found by whoever tends what is late."""

    def __init__(self, *, most_at_once: int = MOST_AT_ONCE, most_per_tenant: int = MOST_PER_TENANT) -> None:
        self._calls = asyncio.Semaphore(most_at_once)
        self._most_per_tenant = most_per_tenant
        self._tenants: dict[UUID, asyncio.Semaphore] = {}
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()

    def start(self, key: UUID, work: Callable[[], Awaitable[None]]) -> None:
        if key in self._running:
            self._again.add(key)
            return
        self._running[key] = asyncio.create_task(self._run(key, work))

    async def call(self, tenant_id: UUID, request: Callable[[], Awaitable[None]]) -> None:
        """Wait for a place among all, and among the tenant's own, and make the call."""
        tenant = self._tenants.setdefault(tenant_id, asyncio.Semaphore(self._most_per_tenant))
        async with tenant, self._calls:
            await request()

    async def settle(self, key: UUID | None = None) -> None:
        """Wait until nothing runs, or not that lane."""
        while running := {task for lane, task in self._running.items() if key in (None, lane)}:
            await asyncio.wait(running)

    async def close(self) -> None:
        tasks = set(self._running.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, key: UUID, work: Callable[[], Awaitable[None]]) -> None:
        try:
            while True:
                self._again.discard(key)
                await work()
                if key not in self._again:
                    return
        except Exception as error:  # the edge of a job: told here; what was in hand is late, and tried again
            log.error("lane_failed", key=str(key), exc_info=error)
        finally:
            del self._running[key]
