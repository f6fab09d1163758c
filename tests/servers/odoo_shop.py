"""What a small Odoo holds and how its models behave, the surprising parts included: one call is one transaction."""

import copy
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stdnum.cl import rut

Row = dict[str, Any]

# Which fields a model has here: of any other it raises, as Odoo does.
FIELDS: dict[str, dict[str, str]] = {
    "res.partner": {
        "name": "char", "vat": "char", "phone": "char", "phone_sanitized": "char", "email": "char", "street": "char",
        "city": "char", "country_id": "many2one", "parent_id": "many2one", "company_id": "many2one",
        "is_company": "boolean", "company_type": "selection", "l10n_latam_identification_type_id": "many2one",
        "l10n_cl_activity_description": "char", "l10n_cl_sii_taxpayer_type": "selection", "write_date": "datetime",
    },
    "res.company": {"name": "char"},
    "res.country": {"name": "char", "code": "char"},
    "l10n_latam.identification.type": {"name": "char", "country_id": "many2one"},
    "res.currency": {"name": "char"},
    "product.category": {"name": "char"},
    "uom.uom": {"name": "char"},
    "product.template": {"name": "char", "image_1920": "binary", "is_published": "boolean"},
    "account.tax": {
        "name": "char", "amount": "float", "amount_type": "selection", "price_include": "boolean",
        "include_base_amount": "boolean",
    },
    "product.attribute": {"name": "char"},
    "product.template.attribute.value": {"name": "char", "attribute_id": "many2one"},
    "product.product": {
        "name": "char", "default_code": "char", "barcode": "char", "lst_price": "float", "currency_id": "many2one",
        "categ_id": "many2one", "taxes_id": "many2many", "sale_ok": "boolean", "active": "boolean",
        "type": "selection", "is_storable": "boolean", "uom_id": "many2one", "product_tmpl_id": "many2one",
        "product_template_attribute_value_ids": "many2many", "description_sale": "text", "free_qty": "float",
        "qty_available": "float", "virtual_available": "float", "standard_price": "float",
        "image_variant_1920": "binary", "write_date": "datetime",
    },
    "product.pricelist.item": {
        "percent_price": "float", "min_quantity": "float", "applied_on": "selection", "product_id": "many2one",
        "product_tmpl_id": "many2one", "categ_id": "many2one", "partner_id": "many2one", "write_date": "datetime",
    },
    "stock.warehouse": {"name": "char", "code": "char"},
    "stock.quant": {"product_id": "many2one", "inventory_quantity": "float", "write_date": "datetime"},
    "sale.order": {
        "name": "char", "state": "selection", "partner_id": "many2one", "client_order_ref": "char", "origin": "char",
        "order_line": "one2many", "amount_total": "monetary", "currency_id": "many2one", "company_id": "many2one",
        "warehouse_id": "many2one", "locked": "boolean", "delivery_status": "selection",
        "invoice_status": "selection", "write_date": "datetime",
    },
    "sale.order.line": {
        "order_id": "many2one", "product_id": "many2one", "product_uom_qty": "float", "price_unit": "float",
        "price_subtotal": "monetary", "price_total": "monetary", "display_type": "selection", "sequence": "integer",
    },
    "mail.message": {
        "model": "char", "res_id": "many2one_reference", "body": "html", "message_type": "selection",
        "subtype_id": "many2one",
    },
    "res.users.apikeys": {"name": "char", "expiration_date": "datetime", "scope": "char"},
}  # fmt: skip
REQUIRED = {"res.partner": ("name",), "sale.order": ("partner_id",), "product.product": ("name",)}
RELATED = {
    "country_id": "res.country", "currency_id": "res.currency", "categ_id": "product.category", "uom_id": "uom.uom",
    "product_tmpl_id": "product.template", "attribute_id": "product.attribute", "partner_id": "res.partner",
    "taxes_id": "account.tax",
    "product_id": "product.product", "order_id": "sale.order",
}  # fmt: skip


class OdooError(Exception):
    """`name` is the class Odoo would raise, `fault` its code in XML-RPC, `status` its status in JSON-2."""

    def __init__(self, name: str, fault: int, status: int, message: str = "no se puede") -> None:
        super().__init__(message)
        self.name, self.fault, self.status, self.message = name, fault, status, message


