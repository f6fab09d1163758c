"""Messages that come together are one turn, which waits a little and never too long."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.adapter import ChannelAccess, InboundMessage
from channels.incoming.bursts import LONGEST_SECONDS, burst_of
from channels.incoming.inbox import receive
from data.states import ChannelKind
from tests.channels.shop import NOW, SHOPPER, Shop


async def write(shop: Shop, text: str, **more: Any) -> UUID:
    said = InboundMessage(uuid4().hex, SHOPPER, text, **more)
    [received] = await receive(shop.database, shop.access, [said], now=NOW)
    return received.conversation_id


async def due(shop: Shop) -> datetime | None:
    [job] = await shop.jobs("take_turn")
    found: datetime | None = job["scheduled_at"]
    return found


async def test_each_message_pushes_the_one_turn_out(shop: Shop) -> None:
    before = datetime.now(UTC)
    await write(shop, "hola")
    first = await due(shop)
    await write(shop, "quiero")
    second = await due(shop)
    assert first is not None and second is not None
    assert before + timedelta(seconds=4) <= first < second


async def test_a_burst_without_end_is_answered(shop: Shop) -> None:
    conversation_id = await write(shop, "hola")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        assert conversation.burst_began_at is not None
        began = conversation.burst_began_at = conversation.burst_began_at - timedelta(seconds=LONGEST_SECONDS - 1)
    await write(shop, "y otra cosa")
    assert await due(shop) == began + timedelta(seconds=LONGEST_SECONDS)
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        conversation.burst_began_at = began - timedelta(seconds=LONGEST_SECONDS)
    await write(shop, "y otra más")
    assert await due(shop) is None


async def test_a_tapped_button_waits_for_nothing_and_takes_the_others_along(shop: Shop) -> None:
    await write(shop, "mmm")
    assert await due(shop) is not None
    await write(shop, "Sí, confirmar", choice="confirm_order:1")
    assert await due(shop) is None


async def test_the_next_burst_begins_anew(shop: Shop) -> None:
    conversation_id = await write(shop, "hola")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        conversation.burst_began_at = datetime(2020, 1, 1, tzinfo=UTC)
    async with shop.database.lookup() as connection:
        await connection.exec_driver_sql(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo' "
            f"AND lock = 'conversation:{conversation_id}'"  # an id of our own
        )
    await write(shop, "otra vez")
    [running, waiting] = await shop.jobs("take_turn")
    assert waiting["scheduled_at"] > running["scheduled_at"]


async def test_an_unsuccessful_turn_keeps_its_place(shop: Shop) -> None:
    """Its next try is not put off by who writes again: the new message has a turn of its own behind it."""
    conversation_id = await write(shop, "hola")
    async with shop.database.lookup() as connection:
        await connection.exec_driver_sql(
            f"UPDATE procrastinate_jobs SET attempts = 1 WHERE lock = 'conversation:{conversation_id}'"
        )
    await write(shop, "¿hola?")
    assert len(await shop.jobs("take_turn")) == 2


def access(kind: ChannelKind, **config: object) -> ChannelAccess:
    return ChannelAccess(uuid4(), uuid4(), kind, "a", config, {})


@pytest.mark.parametrize(
    ("kind", "text", "config", "seconds"),
    [
        (ChannelKind.WEBCHAT, "hola", {}, 1.5),
        (ChannelKind.TWILIO_WHATSAPP, "hola", {}, 4),
        (ChannelKind.META_WHATSAPP, "hola", {}, 4),
        (ChannelKind.TERMINAL, "hola", {}, 0),
        (ChannelKind.TWILIO_WHATSAPP, "hola", {"burst_seconds": 2}, 2),
        (ChannelKind.TWILIO_WHATSAPP, "hola", {"burst_seconds": 0}, 0),
        (ChannelKind.TWILIO_WHATSAPP, "hola", {"burst_seconds": 900}, 15),
        (ChannelKind.TWILIO_WHATSAPP, "hola", {"burst_seconds": "mucho"}, 4),
        (ChannelKind.TWILIO_WHATSAPP, "¿tienen martillos de goma?", {}, 1.2),
        (ChannelKind.TWILIO_WHATSAPP, "Sí", {}, 2),
        (ChannelKind.TWILIO_WHATSAPP, "¿tienen martillos y", {}, 4),
        (ChannelKind.TWILIO_WHATSAPP, "quiero", {}, 4),
    ],
)
def test_how_long_a_turn_waits(kind: ChannelKind, text: str, config: dict[str, object], seconds: float) -> None:
    burst = burst_of(access(kind, **config), text)
    assert burst.quiet_seconds == pytest.approx(seconds)
    assert burst.longest_seconds == LONGEST_SECONDS
