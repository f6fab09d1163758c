"""A sending whose end nobody saw is looked into: what Twilio has is never sent again, what it has not is sent once."""

from datetime import timedelta
from uuid import UUID

import pytest

from channels.adapter import StatusUpdate
from channels.incoming.inbox import apply_statuses
from channels.outgoing.doubts import Patience
from channels.outgoing.outbox import MAX_ATTEMPTS, SENDING_LEASE, DeliverOutcome
from data.content import Card, Choice, MessageContent
from data.states import Actor, ConversationStatus, Delivery
from tests.channels.shop import NOW, NUMBER, SHOPPER, JobRunner, Shop
from tests.servers.twilio_server import Fault, SentMessage, TwilioServer

TAKEN = {
    "dropped": Fault(is_dropped=True, is_accepted=True),
    "500": Fault(500, None, "Internal Server Error", is_accepted=True),
    "time-out": Fault(500, hang_seconds=1, is_accepted=True),
    "no sid": Fault(201, None, "no sid", is_accepted=True),
    "refused for now": Fault(429, 20429, "Too Many Requests", is_accepted=True),
}
LOST = {
    "dropped": Fault(is_dropped=True),
    "500": Fault(500, None, "Internal Server Error"),
    "502": Fault(502, None, "Bad Gateway"),
    "time-out": Fault(500, hang_seconds=1),
}
DOWN = Fault(503, None, "Service Unavailable")


async def until_settled(outbox: JobRunner, message_id: UUID, *, most: int = 40) -> DeliverOutcome:
    for _ in range(most):
        outcome = await outbox.deliver(message_id)
        if outcome is not DeliverOutcome.RETRYING:
            return outcome
        await outbox.wait()
    raise AssertionError("never settled")


@pytest.mark.parametrize("name", TAKEN)
async def test_what_twilio_took_without_saying_so_is_found(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, name: str
) -> None:
    twilio.faults.append(TAKEN[name])
    assert await outbox.deliver(message_id) is DeliverOutcome.RETRYING
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    row = await shop.message(message_id)
    assert (row.delivery, row.external_id, row.delivery_error) == (Delivery.SENT, twilio.messages[0].sid, None)
    assert (len(twilio.requests), len(twilio.messages)) == (1, 1)


@pytest.mark.parametrize("name", LOST)
async def test_what_twilio_never_got_is_sent_again(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, name: str
) -> None:
    twilio.faults.append(LOST[name])
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert outbox.now - NOW >= Patience().certain_after
    assert len(twilio.listed) >= Patience().absences
    row = await shop.message(message_id)
    assert (row.delivery, row.external_id, row.attempt_count) == (Delivery.SENT, twilio.messages[0].sid, 2)
    assert (len(twilio.requests), len(twilio.messages)) == (2, 1)


