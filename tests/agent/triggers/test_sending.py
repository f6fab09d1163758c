"""Events reach whoever subscribed, signed, once if all goes well and at last if it does not."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import WebhookVerificationError

from agent.triggers.schedule import next_wait
from data.errors import NotFound
from data.states import EventDeliveryStatus
from tests.agent.triggers.shop import BOX, Shop
from tests.servers.webhook_receiver import Response, WebhookReceiver

SCHEDULE = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


async def test_an_event_arrives_signed(shop: Shop, receiver: WebhookReceiver) -> None:
    subscription_id, secret = await shop.subscribe(f"{receiver.url}/avisos")
    await shop.happen("import.failed", import_id="7", code="EMPTY_FILE")
    await shop.work()
    [received] = receiver.received
    assert received.path == "/avisos"
    document = received.verified(secret)
    assert document["type"] == "import.failed"
    assert document["data"] == {"import_id": "7", "code": "EMPTY_FILE"}
    [delivery] = await shop.deliveries(subscription_id)
    assert delivery.status is EventDeliveryStatus.DELIVERED
    assert received.headers["webhook-id"] == f"evt_{delivery.event_id.hex}"
    assert await shop.work() == 0


async def test_a_signature_of_another_secret_is_refused(shop: Shop, receiver: WebhookReceiver) -> None:
    """The control of the test above: the receiver's check can fail."""
    await shop.subscribe(receiver.url)
    await shop.happen()
    await shop.work()
    with pytest.raises(WebhookVerificationError):
        receiver.received[0].verified("whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")


@pytest.mark.parametrize(
    ("wanted", "event", "is_told"),
    [("*", "order.held", True), ("order.*", "order.held", True), ("order.held", "order.held", True),
     ("order.placed", "order.held", False), ("handoff.*", "order.held", False), ("*", "connection.changed", False)],
)  # fmt: skip
async def test_only_what_was_asked_for_is_told(
    shop: Shop, receiver: WebhookReceiver, wanted: str, event: str, is_told: bool
) -> None:
    await shop.subscribe(receiver.url, wanted)
    await shop.happen(event, order_id="00000000-0000-0000-0000-000000000000")
    await shop.work()
    assert len(receiver.received) == is_told


async def test_nothing_is_sent_that_did_not_happen(shop: Shop, receiver: WebhookReceiver) -> None:
    await shop.subscribe(receiver.url)
    with pytest.raises(NotFound):
        async with shop.database.transaction(shop.tenant_id) as tx:
            await tx.events.add("catalogue.restored", version=1)
            raise NotFound
    assert await shop.work() == 0


async def test_a_shop_that_nobody_listens_to_makes_no_jobs(shop: Shop) -> None:
    await shop.happen()
    assert await shop.work() == 0


async def test_what_fails_is_tried_on_the_schedule_with_the_same_id_and_body_then_left(
    shop: Shop, receiver: WebhookReceiver
) -> None:
    subscription_id, _ = await shop.subscribe(receiver.url)
    receiver.usual = Response(500)
    await shop.happen("catalogue.restored", version=3)
    await shop.work()
    for seconds in SCHEDULE:
        due = await shop.next_attempt()
        assert due is not None
        assert 0.8 * seconds <= (due - shop.now).total_seconds() <= 1.2 * seconds
        shop.now = due
        assert await shop.work() == 1
    assert len(receiver.received) == 10
    assert len({(one.headers["webhook-id"], one.body) for one in receiver.received}) == 1
    [delivery] = await shop.deliveries(subscription_id)
    assert (delivery.status, delivery.attempt_count) == (EventDeliveryStatus.DEAD, 10)
    assert [attempt["status"] for attempt in delivery.attempts] == [500] * 10
    assert await shop.next_attempt() is None
    assert (await shop.subscription(subscription_id)).disabled_at is None

    receiver.usual = Response()
    async with shop.database.transaction(shop.tenant_id) as tx:
        subscription = await tx.subscriptions.get(subscription_id)
        assert subscription is not None
        assert await tx.subscriptions.replay(subscription, shop.now, event_id=delivery.event_id, since=None) == 1
    await shop.work()
    assert len(receiver.received) == 11
    assert receiver.received[-1].body == receiver.received[0].body
    assert (await shop.deliveries(subscription_id))[0].status is EventDeliveryStatus.DELIVERED


def test_the_wait_is_theirs_when_they_name_a_longer_one() -> None:
    assert next_wait(1, 120.0, chance=0.5) == timedelta(seconds=120)
    assert next_wait(2, 120.0, chance=0.5) == timedelta(minutes=5)
    assert next_wait(1, 10**9, chance=0.5) == timedelta(hours=24)
    assert next_wait(1, chance=0.0) == timedelta(seconds=4)
    assert next_wait(1, chance=1.0) == timedelta(seconds=6)
    assert next_wait(10) is None


@pytest.mark.parametrize("header", ["90", "date"])
async def test_retry_after_is_honoured(shop: Shop, receiver: WebhookReceiver, header: str) -> None:
    await shop.subscribe(receiver.url)
    date = f"{shop.now + timedelta(seconds=91):%a, %d %b %Y %H:%M:%S GMT}"
    receiver.responses.append(Response(429, {"Retry-After": header if header == "90" else date}))
    await shop.happen()
    await shop.work()
    due = await shop.next_attempt()
    assert due is not None
    assert 89 <= (due - shop.now).total_seconds() <= 92


