"""From cart to order: the data the shop requires, a summary the shopper sees, then a yes to that very summary.

No brain can place or cancel an order: `place_order` and `cancel_order` are called by the graph alone, when the
shopper's next message is a plain yes (agent.confirmation).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from agent.context import CartLine, OrderSummary, PlacedOrder, SummaryLine
from agent.facts import ReceiptKind
from agent.memory import Pending
from agent.order_data import NO_DATA, OrderData, OrderField
from agent.tools.order_data import last_place, missing_data, order_data
from agent.wording import say
from agent.workspace import CartView, Refusal, Workspace
from data.money import plain, spoken
from data.states import OrderStatus

# What Odoo calls them; other words are the shop's own and are told as they are.
_EXTERNAL_WORDS: dict[str, dict[str, str]] = {
    "state": dict.fromkeys(("draft", "sent", "sale", "done", "cancel"), ""),
    "delivery": {
        "pending": "por preparar",
        "started": "en preparación",
        "partial": "entregado en parte",
        "full": "entregado",
    },
    "invoice": {"invoiced": "emitido", "to invoice": "", "no": "", "upselling": ""},
    "tracking": {},
    "portal_url": {},
}
SUMMARY_LIFE = timedelta(minutes=15)


async def prepare_order(workspace: Workspace, *, says_changes: bool = True) -> OrderSummary | Refusal:
    """Freeze the cart into a summary to be shown; its `text` must reach the shopper as it is.

    Refuses CART_EMPTY, OUT_OF_STOCK, NOT_ENOUGH_STOCK, and DATA_MISSING with the question to ask.
    """
    view = workspace.view_cart()
    if not view.lines:
        return Refusal("CART_EMPTY", "El carrito está vacío.")
    for line in view.lines:
        if not line.item.has(line.quantity):
            code = "NOT_ENOUGH_STOCK" if line.item.has(1) else "OUT_OF_STOCK"
            return Refusal(code, f"De {line.item.title} quedan {line.item.available}.", line.item.available)
    if (field := missing_data(workspace)) is not None:
        return ask_data(workspace, field)
    summary = _frozen(workspace, await _quoted(workspace, view), says_changes=says_changes)
    for line in view.lines:
        workspace.put(line.item, line.quantity)
    workspace.new_summary = summary
    workspace.question = ""
    workspace.note(ReceiptKind.SUMMARY_SHOWN)
    workspace.remember(
        summary_id=summary.id, last_summary_id=summary.id, pending=None, asked=None, offered_last_place=False
    )
    return summary


def ask_data(workspace: Workspace, field: OrderField) -> Refusal:
    """Remember that this is asked; the refusal's message is the question."""
    question = data_question(workspace, field)
    workspace.remember(asked=field, offered_last_place=question.offers_last_place, pending=None, summary_id=None)
    text = say(question.key, store=workspace.context.store, avoid=workspace.memory.last_reply, **question.values)
    workspace.question = text
    return Refusal("DATA_MISSING", text)


@dataclass(frozen=True, slots=True)
class DataQuestion:
    """How a datum is asked for: the wording's name and its values."""

    key: str
    values: dict[str, Any]
    offers_last_place: bool = False


def data_question(workspace: Workspace, field: OrderField) -> DataQuestion:
    """Where the last order went is offered before it is asked for anew."""
    place = last_place(workspace)
    is_open = not workspace.memory.order_data.fulfilment or workspace.memory.order_data.fulfilment == "delivery"
    if field is OrderField.FULFILMENT or (field is OrderField.ADDRESS and is_open):
        is_declined = workspace.memory.declined_last_place
        if place is not None and not is_declined and (field is OrderField.FULFILMENT or place.address):
            workspace.facts.add_texts([place.place])
            return DataQuestion(f"data.last_{place.fulfilment}", {"place": place.place}, offers_last_place=True)
    return DataQuestion(f"data.{field.value}", {})