async def test_a_list_that_lags_behind_is_asked_again(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    twilio.faults.append(TAKEN["500"])
    twilio.list_lag = 1
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert (len(twilio.listed), len(twilio.requests)) == (2, 1)


@pytest.mark.parametrize("faults", [TAKEN, LOST], ids=["taken", "lost"])
async def test_one_of_two_equal_messages_is_not_taken_for_the_other(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, faults: dict[str, Fault]
) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    first_id = await shop.reply(conversation_id, MessageContent("Listo."))
    second_id = await shop.reply(conversation_id, MessageContent("Listo."))
    assert await outbox.deliver(first_id) is DeliverOutcome.SENT
    twilio.faults.append(faults["500"])
    assert await until_settled(outbox, second_id) is DeliverOutcome.SENT
    assert [message.body for message in twilio.messages] == ["Listo.", "Listo."]
    ids = [(await shop.message(message_id)).external_id for message_id in (first_id, second_id)]
    assert ids == [message.sid for message in twilio.messages]


async def test_what_someone_else_wrote_is_not_taken_for_ours(
    outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    body = "¿Confirmas? Total $12.990\n\n1. Sí, confirmar\n2. No, seguir"
    twilio.messages += [
        SentMessage("SMa", "whatsapp:+56911111111", NUMBER, body, ""),
        SentMessage("SMb", SHOPPER, "whatsapp:+56933333333", body, ""),
        SentMessage("SMc", SHOPPER, NUMBER, "otra cosa", ""),
        SentMessage("SMd", SHOPPER, NUMBER, body, "", created_at=NOW - timedelta(hours=1)),
    ]
    twilio.faults.append(LOST["500"])
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert len(twilio.requests) == 2


async def test_the_list_is_read_to_its_end(outbox: JobRunner, twilio: TwilioServer, message_id: UUID) -> None:
    twilio.faults.append(TAKEN["500"])
    await outbox.deliver(message_id)
    twilio.messages += [SentMessage(f"SMx{n}", SHOPPER, NUMBER, "aviso", "") for n in range(250)]
    await outbox.wait()
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    assert [query.get("Page") for query in twilio.listed] == [None, "1", "2"]


async def test_what_cannot_be_found_out_goes_to_a_person_and_is_never_sent_again(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    twilio.faults.append(LOST["500"])
    twilio.list_faults.extend([DOWN] * 100)
    assert await until_settled(outbox, message_id) is DeliverOutcome.FAILED
    assert Patience().longest <= outbox.now - NOW <= Patience().longest + Patience().most_between * 2
    outbox.now += timedelta(hours=1)
    assert await outbox.deliver(message_id) is DeliverOutcome.SKIPPED
    row = await shop.message(message_id)
    assert (row.delivery, row.delivery_error) == (Delivery.FAILED, "unknown")
    assert len(twilio.requests) == 1
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(row.conversation_id)
        names = {event.name for event in await tx.events.recent()}
    assert (conversation.status, conversation.status_actor) == (ConversationStatus.HANDED_OFF, Actor.AGENT)
    assert {"message.failed", "handoff.opened"} <= names


async def test_a_message_lost_again_and_again_is_given_up(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    twilio.faults.extend([LOST["500"]] * 10)
    assert await until_settled(outbox, message_id) is DeliverOutcome.FAILED
    assert (await shop.message(message_id)).delivery_error == "provider_unavailable"
    assert len(twilio.requests) == MAX_ATTEMPTS


async def leave_half_sent(shop: Shop, message_id: UUID) -> None:
    """As a worker does that is killed while it sends."""
    async with shop.database.transaction(shop.tenant_id) as tx:
        message = await tx.messages.get(message_id)
        assert message is not None
        message.delivery, message.attempted_at, message.attempt_count = Delivery.SENDING, NOW, 1


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_message_left_by_a_killed_worker_is_looked_into(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, is_taken: bool
) -> None:
    await leave_half_sent(shop, message_id)
    outbox.now = NOW + timedelta(seconds=30)
    assert await outbox.deliver(message_id) is DeliverOutcome.RETRYING, "its worker may still be at it"
    [job] = await shop.jobs("send_message")
    assert job["scheduled_at"] == NOW + SENDING_LEASE
    assert (twilio.requests, twilio.listed) == ([], [])
    if is_taken:
        body = "¿Confirmas? Total $12.990\n\n1. Sí, confirmar\n2. No, seguir"
        twilio.messages.append(SentMessage("SMtaken", SHOPPER, NUMBER, body, ""))
    await outbox.wait()
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert len(twilio.requests) == (not is_taken)
    assert (await shop.message(message_id)).external_id == twilio.messages[-1].sid


LONG = "\n".join(f"Polera {n}: $12.{n:03} https://tienda.example/p/{n}" for n in range(80))


@pytest.fixture
async def long_id(shop: Shop) -> UUID:
    return await shop.reply(await shop.hear("hola", "SM1"), MessageContent(LONG))


async def test_a_long_text_is_sent_in_parts_that_lose_nothing(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID
) -> None:
    assert await outbox.deliver(long_id) is DeliverOutcome.SENT
    assert len(twilio.messages) > 1
    assert "\n".join(message.body for message in twilio.messages) == LONG
    row = await shop.message(long_id)
    assert row.external_id == twilio.messages[0].sid
    assert row.part_ids == [message.sid for message in twilio.messages]


@pytest.mark.parametrize(
    "fault", [TAKEN["500"], TAKEN["refused for now"], LOST["500"], LOST["dropped"], Fault(429, 20429, "Too Many")]
)
async def test_after_a_failure_only_the_rest_of_a_long_text_is_sent(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID, fault: Fault
) -> None:
    twilio.faults.extend([None, fault])
    assert await until_settled(outbox, long_id) is DeliverOutcome.SENT
    assert "\n".join(message.body for message in twilio.messages) == LONG
    row = await shop.message(long_id)
    assert (row.delivery, row.part_ids) == (Delivery.SENT, [message.sid for message in twilio.messages])


async def test_a_status_of_the_first_part_does_not_end_the_rest(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID
) -> None:
    twilio.faults.extend([None, Fault(429, 20429, "Too Many Requests")])
    await outbox.deliver(long_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.messages.advance(long_id, Delivery.DELIVERED, external_id=twilio.messages[0].sid)
    assert await until_settled(outbox, long_id) is DeliverOutcome.SENT
    assert "\n".join(message.body for message in twilio.messages) == LONG


async def test_a_status_of_the_part_in_doubt_settles_it(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID
) -> None:
    twilio.faults.extend([None, TAKEN["500"]])
    twilio.list_faults.extend([DOWN] * 100)
    assert await outbox.deliver(long_id) is DeliverOutcome.RETRYING
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.messages.advance(long_id, Delivery.SENT, external_id=twilio.messages[1].sid)
    twilio.list_faults.clear()
    assert await until_settled(outbox, long_id) is DeliverOutcome.SENT
    assert "\n".join(message.body for message in twilio.messages) == LONG


async def whose(shop: Shop, message_id: UUID) -> ConversationStatus:
    row = await shop.message(message_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        return (await tx.conversations.get(row.conversation_id)).status


async def told(shop: Shop, message_id: UUID, *news: tuple[str, Delivery]) -> tuple[Delivery | None, str | None]:
    """Where a message is after these statuses of its parts."""
    errors = {Delivery.FAILED: "bad_content"}
    updates = [StatusUpdate(sid, delivery, message_id, errors.get(delivery)) for sid, delivery in news]
    await apply_statuses(shop.database, shop.access, updates, NOW)
    row = await shop.message(message_id)
    return row.delivery, row.delivery_error


@pytest.mark.parametrize("arrived", [Delivery.DELIVERED, Delivery.READ])
async def test_a_lost_part_is_told_however_far_the_others_got(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID, arrived: Delivery
) -> None:
    await outbox.deliver(long_id)
    first, second, *_, last = [message.sid for message in twilio.messages]
    lost = (Delivery.FAILED, "bad_content")
    assert await told(shop, long_id, (first, arrived), (second, Delivery.FAILED)) == lost
    assert await told(shop, long_id, (last, arrived), (first, Delivery.FAILED), (second, Delivery.SENT)) == lost
    assert await whose(shop, long_id) is ConversationStatus.HANDED_OFF
    assert (await told(shop, long_id, (second, arrived)))[0] is arrived


async def test_a_part_lost_before_the_last_is_on_its_way_is_told(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, long_id: UUID
) -> None:
    twilio.faults.extend([None, Fault(429, 20429, "Too Many")])
    await outbox.deliver(long_id)
    await told(shop, long_id, (twilio.messages[0].sid, Delivery.FAILED))
    assert await until_settled(outbox, long_id) is DeliverOutcome.FAILED
    assert await whose(shop, long_id) is ConversationStatus.HANDED_OFF


async def test_a_lost_picture_beside_what_says_everything_is_no_loss(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer
) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.get(shop.channel.id)
        assert channel is not None
        channel.config = channel.config | {"product_pictures": True}
    card = Card("POL-1", "Polera", "$9.990", "quedan 3", "https://tienda.example/p.jpg")
    asked = MessageContent("Polera a $9.990. ¿La agrego?", (Choice("yes", "Sí"),), (card,))
    message_id = await shop.reply(await shop.hear("hola", "SM1"), asked)
    await outbox.deliver(message_id)
    words, picture = [message.sid for message in twilio.messages]
    news = ((picture, Delivery.FAILED), (words, Delivery.DELIVERED), (picture, Delivery.FAILED))
    assert await told(shop, message_id, *news) == (Delivery.DELIVERED, None)
    assert await whose(shop, message_id) is ConversationStatus.AUTOMATED
    assert (await told(shop, message_id, (words, Delivery.FAILED)))[0] is Delivery.DELIVERED
