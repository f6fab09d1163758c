"""Shows shoppers that an answer is on its way, beside the turn that makes it: nobody waits for it or fails by it."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID

import structlog

from channels.adapter import Adapter, ChannelAccess, ShowsTyping
from channels.errors import SendError
from channels.outgoing.window import is_window_open
from data.database import Database
from data.encryption import SecretUnreadable
from data.models import Channel
from data.outages import is_outage
from data.states import ChannelKind

_MOST_SECONDS = 5.0

log = structlog.get_logger()


class TypingIndicator:
    """Called with a tenant and a conversation; `close` it to wait for what is under way."""

    def __init__(
        self,
        database: Database,
        adapters: Mapping[ChannelKind, Adapter],
        open_access: Callable[[Channel], ChannelAccess],
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._open_access = open_access
        self._able: Collection[ChannelKind] = {
            kind for kind, adapter in adapters.items() if isinstance(adapter, ShowsTyping)
        }
        self._running: set[asyncio.Task[None]] = set()

    def __call__(self, tenant_id: UUID, conversation_id: UUID) -> None:
        task = asyncio.create_task(self._show(tenant_id, conversation_id))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._running)

    async def _show(self, tenant_id: UUID, conversation_id: UUID) -> None:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                await self._tell(tenant_id, conversation_id)
        except (SendError, SecretUnreadable, TimeoutError) as error:
            log.info("typing_not_shown", conversation_id=str(conversation_id), reason=type(error).__name__)
        except Exception as error:  # the edge of a task that nobody waits for
            if not is_outage(error):
                log.error("typing_failed", conversation_id=str(conversation_id), exc_info=error)

    async def _tell(self, tenant_id: UUID, conversation_id: UUID) -> None:
        async with self._database.transaction(tenant_id) as tx:
            conversation = await tx.conversations.get(conversation_id)
            channel = await tx.channels.get(conversation.channel_id)
            if channel is None or channel.kind not in self._able:
                return
            waiting = await tx.messages.unanswered(conversation)
        adapter = self._adapters[channel.kind]
        external_id = next((message.external_id for message in reversed(waiting) if message.external_id), None)
        if external_id is None or not isinstance(adapter, ShowsTyping):
            return
        if is_window_open(adapter.capabilities, conversation.last_inbound_at, datetime.now(UTC)):
            await adapter.show_typing(self._open_access(channel), conversation.address, external_id)
