"""How the models of a small Odoo behave, the surprising parts included: one call is one transaction."""

import copy
import itertools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from stdnum.cl import rut

from tests.servers.odoo_models import FIELDS, RELATED, REQUIRED, OdooError, Row, user_error
from tests.servers.odoo_rows import OdooRows, rounded

OF_MODELS = frozenset({"fields_get", "search", "search_read", "search_count", "create", "load", "check_access_rights",
                       "formatted_read_group"})  # fmt: skip
METHODS = OF_MODELS | {
    "has_access", "read", "write", "action_confirm", "action_cancel", "action_lock", "action_unlock", "message_post",
    "get_portal_url", "onchange", "compute_all", "action_apply_inventory",
}  # fmt: skip


class OdooShop(OdooRows):
    """Answers what Odoo is called with."""

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
            total = float(rounded(self._line_total(wanted | {"price_unit": price})))
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

    # How.

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
