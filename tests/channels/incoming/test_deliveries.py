"""Whatever the order and the number of deliveries, the conversation is the same; late ones change nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.adapter import InboundMessage, Parsed, StatusUpdate
from channels.incoming.inbox import receive, take_in
from data.content import MessageContent
from data.models import Message
from data.ownership import By, close
from data.states import Actor, Delivery, Sender, SetAside
from tests.channels.shop import NOW, Shop

OUTBOUND = ("SM-out-0", "SM-out-1")


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[int], list[tuple[str, int]]]:
    """When each message was sent (seconds), and every delivery of messages and statuses in the order they come."""
    seconds = draw(st.lists(st.integers(0, 50), min_size=1, max_size=6, unique=True))
    items = [("message", index) for index in range(len(seconds))]
    items += [(delivery, index) for delivery in ("sent", "delivered", "read") for index in range(len(OUTBOUND))]
    copies = [item for item in items for _ in range(draw(st.integers(1, 3)))]
    return seconds, draw(st.permutations(copies))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
async def test_any_shuffling_and_duplication_gives_the_same_conversation(
    shop: Shop, case: tuple[list[int], list[tuple[str, int]]]
) -> None:
    seconds, arrivals = case
    address, began = f"whatsapp:+569{uuid4().int % 10**8:08}", NOW - timedelta(seconds=55)
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.open(shop.channel.id, address)
        for name in OUTBOUND:
            sent = await tx.messages.add_outbound(conversation, text=name, payload={}, now=began)
            sent.external_id = f"{address}{name}"
    for kind, index in arrivals:
        if kind == "message":
            sent_at = began + timedelta(seconds=seconds[index])
            said = InboundMessage(f"{address}{index}", address, f"n {seconds[index]}", sent_at=sent_at)
            await take_in(shop.database, shop.access, Parsed(messages=[said]), NOW)
        else:
            status = StatusUpdate(f"{address}{OUTBOUND[index]}", Delivery(kind))
            await take_in(shop.database, shop.access, Parsed(statuses=[status]), NOW)
    messages = await shop.messages(conversation.id)
    assert heard(messages) == [f"n {second}" for second in sorted(seconds)]
    assert [m.delivery for m in messages if m.sender is Sender.AGENT] == [Delivery.READ] * 2
    async with shop.database.transaction(shop.tenant_id) as tx:
        waiting = await tx.messages.unanswered(await tx.conversations.get(conversation.id))
    assert heard(waiting) == heard(messages)
    turns = [job for job in await shop.jobs("take_turn") if job["lock"] == f"conversation:{conversation.id}"]
    assert len(turns) == 1


def heard(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages if message.sender is Sender.CONTACT]


async def arrive(shop: Shop, text: str, *, sent_at: datetime, now: datetime = NOW) -> Message:
    said = InboundMessage(uuid4().hex, "whatsapp:+56987654321", text, sent_at=sent_at)
    [received] = await receive(shop.database, shop.access, [said], now=now)
    assert received.message_id is not None
    return await shop.message(received.message_id)


async def answer(shop: Shop, message: Message) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(message.conversation_id)
        conversation.answered_position = message.position


async def test_a_message_of_days_ago_is_not_answered_when_newer_ones_were(shop: Shop) -> None:
    newer = await arrive(shop, "hola", sent_at=NOW)
    await answer(shop, newer)
    before = len(await shop.jobs("take_turn"))
    late = await arrive(shop, "quiero 3 poleras", sent_at=NOW - timedelta(days=6))
    assert late.set_aside is SetAside.LATE
    assert len(await shop.jobs("take_turn")) == before
    assert heard(await shop.messages(newer.conversation_id)) == ["quiero 3 poleras", "hola"]
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(newer.conversation_id)
    assert conversation.last_inbound_at == NOW, "it does not open the window again"


async def test_the_only_message_is_answered_however_late_it_comes(shop: Shop) -> None:
    late = await arrive(shop, "¿hay stock?", sent_at=NOW - timedelta(hours=20))
    assert late.set_aside is None
    assert len(await shop.jobs("take_turn")) == 1


async def test_a_message_from_before_a_closing_belongs_to_what_was_closed(shop: Shop) -> None:
    first = await arrive(shop, "hola", sent_at=NOW)
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(first.conversation_id, lock=True)
        conversation.created_at = NOW - timedelta(hours=1)
        await close(tx, conversation, "listo", By(Actor.MEMBER), NOW + timedelta(hours=1))
    late = await arrive(shop, "gracias", sent_at=NOW + timedelta(minutes=5), now=NOW + timedelta(hours=3))
    new = await arrive(shop, "otra cosa", sent_at=NOW + timedelta(hours=3), now=NOW + timedelta(hours=3))
    assert (late.conversation_id, late.set_aside) == (first.conversation_id, SetAside.LATE)
    assert new.conversation_id != first.conversation_id


async def test_a_clock_that_runs_ahead_is_not_believed(shop: Shop) -> None:
    future = await arrive(shop, "hola", sent_at=NOW + timedelta(days=400))
    assert future.said_at == NOW


async def test_whole_seconds_put_a_message_after_what_was_said_within_them(shop: Shop) -> None:
    first = await arrive(shop, "hola", sent_at=NOW)
    await shop.reply(first.conversation_id, MessageContent("¿sí?"), NOW + timedelta(seconds=5.3))
    reply = await arrive(shop, "una", sent_at=NOW + timedelta(seconds=5), now=NOW + timedelta(seconds=5.8))
    assert [m.text for m in await shop.messages(reply.conversation_id)] == ["hola", "¿sí?", "una"]
