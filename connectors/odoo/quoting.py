"""What a customer pays, where a pricelist decides: Odoo tells it of an order that is being written, and not saved.

It is what its own form asks while a salesperson types (`onchange`): nothing is created, so nothing is left behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, TypeAdapter

from connectors.odoo.calls import OdooCalls
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.loading import may
from connectors.odoo.products import OdooProduct
from connectors.odoo.shapes import Number, Related, Row, Text, search, search_count, search_read, shaped

QUOTES_SINCE = 17
_MOST_LINES = 100
# What a rule may be of, less than of everything: where it says so, and how its products are found.
_NARROW = {
    "0_product_variant": ("product_id", ("id", "in")),
    "1_product": ("product_tmpl_id", ("product_tmpl_id", "in")),
    "2_product_category": ("categ_id", ("categ_id", "child_of")),
}
# For what everybody pays: as new as a customer is who has never bought.
_ANYBODY = Customer("price_quote_customer", "Precios de Caserita")


class _Rule(Row):
    applied_on: Text
    product_tmpl_id: Related
    product_id: Related
    categ_id: Related


class _Line(BaseModel):
    product_id: Related
    price_total: Number


class _Values(BaseModel):
    order_line: list[tuple[int, object, _Line]]


class _Form(BaseModel):
    value: _Values


_FORM = TypeAdapter(_Form)
_ASKED: dict[str, object] = {
    "partner_id": {}, "company_id": {},
    "order_line": {"fields": {"product_id": {}, "product_uom_qty": {}, "price_total": {}}},
}  # fmt: skip


async def has_price_rules(calls: OdooCalls, since: str = "") -> bool:
    """Whether a pricelist may make a price other than the product's own; with `since`, whether that changed.

    Raises ConnectorError.
    """
    if calls.version < QUOTES_SINCE or not await may(calls, "product.pricelist.item", "read"):
        return False
    domain = [["write_date", ">=", since]] if since else []
    return bool(await search_count(calls, "product.pricelist.item", domain))


async def ruled_products(calls: OdooCalls) -> frozenset[int] | None:
    """Those of which even one may cost something else than their own price; None: all. Raises ConnectorError."""
    rules = await search_read(calls, "product.pricelist.item", _Rule, [["min_quantity", "<=", 1]], load="")
    if any(rule.applied_on not in _NARROW for rule in rules):
        return None
    wanted: list[Any] = [
        [field, operator, sorted(ids)]
        for name, (field, operator) in _NARROW.values()
        if (ids := {each for rule in rules if (each := getattr(rule, name))})
    ]
    if not wanted:
        return frozenset()
    return frozenset(await search(calls, "product.product", ["|"] * (len(wanted) - 1) + wanted))


async def anybody(calls: OdooCalls, company_id: int | None) -> int:
    """The contact whose prices are everybody's. Raises ConnectorError."""
    return await find_or_create(calls, _ANYBODY, company_id)


async def line_totals(
    calls: OdooCalls, partner_id: int, quantities: Mapping[int, int], company_id: int | None
) -> dict[int, Decimal]:
    """What this customer pays for so many of each product, taxes included. Raises ConnectorError."""
    values: dict[str, object] = {
        "partner_id": partner_id,
        "order_line": [
            [0, f"virtual_{at}", {"product_id": product_id, "product_uom_qty": quantity}]
            for at, (product_id, quantity) in enumerate(quantities.items())
        ],
    }
    values |= {"company_id": company_id} if company_id else {}
    answer = await calls.call("sale.order", "onchange", [], values=values, field_names=[], fields_spec=_ASKED)
    lines = [line for _, _, line in shaped(_FORM, answer).value.order_line]
    return {line.product_id: line.price_total for line in lines if line.product_id}


async def quoted(
    calls: OdooCalls, products: Sequence[OdooProduct], ruled: frozenset[int] | None, company_id: int | None
) -> list[OdooProduct]:
    """The same with what a new customer pays for one, taxes included, of each that is ruled. Raises ConnectorError."""
    ids = [product.id for product in products if ruled is None or product.id in ruled]
    if not ids:
        return list(products)
    partner_id = await anybody(calls, company_id)
    totals: dict[int, Decimal] = {}
    for start in range(0, len(ids), _MOST_LINES):
        totals |= await line_totals(calls, partner_id, dict.fromkeys(ids[start : start + _MOST_LINES], 1), company_id)
    return [
        replace(product, price=totals[product.id]) if totals.get(product.id, Decimal(0)) > 0 else product
        for product in products
    ]
