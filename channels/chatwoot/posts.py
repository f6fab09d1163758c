"""What we say at Chatwoot besides messages to shoppers, each thing once: whatever may be there already is looked for
before it is said again."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from channels.errors import UNKNOWN, SendError
from connectors.deadline import TooLate, writing_until
from data.database import Database

# A request that nobody answered may still be at work there; a list may lag behind.
CERTAIN_AFTER = timedelta(seconds=20)
# A worker that stood still since it began may not go on: another may be at it by now.
_FRESH_SECONDS = 10.0

Find = Callable[[datetime], Awaitable[str | None]]
Send = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class DeskPosts:
    database: Database
    tenant_id: UUID
    conversation_id: UUID
    now: datetime

    async def once(self, post_id: UUID, find: Find, send: Send) -> str:
        """What Chatwoot calls it, once it is there. `find` looks for it from a moment on. Raises SendError."""
        async with self.database.transaction(self.tenant_id) as tx:
            post = await tx.desks.post(post_id)
        if post is not None and post.external_id is not None:
            return post.external_id
        if post is not None and post.posting_at is not None:
            if found := await find(post.posting_at):
                return await self._settle(post_id, found)
            if self.now - post.posting_at < CERTAIN_AFTER:
                raise SendError.of(UNKNOWN, "it may still arrive")
        return await self._settle(post_id, await self._send(post_id, send))

    async def _send(self, post_id: UUID, send: Send) -> str:
        claimed_at = time.monotonic()
        await self._note(post_id, self.now)
        try:
            with writing_until(claimed_at + _FRESH_SECONDS):
                answer = await send()
        except TooLate as error:
            raise SendError.of(UNKNOWN, "this worker stood still") from error
        except SendError as error:
            if not error.uncertain:
                await self._note(post_id, None)
            raise
        number = answer.get("id") if isinstance(answer, Mapping) else None
        if not isinstance(number, int):
            raise SendError.of(UNKNOWN, "Chatwoot answered without a number")
        return str(number)

    async def _note(self, post_id: UUID, now: datetime | None) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.desks.begin_post(post_id, self.conversation_id, now)

    async def _settle(self, post_id: UUID, external_id: str) -> str:
        async with self.database.transaction(self.tenant_id) as tx:
            post = await tx.desks.begin_post(post_id, self.conversation_id, self.now)
            post.external_id = external_id
        return external_id

    async def leave_out(self, post_id: UUID) -> None:
        """Chatwoot does not take it, today or tomorrow."""
        await self._settle(post_id, f"refused:{post_id}")
