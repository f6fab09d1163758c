"""What a turn finds in the real catalogue: alternatives to a product, and what goes with it."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from agent.retriever import Retriever
from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.models import Order, OrderLine, Summary
from data.search.embedders import HashedNgramEmbedder
from data.states import ChannelKind, OrderStatus
from tests.data.test_catalogue_index import add

PRODUCTS = {
    "M-1": "Martillo carpintero 16 oz",
    "M-2": "Martillo carpintero 20 oz",
    "M-3": "Martillo de goma",
    "P-1": "Polera negra algodón",
    "C-1": "Clavo corriente 2 pulgadas",
}


@pytest.fixture
async def retriever(database: Database, tenant_id: UUID) -> Retriever:
    await add(database, tenant_id, PRODUCTS)
    return Retriever(database, CatalogueIndexes(database, HashedNgramEmbedder()), tenant_id)


async def test_the_like_of_a_product_is_found(retriever: Retriever) -> None:
    assert [item.sku for item in await retriever.similar("m-1", 5)] == ["M-2", "M-3"]
    assert await retriever.similar("nope", 5) == []


async def test_without_orders_nothing_goes_with_it(retriever: Retriever) -> None:
    assert await retriever.bought_with("M-1", 5) == []


async def test_what_is_ordered_together_goes_together(
    retriever: Retriever, database: Database, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    await order(database, tenant_id, ["M-1", "C-1"])
    await order(database, tenant_id, ["M-1", "C-1", "P-1"])
    await order(database, tenant_id, ["M-1", "M-3"], OrderStatus.CANCELLED)
    await order(database, tenant_id, ["M-2", "M-3"])
    assert [item.sku for item in await retriever.bought_with("M-1", 5)] == ["C-1", "P-1"]
    assert [item.sku for item in await retriever.bought_with("M-1", 1)] == ["C-1"]
    async with database.transaction(tenant_id) as tx:
        hammer = (await tx.catalogue.by_skus(["M-1"]))["M-1"].variant_id
    async with database.transaction(other_tenant_id) as tx:
        assert await tx.orders.bought_with(hammer, 5) == []


async def order(database: Database, tenant_id: UUID, skus: list[str], status: OrderStatus = OrderStatus.PLACED) -> None:
    now = datetime.now(UTC)
    async with database.transaction(tenant_id) as tx:
        items = await tx.catalogue.by_skus(skus)
        channel = await tx.channels.by_address(ChannelKind.WEBCHAT, "web") or await tx.channels.add(
            ChannelKind.WEBCHAT, "web", "web", {}, None
        )
        conversation = await tx.conversations.open(channel.id, f"contact-{uuid4()}")
        cart_id = await tx.carts.open(conversation.id)
        summary = Summary(
            tenant_id=tenant_id, id=uuid4(), cart_id=cart_id, hash="h", lines=[], total=Decimal(1), currency="CLP",
            text="…", expires_at=now,
        )  # fmt: skip
        await tx.orders.add_summary(summary)
        placed = Order(
            tenant_id=tenant_id, id=uuid4(), reference=f"S{uuid4()}", conversation_id=conversation.id,
            contact_id=conversation.contact_id, cart_id=cart_id, summary_id=summary.id, total=Decimal(1),
            currency="CLP", placed_at=now, status=status,
        )  # fmt: skip
        lines = [
            OrderLine(
                tenant_id=tenant_id, order_id=placed.id, variant_id=items[sku].variant_id, position=position, sku=sku,
                name=items[sku].name, quantity=1, unit_price=Decimal(1),
            )
            for position, sku in enumerate(skus)
        ]  # fmt: skip
        await tx.orders.place(placed, lines)
