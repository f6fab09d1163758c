"""What became of an order in Odoo is noticed, told once, and undone here when it was undone there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from agent.orders.following import OrderFollower
from data.states import OrderStatus
from tests.agent.orders.shop import BOX, OdooTenant
from tests.servers.odoo_server import UNAVAILABLE


@pytest.fixture
def follower(shop: OdooTenant) -> OrderFollower:
    return OrderFollower(shop.database, shop.http, BOX, clock=lambda: shop.now)


async def sent(shop: OdooTenant, **config: Any) -> UUID:
    await shop.connect(**config)
    order_id = await shop.place({"POL-1": 2})
    await shop.submit(order_id)
    return order_id


def there(shop: OdooTenant, **values: Any) -> None:
    [order] = shop.odoo.shop.orders
    shop.odoo.shop.change("sale.order", order["id"], **values)


async def outbound(shop: OdooTenant, order_id: UUID) -> list[str]:
    order = await shop.order(order_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        history = await tx.messages.history(order.conversation_id, limit=50)
    return [message.text for message in history if message.sender.value != "contact"]


async def available(shop: OdooTenant) -> int | None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return (await tx.catalogue.by_skus(["POL-1"]))["POL-1"].available


async def test_nothing_new_is_nothing_told(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop, notifies_shoppers=True)
    await follower.follow(shop.tenant_id)
    assert await shop.events("order.status_changed") == []
    assert await outbound(shop, order_id) == []
    state = (await shop.order(order_id)).external_state or {}
    assert state["portal_url"].startswith(f"{shop.odoo.url}/my/orders/")


async def test_a_delivery_there_is_a_fulfilled_order_here(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop, notifies_shoppers=True)
    there(shop, delivery_status="full")
    for _ in range(2):
        await follower.follow(shop.tenant_id)
    order = await shop.order(order_id)
    assert order.status is OrderStatus.FULFILLED
    [changed] = await shop.events("order.status_changed")
    assert (changed.payload["before"], changed.payload["status"], changed.payload["delivery"]) == (
        "confirmed",
        "fulfilled",
        "full",
    )
    [told] = await outbound(shop, order_id)
    assert order.reference in told


async def test_a_shopper_is_told_only_if_the_shop_wishes(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop)
    there(shop, delivery_status="full")
    await follower.follow(shop.tenant_id)
    assert (await shop.order(order_id)).status is OrderStatus.FULFILLED
    assert await outbound(shop, order_id) == []


async def test_a_quotation_that_the_shop_confirms_is_confirmed_here(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop, confirms_orders=False)
    assert (await shop.order(order_id)).status is OrderStatus.SUBMITTED
    there(shop, state="sale", delivery_status="pending", invoice_status="to invoice")
    await follower.follow(shop.tenant_id)
    order = await shop.order(order_id)
    assert order.status is OrderStatus.CONFIRMED
    assert order.external_state is not None
    assert (order.external_state["state"], order.external_state["invoice"]) == ("sale", "to invoice")


async def test_an_order_cancelled_there_gives_its_stock_back(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop, notifies_shoppers=True)
    assert await available(shop) == 98
    there(shop, state="cancel", delivery_status=False)
    await follower.follow(shop.tenant_id)
    assert (await shop.order(order_id)).status is OrderStatus.CANCELLED
    assert await available(shop) == 100
    assert len(await outbound(shop, order_id)) == 1


async def test_an_odoo_that_is_away_is_asked_again(shop: OdooTenant, follower: OrderFollower) -> None:
    order_id = await sent(shop)
    there(shop, delivery_status="full")
    shop.odoo.faults.append(UNAVAILABLE)
    await follower.follow(shop.tenant_id)
    assert (await shop.order(order_id)).status is OrderStatus.CONFIRMED
    await follower.follow(shop.tenant_id)
    assert (await shop.order(order_id)).status is OrderStatus.FULFILLED


async def test_orders_are_followed_now_and_then(shop: OdooTenant, follower: OrderFollower) -> None:
    await sent(shop)
    for _ in range(2):
        await follower.follow_when_due(shop.tenant_id)
    assert await shop.jobs("follow_orders") == 1
    shop.now += timedelta(minutes=3)
    await follower.follow_when_due(shop.tenant_id)
    assert await shop.jobs("follow_orders") == 2
