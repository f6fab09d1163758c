"""What the shop sells, as its Odoo has it: variants, their stock, and what a customer pays for one."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.odoo.calls import OdooCalls
from connectors.odoo.gathering import gathered
from connectors.odoo.loading import known_fields, may

PAGE = 200
# Never `standard_price`: any salesperson's key may read what the shop pays, and nobody here needs it.
_FIELDS = ("id", "name", "default_code", "barcode", "lst_price", "currency_id", "categ_id", "taxes_id", "sale_ok",
           "active", "type", "uom_id", "product_tmpl_id", "product_template_attribute_value_ids",
           "description_sale", "write_date")  # fmt: skip
_OPTIONAL = ("free_qty", "is_storable", "public_categ_ids")
# What a product without a code of its own is called.
_OWN_CODE = re.compile(r"odoo-(\d+)", re.IGNORECASE)


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
    options: Mapping[str, str]
    is_sold: bool
    changed_at: str


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """What an order needs to know of a product. `free` is what nobody else was promised, `forecast` is below nothing
    where more was promised than there is; None: not counted."""

    id: int
    sku: str
    is_sold: bool
    free: Decimal | None
    forecast: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Tax:
    amount: Decimal
    is_included: bool


async def count_products(calls: OdooCalls, since: str = "", moved: Sequence[int] = ()) -> int:
    return int(await calls.call("product.product", "search_count", domain=_domain(since, moved)))


async def latest_change(calls: OdooCalls) -> str:
    """When anything of the catalogue last changed, by Odoo's own clock; "" for an empty one."""
    latest = [
        row["write_date"]
        for model in ("product.product", *(["stock.quant"] if await has_stock(calls) else []))
        for row in await calls.call(
            model, "search_read", domain=[], fields=["write_date"], order="write_date desc", limit=1
        )
    ]
    return max(latest, default="")


async def moved_products(calls: OdooCalls, since: str) -> list[int]:
    """Those whose stock changed: a product itself does not change by being sold."""
    if not await has_stock(calls):
        return []
    rows = await calls.call(
        "stock.quant", "search_read", domain=[["write_date", ">=", since]], fields=["product_id"], order="id"
    )
    return sorted({row["product_id"][0] for row in rows})


async def has_stock(calls: OdooCalls) -> bool:
    """Whether stock is kept in this Odoo, and its moves may be read."""
    return bool(await known_fields(calls, "product.product", ["free_qty"])) and await may(calls, "stock.quant", "read")


async def read_products(
    calls: OdooCalls,
    *,
    since: str = "",
    moved: Sequence[int] = (),
    page: int = PAGE,
    decimals: int = 0,
    after: int = 0,
    category: str = "",
) -> AsyncIterator[list[OdooProduct]]:
    """In pages by id. `since` is the `write_date` to begin at, `moved` are others to read as well; then what is
    archived or no longer sold comes too.

    `decimals` are those of the currency; `after` is the last id already had. Raises ConnectorError.
    """
    fields = [*_FIELDS, *await known_fields(calls, "product.product", _OPTIONAL)]
    names = _Names(calls)
    wanted = _domain(since, moved) + ([["categ_id", "ilike", category]] if category else [])
    while True:
        rows = await calls.call(
            "product.product", "search_read", domain=[*wanted, ["id", ">", after]], fields=fields, limit=page,
            order="id",
        )  # fmt: skip
        if not rows:
            return
        after = rows[-1]["id"]
        await names.learn(rows)
        yield [await _product(calls, row, names, decimals) for row in rows]


async def find_products(calls: OdooCalls, skus: Sequence[str]) -> dict[str, list[FoundProduct]]:
    """By our SKUs; more than one of a SKU is for a person to sort out. Archived ones are not found."""

    async def find(asked: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], dict[str, list[FoundProduct]]]:
        every = await _find_products(calls, sorted({sku for each in asked for sku in each}))
        return {each: {sku: every[sku] for sku in each if sku in every} for each in asked}

    return await gathered(calls, ("products",), find).ask(tuple(skus))


