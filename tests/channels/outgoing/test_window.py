"""Outside the service window only templates go, and to whoever said BAJA nothing that they did not ask for."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from channels.adapter import StatusUpdate
from channels.incoming.inbox import apply_statuses
from channels.outgoing.outbox import DeliverOutcome
from channels.outgoing.window import by_template
from data.content import MessageContent, Template
from data.ownership import By, hand_back
from data.states import Actor, ConversationStatus, Delivery, Sender
from tests.channels.shop import NOW, JobRunner, Shop
from tests.servers.twilio_server import TwilioServer

LATER = NOW + timedelta(hours=24)
SID = "HX" + "b" * 32


async def configure(shop: Shop, purpose: str, *variables: str) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.get(shop.channel.id)
        assert channel is not None
        channel.config = channel.config | {"templates": {purpose: {"name": SID, "variables": list(variables)}}}


async def status_of(shop: Shop, message_id: UUID) -> ConversationStatus:
    row = await shop.message(message_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        return (await tx.conversations.get(row.conversation_id)).status


@pytest.mark.parametrize(
    ("age", "outcome"), [(timedelta(hours=23, minutes=59), "sent"), (timedelta(hours=24), "failed")]
)
async def test_free_text_is_sent_within_24_hours_only(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, age: timedelta, outcome: str
) -> None:
    outbox.now = NOW + age
    assert await outbox.deliver(message_id) == DeliverOutcome(outcome)
    assert len(twilio.requests) == (outcome == "sent")
    if outcome == "failed":
        assert (await shop.message(message_id)).delivery_error == "window_closed"
        assert await status_of(shop, message_id) is ConversationStatus.HANDED_OFF


async def test_the_channels_template_is_sent_when_the_window_is_closed(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    await configure(shop, "answer", "{name}", "{text}", "de {store}")
    outbox.now = LATER
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    [form] = twilio.requests
    assert form["ContentSid"] == SID
    assert form["ContentVariables"].startswith('{"1": "Carolina Mu\\u00f1oz", "2": "\\u00bfConfirmas? Total $12.990"')
    assert "Body" not in form


async def test_a_message_of_a_purpose_has_its_own_template(shop: Shop, outbox: JobRunner, twilio: TwilioServer) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    await configure(shop, "order_update", "{text}")
    outbox.now = LATER
    update = await shop.reply(conversation_id, MessageContent("Tu pedido S00001 va en camino", purpose="order_update"))
    other = await shop.reply(conversation_id, MessageContent("Volvió la polera", purpose="back_in_stock"))
    assert await outbox.deliver(update) is DeliverOutcome.SENT
    assert await outbox.deliver(other) is DeliverOutcome.FAILED
    assert [form["ContentVariables"] for form in twilio.requests] == ['{"1": "Tu pedido S00001 va en camino"}']


async def test_a_template_of_the_message_itself_is_sent_at_any_time(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer
) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    outbox.now = LATER
    message_id = await shop.reply(conversation_id, MessageContent("Hola", template=Template(SID, variables=("a",))))
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    assert twilio.requests[0]["ContentVariables"] == '{"1": "a"}'


async def test_who_said_baja_gets_answers_only(shop: Shop, outbox: JobRunner, twilio: TwilioServer) -> None:
    conversation_id = await shop.hear("BAJA", "SM1")
    await configure(shop, "order_update")
    update = await shop.reply(conversation_id, MessageContent("Tu pedido va en camino", purpose="order_update"))
    assert await outbox.deliver(update) is DeliverOutcome.FAILED
    assert (await shop.message(update)).delivery_error == "opted_out"
    assert await status_of(shop, update) is ConversationStatus.AUTOMATED
    answer = await shop.reply(conversation_id, MessageContent("Listo, no te escribiremos más."))
    assert await outbox.deliver(answer) is DeliverOutcome.SENT
    outbox.now = LATER
    late = await shop.reply(conversation_id, MessageContent("¿Sigues ahí?", template=Template(SID)))
    assert await outbox.deliver(late) is DeliverOutcome.FAILED
    assert len(twilio.requests) == 1


async def test_what_a_person_wrote_keeps_its_marks_and_fails_to_them_alone(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer
) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        row = await tx.messages.add_outbound(conversation, text="_Hola_", payload={}, now=NOW, sender=Sender.HUMAN)
        message_id = row.id
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    assert twilio.messages[0].body == "_Hola_"


async def test_messages_and_parts_of_them_are_counted_once_by_month_and_kind(
    shop: Shop, outbox: JobRunner, message_id: UUID
) -> None:
    await outbox.deliver(message_id)
    row = await shop.message(message_id)
    assert row.external_id is not None
    read = StatusUpdate(row.external_id, Delivery.READ, message_id, is_billed=True, billing_kind="utility")
    second = replace(read, external_id="another part of it")
    for _ in range(2):
        await apply_statuses(shop.database, shop.access, [read, second], NOW)
    async with shop.database.transaction(shop.tenant_id) as tx:
        counts = await tx.outbound.usage(NOW.date().replace(day=1))
    assert [(count.kind, count.sent_count, count.billed_count) for count in counts] == [
        ("service", 1, 0),
        ("utility", 0, 2),
    ]


@pytest.mark.parametrize(
    "config",
    [{}, {"templates": {}}, {"templates": {"answer": {}}}, {"templates": {"answer": "HX"}}, {"templates": {"x": {}}}],
)
def test_a_channel_without_a_template_has_none(config: dict[str, object]) -> None:
    assert by_template(MessageContent("hola"), config, {}) is None


async def test_a_hand_off_nobody_took_is_not_opened_again_by_its_own_apology(
    shop: Shop, outbox: JobRunner, message_id: UUID
) -> None:
    outbox.now = LATER
    await outbox.deliver(message_id)
    conversation_id = (await shop.message(message_id)).conversation_id
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id, lock=True)
        await hand_back(tx, conversation, "Nadie la tomó a tiempo.", By(Actor.TIMEOUT), LATER)
    apology = await shop.reply(conversation_id, MessageContent("Disculpa la demora."))
    assert await outbox.deliver(apology) is DeliverOutcome.FAILED
    assert await status_of(shop, apology) is ConversationStatus.AUTOMATED
