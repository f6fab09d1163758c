"""What the shop sells, as its Odoo has it: variants, their stock, and what a customer pays for one."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.errors import ConnectorError
from connectors.odoo.calls import OdooCalls
from connectors.odoo.loading import known_fields, may
from connectors.odoo.references import References
from connectors.odoo.shapes import Number, Related, Row, Stamp, Text, search, search_read

PAGE = 500
_OPTIONAL = ("free_qty", "is_storable")
# Odoo hides what is archived from who does not ask for it.
_ANY = ["active", "in", [True, False]]


@dataclass(frozen=True, slots=True)
class OdooProduct:
    """A variant. `price` is what a customer pays for one, taxes included; `stock` None: not counted."""

    id: int
    sku: str
    template_id: int
    name: str
    price: Decimal
    currency: str
    stock: int | None
    barcode: str
    category: str
    description: str
    unit: str
    options: dict[str, str]
    is_sold: bool
    changed_at: str


class _Product(Row):
    """Never `standard_price`: any salesperson's key may read what the shop pays, and nobody here needs it. Nor
    `taxes_id`: reading it takes as long as all the rest, and asking which products a tax is of takes next to nothing.
    """

    name: Text
    default_code: Text
    barcode: Text
    lst_price: Number
    currency_id: Related
    categ_id: Related
    sale_ok: bool
    active: bool
    type: Text
    uom_id: Related
    product_tmpl_id: Related
    product_template_attribute_value_ids: list[int]
    description_sale: Text
    write_date: Text
    free_qty: Number | None = None
    is_storable: bool | None = None


class _Changed(Row):
    write_date: Stamp


class _Moved(Row):
    product_id: Related


async def latest_change(calls: OdooCalls) -> str:
    """When anything of the catalogue last changed, by Odoo's own clock; "" for an empty one."""
    models = ("product.product", *(["stock.quant"] if await has_stock(calls) else []))
    latest = [
        row.write_date
        for model in models
        for row in await search_read(calls, model, _Changed, [], order="write_date desc", limit=1)
    ]
    return max(latest, default="")


async def has_stock(calls: OdooCalls) -> bool:
    """Whether stock is kept in this Odoo, and its moves may be read."""
    return bool(await known_fields(calls, "product.product", ["free_qty"])) and await may(calls, "stock.quant", "read")


async def sold_products(calls: OdooCalls, *, after: int = 0, category: str = "", limit: int | None = None) -> list[int]:
    """Ids of what is for sale, in their order."""
    wanted: list[Any] = [["sale_ok", "=", True], ["id", ">", after]]
    wanted += [["categ_id", "ilike", category]] if category else []
    return await search(calls, "product.product", wanted, order="id", **({"limit": limit} if limit else {}))


async def changed_products(calls: OdooCalls, since: str) -> list[int]:
    """Ids of what changed, archived or not, and of what was moved: a product itself does not change by being sold."""
    moved = []
    if await has_stock(calls):
        rows = await search_read(calls, "stock.quant", _Moved, [["write_date", ">=", since]], load="", order="id")
        moved = sorted({row.product_id for row in rows if row.product_id})
    return await search(
        calls, "product.product", ["|", ["write_date", ">=", since], ["id", "in", moved], _ANY], order="id"
    )


async def pictured_products(calls: OdooCalls) -> frozenset[int]:
    """Those whose image the web shop shows to anyone: of the others it shows a grey camera. Raises ConnectorError."""
    wanted: list[Any] = ["|", ["image_variant_1920", "!=", False], ["product_tmpl_id.image_1920", "!=", False], _ANY]
    if await known_fields(calls, "product.template", ["is_published"]):
        wanted.append(["product_tmpl_id.is_published", "=", True])
    return frozenset(await search(calls, "product.product", wanted))


async def read_products(
    calls: OdooCalls, ids: Sequence[int], *, page: int = PAGE, decimals: int = 0
) -> AsyncGenerator[list[OdooProduct], None]:
    """Page by page, in the order of `ids`; what was deleted meanwhile is left out. While one page is looked at the next
    one is on its way. Raises ConnectorError."""
    references = References(calls)
    chunks = [list(ids[start : start + page]) for start in range(0, len(ids), page)]

    async def read(chunk: list[int]) -> list[OdooProduct]:
        return await _read(calls, chunk, references, decimals)

    ahead: asyncio.Task[list[OdooProduct]] | None = None
    try:
        for at, chunk in enumerate(chunks):
            products = await (ahead or read(chunk))
            ahead = asyncio.create_task(read(chunks[at + 1])) if at + 1 < len(chunks) else None
            yield products
    finally:
        if ahead is not None:
            ahead.cancel()
            with suppress(asyncio.CancelledError, ConnectorError):
                await ahead


async def _read(calls: OdooCalls, ids: Sequence[int], references: References, decimals: int) -> list[OdooProduct]:
    optional = await known_fields(calls, "product.product", _OPTIONAL)
    reading = search_read(
        calls, "product.product", _Product, [["id", "in", list(ids)], _ANY],
        lacking=[name for name in _OPTIONAL if name not in optional],
        load="",  # without the names of what it refers to: those are asked once
    )  # fmt: skip
    rows, taxes = await asyncio.gather(reading, references.taxes(ids))
    by_id = {row.id: row for row in rows}
    await asyncio.gather(
        references.learn("product.category", (row.categ_id for row in rows)),
        references.learn("uom.uom", (row.uom_id for row in rows)),
        references.learn("res.currency", (row.currency_id for row in rows)),
        references.learn_options(each for row in rows for each in row.product_template_attribute_value_ids),
    )
    return [await _product(by_id[each], references, taxes.get(each, ()), decimals) for each in ids if each in by_id]


async def _product(row: _Product, references: References, taxes: Sequence[int], decimals: int) -> OdooProduct:
    price = await references.with_taxes(row.lst_price, taxes)
    return OdooProduct(
        id=row.id,
        sku=sku_of(row.id, row.default_code),
        template_id=row.product_tmpl_id or row.id,
        name=row.name,
        price=price.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP),
        currency=references.name("res.currency", row.currency_id),
        stock=int(row.free_qty) if row.free_qty is not None and is_counted(row.is_storable, row.type) else None,
        barcode=row.barcode,
        category=_category(references.name("product.category", row.categ_id)),
        description=row.description_sale,
        unit=references.name("uom.uom", row.uom_id),
        options=references.options(row.product_template_attribute_value_ids),
        is_sold=row.sale_ok and row.active,
        changed_at=row.write_date,
    )


def sku_of(product_id: int, code: str) -> str:
    return code.strip() or f"odoo-{product_id}"


def is_counted(is_storable: bool | None, kind: str) -> bool:
    """Services and things that are not stored have no stock to run out of. Up to Odoo 17 the type says so."""
    return kind == "product" if is_storable is None else is_storable


def _category(path: str) -> str:
    """ "All / Ropa / Poleras" says no more of a product than "Ropa / Poleras"."""
    parts = [part.strip() for part in path.split("/")]
    return " / ".join(part for part in parts if part and part not in ("All", "Todos", "Saleable", "Vendible"))
