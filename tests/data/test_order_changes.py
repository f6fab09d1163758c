"""Carts, orders and stock against a small model: any course of events, and nothing is sold or given back twice."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import Database
from data.errors import OutOfStock, TransitionRefused
from data.models import Order, OrderLine, Summary
from data.order_changes import change_order
from data.repositories.sales import StoredLine
from data.states import ORDER_TRANSITIONS, ChannelKind, OrderStatus
from tests.database import make_tenant

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ON_HAND = 6
PRICE = Decimal(1990)

_buy = st.tuples(st.just("buy"), st.integers(1, 4))
_change = st.tuples(st.sampled_from(["cancelled", "confirmed", "fulfilled", "submitted"]), st.integers(0, 5))
_restock = st.tuples(st.just("restock"), st.integers(0, 12))


class Store:
    """A tenant that sells one thing, and the model of what it must hold."""

    def __init__(self, database: Database, tenant_id: UUID, variant_id: UUID) -> None:
        self.database, self.tenant_id, self.variant_id = database, tenant_id, variant_id
        self.on_hand = ON_HAND
        self.orders: list[tuple[UUID, int, OrderStatus]] = []

    @property
    def reserved(self) -> int:
        ended = {OrderStatus.CANCELLED, OrderStatus.FULFILLED}
        return sum(quantity for _, quantity, status in self.orders if status not in ended)

    async def buy(self, channel_id: UUID, quantity: int) -> None:
        can = self.on_hand - self.reserved >= quantity
        try:
            async with self.database.transaction(self.tenant_id) as tx:
                conversation = await tx.conversations.open(channel_id, str(uuid4()))
                cart_id = await tx.carts.open(conversation.id)
                await tx.carts.replace(cart_id, [StoredLine(self.variant_id, quantity, PRICE)])
                summary = Summary(
                    tenant_id=self.tenant_id, id=uuid4(), cart_id=cart_id, hash="h", lines=[], total=PRICE * quantity,
                    currency="CLP", text="…", expires_at=NOW,
                )  # fmt: skip
                await tx.orders.add_summary(summary)
                await tx.catalogue.take_stock(self.variant_id, "X", quantity)
                order = Order(
                    tenant_id=self.tenant_id, id=uuid4(), reference=f"S{await tx.tenants.next_order_number():05d}",
                    conversation_id=conversation.id, contact_id=conversation.contact_id, cart_id=cart_id,
                    summary_id=summary.id, total=PRICE * quantity, currency="CLP", placed_at=NOW,
                )  # fmt: skip
                line = OrderLine(
                    tenant_id=self.tenant_id, order_id=order.id, variant_id=self.variant_id, position=0, sku="X",
                    name="Cosa", quantity=quantity, unit_price=PRICE,
                )  # fmt: skip
                await tx.orders.place(order, [line])
        except OutOfStock:
            assert not can
            return
        assert can
        self.orders.append((order.id, quantity, OrderStatus.PLACED))

    async def change(self, to: OrderStatus, which: int) -> None:
        if not self.orders:
            return
        order_id, quantity, status = self.orders[which % len(self.orders)]

        async def once() -> bool | None:
            try:
                async with self.database.transaction(self.tenant_id) as tx:
                    return await change_order(tx, order_id, to, now=NOW)
            except TransitionRefused:
                return None

        done = await asyncio.gather(once(), once())
        allowed = to in ORDER_TRANSITIONS[status]
        assert done.count(True) == (1 if allowed else 0)
        if allowed:
            self.orders[which % len(self.orders)] = (order_id, quantity, to)
            self.on_hand -= quantity if to is OrderStatus.FULFILLED else 0
            self.on_hand = max(self.on_hand, 0)

    async def restock(self, on_hand: int) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.catalogue.set_stock([(self.variant_id, on_hand)])
        self.on_hand = on_hand

    async def check(self) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            item = (await tx.catalogue.by_variant_ids([self.variant_id]))[self.variant_id]
            assert item.available == max(self.on_hand - self.reserved, 0)
            for found in await tx.orders.recent(200):
                assert found.order.total == sum(line.unit_price * line.quantity for line in found.lines)
            names = [event.name for event in await tx.events.recent(500)]
        cancelled = sum(status is OrderStatus.CANCELLED for _, _, status in self.orders)
        assert names.count("stock.returned") == names.count("order.cancelled") == cancelled


async def open_store(database: Database) -> tuple[Store, UUID]:
    tenant_id, variant_id = await make_tenant(database), uuid4()
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", "web", {}, None)
        products = await tx.catalogue.upsert_products([{"key": "x", "name": "Cosa", "synonyms": []}])
        row: dict[str, Any] = {
            "id": variant_id, "product_id": products["x"], "sku": "X", "options": {}, "price": PRICE,
            "currency": "CLP", "content_hash": "x", "is_archived": False,
        }  # fmt: skip
        await tx.catalogue.insert_variants([row])
        await tx.catalogue.set_stock([(variant_id, ON_HAND)])
    return Store(database, tenant_id, variant_id), channel.id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(_buy, _change, _restock), min_size=4, max_size=14))
async def test_stock_and_orders_agree_whatever_happens(database: Database, steps: list[tuple[str, int]]) -> None:
    store, channel_id = await open_store(database)
    for name, value in steps:
        if name == "buy":
            await store.buy(channel_id, value)
        elif name == "restock":
            await store.restock(value)
        else:
            await store.change(OrderStatus(name), value)
    await store.check()
