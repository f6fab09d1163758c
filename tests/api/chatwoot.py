"""A Chatwoot whose inbox we answer, for the tests of it as agent bot."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from data.models import Conversation, Message
from data.ownership import By
from data.states import Actor
from tests.api.own_jobs import run_jobs
from tests.api.service import Service, Store
from tests.servers.chatwoot_inbox import ACCOUNT, SECRET
from tests.servers.chatwoot_server import BOT_TOKEN, ChatwootServer, chatwoot_server


@dataclass
class Inbox:
    """A Chatwoot whose inbox we answer."""

    server: ChatwootServer
    service: Service
    store: Store

    async def settle(self) -> None:
        """Until nothing is left to do on either side."""
        for _ in range(12):
            await self.server.flush()
            if not await run_jobs(self.service.runtime, self.store.tenant_id) and not self.server.events:
                return
        raise AssertionError("it never ends")

    async def conversation(self) -> Conversation:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            return (await tx.conversations.recent())[0]

    async def messages(self) -> list[Message]:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            found = await tx.conversations.recent()
            return [message for each in found for message in await tx.messages.history(each.id, limit=50)]

    async def change(self, change: Any, actor: Actor = Actor.AGENT, reason: str = "Pide una persona.") -> None:
        found = await self.conversation()
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            conversation = await tx.conversations.get(found.id, lock=True)
            await change(tx, conversation, reason, By(actor), datetime.now(UTC))


def connection(server: ChatwootServer, **more: Any) -> dict[str, Any]:
    return {
        "kind": "chatwoot",
        "base_url": server.url,
        "account_id": ACCOUNT,
        "access_token": BOT_TOKEN,
        "webhook_secret": SECRET,
        "team_id": 5,
        "labels": ["derivado"],
    } | more


@pytest.fixture
async def chatwoot() -> AsyncIterator[ChatwootServer]:
    async with chatwoot_server() as running:
        yield running


@pytest.fixture
async def inbox(service: Service, store: Store, owner: httpx.AsyncClient, chatwoot: ChatwootServer) -> Inbox:
    response = await owner.post("/v1/channels", json=connection(chatwoot))
    assert response.status_code == 201, response.text
    chatwoot.webhook_url = response.json()["webhook_url"]
    assert "token" not in chatwoot.webhook_url
    return Inbox(chatwoot, service, store)