def user_error(message: str) -> OdooError:
    return OdooError("odoo.exceptions.UserError", 2, 422, message)


class OdooShop:
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

    # What a test puts in or looks at.

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

    # What calls do.

    def call(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        if model not in FIELDS:
            if self.version >= 19:
                raise OdooError("werkzeug.exceptions.NotFound", 2, 404, f"the model '{model}' does not exist")
            raise OdooError("odoo.exceptions.UserError", 2, 422)
        handler = getattr(self, f"_{method}", None) if method in METHODS else None
        if handler is None or (method == "has_access" and self.version < 18):
            raise OdooError("werkzeug.exceptions.NotFound", 1, 404, f"no method {method}")
        named = {name: value for name, value in arguments.items() if name != "context"}
        try:
            return handler(model, *([] if ids is None and method in OF_MODELS else [list(ids or [])]), **named)
        except TypeError as error:
            raise OdooError("werkzeug.exceptions.UnprocessableEntity", 1, 422, str(error)) from error

    def _fields_get(self, model: str, allfields: Sequence[str] = (), attributes: Sequence[str] = ()) -> Any:
        return {name: {"type": FIELDS[model][name]} for name in allfields
                if name in FIELDS[model] and self.has_field(model, name)}  # fmt: skip

    def _has_access(self, model: str, ids: Sequence[int], operation: str) -> bool:
        return (model, operation) not in self.lacking

    def _check_access_rights(self, model: str, operation: str, raise_exception: bool = True) -> bool:
        return (model, operation) not in self.lacking

    def _search_read(  # noqa: PLR0917 - as Odoo names them
        self, model: str, domain: Sequence[Any] = (), fields: Sequence[str] = (), offset: int = 0,
        limit: int | None = None, order: str = "id", load: str = "_classic_read",
    ) -> list[Row]:  # fmt: skip
        return self._read(model, self._search(model, domain, offset, limit, order), fields=fields, load=load)

    def _search(
        self, model: str, domain: Sequence[Any] = (), offset: int = 0, limit: int | None = None, order: str = "id"
    ) -> list[int]:
        self._need(model, "read")
        # Five hundred ids are looked for in two thousand rows.
        domain = [[*term[:2], frozenset(term[2])] if "in" in term[1:2] else term for term in domain]
        found = [row for row in self.rows[model].values() if self._visible(model, row, domain)]
        ids = sorted(row["id"] for row in found if self._matches(model, row, domain))
        if order == "write_date desc":
            ids.sort(key=lambda each: self.rows[model][each]["write_date"], reverse=True)
        return ids[offset : None if limit is None else offset + limit]

    def _search_count(self, model: str, domain: Sequence[Any] = ()) -> int:
        return len(self._search(model, domain))

    def _read(
        self, model: str, ids: Sequence[int], fields: Sequence[str] = (), load: str = "_classic_read"
    ) -> list[Row]:
        """Of unknown ids nothing is said. What is related comes with its name unless asked otherwise."""
        self._need(model, "read")
        for name in fields:
            if not self.has_field(model, name):
                raise OdooError("builtins.ValueError", 1, 500, f"Invalid field '{name}' on '{model}'")
        is_named = load == "_classic_read"
        rows = [self.rows[model][each] for each in ids if each in self.rows[model]]
        return [
            {"id": row["id"]} | {name: self._value(model, row, name, is_named=is_named) for name in fields}
            for row in rows
        ]

    def _formatted_read_group(
        self, model: str, domain: Sequence[Any], groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """Of a field that relates to many, as `taxes_id`: who has none is a group too."""
        [name] = groupby
        groups: dict[Any, list[int]] = {}
        for each in self._search(model, domain):
            for related in self.rows[model][each][name] or [False]:
                groups.setdefault(related, []).append(each)
        return [
            {name: related and [related, self.rows[RELATED[name]][related]["name"]], aggregates[0]: ids}
            for related, ids in groups.items()
        ]

    def _onchange(
        self, model: str, ids: Sequence[int], values: Row, field_names: Sequence[str], fields_spec: Row
    ) -> Row:
        """What a form shows of an order that nobody has saved: nothing is written."""
        self._need(model, "create")
        lines = []
        for _, name, wanted in values["order_line"]:
            if wanted["product_id"] not in self.rows["product.product"]:
                raise OdooError("builtins.KeyError", 1, 500, "order_line")
            price = self._price(wanted["product_id"], wanted["product_uom_qty"], values["partner_id"])
            total = float(_rounded(self._line_total(wanted | {"price_unit": price})))
            lines.append([0, name, {"product_id": wanted["product_id"], "price_total": total}])
        return {"value": {"order_line": lines, "currency_id": self.clp}}

    def _write(self, model: str, ids: Sequence[int], vals: Row) -> bool:
        self._need(model, "write")
        for each in ids:
            self.change(model, each, **vals)
        return True

    def _create(self, model: str, vals_list: Row | Sequence[Row]) -> list[int]:
        """By XML-RPC the values come by place only: Odoo looks for them there."""
        self._need(model, "create")
        rows = [vals_list] if isinstance(vals_list, Mapping) else vals_list
        return [self._create_one(model, dict(row)) for row in rows]

    def _load(self, model: str, fields: Sequence[str], data: Sequence[Sequence[str]]) -> Row:
        """An upsert by external id; errors are told in a success, and change nothing."""
        starts = [at for at, row in enumerate(data) if row[0]]
        before = copy.deepcopy((self.rows, self.external)) if len(starts) > 1 else None
        try:
            ids = [
                self._load_record(model, fields, data[start:end])
                for start, end in itertools.pairwise([*starts, len(data)])
            ]
        except OdooError as error:
            self.rows, self.external = before or (self.rows, self.external)
            return {"ids": False, "messages": [{"type": "error", "message": error.message, "record": 0}], "nextrow": 0}
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _load_record(self, model: str, fields: Sequence[str], data: Sequence[Sequence[str]]) -> int:
        head = {name: value for name, value in zip(fields, data[0], strict=True) if value and "order_line" not in name}
        lines = [
            {name.removeprefix("order_line/"): value for name, value in zip(fields, row, strict=True)
             if name.startswith("order_line/") and value}
            for row in data
        ]  # fmt: skip
        return self._upsert(model, head, [line for line in lines if line])

    def _action_confirm(self, model: str, ids: Sequence[int]) -> bool:
        """Without ids it confirms nothing and says true. Of stock it says nothing either."""
        for each in ids:
            if self.rows[model][each]["state"] not in ("draft", "sent"):
                raise user_error("Algunas órdenes no se encuentran en un estado que necesite confirmación.")
        for each in ids:
            self.change(model, each, state="sale", delivery_status="pending", invoice_status="to invoice")
        return True

    def _action_cancel(self, model: str, ids: Sequence[int]) -> bool:
        if any(self.rows[model][each]["locked"] for each in ids):
            raise user_error("No puede cancelar una orden bloqueada.")
        for each in ids:
            self.change(model, each, state="cancel", delivery_status=False, invoice_status="no")
        return True

    def _action_lock(self, model: str, ids: Sequence[int]) -> None:
        for each in ids:
            self.change(model, each, locked=True)

    def _action_unlock(self, model: str, ids: Sequence[int]) -> None:
        for each in ids:
            self.change(model, each, locked=False)

    def _message_post(self, model: str, ids: Sequence[int], body: str) -> list[int]:
        return [self.add("mail.message", model=model, res_id=each, body=f"<p>{body}</p>") for each in ids]

    def _get_portal_url(self, model: str, ids: Sequence[int]) -> str:
        return f"/my/orders/{ids[0]}?access_token=0f0f"

    def _compute_all(self, model: str, ids: Sequence[int], price_unit: float) -> Row:
        included = self.gross(Decimal(str(price_unit)), ids)
        return {"total_included": float(included), "total_excluded": price_unit}

    def _action_apply_inventory(self, model: str, ids: Sequence[int]) -> None:
        for each in ids:
            quant = self.rows[model][each]
            self.change("product.product", quant["product_id"], qty_available=quant["inventory_quantity"])

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

    def _need(self, model: str, operation: str) -> None:
        if (model, operation) in self.lacking:
            raise OdooError("odoo.exceptions.AccessError", 4, 403, "No puede acceder.")

    def _create_one(self, model: str, values: Row) -> int:
        lines = values.pop("order_line", [])
        for name in REQUIRED.get(model, ()):
            if not values.get(name):
                raise OdooError("odoo.exceptions.ValidationError", 2, 422, f"Missing required value for {name}")
        if model == "res.partner":
            values = self._partner(values)
        if model == "sale.order":
            values = {
                "name": f"S{next(self._order_numbers):05d}", "state": "draft", "locked": False, "origin": False,
                "client_order_ref": False, "currency_id": self.clp, "company_id": 1, "warehouse_id": self.warehouse,
                "delivery_status": False, "invoice_status": "no",
            } | values  # fmt: skip
        record_id = self.add(model, **values)
        for line in lines:
            self._add_line(record_id, line[2])
        return record_id

    def _partner(self, values: Row) -> Row:
        """With Chile as its country a RUT is checked and written one way; without any it stays as it came."""
        defaults = {name: False for name in FIELDS["res.partner"] if name != "write_date"}
        vat = values.get("vat")
        if vat and values.get("country_id") == self.chile:
            if not rut.is_valid(vat.removeprefix("CL")):
                raise OdooError("odoo.exceptions.ValidationError", 2, 422, "El RUT no es válido.")
            compact = rut.compact(vat.removeprefix("CL"))
            values["vat"] = f"{compact[:-1]}-{compact[-1]}"
        phone = re.sub(r"[^\d+]", "", values.get("phone") or "")
        return defaults | values | {"phone_sanitized": phone if phone.startswith("+") else False}

    def _upsert(self, model: str, head: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> int:
        values = {
            name.removesuffix("/.id").removesuffix("/id"): int(value) if name.endswith(("/.id", "res_id")) else value
            for name, value in head.items()
            if name != "id"
        }
        known = self.external.get(head["id"])
        if known is not None and model == "mail.message":  # nobody may change what was written
            raise user_error("No puede acceder a los registros de Mensaje.")
        if "partner_id" in values and values["partner_id"] not in self.rows["res.partner"]:
            raise user_error("No matching record found for database id")
        products = self.rows["product.product"]
        for line in lines:
            product = products.get(int(line["product_id/.id"]))
            if product is None:
                raise user_error("No matching record found for database id")
        if known is None:
            self._need(model, "create")
            record_id = self._create_one(model, values)
            self.external[head["id"]] = (model, record_id)
        else:
            record_id = known[1]
            self._need(model, "write")
            if values:
                self.change(model, record_id, **values)
        for line in lines:
            self._upsert_line(record_id, line)
        return record_id

    def _upsert_line(self, order_id: int, line: Mapping[str, str]) -> None:
        """Whatever the state of the order: a confirmed one changes too."""
        product_id = int(line["product_id/.id"])
        partner_id = self.rows["sale.order"][order_id]["partner_id"]
        values: Row = {"product_id": product_id, "product_uom_qty": float(line["product_uom_qty"])}
        if line["id"] in self.external:
            line_id = self.external[line["id"]][1]
            if self.rows["sale.order.line"][line_id]["product_id"] != product_id:
                values["price_unit"] = self._price(product_id, values["product_uom_qty"], partner_id)
            self.change("sale.order.line", line_id, **values)
        else:
            self.external[line["id"]] = ("sale.order.line", self._add_line(order_id, values))

    def _add_line(self, order_id: int, values: Row) -> int:
        partner_id = self.rows["sale.order"][order_id]["partner_id"]
        price = self._price(values["product_id"], values["product_uom_qty"], partner_id)
        defaults = {"order_id": order_id, "price_unit": price, "display_type": False, "sequence": 10}
        return self.add("sale.order.line", **(defaults | values))

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
            return float(_rounded(sum((self._line_total(line) for line in lines), Decimal(0))))
        if model == "sale.order.line" and name.startswith("price_") and name != "price_unit":
            total = self._line_total(row)
            return float(_rounded(total if name == "price_total" else self._line_net(row)))
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
OF_MODELS = frozenset({"fields_get", "search", "search_read", "search_count", "create", "load", "check_access_rights",
                       "formatted_read_group"})  # fmt: skip
METHODS = OF_MODELS | {
    "has_access", "read", "write", "action_confirm", "action_cancel", "action_lock", "action_unlock", "message_post",
    "get_portal_url", "onchange", "compute_all", "action_apply_inventory",
}  # fmt: skip


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)
