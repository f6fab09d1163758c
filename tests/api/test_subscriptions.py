"""An owner subscribes a URL, sees what it was told, and changes, pauses or replays it; the service does the rest."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.worker import make_worker
from data.event_types import EVENT_TYPES
from tests.api.service import Service, Store, error_of
from tests.servers.webhook_receiver import Response, WebhookReceiver, webhook_receiver

ROUTE = "/v1/webhooks/subscriptions"


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


async def subscribe(owner: httpx.AsyncClient, receiver: WebhookReceiver, **other: Any) -> dict[str, Any]:
    response = await owner.post("/v1/webhooks/subscribe", json={"url": f"{receiver.url}/avisos"} | other)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def work(service: Service) -> None:
    await make_worker(service.runtime).drain()
    await service.runtime.lanes.settle()


async def test_a_test_event_goes_all_the_way_and_is_in_the_log(
    service: Service, owner: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    made = await subscribe(owner, receiver)
    assert made["secret"].startswith("whsec_")
    assert (await owner.post(f"{ROUTE}/{made['id']}/test")).status_code == 202
    await work(service)
    [received] = receiver.received
    assert received.verified(made["secret"])["type"] == "test.ping"
    [delivery] = (await owner.get(f"{ROUTE}/{made['id']}/deliveries")).json()
    assert (delivery["status"], delivery["webhook_id"]) == ("delivered", received.headers["webhook-id"])
    assert delivery["attempts"][0]["status"] == 204
    shown = await owner.get(ROUTE)
    assert made["secret"] not in shown.text
    assert shown.json()[0]["delivered_at"] is not None


async def test_a_rotated_secret_signs_beside_the_old_one(
    service: Service, owner: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    made = await subscribe(owner, receiver)
    rotated = (await owner.post(f"{ROUTE}/{made['id']}/rotate")).json()
    await owner.post(f"{ROUTE}/{made['id']}/test")
    await work(service)
    for secret in (made["secret"], rotated["secret"]):
        receiver.received[0].verified(secret)


async def test_paused_resumed_replayed_and_deleted(
    service: Service, store: Store, owner: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    made = await subscribe(owner, receiver, events=["catalogue.*"])
    route = f"{ROUTE}/{made['id']}"
    assert (await owner.post(f"{route}/pause")).json()["is_active"] is False
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        await tx.events.add("catalogue.restored", version=2)
    await work(service)
    assert (await owner.get(route)).json()["pending"] == 1
    assert (await owner.post(f"{route}/resume")).json()["is_active"] is True
    await work(service)
    [delivery] = (await owner.get(f"{route}/deliveries", params={"status": "delivered"})).json()
    replayed = await owner.post(f"{route}/replay", json={"since": made["created_at"]})
    assert replayed.json() == {"count": 1}
    await owner.post(f"{route}/replay", json={"event_id": delivery["event_id"]})
    await work(service)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 2
    assert (await owner.post(f"{route}/replay", json={})).status_code == 400
    assert (await owner.delete(route)).status_code == 204
    assert (await owner.get(route)).status_code == 404


async def test_one_that_is_gone_says_so_and_can_be_brought_back(
    service: Service, owner: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    made = await subscribe(owner, receiver)
    receiver.responses.append(Response(410))
    await owner.post(f"{ROUTE}/{made['id']}/test")
    await work(service)
    seen = (await owner.get(f"{ROUTE}/{made['id']}")).json()
    assert (seen["is_active"], seen["disabled_reason"], seen["dead"]) == (False, "gone", 1)
    assert (await owner.post(f"{ROUTE}/{made['id']}/test")).status_code == 409
    await owner.post(f"{ROUTE}/{made['id']}/resume")
    assert (await owner.post(f"{ROUTE}/{made['id']}/replay", json={"dead": True})).json() == {"count": 1}
    await work(service)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 2
    seen = (await owner.get(f"{ROUTE}/{made['id']}")).json()
    assert (seen["is_active"], seen["dead"], seen["pending"]) == (True, 0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"url": "http://10.0.0.1/x"}, "url"), ({"url": "https://169.254.169.254/"}, "url"), ({"url": "ftp://a.c"}, "url"),
     ({"events": ["order.nada"]}, "events"), ({"events": []}, "events")],
)  # fmt: skip
async def test_what_may_not_be_subscribed_is_refused(
    owner: httpx.AsyncClient, receiver: WebhookReceiver, change: dict[str, Any], field: str
) -> None:
    refused = await owner.post("/v1/webhooks/subscribe", json={"url": receiver.url} | change)
    details = error_of(refused)["details"]
    assert refused.status_code == 422
    assert field in (details.get("field"), *(one["field"] for one in details.get("fields", [])))


async def test_every_kind_of_event_is_described(owner: httpx.AsyncClient) -> None:
    found = (await owner.get("/v1/webhooks/events")).json()
    assert {one["name"] for one in found} == set(EVENT_TYPES)
    assert all(one["meaning"] and one["example"] for one in found)


async def test_another_shop_sees_nothing_of_it(
    service: Service, other_store: Store, owner: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    made = await subscribe(owner, receiver)
    async with service.client(next(iter(other_store.tokens.values()))) as other:
        answers = await asyncio.gather(*(other.get(f"{ROUTE}/{made['id']}{end}") for end in ("", "/deliveries")))
    assert {answer.status_code for answer in answers} == {404}
