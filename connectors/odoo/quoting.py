"""Prices that a pricelist decides: Odoo tells them in a draft order only, so one is kept for asking."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connectors.odoo.calls import OdooCalls
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.loading import external, load, may
from connectors.odoo.orders import read_lines
from connectors.odoo.products import OdooProduct

# Odoo knows external ids by their name alone, whatever they are of.
_CUSTOMER, _ORDER = "price_quote_customer", "price_quote_order"
_REFERENCE = "Caserita: precios (no confirmar)"


async def has_price_rules(calls: OdooCalls, since: str = "") -> bool:
    """Whether a pricelist may make a price other than the product's own; with `since`, whether that changed."""
    if not await may(calls, "product.pricelist.item", "read"):
        return False
    domain = [["write_date", ">=", since]] if since else []
    return bool(await calls.call("product.pricelist.item", "search_count", domain=domain))


async def quoted(calls: OdooCalls, products: Sequence[OdooProduct], company_id: int | None) -> list[OdooProduct]:
    """The same with what a new customer pays for one of each, taxes included. The order is one for all times: its lines
    are given other products. Raises ConnectorError."""
    if not products:
        return []
    partner_id = await find_or_create(calls, Customer(_CUSTOMER, "Precios de Caserita"), company_id)
    head: dict[str, object] = {
        "id": external(_ORDER), "partner_id/.id": partner_id, "client_order_ref": _REFERENCE,
    } | ({"company_id/.id": company_id} if company_id else {})  # fmt: skip
    fields = [*head, "order_line/id", "order_line/product_id/.id", "order_line/product_uom_qty"]
    rows = [
        [*(head.values() if at == 0 else [""] * len(head)), external(f"{_ORDER}_{at}"), product.id, 1]
        for at, product in enumerate(products)
    ]
    order_id = await load(calls, "sale.order", fields, rows)
    totals = {line.product_id: line.total for line in await read_lines(calls, order_id)}
    return [
        replace(product, price=totals[product.id]) if totals.get(product.id, Decimal(0)) > 0 else product
        for product in products
    ]