async def _find_products(calls: OdooCalls, skus: Sequence[str]) -> dict[str, list[FoundProduct]]:
    optional = await known_fields(calls, "product.product", ("free_qty", "is_storable", "virtual_available"))
    own = {int(match[1]): sku for sku in skus if (match := _OWN_CODE.fullmatch(sku))}
    written = {form for sku in skus for form in (sku, sku.upper(), sku.lower())}
    rows = await calls.call(
        "product.product", "search_read",
        domain=["|", ["default_code", "in", sorted(written)], ["id", "in", sorted(own)]],
        fields=["id", "default_code", "sale_ok", "type", *optional], order="id",
    )  # fmt: skip
    by_code = {sku.lower(): sku for sku in skus}
    found: dict[str, list[FoundProduct]] = {}
    for row in rows:
        sku = by_code.get((row["default_code"] or "").lower()) or own.get(row["id"])
        if sku is not None:
            free, forecast = (
                (Decimal(str(row[name])) if _is_counted(row) else None) for name in ("free_qty", "virtual_available")
            )
            found.setdefault(sku, []).append(FoundProduct(row["id"], sku, bool(row["sale_ok"]), free, forecast))
    return found


def sku_of(product_id: int, code: str | None) -> str:
    return (code or "").strip() or f"odoo-{product_id}"


class _Names:
    """Options, taxes and rates that products refer to, each read once."""

    def __init__(self, calls: OdooCalls) -> None:
        self._calls = calls
        self._values: dict[int, tuple[str, str]] = {}
        self._taxes: dict[int, _Tax | None] = {}

    async def learn(self, rows: Sequence[Mapping[str, Any]]) -> None:
        values = {each for row in rows for each in row["product_template_attribute_value_ids"]} - set(self._values)
        if values:
            for row in await self._calls.call(
                "product.template.attribute.value", "read", sorted(values), fields=["name", "attribute_id"]
            ):
                self._values[row["id"]] = (row["attribute_id"][1], row["name"])
        taxes = {each for row in rows for each in row["taxes_id"]} - set(self._taxes)
        if taxes:
            for row in await self._calls.call(
                "account.tax", "read", sorted(taxes),
                fields=["amount", "amount_type", "price_include", "include_base_amount"],
            ):  # fmt: skip
                is_simple = row["amount_type"] == "percent" and not row["include_base_amount"]
                self._taxes[row["id"]] = _Tax(Decimal(str(row["amount"])), row["price_include"]) if is_simple else None

    def options(self, ids: Sequence[int]) -> dict[str, str]:
        return dict(self._values[each] for each in ids if each in self._values)

    async def with_taxes(self, price: Decimal, ids: Sequence[int]) -> Decimal:
        """Plain percentages are added here; of any other kind Odoo is asked."""
        taxes = [self._taxes.get(each) for each in ids]
        if any(tax is None for tax in taxes):
            answer = await self._calls.call("account.tax", "compute_all", list(ids), price_unit=float(price))
            return Decimal(str(answer["total_included"]))
        known = [tax for tax in taxes if tax is not None]
        included = sum((tax.amount for tax in known if tax.is_included), Decimal(0))
        added = sum((tax.amount for tax in known if not tax.is_included), Decimal(0))
        base = price / (1 + included / 100)
        return price + base * added / 100


def _domain(since: str, moved: Sequence[int] = ()) -> list[Any]:
    if since:
        changed = ["|", ["write_date", ">=", since], ["id", "in", list(moved)]]
        return [*changed, ["active", "in", [True, False]]]
    return [["sale_ok", "=", True]]


async def _product(calls: OdooCalls, row: Mapping[str, Any], names: _Names, decimals: int) -> OdooProduct:
    price = await names.with_taxes(Decimal(str(row["lst_price"])), row["taxes_id"])
    return OdooProduct(
        id=row["id"],
        sku=sku_of(row["id"], row["default_code"]),
        template_id=row["product_tmpl_id"][0],
        name=row["name"],
        price=price.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP),
        currency=row["currency_id"][1] if row["currency_id"] else "",
        stock=int(Decimal(str(row["free_qty"]))) if _is_counted(row) else None,
        barcode=row["barcode"] or "",
        category=_category(row),
        description=row["description_sale"] or "",
        unit=row["uom_id"][1] if row["uom_id"] else "",
        options=names.options(row["product_template_attribute_value_ids"]),
        is_sold=bool(row["sale_ok"] and row["active"]),
        changed_at=row["write_date"] or "",
    )


def _is_counted(row: Mapping[str, Any]) -> bool:
    """Services and things that are not stored have no stock to run out of; without the stock module nothing has."""
    if "free_qty" not in row:
        return False
    return bool(row["is_storable"]) if "is_storable" in row else row["type"] == "product"


def _category(row: Mapping[str, Any]) -> str:
    """ "All / Ropa / Poleras" says no more of a product than "Ropa / Poleras"."""
    path = row["categ_id"][1] if row["categ_id"] else ""
    parts = [part.strip() for part in path.split("/")]
    return " / ".join(part for part in parts if part and part not in ("All", "Todos", "Saleable", "Vendible"))
