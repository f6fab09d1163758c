"""WhatsApp by Meta through the service's own doors: connected, checked, heard, answered, and told what became of it."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.worker import make_worker
from channels.meta.whatsapp import MetaWhatsApp
from data.models import Message
from data.states import ChannelKind, Delivery, Sender
from tests.api.service import Service, Store, error_of
from tests.servers.meta_server import (
    ACCESS_TOKEN,
    APP_SECRET,
    NUMBER_ID,
    VERIFY_TOKEN,
    MetaServer,
    meta_server,
    payload,
    signed,
)

CHANNEL = {
    "kind": "meta_whatsapp",
    "phone_number_id": NUMBER_ID,
    "access_token": ACCESS_TOKEN,
    "app_secret": APP_SECRET,
    "verify_token": VERIFY_TOKEN,
}
HELLO = {
    "from": "56987654321",
    "id": "wamid.IN1",
    "timestamp": str(int(time.time())),  # one of long ago would be outside the window
    "type": "text",
    "text": {"body": "hola"},
}


@pytest.fixture
async def server(service: Service) -> AsyncIterator[MetaServer]:
    """The service's own adapter, pointed at a server of ours."""
    async with meta_server() as running:
        adapters = dict(service.runtime.adapters)
        adapters[ChannelKind.META_WHATSAPP] = adapter = MetaWhatsApp(running.url)
        before = service.runtime.__dict__["adapters"]
        service.runtime.__dict__["adapters"] = adapters
        yield running
        service.runtime.__dict__["adapters"] = before
        await adapter.close()


@pytest.fixture
async def hook(owner: httpx.AsyncClient) -> AsyncIterator[str]:
    channel = (await owner.post("/v1/channels", json=CHANNEL)).json()
    yield channel["webhook_url"]
    await owner.delete(f"/v1/channels/{channel['id']}")


async def post(client: httpx.AsyncClient, hook: str, body: dict[str, Any], secret: str = APP_SECRET) -> httpx.Response:
    raw, headers = signed(body, secret)
    return await client.post(hook, content=raw, headers=headers)


async def messages_of(service: Service, store: Store) -> list[Message]:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversations = await tx.conversations.recent()
        found = [await tx.messages.history(each.id, limit=50) for each in conversations]
    return [message for messages in found for message in messages]


async def test_meta_checks_the_address_and_is_answered(anyone: httpx.AsyncClient, hook: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    response = await anyone.get(hook, params=asked)
    assert (response.status_code, response.text) == (200, "1158201444")
    refused = await anyone.get(hook, params=asked | {"hub.verify_token": "another"})
    assert refused.status_code == 403


async def test_a_message_is_answered_once_and_its_status_moves_on(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str, server: MetaServer
) -> None:
    for _ in range(2):
        assert (await post(anyone, hook, payload({"messages": [HELLO]}))).status_code == 200
    [heard] = await messages_of(service, store)
    assert heard.text == "hola"
    await service.runtime.agent.take_turn(store.tenant_id, heard.conversation_id)
    [_, answer] = await messages_of(service, store)
    assert answer.sender is Sender.AGENT
    await make_worker(service.runtime).drain()
    [sent] = server.sent
    assert (sent["to"], sent["biz_opaque_callback_data"]) == ("56987654321", str(answer.id))
    status = {"id": "wamid.0000000001", "status": "read", "timestamp": "1795180001", "recipient_id": "56987654321"}
    await post(anyone, hook, payload({"statuses": [status]}))
    await post(anyone, hook, payload({"statuses": [status | {"status": "delivered"}]}))
    [_, answer] = await messages_of(service, store)
    assert (answer.external_id, answer.delivery) == ("wamid.0000000001", Delivery.READ)


async def test_a_status_settles_a_sending_whose_answer_was_lost(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str
) -> None:
    await post(anyone, hook, payload({"messages": [HELLO]}))
    [heard] = await messages_of(service, store)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversation = await tx.conversations.get(heard.conversation_id)
        message = await tx.messages.add_outbound(conversation, text="¡Hola!", payload={}, now=datetime.now(UTC))
        message.delivery = Delivery.SENDING
        message_id: UUID = message.id
    status = {"id": "wamid.X", "status": "sent", "biz_opaque_callback_data": str(message_id)}
    await post(anyone, hook, payload({"statuses": [status]}))
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        settled = await tx.messages.get(message_id)
    assert settled is not None
    assert (settled.delivery, settled.external_id) == (Delivery.SENT, "wamid.X")


async def test_a_request_signed_with_another_secret_leaves_nothing(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str
) -> None:
    refused = await post(anyone, hook, payload({"messages": [HELLO]}), "another")
    assert refused.status_code == 403
    assert error_of(refused)["code"] == "FORBIDDEN"
    deep = b'{"object":' + b"[" * 100_000
    for body, status in ((deep, 400), (b"{}" * 600_000, 413)):
        raw, headers = signed(body)
        response = await anyone.post(hook, content=raw, headers=headers)
        assert response.status_code == status
    assert await messages_of(service, store) == []


async def test_the_numbers_of_one_app_share_its_webhook(
    service: Service, store: Store, owner: httpx.AsyncClient, anyone: httpx.AsyncClient, hook: str
) -> None:
    """Meta has one address for an app, whatever number was written to."""
    second = (
        await owner.post("/v1/channels", json=CHANNEL | {"name": "Sur", "phone_number_id": "220022002200"})
    ).json()
    try:
        both = payload({"messages": [HELLO | {"id": "wamid.S2"}]}, number_id="220022002200")
        both["entry"] += payload({"messages": [HELLO | {"id": "wamid.S1"}]})["entry"]
        both["entry"] += payload({"messages": [HELLO | {"id": "wamid.S3"}]}, number_id="330033003300")["entry"]
        for _ in range(2):
            assert (await post(anyone, hook, both)).status_code == 200
        found = {str(message.channel_id): message.external_id for message in await messages_of(service, store)}
        assert (found[second["id"]], len(found)) == ("wamid.S2", 2)
    finally:
        await owner.delete(f"/v1/channels/{second['id']}")
    kept = (await owner.get("/v1/quarantine")).json()["items"]
    assert {item["reason"] for item in kept} == {"of another number"}


async def test_products_picked_in_the_catalogue_with_a_bad_line_among_them_are_answered(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str, server: MetaServer
) -> None:
    lines = [{"product_retailer_id": "NO-HAY", "quantity": 1, "item_price": 10, "currency": "CLP"},
             {"product_retailer_id": "OTRO", "quantity": 0}, None]  # fmt: skip
    order = {key: value for key, value in HELLO.items() if key != "text"} | {
        "id": "wamid.ORDER",
        "type": "order",
        "order": {"catalog_id": "1", "product_items": lines},
    }
    assert (await post(anyone, hook, payload({"messages": [order]}))).status_code == 200
    [heard] = await messages_of(service, store)
    await service.runtime.agent.take_turn(store.tenant_id, heard.conversation_id)
    await make_worker(service.runtime).drain()
    assert "NO-HAY" in server.sent[0]["text"]["body"]
