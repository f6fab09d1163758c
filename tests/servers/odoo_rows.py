"""What a small Odoo holds and what follows from it: prices, taxes, units reserved, and which rows a domain finds."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.servers.odoo_models import FIELDS, RELATED, OdooError, Row


class OdooRows:
    """`lacking` are rights (model, operation) that the key's user does not have. `rates` by pricelist are not kept."""

    def __init__(self, version: int = 19) -> None:
        self.version = version
        self.rows: dict[str, dict[int, Row]] = {model: {} for model in FIELDS}
        self.external: dict[str, tuple[str, int]] = {}
        self.lacking: set[tuple[str, str]] = set()
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._ids = itertools.count(1)
        self._order_numbers = itertools.count(1)
        self._seed()

    def add(self, model: str, /, **values: Any) -> int:
        record_id = next(self._ids)
        self.rows[model][record_id] = {"id": record_id, "write_date": self.now()} | values
        return record_id

    def add_product(self, name: str, code: str | None, price: float, stock: float | None = 50, **values: Any) -> int:
        """`stock` None: a service. Options as in `options={"Talla": "M"}`."""
        options = [
            self.add("product.template.attribute.value", name=value, attribute_id=self._attribute(attribute))
            for attribute, value in values.pop("options", {}).items()
        ]
        template = values.pop("template", None) or self.add("product.template", name=name)
        defaults = {
            "name": name, "default_code": code or False, "barcode": False, "lst_price": price,
            "currency_id": self.clp, "categ_id": False, "taxes_id": [self.net_tax], "sale_ok": True, "active": True,
            "type": "service" if stock is None else ("consu" if self.version >= 18 else "product"),
            "is_storable": stock is not None, "uom_id": self.unit, "product_tmpl_id": template,
            "product_template_attribute_value_ids": options, "description_sale": False,
            "qty_available": stock or 0, "standard_price": price / 2, "image_variant_1920": False,
        }  # fmt: skip
        return self.add("product.product", **(defaults | values))

    def add_price_rule(self, percent: float, **rule: Any) -> int:
        """Of every product, for one and for everybody, unless it says otherwise."""
        of = "0_product_variant" if "product_id" in rule else "3_global"
        return self.add(
            "product.pricelist.item", **({"percent_price": percent, "min_quantity": 0, "applied_on": of} | rule)
        )

    @property
    def orders(self) -> list[Row]:
        return list(self.rows["sale.order"].values())

    def change(self, model: str, record_id: int, /, **values: Any) -> None:
        self.rows[model][record_id].update(values, write_date=self.now())

    def now(self) -> str:
        return self.clock().strftime("%Y-%m-%d %H:%M:%S")

    def has_field(self, model: str, field: str) -> bool:
        if field == "is_storable" and self.version < 18:
            return False
        return field in ("id", "display_name") or field in FIELDS[model]

    def gross(self, price: Decimal, tax_ids: Sequence[int]) -> Decimal:
        taxes = [self.rows["account.tax"][each] for each in tax_ids]
        rate = {
            flag: sum((Decimal(str(tax["amount"])) for tax in taxes if tax["price_include"] is flag), Decimal(0))
            for flag in (True, False)
        }
        return price + price / (1 + rate[True] / 100) * rate[False] / 100

    # How.

    def _seed(self) -> None:
        self.clp = self.add("res.currency", name="CLP")
        self.chile = self.add("res.country", name="Chile", code="CL")
        self.rut_type = self.add("l10n_latam.identification.type", name="RUT", country_id=self.chile)
        self.unit = self.add("uom.uom", name="Unidades")
        self.net_tax = self._tax("19% IVA", included=False)
        self.gross_tax = self._tax("IVA incluido", included=True)
        self.warehouse = self.add("stock.warehouse", name="Bodega", code="WH")

    def _tax(self, name: str, *, included: bool) -> int:
        return self.add("account.tax", name=name, amount=19.0, amount_type="percent", price_include=included,
                        include_base_amount=False)  # fmt: skip

    def _attribute(self, name: str) -> int:
        known = [row["id"] for row in self.rows["product.attribute"].values() if row["name"] == name]
        return known[0] if known else self.add("product.attribute", name=name)

    def _price(self, product_id: int, quantity: float, partner_id: int) -> float:
        """A pricelist shows in an order only, never in a product. Here a rule may be one customer's."""
        price = float(self.rows["product.product"][product_id]["lst_price"])
        for rule in self.rows["product.pricelist.item"].values():
            is_of_it = rule.get("product_id", product_id) == product_id
            if is_of_it and quantity >= rule["min_quantity"] and rule.get("partner_id", partner_id) == partner_id:
                price *= 1 - rule["percent_price"] / 100
        return price

    def _visible(self, model: str, row: Row, domain: Sequence[Any]) -> bool:
        """What is archived shows only to who asks for it."""
        return row.get("active", True) or any(isinstance(term, list) and term[0] == "active" for term in domain)

    def _matches(self, model: str, row: Row, domain: Sequence[Any]) -> bool:
        terms = list(domain)
        results: list[bool] = []
        while terms:  # prefix notation, read from its end
            term = terms.pop()
            if term == "|":
                results.append(results.pop() | results.pop())
            elif term == "&":
                results.append(results.pop() & results.pop())
            else:
                results.append(self._holds(model, row, *term))
        return all(results)

    def _holds(self, model: str, row: Row, name: str, operator: str, wanted: Any) -> bool:
        first, _, rest = name.partition(".")
        if not self.has_field(model, first):
            raise OdooError("builtins.ValueError", 1, 500, f"Invalid field {model}.{name}")
        value = row.get(first, False)
        if operator == "ilike" and FIELDS[model].get(first) == "many2one":
            value = self.rows[RELATED[first]][value]["name"] if value else ""
        if rest:
            value = self.rows[RELATED[first]][value].get(rest, False) if value else False
        return bool(_OPERATORS[operator](value, wanted))

    def _value(self, model: str, row: Row, name: str, *, is_named: bool = True) -> Any:
        if name == "display_name":
            return row["name"]
        if model == "sale.order" and name in ("order_line", "amount_total"):
            lines = [line for line in self.rows["sale.order.line"].values() if line["order_id"] == row["id"]]
            if name == "order_line":
                return [line["id"] for line in lines]
            return float(rounded(sum((self._line_total(line) for line in lines), Decimal(0))))
        if model == "sale.order.line" and name.startswith("price_") and name != "price_unit":
            total = self._line_total(row)
            return float(rounded(total if name == "price_total" else self._line_net(row)))
        if name in ("free_qty", "virtual_available"):
            left = row["qty_available"] - self._reserved(row["id"])
            return max(left, 0.0) if name == "free_qty" else left
        value = row.get(name, False)
        if FIELDS[model].get(name) == "many2one" and value and is_named and name in RELATED:
            return [value, self.rows[RELATED[name]][value]["name"]]
        return value

    def _line_total(self, line: Row) -> Decimal:
        product = self.rows["product.product"][line["product_id"]]
        return self.gross(Decimal(str(line["price_unit"])) * Decimal(str(line["product_uom_qty"])), product["taxes_id"])

    def _line_net(self, line: Row) -> Decimal:
        product = self.rows["product.product"][line["product_id"]]
        included = sum(
            (Decimal(str(self.rows["account.tax"][each]["amount"])) for each in product["taxes_id"]
             if self.rows["account.tax"][each]["price_include"]), Decimal(0),
        )  # fmt: skip
        return Decimal(str(line["price_unit"])) * Decimal(str(line["product_uom_qty"])) / (1 + included / 100)

    def _reserved(self, product_id: int) -> float:
        sold = {row["id"] for row in self.orders if row["state"] == "sale"}
        lines = self.rows["sale.order.line"].values()
        return sum(
            float(line["product_uom_qty"])
            for line in lines
            if line["product_id"] == product_id and line["order_id"] in sold
        )


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted,
    "<=": lambda value, wanted: value <= wanted,
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
    "ilike": lambda value, wanted: str(wanted).lower() in str(value or "").lower(),
}


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)