def _frozen(workspace: Workspace, view: CartView, *, says_changes: bool) -> OrderSummary:
    store, settings = workspace.context.store, workspace.context.order_settings
    lines = tuple(_summary_line(line, workspace.lines[line.item.sku].item.unit_price) for line in view.lines)
    data = order_data(workspace)
    cost = settings.dispatch_cost(data)
    before = workspace.context.last_summary if says_changes else None
    values: dict[str, Any] = {"cart": view, "store": store, "data": data, "dispatch_cost": cost, "settings": settings}
    changes = list(_changes(before, lines, data, view)) if before else []
    head = [say("summary_changed", store=store, changes=changes)] if changes else []
    quoted = [say("change.quoted", line=line, currency=view.currency) for line in lines if line.list_price is not None]
    head += [say("summary_quoted", store=store, prices=quoted)] if quoted else []
    return OrderSummary(
        id=uuid4(),
        hash=summary_hash(lines, view.currency, data, cost),
        lines=lines,
        total=view.total,
        currency=view.currency,
        text="\n".join([*head, say("summary", **values)]),
        expires_at=workspace.context.now + SUMMARY_LIFE,
        data=data,
        dispatch_cost=cost,
    )


async def _quoted(workspace: Workspace, view: CartView) -> CartView:
    """The cart at what this shopper pays for so many, where the shop's own system decides that."""
    if workspace.prices is None:
        return view
    prices = await workspace.prices.quote(workspace.context, view.lines, order_data(workspace))
    lines = tuple(
        replace(line, item=replace(line.item, unit_price=prices.get(line.item.sku, line.item.unit_price)))
        for line in view.lines
    )
    for line in lines:
        workspace.facts.add_line(line.item, line.quantity)
    total = sum((line.subtotal for line in lines), Decimal(0))
    workspace.facts.amounts.add(total)
    return replace(view, lines=lines, total=total)


def _summary_line(line: CartLine, listed: Decimal) -> SummaryLine:
    price = line.item.unit_price
    return SummaryLine(line.item.sku, line.item.title, line.quantity, price, None if price == listed else listed)


def _changes(before: OrderSummary, lines: tuple[SummaryLine, ...], data: OrderData, view: CartView) -> Iterator[str]:
    """What the summary shown last said otherwise, in words."""
    old, new = ({line.sku: line for line in some} for some in (before.lines, lines))
    for sku, line in new.items():
        if sku not in old:
            yield say("change.added", line=line)
        elif old[sku].quantity != line.quantity:
            yield say("change.quantity", line=line, before=old[sku].quantity)
        if sku in old and old[sku].unit_price != line.unit_price:
            yield say("change.price", line=line, before=old[sku].unit_price, currency=view.currency)
    for sku, line in old.items():
        if sku not in new:
            yield say("change.removed", line=line)
    for field in OrderField:
        if field is not OrderField.COMMUNE and getattr(before.data, field) != getattr(data, field):
            yield say("change.data", field=field.value, value=getattr(data, field))


def summary_hash(
    lines: tuple[SummaryLine, ...],
    currency: str,
    data: OrderData = NO_DATA,
    dispatch_cost: Decimal | None = None,
) -> str:
    """SHA-256 over what was agreed: SKUs, quantities, unit prices, currency, in the order shown; the data."""
    agreed = [[line.sku, line.quantity, plain(line.unit_price, currency)] for line in lines]
    rest = [data.known(), plain(dispatch_cost, currency) if dispatch_cost is not None else None]
    return hashlib.sha256(json.dumps([agreed, currency, *rest]).encode()).hexdigest()


def current_hash(workspace: Workspace) -> str:
    """The hash a summary of the cart would have now, at today's prices. What was quoted stands while the catalogue's
    own price does."""
    summary = workspace.context.summary
    agreed = {(line.sku, line.quantity, line.listed): line.unit_price for line in summary.lines} if summary else {}
    lines = tuple(
        SummaryLine(
            line.item.sku, line.item.title, line.quantity,
            agreed.get((line.item.sku, line.quantity, line.item.unit_price), line.item.unit_price),
        )
        for line in workspace.lines.values()
    )  # fmt: skip
    data = order_data(workspace)
    cost = workspace.context.order_settings.dispatch_cost(data)
    return summary_hash(lines, workspace.context.store.currency, data, cost)


