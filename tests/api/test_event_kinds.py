"""Every kind of event that is promised happens, and arrives with the data that is promised of it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from agent.spending import count_calls
from api.worker import make_worker
from channels.outgoing.undelivered import fail
from data.event_types import EVENT_TYPES
from tests.api.service import Service, Store
from tests.api.shop import begin_conversation
from tests.api.test_odoo import connect
from tests.servers.n8n_server import n8n_server
from tests.servers.odoo_server import OdooServer, odoo_server
from tests.servers.webhook_receiver import Response, WebhookReceiver, webhook_receiver

LIST = "SKU;Nombre;Precio;Stock\nMAR-1;Martillo carpintero;11900;3\nTAL-1;Taladro percutor;34990;0\n"


class Day:
    """A shop on a day on which everything happens, and somebody who listens to it all."""

    def __init__(self, service: Service, store: Store, owner: httpx.AsyncClient, receiver: WebhookReceiver) -> None:
        self.service = service
        self.store = store
        self.owner = owner
        self.receiver = receiver

    async def post(self, route: str, **document: Any) -> dict[str, Any]:
        answer = await self.owner.post(f"/v1/{route}", json=document)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def work(self) -> None:
        await make_worker(self.service.runtime).drain()
        await self.service.runtime.lanes.settle()

    async def imports(self, *contents: str) -> None:
        for content in contents:
            answer = await self.owner.post("/v1/imports", files={"file": ("lista.csv", content)})
            assert answer.is_success, answer.text
        await self.work()

    async def says(self, *texts: str, address: str = "") -> UUID:
        """A shopper writes these one after the other, and each is answered."""
        for text in texts:
            conversation_id = await begin_conversation(self.service, self.store, text, address)
            await self.service.runtime.agent.take_turn(self.store.tenant_id, conversation_id)
        return conversation_id

    async def orders(self, address: str) -> str:
        await self.says("dame 1 martillo carpintero", "cerrar pedido", "sí", address=address)
        await self.work()
        return str((await self.owner.get("/v1/orders")).json()["orders"][0]["reference"])

    async def told(self) -> dict[str, dict[str, Any]]:
        """The last of each kind that arrived."""
        await self.work()
        documents = [json.loads(each.body) for each in self.receiver.received if each.path == "/todo"]
        return {document["type"]: document["data"] for document in documents}


@pytest.fixture
async def day(service: Service, store: Store, owner: httpx.AsyncClient) -> AsyncIterator[Day]:
    async with webhook_receiver() as receiver:
        await owner.post("/v1/webhooks/subscribe", json={"url": f"{receiver.url}/todo"})
        yield Day(service, store, owner, receiver)


@pytest.fixture
async def odoo() -> AsyncIterator[OdooServer]:
    async with odoo_server() as server:
        server.shop.add_product("Martillo carpintero", "MAR-1", 10_000)
        yield server


async def sell_and_be_paid(day: Day, odoo: OdooServer) -> None:
    await day.imports(LIST, "una carta, no una lista")
    first = await day.orders("primera")
    for step in ("confirm", "fulfil"):
        await day.post(f"orders/{first}/{step}")
    await connect(day.owner, odoo, confirms_orders=False, sends_orders=True)
    await day.orders("segunda")
    [sent] = odoo.shop.orders
    odoo.shop.change("sale.order", sent["id"], state="sale")
    await day.service.runtime.follower.follow(day.store.tenant_id)
    [product, *_] = odoo.shop.rows["product.product"]
    odoo.shop.change("product.product", product, lst_price=20_000)
    third = await day.orders("tercera")
    await day.post(f"orders/{third}/cancel")


async def talk(day: Day) -> None:
    conversation_id = await day.says(
        "tienes taladro percutor?", "sí, avísame", "llámame al 987654321", address="cuarta"
    )
    async with day.service.runtime.database.transaction(day.store.tenant_id) as tx:
        message = (await tx.messages.history(conversation_id, limit=20))[-1]
        await fail(tx, message, "bad_number", datetime.now(UTC))
    for step in ("handoff", "handback", "close"):
        await day.post(f"conversations/{conversation_id}/{step}")


async def look_after_the_shop(day: Day) -> None:
    products = (await day.owner.get("/v1/products")).json()["products"]
    await day.owner.patch(f"/v1/products/{products[0]['product_id']}", json={"description": "Con mango de madera."})
    await day.post("catalogue/versions/1/restore")
    limit: dict[str, Any] = {"base_url": None, "key": "k", "is_enabled": True, "most_usd_a_month": Decimal(1)}
    call = {"model": "m", "input_token_count": 1, "output_token_count": 1, "cost_usd": "1.00"}
    runtime = day.service.runtime
    async with runtime.database.transaction(day.store.tenant_id) as tx:
        await tx.models.put(setting="openai:m", box=runtime.secrets, **limit)
        await count_calls(tx, [call], datetime.now(UTC))
    await day.owner.delete("/v1/model")


async def listen(day: Day) -> None:
    gone = await day.post("webhooks/subscribe", url=f"{day.receiver.url}/nadie", events=["test.ping"])
    await day.work()  # what is left goes where it belongs
    day.receiver.responses.append(Response(410))
    await day.post(f"webhooks/subscriptions/{gone['id']}/test")
    await day.work()
    [first, _] = (await day.owner.get("/v1/webhooks/subscriptions")).json()
    await day.post(f"webhooks/subscriptions/{first['id']}/test")
    async with n8n_server() as n8n:
        await day.owner.put("/v1/connections/n8n", json={"url": n8n.url})
        workflow = await day.post("workflows", name="Aviso", path="/webhook/sin-publicar")
        await day.owner.post(f"/v1/workflows/{workflow['id']}/trigger", json={})


async def test_every_kind_that_is_promised_arrives_with_the_data_that_is_promised(day: Day, odoo: OdooServer) -> None:
    await sell_and_be_paid(day, odoo)
    await talk(day)
    await look_after_the_shop(day)
    await listen(day)
    told = await day.told()
    assert sorted(told) == sorted(EVENT_TYPES)
    assert {name: sorted(data) for name, data in told.items()} == {
        name: sorted(kind.example) for name, kind in EVENT_TYPES.items()
    }
    assert Decimal(told["order.placed"]["total"]) == Decimal(11_900)
