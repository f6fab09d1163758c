"""Wakes whoever waits for news of a conversation, as soon as a transaction anywhere announces it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog

from data.errors import DatabaseUnavailable
from data.listener import listen

TOPIC = "messages"
"""Payloads are "tenant_id/conversation_id"."""

_FIRST_RETRY_SECONDS = 0.5
_LONGEST_RETRY_SECONDS = 10.0
_SAFETY_SECONDS = 15.0
_MOST_KNOWN = 100_000

log = structlog.get_logger("api.listener")


class Wakes:
    """Set by each announcement; an announcement between two waits is not lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    async def wait(self) -> None:
        """Returns at the next announcement, or after a while: announcements hurry, the tables tell."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), _SAFETY_SECONDS)
        self._event.clear()


class Listener:
    """`async with Listener(url) as listener:` keeps one connection listening; loses no subscriber when it drops."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._subscribers: dict[UUID, set[Wakes]] = {}
        self._known: set[str] = set()  # conversations heard of; forgetting one costs its store's visitors a look
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    async def __aenter__(self) -> Self:
        self.is_closed = False
        self._task = asyncio.create_task(self._listen_forever(), name="listener")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.is_closed = True  # a cancellation may be lost in a connection that breaks just then
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def close(self) -> None:
        """Tell every subscriber that the service is ending: a stream would keep it open."""
        self.is_closed = True
        self._wake_all()

    @asynccontextmanager
    async def subscribe(self, key: UUID) -> AsyncIterator[Wakes]:
        """Wakes at news of a conversation, or at the first heard of any conversation of a tenant, by its id.

        Whoever has no conversation yet waits for its beginning: what is said in those of others is no news to them.
        """
        wakes = Wakes()
        self._subscribers.setdefault(key, set()).add(wakes)
        try:
            yield wakes
        finally:
            waiting = self._subscribers[key]
            waiting.discard(wakes)
            if not waiting:
                del self._subscribers[key]

    async def _listen_forever(self) -> None:
        wait = _FIRST_RETRY_SECONDS

        def started() -> None:
            nonlocal wait
            wait = _FIRST_RETRY_SECONDS
            self._wake_all()  # something may have been announced while nobody heard

        while not self.is_closed:
            try:
                await listen(self._url, TOPIC, started, self._announce)
            except DatabaseUnavailable as error:
                log.warning("listener_lost", error=type(error.__cause__).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_RETRY_SECONDS)

    def _announce(self, payload: str) -> None:
        tenant, _, conversation = payload.partition("/")
        keys = [conversation] if payload in self._known else [tenant, conversation]
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add(payload)
        for key in keys:
            with suppress(ValueError):
                for wakes in self._subscribers.get(UUID(key), ()):
                    wakes.wake()

    def _wake_all(self) -> None:
        for waiting in self._subscribers.values():
            for wakes in waiting:
                wakes.wake()
