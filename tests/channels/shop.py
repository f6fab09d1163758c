"""A shop with a WhatsApp number by Twilio, and requests as Twilio would sign them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from channels.access import create_channel, open_access
from channels.adapter import Adapter, ChannelAccess, WebhookRequest
from channels.incoming.inbox import receive
from channels.outgoing.outbox import DeliverOutcome, deliver
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import MessageContent
from data.database import Database
from data.encryption import SecretBox
from data.models import Channel, Message
from data.states import ChannelKind
from tests.servers.twilio_server import form_body, sign

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "12345678901234567890123456789012"
NUMBER = "whatsapp:+56222222222"
SHOPPER = "whatsapp:+56987654321"
BASE_URL = "https://tienda.example"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PAYLOADS = Path(__file__).parent.parent / "payloads" / "twilio"
BOX = SecretBox([b"k" * 32])


@dataclass(frozen=True, slots=True)
class Shop:
    database: Database
    tenant_id: UUID
    channel: Channel
    access: ChannelAccess

    def open_access(self, channel: Channel) -> ChannelAccess:
        return open_access(channel, BOX, BASE_URL)

    async def hear(self, words: str, external_id: str, *, sender: str = SHOPPER, now: datetime = NOW) -> UUID:
        """A shopper's message comes in; returns the conversation."""
        parsed = TwilioWhatsApp().parse(
            self.access, request(inbound(words, external_id, sender), self.access.webhook_url)
        )
        [received] = await receive(self.database, self.access, parsed.messages, now=now)
        return received.conversation_id

    async def reply(self, conversation_id: UUID, content: MessageContent, now: datetime = NOW) -> UUID:
        """An outbound message is written, as a turn does; returns the message."""
        async with self.database.transaction(self.tenant_id) as tx:
            conversation = await tx.conversations.get(conversation_id)
            message = await tx.messages.add_outbound(
                conversation, text=content.text, payload=content.payload(), now=now
            )
            return message.id

    async def message(self, message_id: UUID) -> Message:
        async with self.database.transaction(self.tenant_id) as tx:
            message = await tx.messages.get(message_id)
        assert message is not None
        return message

    async def messages(self, conversation_id: UUID) -> list[Message]:
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.messages.history(conversation_id, limit=100)

    async def jobs(self, task: str) -> list[Mapping[str, Any]]:
        statement = text(
            "SELECT lock, args, scheduled_at, priority, queue_name FROM procrastinate_jobs "
            "WHERE task_name = :task AND args->>'tenant_id' = :tenant ORDER BY id"
        )
        async with self.database.lookup() as connection:
            rows = await connection.execute(statement, {"task": task, "tenant": str(self.tenant_id)})
            return [dict(row) for row in rows.mappings()]

    async def claim_job(self, queue: str) -> UUID | None:
        """The message of the job that a worker of this queue would be given now."""
        statement = text(
            "SELECT args->>'message_id' FROM procrastinate_fetch_job_v2(ARRAY[CAST(:queue AS varchar)], NULL)"
        )
        async with self.database.lookup() as connection:
            found = (await connection.execute(statement, {"queue": queue})).scalar_one()
        return UUID(found) if found else None

    async def someone_waits_for_a_lock(self) -> None:
        """Returns once another session of this database is held up by a lock."""
        statement = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(10):
            while True:
                async with self.database.lookup() as connection:
                    if (await connection.execute(statement)).scalar_one():
                        return
                await asyncio.sleep(0.01)

    async def put_back_jobs(self, queue: str) -> None:
        await self._change_jobs("status = 'todo'", queue)

    async def let_time_pass(self, queue: str) -> None:
        """Every job of the queue is due."""
        await self._change_jobs("scheduled_at = now()", queue)

    async def _change_jobs(self, change: str, queue: str) -> None:
        statement = text(f"UPDATE procrastinate_jobs SET {change} WHERE queue_name = :queue")
        async with self.database.lookup() as connection:
            await connection.execute(statement, {"queue": queue})


class JobRunner:
    """Runs the job of one message again and again, on a clock of its own."""

    def __init__(self, shop: Shop, adapters: Mapping[ChannelKind, Adapter]) -> None:
        self.shop = shop
        self.adapters = adapters
        self.now = NOW

    async def deliver(self, message_id: UUID) -> DeliverOutcome:
        shop = self.shop
        return await deliver(shop.database, self.adapters, shop.open_access, shop.tenant_id, message_id, self.now)

    async def wait(self) -> None:
        """Until the last job that was put off is due."""
        self.now = (await self.shop.jobs("send_message"))[-1]["scheduled_at"]


async def open_shop(database: Database, tenant_id: UUID, kind: ChannelKind = ChannelKind.TWILIO_WHATSAPP) -> Shop:
    async with database.transaction(tenant_id) as tx:
        channel = await create_channel(
            tx, BOX, kind, "Tienda", "+56 2 2222 2222", {"account_sid": ACCOUNT}, {"auth_token": TOKEN}
        )
    return Shop(database, tenant_id, channel, open_access(channel, BOX, BASE_URL))


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def inbound(words: str, external_id: str, sender: str = SHOPPER) -> dict[str, str]:
    form: dict[str, str] = load("text")["form"]
    return form | {"Body": words, "MessageSid": external_id, "From": sender}


def request(form: Mapping[str, str], url: str, query: str = "", token: str = TOKEN) -> WebhookRequest:
    """A form post with Twilio's signature on it."""
    pairs = list(form.items())
    signature = sign(f"{url}?{query}" if query else url, pairs, token)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return WebhookRequest(headers, form_body(pairs), query)
