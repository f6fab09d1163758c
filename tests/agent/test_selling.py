"""Orders after the yes, on the real database: data kept, stock given back once, waitlist and leads served."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from agent.brains.rules import RulesBrain
from agent.notices import change_for_store, expire_order, serve_waitlist
from agent.order_data import OrderSettings
from agent.turn import Agent
from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.errors import TransitionRefused
from data.models import Event
from data.order_changes import change_order
from data.repositories.sales import OrderWithLines
from data.search.embedders import make_embedder
from data.states import CancelledBy, ChannelKind, Delivery, LeadStatus, OrderStatus, Sender, WaitlistStatus
from tests.database import make_tenant

SKUS = {"MAR-1": ("Martillo carpintero", 8990, 3), "TAL-1": ("Taladro percutor", 34990, 0)}


@dataclass
class Shop:
    """A tenant with a hammer and a drill that ran out, and shoppers who write to it."""

    database: Database
    tenant_id: UUID
    channel_id: UUID
    agent: Agent = field(init=False)
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def clock(self) -> datetime:
        return self.now

    async def says(self, said: str, address: str = "+56911111111") -> str:
        """Write, have the turn taken, and read what was answered."""
        self.now += timedelta(seconds=1)
        async with self.database.transaction(self.tenant_id) as tx:
            conversation_id, _ = await tx.messages.receive(
                self.channel_id, address=address, contact_name=None, external_id=str(uuid4()), text=said, payload={},
                sent_at=None, queue="default", now=self.now,
            )  # fmt: skip
        await self.agent.take_turn(self.tenant_id, conversation_id)
        return await self.last_said(address)

    async def last_said(self, address: str = "+56911111111") -> str:
        async with self.database.transaction(self.tenant_id) as tx:
            found = await tx.conversations.find(self.channel_id, address)
            assert found is not None
            history = await tx.messages.history(found.id, limit=100)
            for message in history:
                if message.sender is Sender.AGENT and message.delivery is Delivery.QUEUED:
                    message.delivery = Delivery.DELIVERED
            return [message.text for message in history if message.sender is Sender.AGENT][-1]

    async def orders_something(self, address: str = "+56911111111", count: int = 1) -> OrderWithLines:
        for said in (f"dame {count} martillos carpintero", "cerrar pedido", "sí"):
            await self.says(said, address)
        return (await self.orders())[0]

    async def orders(self) -> list[OrderWithLines]:
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.orders.recent()

    async def available(self, sku: str = "MAR-1") -> int | None:
        async with self.database.transaction(self.tenant_id) as tx:
            return (await tx.catalogue.by_skus([sku]))[sku].available

    async def events(self) -> list[Event]:
        async with self.database.transaction(self.tenant_id) as tx:
            return list(reversed(await tx.events.recent()))

    async def names(self) -> list[str]:
        return [event.name for event in await self.events()]

    async def require(self, **settings: Any) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            tenant = await tx.tenants.get()
            orders = OrderSettings.model_validate(settings).model_dump(mode="json")
            tenant.settings = tenant.settings | {"orders": orders}

    async def stock(self, sku: str, on_hand: int) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            item = (await tx.catalogue.by_skus([sku]))[sku]
            await tx.tenants.lock_catalogue()
            await tx.catalogue.set_stock([(item.variant_id, on_hand)])
            await tx.tenants.bump_catalogue_version()


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    yield await open_shop(database, ChannelKind.WEBCHAT)


@pytest.fixture
async def whatsapp(database: Database) -> AsyncIterator[Shop]:
    yield await open_shop(database, ChannelKind.TWILIO_WHATSAPP)


async def open_shop(database: Database, kind: ChannelKind) -> Shop:
    tenant_id = await make_tenant(database, "Ferretería Sol")
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(kind, "canal", f"canal-{uuid4()}", {}, None)
        rows = [{"key": sku, "name": name, "synonyms": []} for sku, (name, _, _) in SKUS.items()]
        products = await tx.catalogue.upsert_products(rows)
        variants = {sku: uuid4() for sku in SKUS}
        await tx.catalogue.insert_variants(
            [
                {
                    "id": variants[sku], "product_id": products[sku], "sku": sku, "options": {},
                    "price": Decimal(price), "currency": "CLP", "content_hash": sku, "is_archived": False,
                }
                for sku, (_, price, _) in SKUS.items()
            ]
        )  # fmt: skip
        await tx.catalogue.set_stock([(variants[sku], count) for sku, (_, _, count) in SKUS.items()])
        await tx.tenants.bump_catalogue_version()
    shop = Shop(database, tenant_id, channel.id)
    shop.agent = Agent(database, CatalogueIndexes(database, make_embedder("")), RulesBrain(), clock=shop.clock)
    return shop


async def test_the_data_asked_for_is_kept_with_the_order_and_offered_next_time(shop: Shop) -> None:
    await shop.require(required=["name", "fulfilment", "address"], dispatch=[{"communes": ["Ñuñoa"], "price": "2990"}])
    await shop.says("dame un martillo carpintero")
    assert "nombre" in await shop.says("cerrar pedido")
    assert "retir" in await shop.says("Ana Rojas")
    summary = await shop.says("mándalo a Av. Matta 123, Ñuñoa")
    assert all(part in summary for part in ("Ana Rojas", "Av. Matta 123, Ñuñoa", "$2.990", "RUT", "10 días"))
    assert await shop.orders() == []
    assert "Va a Av. Matta 123, Ñuñoa" in await shop.says("sí")
    order = (await shop.orders())[0].order
    assert (order.total, order.dispatch_cost) == (Decimal(8990), Decimal(2990))
    assert order.details["address"] == "Av. Matta 123, Ñuñoa"
    await shop.says("dame un martillo carpintero")
    assert "Av. Matta 123, Ñuñoa como la otra vez" in await shop.says("cerrar pedido")
    assert "Cambió" not in await shop.says("sí")
    assert "Cambió: es con retiro en la tienda" in await shop.says("no, mejor retiro")
    await shop.says("sí")
    newest = (await shop.orders())[0].order
    assert newest.details["fulfilment"] == "pickup"
    assert order.details["fulfilment"] == "delivery"


async def test_nothing_is_asked_where_the_shop_asks_nothing(shop: Shop) -> None:
    await shop.says("dame un martillo carpintero")
    assert "despacho se coordina aparte" in await shop.says("cerrar pedido")


async def test_a_shopper_cancels_by_a_yes_and_the_stock_comes_back_once(shop: Shop) -> None:
    order = (await shop.orders_something(count=2)).order
    assert await shop.available() == 1
    assert order.reference in await shop.says("cancela mi pedido")
    assert await shop.available() == 1
    assert "anulado" in await shop.says("sí, anúlalo")
    assert await shop.available() == 3
    assert "está anulado" in await shop.says("¿dónde está mi pedido?")
    assert "ya" in await shop.says("cancela mi pedido")
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert not await change_order(tx, order.id, OrderStatus.CANCELLED, now=shop.now, by=CancelledBy.STORE)
    assert await shop.available() == 3
    assert (await shop.names()).count("stock.returned") == (await shop.names()).count("order.cancelled") == 1


async def test_a_yes_to_something_said_in_between_cancels_nothing(shop: Shop) -> None:
    await shop.orders_something()
    await shop.says("cancela mi pedido")
    await shop.says("gracias")
    await shop.says("sí")
    assert (await shop.orders())[0].order.status is OrderStatus.PLACED


async def test_an_order_is_told_and_cancelled_by_its_owner_only(shop: Shop) -> None:
    order = (await shop.orders_something()).order
    other = "+56922222222"
    for said in (f"dónde está mi pedido {order.reference}", f"cancela mi pedido {order.reference}"):
        answer = await shop.says(said, other)
        assert "No encuentro" in answer or "no veo" in answer
        assert "8.990" not in answer
    await shop.says("sí", other)
    assert (await shop.orders())[0].order.status is OrderStatus.PLACED


async def test_the_shop_was_faster_than_the_shoppers_yes(shop: Shop) -> None:
    order = (await shop.orders_something()).order
    await shop.says("cancela mi pedido")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await change_order(tx, order.id, OrderStatus.CONFIRMED, now=shop.now)
    assert "persona" in await shop.says("sí")
    assert (await shop.orders())[0].order.status is OrderStatus.CONFIRMED
    assert await shop.available() == 2


async def test_an_order_nobody_confirmed_expires_once_and_its_shopper_is_told(shop: Shop) -> None:
    await shop.require(reservation_hours=24)
    order = (await shop.orders_something()).order
    assert order.expires_at == order.placed_at + timedelta(hours=24)
    await expire_order(shop.database, shop.tenant_id, order.id, shop.now + timedelta(hours=23))
    assert await shop.available() == 2
    later = shop.now + timedelta(hours=24)
    await asyncio.gather(*(expire_order(shop.database, shop.tenant_id, order.id, later) for _ in range(3)))
    assert await shop.available() == 3
    assert order.reference in await shop.last_said()
    assert "venció" in await shop.last_said()
    assert (await shop.names()).count("stock.returned") == 1


async def test_a_confirmed_order_does_not_expire(shop: Shop) -> None:
    await shop.require(reservation_hours=1)
    order = (await shop.orders_something()).order
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert await change_for_store(tx, order.id, OrderStatus.CONFIRMED, now=shop.now)
        assert not await change_for_store(tx, order.id, OrderStatus.CONFIRMED, now=shop.now)
    await expire_order(shop.database, shop.tenant_id, order.id, shop.now + timedelta(hours=2))
    assert (await shop.orders())[0].order.status is OrderStatus.CONFIRMED
    async with shop.database.transaction(shop.tenant_id) as tx:
        await change_for_store(tx, order.id, OrderStatus.FULFILLED, now=shop.now)
    assert await shop.available() == 2  # it left the shop: neither reserved nor on hand
    with pytest.raises(TransitionRefused):
        async with shop.database.transaction(shop.tenant_id) as tx:
            await change_order(tx, order.id, OrderStatus.CANCELLED, now=shop.now)


async def test_who_waits_is_told_once_when_there_is_stock_again(shop: Shop) -> None:
    assert "avis" in await shop.says("tienes taladro percutor?")
    assert "lista" in await shop.says("sí, avísame")
    await shop.says("avísame cuando llegue el taladro percutor")
    await serve_waitlist(shop.database, shop.tenant_id, shop.now)
    await shop.stock("TAL-1", 4)
    await asyncio.gather(*(serve_waitlist(shop.database, shop.tenant_id, shop.now) for _ in range(3)))
    said = await shop.last_said()
    assert "Taladro percutor" in said
    assert "$34.990" in said
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert [entry.status for entry in await tx.waitlist.recent()] == [WaitlistStatus.TOLD]
    assert [name for name in await shop.names() if name.startswith("waitlist")] == ["waitlist.joined", "waitlist.told"]
    assert "1 × Taladro percutor" in await shop.says("sí")


async def test_outside_the_window_people_are_asked_to_tell(whatsapp: Shop) -> None:
    await whatsapp.says("tienes taladro percutor?")
    await whatsapp.says("avísame")
    await whatsapp.stock("TAL-1", 4)
    before = await whatsapp.last_said()
    await serve_waitlist(whatsapp.database, whatsapp.tenant_id, whatsapp.now + timedelta(days=2))
    assert await whatsapp.last_said() == before
    assert "waitlist.for_people" in await whatsapp.names()


async def test_a_cancelled_order_serves_the_waitlist(shop: Shop) -> None:
    await shop.orders_something(count=3)
    await shop.says("tienes martillo carpintero?", "+56933333333")
    await shop.says("avísame", "+56933333333")
    await shop.says("cancela mi pedido")
    await shop.says("sí")
    await serve_waitlist(shop.database, shop.tenant_id, shop.now)
    assert "Llegó" in await shop.last_said("+56933333333")


async def test_what_is_not_sold_is_noted_in_the_shoppers_words(shop: Shop) -> None:
    await shop.says("tienes dragones?")
    assert "dragones" in await shop.says("avísame")
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert [(entry.variant_id, entry.wanted) for entry in await tx.waitlist.recent()] == [(None, "dragones")]


async def test_a_wish_to_be_called_is_one_lead_that_more_completes(whatsapp: Shop) -> None:
    assert "+56911111111" in await whatsapp.says("llámame mañana en la tarde")
    await whatsapp.says("mi correo es ana@ejemplo.cl")
    async with whatsapp.database.transaction(whatsapp.tenant_id) as tx:
        (lead,) = await tx.leads.recent()
        assert (lead.phone, lead.email, lead.moment) == ("+56911111111", "ana@ejemplo.cl", "mañana en la tarde")
        assert lead.status is LeadStatus.NEW
    assert (await whatsapp.names()).count("lead.created") == 1