async def test_gone_ends_it(shop: Shop, receiver: WebhookReceiver) -> None:
    subscription_id, _ = await shop.subscribe(receiver.url)
    receiver.usual = Response(410)
    await shop.happen()
    await shop.work()
    await shop.happen()
    await shop.work()
    assert len(receiver.received) == 1
    assert (await shop.subscription(subscription_id)).disabled_reason == "gone"


async def test_a_redirect_is_a_failure_and_not_followed(shop: Shop, receiver: WebhookReceiver) -> None:
    subscription_id, _ = await shop.subscribe(f"{receiver.url}/a")
    receiver.usual = Response(302, {"Location": f"{receiver.url}/b"})
    await shop.happen()
    await shop.work()
    assert [one.path for one in receiver.received] == ["/a"]
    [delivery] = await shop.deliveries(subscription_id)
    assert (delivery.status, delivery.attempts[0]["status"]) == (EventDeliveryStatus.PENDING, 302)


@pytest.mark.parametrize(
    "response",
    [Response(200, body=b"<html>" * 100_000), Response(200, {"Content-Encoding": "gzip"}, body=b"\x1f\x8b" * 99)],
    ids=["huge", "packed"],
)
async def test_what_it_answers_besides_its_status_is_its_own_business(
    shop: Shop, receiver: WebhookReceiver, response: Response
) -> None:
    subscription_id, _ = await shop.subscribe(receiver.url)
    receiver.responses.append(response)
    await shop.happen()
    await shop.work()
    [delivery] = await shop.deliveries(subscription_id)
    assert (delivery.status, len(receiver.received)) == (EventDeliveryStatus.DELIVERED, 1)
    assert len(delivery.attempts[0]["answer"]) <= 200


async def test_what_fails_for_five_days_is_disabled_and_others_hear_of_it(
    shop: Shop, receiver: WebhookReceiver
) -> None:
    dead_id, _ = await shop.subscribe("http://127.0.0.1:9/nadie", "catalogue.*")
    await shop.subscribe(receiver.url, "subscription.disabled")
    await shop.happen()
    await shop.work()
    shop.now += timedelta(hours=119)
    await shop.happen()
    await shop.work()
    assert (await shop.subscription(dead_id)).disabled_at is None
    shop.now += timedelta(hours=1)
    await shop.happen()
    await shop.work()
    assert (await shop.subscription(dead_id)).disabled_reason == "failing"
    await shop.work()
    assert [json.loads(one.body)["data"]["subscription_id"] for one in receiver.received] == [str(dead_id)]
    await shop.happen()
    assert await shop.work() <= 1  # the retries that were due find it disabled


async def test_one_that_hangs_delays_no_other(shop: Shop, receiver: WebhookReceiver) -> None:
    """By order, not by the clock: the others have theirs while the first still waits."""
    slow_id, _ = await shop.subscribe(f"{receiver.url}/lento")
    fast_id, _ = await shop.subscribe(f"{receiver.url}/rapido")
    receiver.responses.append(Response(hang_seconds=30.0))
    await shop.happen()
    await shop.sender.send(shop.tenant_id, slow_id)
    await receiver.arrived.wait()
    await shop.sender.send(shop.tenant_id, fast_id)
    await shop.lanes.settle(fast_id)
    assert [one.path for one in receiver.received] == ["/lento", "/rapido"]
    [slow], [fast] = await shop.deliveries(slow_id), await shop.deliveries(fast_id)
    assert (slow.status, fast.status) == (EventDeliveryStatus.PENDING, EventDeliveryStatus.DELIVERED)


async def test_a_paused_one_hears_of_it_when_it_goes_on(shop: Shop, receiver: WebhookReceiver) -> None:
    subscription_id, _ = await shop.subscribe(receiver.url)
    async with shop.database.transaction(shop.tenant_id) as tx:
        subscription = await tx.subscriptions.get(subscription_id)
        assert subscription is not None
        subscription.is_active = False
    await shop.happen()
    await shop.work()
    assert receiver.received == []
    async with shop.database.transaction(shop.tenant_id) as tx:
        subscription = await tx.subscriptions.get(subscription_id)
        assert subscription is not None
        subscription.is_active = True
        await tx.subscriptions.wake(subscription_id)
    await shop.work()
    assert len(receiver.received) == 1


async def test_a_receiver_may_change_its_secret_at_any_moment_of_a_day(shop: Shop, receiver: WebhookReceiver) -> None:
    subscription_id, old = await shop.subscribe(receiver.url)
    async with shop.database.transaction(shop.tenant_id) as tx:
        subscription = await tx.subscriptions.get(subscription_id, lock=True)
        assert subscription is not None
        new = await tx.subscriptions.rotate(subscription, BOX, shop.now - timedelta(hours=23, minutes=59))
    await shop.happen()
    await shop.work()
    assert receiver.received[0].verified(old) == receiver.received[0].verified(new)
    shop.now += timedelta(minutes=2)
    await shop.happen()
    await shop.work()
    receiver.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.received[1].verified(old)


async def test_what_a_process_had_in_hand_when_it_ended_is_sent_by_another(
    shop: Shop, receiver: WebhookReceiver
) -> None:
    subscription_id, _ = await shop.subscribe(receiver.url)
    await shop.happen()
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert await tx.subscriptions.claim(subscription_id, shop.now, most=5, lease=timedelta(seconds=60))
    await shop.work()
    assert receiver.received == []
    shop.now += timedelta(seconds=90)
    await shop.sender.tend(shop.tenant_id, shop.now - timedelta(seconds=15))
    await shop.work()
    assert len(receiver.received) == 1
