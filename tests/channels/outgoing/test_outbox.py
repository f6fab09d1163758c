"""An outbound message reaches Twilio once, whatever Twilio answers and however often the job runs."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from channels.adapter import Adapter, ChannelAccess, SendResult
from channels.incoming.inbox import apply_statuses
from channels.outgoing.outbox import MAX_ATTEMPTS, DeliverOutcome, deliver
from channels.outgoing.undelivered import NOT_DELIVERED, give_up
from channels.pull import PulledChannel
from channels.twilio.whatsapp import INSISTENCE, TwilioWhatsApp
from data.content import MessageContent
from data.database import Database
from data.jobs import JobName, current_queue
from data.states import UNKNOWN_FATE, ChannelKind, ConversationStatus, Delivery
from tests.channels.shop import NOW, NUMBER, SHOPPER, JobRunner, Shop, open_shop, request
from tests.servers.twilio_server import Fault, TwilioServer

RATE = Fault(429, 20429, "Too Many Requests")
LOST = Fault(is_dropped=True, is_accepted=True)


async def test_a_message_is_sent_with_its_choices_and_our_id(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    [sent] = twilio.messages
    assert (sent.to, sent.sender) == (SHOPPER, NUMBER)
    assert sent.body == "¿Confirmas? Total $12.990\n\n1. Sí, confirmar\n2. No, seguir"
    assert twilio.requests[0]["StatusCallback"] == f"{sent.status_callback}{INSISTENCE}"
    callback = urlsplit(sent.status_callback)
    assert f"{callback.scheme}://{callback.netloc}{callback.path}" == shop.access.webhook_url
    assert parse_qs(callback.query) == {"message_id": [str(message_id)]}
    row = await shop.message(message_id)
    assert (row.delivery, row.external_id, row.attempt_count, row.delivery_error) == (Delivery.SENT, sent.sid, 1, None)
    assert row.attempted_at == NOW


async def test_the_status_twilio_posts_back_moves_the_message_on(
    shop: Shop, outbox: JobRunner, adapter: TwilioWhatsApp, twilio: TwilioServer, message_id: UUID
) -> None:
    await outbox.deliver(message_id)
    for status in ("read", "sent", "delivered"):
        await report(shop, adapter, twilio, status)
    assert (await shop.message(message_id)).delivery is Delivery.READ


async def test_a_job_delivered_twice_posts_once(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    outcomes = [await outbox.deliver(message_id), await outbox.deliver(message_id)]
    assert outcomes == [DeliverOutcome.SENT, DeliverOutcome.SKIPPED]
    assert len(twilio.requests) == 1


async def test_a_job_that_runs_ten_times_at_once_posts_once(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    outcomes = await asyncio.gather(*(outbox.deliver(message_id) for _ in range(10)))
    assert outcomes.count(DeliverOutcome.SENT) == 1
    assert DeliverOutcome.FAILED not in outcomes
    assert len(twilio.requests) == 1
    assert (await shop.message(message_id)).delivery is Delivery.SENT


@pytest.mark.parametrize(
    "fault", [RATE, Fault(503, None, "Service Unavailable"), Fault(400, 63018, "Rate limit exceeded for Channel")]
)
async def test_what_twilio_did_not_take_is_sent_later(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, fault: Fault
) -> None:
    twilio.faults.append(fault)
    assert await outbox.deliver(message_id) is DeliverOutcome.RETRYING
    waiting = await shop.message(message_id)
    assert waiting.delivery is Delivery.QUEUED
    [job] = await shop.jobs("send_message")
    assert job["lock"] == f"outbox:{waiting.conversation_id}"
    assert job["args"]["message_id"] == str(message_id)
    assert job["priority"] > 0, "later messages of the conversation wait behind it"
    assert NOW + timedelta(seconds=1) <= job["scheduled_at"] <= NOW + timedelta(seconds=2)
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    row = await shop.message(message_id)
    assert (row.delivery, row.attempt_count, row.delivery_error) == (Delivery.SENT, 2, None)
    assert len(twilio.messages) == 1


async def test_later_messages_of_the_conversation_wait_behind_a_retry(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    queue = f"outbox-{uuid4().hex[:12]}"
    token = current_queue.set(queue)
    twilio.faults.append(RATE)
    conversation_id = (await shop.message(message_id)).conversation_id
    later_id = await shop.reply(conversation_id, MessageContent("¿algo más?"))
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation_id}", message_id=later_id)
    outbox.now = datetime.now(UTC)
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        conversation.last_inbound_at = outbox.now
    assert await shop.claim_job(queue) == later_id, "nothing is in its way yet"
    await shop.put_back_jobs(queue)
    await outbox.deliver(message_id)
    current_queue.reset(token)
    assert await shop.claim_job(queue) is None
    await shop.let_time_pass(queue)
    assert await shop.claim_job(queue) == message_id


async def test_the_wait_twilio_asks_for_is_kept(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    twilio.faults.append(Fault(429, 20429, "Too Many Requests", {"Retry-After": "40"}))
    await outbox.deliver(message_id)
    [job] = await shop.jobs("send_message")
    assert job["scheduled_at"] == NOW + timedelta(seconds=40)


async def test_a_twilio_that_cannot_be_reached_is_tried_again_with_growing_waits_and_then_given_up(
    shop: Shop, message_id: UUID
) -> None:
    nobody = TwilioWhatsApp("http://127.0.0.1:1", timeout_seconds=0.5)
    outbox = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: nobody})
    outcomes = [await outbox.deliver(message_id) for _ in range(MAX_ATTEMPTS)]
    await nobody.close()
    assert outcomes == [*[DeliverOutcome.RETRYING] * (MAX_ATTEMPTS - 1), DeliverOutcome.FAILED]
    waits = [(job["scheduled_at"] - NOW).total_seconds() for job in await shop.jobs("send_message")]
    assert waits == sorted(waits)
    assert len(waits) == MAX_ATTEMPTS - 1
    assert sum(waits) > 180, "a provider in trouble for a few minutes hands no conversation to people"
    row = await shop.message(message_id)
    assert (row.delivery, row.delivery_error) == (Delivery.FAILED, "provider_unavailable")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(400, 21211, "Invalid 'To' Phone Number"), "bad_number"),
        (Fault(400, 21614, "'To' number is not a valid mobile number"), "bad_number"),
        (Fault(400, 63016, "outside the allowed window"), "window_closed"),
        (Fault(400, 21610, "Attempt to send to unsubscribed recipient"), "refused_by_contact"),
        (Fault(401, 20003, "Authenticate"), "bad_credentials"),
        (Fault(403, None, "Forbidden"), "bad_credentials"),
        (Fault(400, 29999, "Something new"), "twilio_29999"),
    ],
)
async def test_a_refusal_is_final(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, fault: Fault, code: str
) -> None:
    twilio.faults.append(fault)
    assert [await outbox.deliver(message_id), await outbox.deliver(message_id)] == [
        DeliverOutcome.FAILED,
        DeliverOutcome.SKIPPED,
    ]
    row = await shop.message(message_id)
    assert (row.delivery, row.delivery_error) == (Delivery.FAILED, code)
    async with shop.database.transaction(shop.tenant_id) as tx:
        [event] = [event for event in await tx.events.recent() if event.name == "message.failed"]
    assert (event.name, event.payload) == ("message.failed", {"message_id": str(message_id), "code": code})
    assert len(twilio.requests) == 1
    assert await shop.jobs("send_message") == []


@pytest.mark.parametrize(("status", "delivery"), [("sent", Delivery.SENT), ("delivered", Delivery.DELIVERED)])
async def test_a_status_settles_what_was_unknown(  # noqa: PLR0917 - fixtures
    shop: Shop,
    outbox: JobRunner,
    adapter: TwilioWhatsApp,
    twilio: TwilioServer,
    message_id: UUID,
    status: str,
    delivery: Delivery,
) -> None:
    twilio.faults.append(LOST)
    await outbox.deliver(message_id)
    await report(shop, adapter, twilio, status)
    row = await shop.message(message_id)
    assert (row.delivery, row.delivery_error, row.external_id) == (delivery, None, twilio.messages[0].sid)


class HastyTwilio(PulledChannel):
    """A real send whose `delivered` is posted to us before the answer, or its loss, is known."""

    def __init__(self, adapter: TwilioWhatsApp, twilio: TwilioServer, shop: Shop) -> None:
        super().__init__(ChannelKind.TWILIO_WHATSAPP)
        self.adapter, self.twilio, self.shop = adapter, twilio, shop

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        try:
            return await self.adapter.send(access, to, content, message_id)
        finally:
            await report(self.shop, self.adapter, self.twilio, "delivered")


async def report(shop: Shop, adapter: TwilioWhatsApp, twilio: TwilioServer, status: str) -> None:
    """Twilio posts the status of its last message, signed."""
    sent = twilio.messages[-1]
    query = urlsplit(sent.status_callback).query
    posted = request(twilio.status_form(sent, status), shop.access.webhook_url, query)
    assert adapter.verify(shop.access, posted)
    await apply_statuses(shop.database, shop.access, adapter.parse(shop.access, posted).statuses)


@pytest.mark.parametrize(("fault", "outcome"), [(None, DeliverOutcome.SENT), (LOST, DeliverOutcome.SKIPPED)])
async def test_a_status_that_comes_before_the_answer_is_kept(
    shop: Shop,
    adapter: TwilioWhatsApp,
    twilio: TwilioServer,
    message_id: UUID,
    fault: Fault | None,
    outcome: DeliverOutcome,
) -> None:
    twilio.faults.append(fault)
    outbox = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: HastyTwilio(adapter, twilio, shop)})
    assert await outbox.deliver(message_id) is outcome
    row = await shop.message(message_id)
    assert (row.delivery, row.external_id) == (Delivery.DELIVERED, twilio.messages[0].sid)


async def test_an_empty_message_fails_without_a_request(shop: Shop, outbox: JobRunner, twilio: TwilioServer) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    message_id = await shop.reply(conversation_id, MessageContent(" \n"))
    assert await outbox.deliver(message_id) is DeliverOutcome.FAILED
    assert twilio.requests == []


async def test_a_wrong_token_is_told_apart(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    twilio.auth_token = "rotated"
    assert await outbox.deliver(message_id) is DeliverOutcome.FAILED
    failed = await shop.message(message_id)
    assert failed.delivery_error == "bad_credentials"
    assert twilio.messages == []
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(failed.conversation_id)
    assert conversation.status_reason == f"{NOT_DELIVERED} La clave del canal venció o no sirve."


async def test_a_channel_switched_off_or_sealed_with_another_key_sends_nothing(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID
) -> None:
    conversation_id = (await shop.message(message_id)).conversation_id
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.get(shop.channel.id)
        assert channel is not None
        channel.secrets = b"\x00" * 64
    assert await outbox.deliver(message_id) is DeliverOutcome.FAILED
    assert (await shop.message(message_id)).delivery_error == "bad_credentials"
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.get(shop.channel.id)
        assert channel is not None
        channel.is_active = False
    second_id = await shop.reply(conversation_id, MessageContent("hola"))
    assert await outbox.deliver(second_id) is DeliverOutcome.FAILED
    assert twilio.requests == []


async def test_a_message_of_nobody_is_skipped(
    shop: Shop, outbox: JobRunner, other_tenant_id: UUID, message_id: UUID
) -> None:
    assert await outbox.deliver(uuid4()) is DeliverOutcome.SKIPPED
    conversation_id = (await shop.message(message_id)).conversation_id
    inbound = (await shop.messages(conversation_id))[0]
    assert await outbox.deliver(inbound.id) is DeliverOutcome.SKIPPED
    outcome = await deliver(shop.database, outbox.adapters, shop.open_access, other_tenant_id, message_id, NOW)
    assert outcome is DeliverOutcome.SKIPPED


@pytest.mark.parametrize(
    ("reached", "code"), [(Delivery.QUEUED, "never_sent"), (Delivery.SENDING, UNKNOWN_FATE), (Delivery.SENT, None)]
)
async def test_a_message_whose_job_failed_to_the_end_goes_to_a_person(
    shop: Shop, outbox: JobRunner, twilio: TwilioServer, message_id: UUID, reached: Delivery, code: str | None
) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        message = await tx.messages.get(message_id)
        assert message is not None
        message.delivery = reached
    await give_up(shop.database, shop.tenant_id, message_id, NOW)
    row = await shop.message(message_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(row.conversation_id)
    is_with_people = conversation.status is ConversationStatus.HANDED_OFF
    assert (row.delivery_error, is_with_people) == (code, code is not None)
    await outbox.deliver(message_id)
    assert not twilio.requests


async def test_the_web_chat_needs_no_network_and_no_window(
    database: Database, tenant_id: UUID, adapters: Mapping[ChannelKind, Adapter], twilio: TwilioServer
) -> None:
    page = await open_shop(database, tenant_id, ChannelKind.WEBCHAT)
    async with database.transaction(tenant_id) as tx:
        conversation = await tx.conversations.open(page.channel.id, "visitor-1")
    message_id = await page.reply(conversation.id, MessageContent("hola"))
    outbox = JobRunner(page, adapters)
    outbox.now = NOW + timedelta(days=30)
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    assert (await page.message(message_id)).delivery is Delivery.SENT
    assert twilio.requests == []
