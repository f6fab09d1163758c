"""Products of an order by our codes, with what is left of each: for several orders at the same moment in one call."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.odoo.calls import OdooCalls
from connectors.odoo.gathering import gathered
from connectors.odoo.loading import known_fields
from connectors.odoo.products import is_counted
from connectors.odoo.shapes import Number, Row, Text, search_read

_OPTIONAL = ("free_qty", "is_storable", "virtual_available")
# What a product without a code of its own is called.
_OWN_CODE = re.compile(r"odoo-(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """What an order needs to know of a product. `free` is what nobody else was promised, `forecast` is below nothing
    where more was promised than there is; None: not counted."""

    id: int
    sku: str
    is_sold: bool
    free: Decimal | None
    forecast: Decimal | None = None


class _Product(Row):
    default_code: Text
    sale_ok: bool
    type: Text
    free_qty: Number | None = None
    is_storable: bool | None = None
    virtual_available: Number | None = None


async def find_products(calls: OdooCalls, skus: Sequence[str]) -> dict[str, list[FoundProduct]]:
    """By our SKUs; more than one of a SKU is for a person to sort out. Archived ones are not found.

    Raises ConnectorError.
    """

    async def find(asked: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], dict[str, list[FoundProduct]]]:
        every = await _find_products(calls, sorted({sku for each in asked for sku in each}))
        return {each: {sku: every[sku] for sku in each if sku in every} for each in asked}

    return await gathered(calls, ("products",), find).ask(tuple(skus))


async def _find_products(calls: OdooCalls, skus: Sequence[str]) -> dict[str, list[FoundProduct]]:
    optional = await known_fields(calls, "product.product", _OPTIONAL)
    own = {int(match[1]): sku for sku in skus if (match := _OWN_CODE.fullmatch(sku))}
    written = {form for sku in skus for form in (sku, sku.upper(), sku.lower())}
    rows = await search_read(
        calls, "product.product", _Product,
        ["|", ["default_code", "in", sorted(written)], ["id", "in", sorted(own)]],
        lacking=[name for name in _OPTIONAL if name not in optional], order="id",
    )  # fmt: skip
    by_code = {sku.lower(): sku for sku in skus}
    found: dict[str, list[FoundProduct]] = {}
    for row in rows:
        sku = by_code.get(row.default_code.lower()) or own.get(row.id)
        if sku is not None:
            counts = row.free_qty is not None and is_counted(row.is_storable, row.type)
            free, forecast = (row.free_qty, row.virtual_available) if counts else (None, None)
            found.setdefault(sku, []).append(FoundProduct(row.id, sku, row.sale_ok, free, forecast))
    return found
