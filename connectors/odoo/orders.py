"""Sale orders: created once, read back, confirmed, cancelled, followed."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from uuid import uuid4

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.calls import OdooCalls
from connectors.odoo.gathering import gathered
from connectors.odoo.loading import external, known_fields, load
from connectors.odoo.shapes import Named, Number, Related, Row, Text, search, search_count, search_read

_OPTIONAL = ("delivery_status", "invoice_status")
CONFIRMED = frozenset({"sale", "done"})
CANCELLED = "cancel"


@dataclass(frozen=True, slots=True)
class NewLine:
    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class NewOrder:
    """`external_id` is ours and never changes; `reference` is what the shopper was told."""

    external_id: str
    partner_id: int
    reference: str
    lines: Sequence[NewLine]
    company_id: int | None = None
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class SoldLine:
    id: int
    product_id: int
    quantity: Decimal
    unit_price: Decimal
    untaxed: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class OrderState:
    """As Odoo has it. `delivery` and `invoice` are Odoo's words, "" where it has no such thing."""

    id: int
    name: str
    state: str
    total: Decimal
    currency: str
    reference: str
    line_ids: Sequence[int]
    delivery: str
    invoice: str
    changed_at: str

    @property
    def is_confirmed(self) -> bool:
        return self.state in CONFIRMED


class _Order(Row):
    name: Text
    state: Text
    amount_total: Number
    client_order_ref: Text
    order_line: list[int]
    currency_id: Named
    write_date: Text
    delivery_status: Text = ""
    invoice_status: Text = ""


class _Line(Row):
    order_id: Related
    product_id: Related
    product_uom_qty: Number
    price_unit: Number
    price_subtotal: Number
    price_total: Number


def origin_of(external_id: str) -> str:
    """What Odoo shows as the order's source document, and what it is found by without writing to it."""
    return f"Caserita {external_id.removeprefix('order_')[:12]}"


async def find_order(calls: OdooCalls, external_id: str) -> int | None:
    domain = [["origin", "=", origin_of(external_id)]]
    found = await search(calls, "sale.order", domain, order="id", limit=1)
    return found[0] if found else None


async def create_order(calls: OdooCalls, order: NewOrder) -> int:
    """A quotation, made once however often this is asked; prices and taxes are Odoo's. Raises ConnectorError."""
    head: dict[str, object] = {
        "id": external(order.external_id),
        "partner_id/.id": order.partner_id,
        "client_order_ref": order.reference,
        "origin": origin_of(order.external_id),
    }
    if order.company_id is not None:
        head["company_id/.id"] = order.company_id
    if order.warehouse_id is not None:
        head["warehouse_id/.id"] = order.warehouse_id
    lines = [
        {
            "order_line/id": external(f"{order.external_id}_{position}"),
            "order_line/product_id/.id": line.product_id,
            "order_line/product_uom_qty": line.quantity,
        }
        for position, line in enumerate(order.lines)
    ]
    fields = [*head, *lines[0]]
    rows = [[*(head.values() if at == 0 else [""] * len(head)), *line.values()] for at, line in enumerate(lines)]
    return await load(calls, "sale.order", fields, rows)


async def read_order(calls: OdooCalls, order_id: int) -> OrderState | None:
    """None when it was deleted there: Odoo answers an unknown id with nothing."""

    async def read(ids: Sequence[int]) -> Mapping[int, OrderState | None]:
        return dict.fromkeys(ids) | {state.id: state for state in await read_orders(calls, ids)}

    return await gathered(calls, ("order",), read).ask(order_id)


async def read_orders(calls: OdooCalls, order_ids: Sequence[int]) -> list[OrderState]:
    optional = await known_fields(calls, "sale.order", _OPTIONAL)
    lacking = [name for name in _OPTIONAL if name not in optional]
    rows = await search_read(calls, "sale.order", _Order, [["id", "in", list(order_ids)]], lacking=lacking, order="id")
    return [_state(row) for row in rows]


async def read_lines(calls: OdooCalls, order_id: int) -> list[SoldLine]:
    """Notes and sections left out."""

    async def read(ids: Sequence[int]) -> Mapping[int, list[SoldLine]]:
        wanted = [["order_id", "in", list(ids)], ["display_type", "=", False]]
        rows = await search_read(calls, "sale.order.line", _Line, wanted, load="", order="sequence, id")
        return {each: [_line(row) for row in rows if row.order_id == each] for each in ids}

    return await gathered(calls, ("order_lines",), read).ask(order_id)


async def set_unit_price(calls: OdooCalls, line_id: int, unit_price: Decimal) -> None:
    await calls.call("sale.order.line", "write", [line_id], vals={"price_unit": float(unit_price)})


async def confirm_order(calls: OdooCalls, order_id: int) -> None:
    """Odoo refuses a second time with the same error as any: what it refused, reading the order tells."""

    async def confirm(ids: Sequence[int]) -> Mapping[int, None]:
        await calls.call("sale.order", "action_confirm", list(ids))
        return dict.fromkeys(ids)

    try:
        await gathered(calls, ("confirm",), confirm).ask(order_id)
    except ConnectorError as error:
        if error.verdict is not Verdict.REJECTED:
            raise
        now = await read_order(calls, order_id)
        if now is None or not now.is_confirmed:
            raise


async def cancel_order(calls: OdooCalls, order_id: int) -> None:
    """Without the wizard that would ask a person first. Cancelled already is done."""
    now = await read_order(calls, order_id)
    if now is None or now.state == CANCELLED:
        return
    await calls.call("sale.order", "action_cancel", [order_id], context={"disable_cancel_wizard": True})


async def add_note(calls: OdooCalls, order_id: int, text: str, mark: str, *, is_first: bool = False) -> None:
    """Once: where one with this mark in it stands, none is written again. `is_first`: none can stand there.

    `message_post` would cost Odoo three times as much; what was loaded once cannot be loaded again, and is looked for.
    """
    same = [["model", "=", "sale.order"], ["res_id", "=", order_id], ["body", "ilike", mark]]
    if not is_first and await search_count(calls, "mail.message", same):
        return
    row: dict[str, object] = {
        "id": external(f"note_{order_id}_{uuid4().hex}"),
        "model": "sale.order",
        "res_id": order_id,
        "body": f"<p>{escape(text)}</p>",
        "message_type": "comment",
        "subtype_id/id": "mail.mt_note",
    }
    await load(calls, "mail.message", list(row), [list(row.values())])


async def portal_path(calls: OdooCalls, order_id: int) -> str:
    """Where the shopper may look at it, without the server's address; "" where the portal is not installed."""
    with suppress(ConnectorError):
        path = await calls.call("sale.order", "get_portal_url", [order_id])
        return path if isinstance(path, str) else ""
    return ""


def _line(row: _Line) -> SoldLine:
    return SoldLine(
        id=row.id,
        product_id=row.product_id or 0,
        quantity=row.product_uom_qty,
        unit_price=row.price_unit,
        untaxed=row.price_subtotal,
        total=row.price_total,
    )


def _state(row: _Order) -> OrderState:
    return OrderState(
        id=row.id,
        name=row.name,
        state=row.state,
        total=row.amount_total,
        currency=row.currency_id[1] if row.currency_id else "",
        reference=row.client_order_ref,
        line_ids=row.order_line,
        delivery=row.delivery_status,
        invoice=row.invoice_status,
        changed_at=row.write_date,
    )
