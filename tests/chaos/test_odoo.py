"""The short form: answers are lost and workers die in the middle; each order arrives once. See tests/chaos/odoo.py."""

import asyncio
import random
from decimal import Decimal
from uuid import UUID

from connectors.http import GuardedHttp, parse_networks
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import connect
from data.database import Database
from data.states import OrderStatus
from tests.agent.orders.shop import OdooTenant, open_shop
from tests.chaos.odoo_chaos import Chaos, create_with_retry, judge
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, odoo_server

SEED = 20_261_121
PLACED = 24


async def test_each_order_arrives_once_whatever_is_lost(database: Database, tenant_id: UUID) -> None:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    chance = random.Random(SEED)  # noqa: S311 - the same run again
    async with odoo_server() as odoo:
        shop = await open_shop(database, tenant_id, http, odoo)
        odoo.shop.change("product.product", next(iter(odoo.shop.rows["product.product"])), qty_available=1000)
        await shop.sell("X-1", 1190, stock=1000)
        odoo.shop.add_product("X", "X-1", 1000, 1000)
        orders = [await shop.place({"X-1": 1 + number % 3}) for number in range(PLACED)]
        odoo.chaos = chaos = Chaos(SEED, share=0.15, slow_seconds=0.6)
        waiting = set(orders)
        for _ in range(30):
            await asyncio.gather(*(_submit_and_maybe_die(shop, order_id, chance) for order_id in waiting))
            waiting = {order_id for order_id in waiting if (await shop.order(order_id)).submitted_at is None}
            if not waiting:
                break
        verdict = judge(odoo, len(orders))
        states = [await shop.order(order_id) for order_id in orders]
    await http.close()
    assert chaos.told["ambiguous"] >= 5
    assert not waiting
    assert (verdict.made, verdict.references, verdict.confirmed) == (PLACED,) * 3
    assert (verdict.partners, verdict.notes) == (PLACED,) * 2
    assert verdict.total == sum((order.total for order in states), Decimal(0))
    assert {order.status for order in states} == {OrderStatus.CONFIRMED}


async def _submit_and_maybe_die(shop: OdooTenant, order_id: UUID, chance: random.Random) -> None:
    """A worker that is killed leaves its calls half done and writes nothing."""
    work = asyncio.create_task(shop.submitter.submit(shop.tenant_id, order_id))
    if chance.random() < 0.3:
        await asyncio.wait([work], timeout=chance.uniform(0.05, 0.8))
        work.cancel()
    await asyncio.wait([work])


async def test_creating_again_what_got_no_answer_doubles(database: Database, tenant_id: UUID) -> None:
    """The control."""
    http = GuardedHttp(parse_networks("127.0.0.1/32"), total_seconds=0.3)
    async with odoo_server() as odoo:
        product, partner = odoo.shop.add_product("X", "X-1", 1000), odoo.shop.add("res.partner", name="Ana")
        calls = await connect(http, OdooAccess(odoo.url, DATABASE, KEY, LOGIN), call_seconds=0.3)
        odoo.chaos = Chaos(SEED, slow_seconds=0.1)
        await create_with_retry(calls, [f"S{number}" for number in range(40)], partner, product)
        verdict = judge(odoo, 40)
    await http.close()
    assert verdict.references == 40
    assert verdict.made > 40