def place_order(workspace: Workspace, summary: OrderSummary) -> None:
    """Turn the agreed summary into this turn's order; stock is taken when the turn commits."""
    workspace.order = summary
    workspace.note(ReceiptKind.ORDER_PLACED)
    workspace.lines.clear()
    workspace.remember(
        summary_id=None, last_summary_id=None, pending=None, focus=None, order_data=OrderData(), asked=None,
        offered_last_place=False, declined_last_place=False,
    )  # fmt: skip


def find_order(workspace: Workspace, reference: str | None) -> PlacedOrder | None:
    """An order of this contact; without a reference, the newest. Another's is as if it did not exist."""
    orders = workspace.context.orders
    if reference is None:
        return orders[0] if orders else None
    return next((order for order in orders if order.reference == reference.strip().upper()), None)


def tell_order(workspace: Workspace, order: PlacedOrder) -> PlacedOrder:
    """Let the reply say what the order's rows say."""
    facts = workspace.facts
    facts.add_texts(
        [order.reference, *(line.name for line in order.lines), order.data.place, *external_words(order).values()]
    )
    facts.counts.update(line.quantity for line in order.lines)
    facts.amounts.update({order.total, *(line.unit_price for line in order.lines)})
    if order.dispatch_cost is not None:
        facts.amounts.update({order.dispatch_cost, order.total + order.dispatch_cost})
    workspace.told_orders[order.reference.casefold()] = order
    return order


def external_words(order: PlacedOrder) -> dict[str, str]:
    """What the shop's own system says of it, as a shopper is told; "" where it says nothing."""
    said = {name: str((order.external or {}).get(name) or "")[:300] for name in _EXTERNAL_WORDS}
    return {name: _EXTERNAL_WORDS[name].get(value, value) for name, value in said.items()}


def ask_to_cancel(workspace: Workspace, reference: str | None) -> PlacedOrder | Refusal:
    """Ask once whether to cancel; only the shopper's plain yes in the next message does it.

    Refuses UNKNOWN_ORDER, ALREADY_CANCELLED, TOO_LATE (a person has to see to it).
    """
    order = find_order(workspace, reference)
    if order is None:
        return Refusal("UNKNOWN_ORDER", "No hay un pedido así a tu nombre.")
    tell_order(workspace, order)
    if order.status is OrderStatus.CANCELLED:
        return Refusal("ALREADY_CANCELLED", f"El pedido {order.reference} ya está anulado.")
    if order.status is not OrderStatus.PLACED:
        return Refusal("TOO_LATE", f"El pedido {order.reference} ya está en manos de la tienda; lo ve una persona.")
    workspace.remember(pending=Pending(kind="cancel_order", reference=order.reference), summary_id=None, asked=None)
    lines, total = spoken_lines(order), spoken_total(order)
    workspace.question = say("status.ask_cancel", store=workspace.context.store, order=order, lines=lines, total=total)
    return order


def cancel_order(workspace: Workspace, order: PlacedOrder) -> None:
    """Cancel when the turn commits; by then the shop may have been faster."""
    tell_order(workspace, order)
    workspace.cancelled = order
    workspace.note(ReceiptKind.ORDER_CANCELLED, reference=order.reference)
    workspace.remember(pending=None)


def spoken_lines(order: PlacedOrder) -> str:
    """ "2 × Martillo y 1 × Brocha"; of many only the first."""
    named = [f"{line.quantity} × {line.name}" for line in order.lines[:3]]
    more = [f"{len(order.lines) - 3} más"] if len(order.lines) > 3 else []
    parts = [*named, *more]
    return " y ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def spoken_total(order: PlacedOrder) -> str:
    return spoken(order.total, order.currency)
