"""From cart to order: a summary the shopper sees, then a yes to that very summary.

No brain can place an order: `place_order` is called by the graph alone, when the shopper's next message
is a plain yes (agent.confirmation).
"""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

from agent.context import OrderSummary, SummaryLine
from agent.facts import ReceiptKind
from agent.wording import say
from agent.workspace import Refusal, Workspace
from data.money import plain

SUMMARY_LIFE = timedelta(minutes=15)


async def prepare_order(workspace: Workspace) -> OrderSummary | Refusal:
    """Freeze the cart into a summary to be shown; its `text` must reach the shopper as it is.

    Refuses CART_EMPTY, OUT_OF_STOCK, NOT_ENOUGH_STOCK.
    """
    view = workspace.view_cart()
    if not view.lines:
        return Refusal("CART_EMPTY", "El carrito está vacío.")
    for line in view.lines:
        if not line.item.has(line.quantity):
            code = "NOT_ENOUGH_STOCK" if line.item.has(1) else "OUT_OF_STOCK"
            return Refusal(code, f"De {line.item.title} quedan {line.item.available}.", line.item.available)
    lines = tuple(
        SummaryLine(line.item.sku, line.item.title, line.quantity, line.item.unit_price) for line in view.lines
    )
    summary = OrderSummary(
        id=uuid4(),
        hash=summary_hash(lines, view.currency),
        lines=lines,
        total=view.total,
        currency=view.currency,
        text=say("summary", cart=view, store=workspace.context.store),
        expires_at=workspace.context.now + SUMMARY_LIFE,
    )
    for line in view.lines:
        workspace.put(line.item, line.quantity)
    workspace.new_summary = summary
    workspace.note(ReceiptKind.SUMMARY_SHOWN)
    workspace.remember(summary_id=summary.id, pending=None)
    return summary


def summary_hash(lines: tuple[SummaryLine, ...], currency: str) -> str:
    """SHA-256 over what was agreed: SKUs, quantities, unit prices, currency, in the order shown."""
    agreed = [[line.sku, line.quantity, plain(line.unit_price, currency)] for line in lines]
    return hashlib.sha256(json.dumps([agreed, currency]).encode()).hexdigest()


def current_hash(workspace: Workspace) -> str:
    """The hash a summary of the cart would have now, at today's prices."""
    lines = tuple(
        SummaryLine(line.item.sku, line.item.title, line.quantity, line.item.unit_price)
        for line in workspace.lines.values()
    )
    return summary_hash(lines, workspace.context.store.currency)


def place_order(workspace: Workspace, summary: OrderSummary) -> None:
    """Turn the agreed summary into this turn's order; stock is taken when the turn commits."""
    workspace.order = summary
    workspace.note(ReceiptKind.ORDER_PLACED)
    workspace.lines.clear()
    workspace.remember(summary_id=None, pending=None, focus=None)
