"""A shopper of ours and people at a Chatwoot that is their desk, for tests to play."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from channels.adapter import InboundMessage
from channels.incoming.inbox import receive
from data.models import Conversation, Message
from data.ownership import By
from data.states import Actor, Sender
from tests.api.own_jobs import run_jobs
from tests.api.service import Service, Store
from tests.servers.chatwoot_inbox import ACCOUNT, INBOX, SECRET
from tests.servers.chatwoot_server import USER_TOKEN, ChatwootServer

SETTINGS = {
    "account_id": ACCOUNT,
    "inbox_id": INBOX,
    "token": USER_TOKEN,
    "webhook_secret": SECRET,
    "team_id": 5,
    "labels": ["caserita"],
}


@dataclass
class Place:
    """A shopper on the web chat, and people at a Chatwoot."""

    server: ChatwootServer
    service: Service
    store: Store
    conversation_id: UUID
    numbers: int = 0
    later: timedelta = timedelta()

    async def says(self, words: str, **more: Any) -> None:
        self.numbers += 1
        runtime = self.service.runtime
        async with runtime.database.transaction(self.store.tenant_id) as tx:
            channel = await tx.channels.get(self.store.webchat_id)
        assert channel is not None
        message = InboundMessage(f"w{self.numbers}", "visitor:1", words, "Rosa", **more)
        [received] = await receive(runtime.database, runtime.open_access(channel), [message], now=datetime.now(UTC))
        self.conversation_id = received.conversation_id

    async def change(self, change: Any, actor: Actor = Actor.AGENT, reason: str = "Pide una persona.") -> None:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            conversation = await tx.conversations.get(self.conversation_id, lock=True)
            await change(tx, conversation, reason, By(actor), datetime.now(UTC))

    async def settle(self) -> None:
        runtime = self.service.runtime
        desk = runtime.__dict__.pop("desk", None) or runtime.desk
        for step in range(12):
            await self.server.flush()
            shift = timedelta(minutes=step)
            runtime.__dict__["desk"] = replace(desk, clock=lambda shift=shift: datetime.now(UTC) + shift)
            if not await run_jobs(runtime, self.store.tenant_id) and not self.server.events:
                break
        else:
            raise AssertionError("it never ends")
        runtime.__dict__["desk"] = desk

    async def conversation(self) -> Conversation:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            return await tx.conversations.get(self.conversation_id)

    async def messages(self) -> list[Message]:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            return await tx.messages.history(self.conversation_id, limit=80)

    def heard(self) -> list[str]:
        """What people at the desk read as the shopper's."""
        [there] = self.server.conversations.values()
        return [each["content"] for each in there.messages if each["message_type"] == 0]

    async def got(self) -> list[str]:
        """What people wrote to the shopper."""
        return [message.text for message in await self.messages() if message.sender is Sender.HUMAN]
