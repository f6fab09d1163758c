"""Where a pricelist decides, the summary says what Odoo will charge, and the order is made at that."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from agent.brains.rules.brain import RulesBrain
from agent.orders.pricing import OdooPrices
from agent.turn import Agent
from data.catalogue_index import CatalogueIndexes
from data.repositories.sales import OrderWithLines
from data.search.embedders import make_embedder
from data.states import ConnectionKind, OrderStatus, Sender
from tests.agent.orders.shop import BOX, OdooTenant
from tests.servers.odoo_server import UNAVAILABLE, Fault

PHONE = "+56987654321"


class Shopper:
    """Writes from a phone that Odoo may know."""

    def __init__(self, shop: OdooTenant, *, seconds: float = 20.0) -> None:
        self.shop = shop
        prices = OdooPrices(shop.database, shop.http, BOX, seconds=seconds)
        indexes = CatalogueIndexes(shop.database, make_embedder(""))
        self.agent = Agent(shop.database, indexes, RulesBrain(), prices=prices, clock=lambda: shop.now)
        self.conversation_id = UUID(int=0)

    async def says(self, text: str) -> str:
        self.shop.now += timedelta(seconds=5)
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            self.conversation_id, _ = await tx.messages.receive(
                self.shop.channel_id, address=f"whatsapp:{PHONE}", contact_name="Ana", external_id=uuid4().hex,
                text=text, payload={}, sent_at=None, queue="none", now=self.shop.now,
            )  # fmt: skip
        await self.agent.take_turn(self.shop.tenant_id, self.conversation_id)
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            found = await tx.messages.history(self.conversation_id, limit=50)
        return [message.text for message in found if message.sender is Sender.AGENT][-1]

    async def ordered(self) -> OrderWithLines:
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            conversation = await tx.conversations.get(self.conversation_id)
            [found] = await tx.orders.of_contact(conversation.contact_id, 5)
        return found


async def decide_by_pricelist(shop: OdooTenant, percent: float, **rule: float) -> None:
    shop.odoo.shop.add_price_rule(percent, **rule)
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.connections.note(ConnectionKind.ODOO, has_price_rules=True)
        await tx.tenants.bump_catalogue_version()


async def test_so_many_cost_what_odoo_charges_for_so_many(shop: OdooTenant) -> None:
    await decide_by_pricelist(shop, 20.0, min_quantity=3)
    ana = Shopper(shop)
    await ana.says("quiero 3 poleras")
    summary = await ana.says("cerrar pedido")
    assert "Polera te queda a $9.520 c/u, en vez de $11.900" in summary
    assert "$28.560" in summary
    assert "$35.700" not in summary
    assert shop.odoo.shop.orders == []
    await ana.says("sí")
    found = await ana.ordered()
    assert (found.order.total, found.lines[0].unit_price) == (Decimal(28_560), Decimal(9_520))
    order = await shop.submit(found.order.id)
    assert (order.status, order.held_reason) == (OrderStatus.CONFIRMED, None)
    assert ", $28.560).\nDespacho: por preparar" in await ana.says("¿dónde está mi pedido?")


async def test_fewer_cost_what_the_catalogue_says(shop: OdooTenant) -> None:
    await decide_by_pricelist(shop, 20.0, min_quantity=3)
    ana = Shopper(shop)
    await ana.says("quiero 3 poleras")
    await ana.says("cerrar pedido")
    assert "$23.800" in await ana.says("mejor deja 2 poleras")
    assert "$23.800" in await ana.says("cerrar pedido")
    await ana.says("sí")
    assert (await ana.ordered()).order.total == Decimal(23_800)


async def test_a_customer_with_prices_of_her_own_is_known_by_her_phone(shop: OdooTenant) -> None:
    ana_there = shop.odoo.shop.add("res.partner", name="Ana", phone_sanitized=PHONE, vat=False, parent_id=False)
    await decide_by_pricelist(shop, 50.0, partner_id=ana_there)
    ana = Shopper(shop)
    await ana.says("quiero 2 poleras")
    assert "$11.900" in await ana.says("cerrar pedido")
    await ana.says("sí")
    order = await shop.submit((await ana.ordered()).order.id)
    assert (order.total, order.status) == (Decimal(11_900), OrderStatus.CONFIRMED)


@pytest.mark.parametrize("fault", [UNAVAILABLE, Fault(wait_seconds=5.0)], ids=["down", "slow"])
async def test_without_an_answer_the_catalogues_price_stands_and_the_order_is_held(
    shop: OdooTenant, fault: Fault
) -> None:
    await decide_by_pricelist(shop, 20.0, min_quantity=3)
    ana = Shopper(shop, seconds=0.5 if fault.wait_seconds else 20.0)
    await ana.says("quiero 3 poleras")
    shop.odoo.faults.append(fault)
    assert "$35.700" in await ana.says("cerrar pedido")
    shop.odoo.faults.clear()
    await ana.says("sí")
    order = await shop.submit((await ana.ordered()).order.id)
    assert order.held_reason is not None
    assert "$28.560" in order.held_reason


async def test_no_pricelist_no_question(shop: OdooTenant) -> None:
    ana = Shopper(shop)
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.tenants.bump_catalogue_version()
    await ana.says("quiero 3 poleras")
    assert "$35.700" in await ana.says("cerrar pedido")
    assert shop.odoo.calls == []
