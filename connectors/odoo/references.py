"""What products refer to by number: categories, units, options, taxes; each is asked of Odoo once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, Field, TypeAdapter

from connectors.odoo.calls import OdooCalls
from connectors.odoo.shapes import Named, Number, Row, Text, rows, search_read, shaped

GROUPS_SINCE = 19


class _Record(Row):
    display_name: Text


class _Option(Row):
    name: Text
    attribute_id: Named


class _TaxRow(Row):
    amount: Number
    amount_type: Text
    price_include: bool
    include_base_amount: bool


class _Taxed(Row):
    taxes_id: list[int]


class _Group(BaseModel):
    taxes_id: Named
    ids: list[int] = Field(alias="id:array_agg")


class _Total(BaseModel):
    total_included: Number


_GROUPS = TypeAdapter(list[_Group])
_TOTAL = TypeAdapter(_Total)


@dataclass(frozen=True, slots=True)
class _Tax:
    amount: Decimal
    is_included: bool


class References:
    def __init__(self, calls: OdooCalls) -> None:
        self._calls = calls
        self._names: dict[tuple[str, int], str] = {}
        self._options: dict[int, tuple[str, str]] = {}
        self._taxes: dict[int, _Tax | None] = {}

    async def learn(self, model: str, ids: Iterable[int | None]) -> None:
        """Raises ConnectorError."""
        unknown = {each for each in ids if each and (model, each) not in self._names}
        if unknown:
            answer = await self._calls.call(model, "read", sorted(unknown), fields=["display_name"])
            self._names |= {(model, row.id): row.display_name for row in rows(_Record, answer)}

    def name(self, model: str, record_id: int | None) -> str:
        return self._names.get((model, record_id), "") if record_id else ""

    async def learn_options(self, ids: Iterable[int]) -> None:
        """Raises ConnectorError."""
        if unknown := set(ids) - set(self._options):
            fields = ["name", "attribute_id"]
            answer = await self._calls.call("product.template.attribute.value", "read", sorted(unknown), fields=fields)
            for row in rows(_Option, answer):
                if row.attribute_id:
                    self._options[row.id] = (row.attribute_id[1], row.name)

    def options(self, ids: Sequence[int]) -> dict[str, str]:
        return dict(self._options[each] for each in ids if each in self._options)

    async def taxes(self, product_ids: Sequence[int]) -> dict[int, list[int]]:
        """Which taxes each of these products has. Raises ConnectorError."""
        wanted = [["id", "in", list(product_ids)], ["active", "in", [True, False]]]
        taxes: dict[int, list[int]] = {}
        if self._calls.version >= GROUPS_SINCE:
            answer = await self._calls.call(
                "product.product", "formatted_read_group", domain=wanted, groupby=["taxes_id"],
                aggregates=["id:array_agg"],
            )  # fmt: skip
            for group in shaped(_GROUPS, answer):
                for product_id in group.ids if group.taxes_id else ():
                    taxes.setdefault(product_id, []).append(group.taxes_id[0])  # type: ignore[index]  # just looked
        else:
            taxes = {row.id: row.taxes_id for row in await search_read(self._calls, "product.product", _Taxed, wanted)}
        await self._learn_taxes({each for some in taxes.values() for each in some})
        return taxes

    async def with_taxes(self, price: Decimal, ids: Sequence[int]) -> Decimal:
        """Plain percentages are added here; of any other kind Odoo is asked. Raises ConnectorError."""
        taxes = [self._taxes.get(each) for each in ids]
        if any(tax is None for tax in taxes):
            answer = await self._calls.call("account.tax", "compute_all", list(ids), price_unit=float(price))
            return shaped(_TOTAL, answer).total_included
        known = [tax for tax in taxes if tax is not None]
        included = sum((tax.amount for tax in known if tax.is_included), Decimal(0))
        added = sum((tax.amount for tax in known if not tax.is_included), Decimal(0))
        base = price / (1 + included / 100)
        return price + base * added / 100

    async def _learn_taxes(self, ids: set[int]) -> None:
        if unknown := ids - set(self._taxes):
            fields = ["amount", "amount_type", "price_include", "include_base_amount"]
            answer = await self._calls.call("account.tax", "read", sorted(unknown), fields=fields)
            for row in rows(_TaxRow, answer):
                is_simple = row.amount_type == "percent" and not row.include_base_amount
                self._taxes[row.id] = _Tax(row.amount, row.price_include) if is_simple else None
