"""The cart as it stands, the summary to be confirmed, and what became of an order."""

from agent.brains.rules.intents import Intent
from agent.brains.rules.turn import Turn
from agent.facts import ReceiptKind
from agent.ordering import confirm_choices
from agent.tools.catalogue import show_products
from agent.tools.orders import prepare_order
from agent.workspace import Refusal


async def show_cart(turn: Turn, intent: Intent) -> None:
    if turn.before.summary_id and turn.workspace.lines:
        await check_out(turn, intent)
        return
    turn.reply.shows_cart = True
    if not turn.workspace.lines:
        turn.reply.close("ask.what")


async def check_out(turn: Turn, intent: Intent) -> None:
    """Show the summary; the order is made only by a plain yes to it, in a later message."""
    if not turn.workspace.lines:
        await _nothing_to_close(turn)
        return
    if turn.reply.listing is not None:  # a want of this very message has to be chosen first
        turn.reply.shows_cart = True
        return
    summary = await prepare_order(turn.workspace)
    if isinstance(summary, Refusal):
        _tell_short(turn)
        return
    turn.reply.raw.append(summary.text)
    turn.reply.shows_cart = False
    turn.reply.asks = True
    turn.reply.choices = list(confirm_choices(summary))
    turn.workspace.remember(waiting=())


async def _nothing_to_close(turn: Turn) -> None:
    asked = turn.pending
    items = await turn.candidates() if asked and asked.kind == "which" else []
    if not items:
        turn.reply.close("checkout.empty")
        return
    turn.reply.tell("checkout.choose_first")
    turn.reply.list_items(items, "ask.which", quantity=asked.quantity if asked else None)
    turn.ask("which", items, asked.quantity if asked else None)


def _tell_short(turn: Turn) -> None:
    """Which line cannot be sold as it is, and the offer of what there is."""
    line = next(line for line in turn.lines if not line.item.has(line.quantity))
    turn.count(line.quantity)
    if not line.item.has(1):
        turn.reply.tell("checkout.out", item=line.item)
        turn.workspace.remember(focus=line.item.sku)
        return
    turn.reply.tell("checkout.stock", item=line.item, held=line.quantity)
    turn.ask("how_many", [line.item], line.item.available)
    turn.reply.asks = True


async def tell_status(turn: Turn, intent: Intent) -> None:
    reference = turn.memory.order_reference
    if reference:
        turn.workspace.facts.add_texts([reference])
        turn.reply.tell("status.placed", reference=reference)
        return
    turn.reply.tell("status.none")
    if turn.workspace.lines:
        turn.reply.shows_cart = True
    else:
        turn.reply.close("ask.what")


async def repeat_order(turn: Turn, intent: Intent) -> None:
    """What an earlier order held is not at hand; the cart stays as it is."""
    turn.reply.tell("status.repeat")
    turn.reply.offer("human", "Hablar con persona")
    turn.reply.asks = True


async def cancel_order(turn: Turn, intent: Intent) -> None:
    """A placed order is undone by people; a cart that was never confirmed only needs to be left alone."""
    if turn.memory.order_reference:
        turn.reply.tell("status.cancel")
        turn.ask("human")
        turn.reply.asks = True
        turn.reply.offer("human", "Sí, con una persona")
        return
    turn.workspace.remember(summary_id=None)
    turn.reply.tell("status.none")
    if turn.workspace.lines:
        turn.reply.tell("status.left_alone")


async def close_turn(turn: Turn) -> None:
    """How a turn that changed the cart ends: with a new summary if one was open, else with the cart and a question."""
    if not (turn.reply.shows_cart and turn.workspace.lines):
        return
    has_question = bool(turn.reply.listing or turn.reply.closing or turn.reply.asks)
    if turn.before.summary_id and turn.workspace.has_receipt(ReceiptKind.CART_CHANGED) and not has_question:
        await check_out(turn, turn.intents[-1])
        return
    if not turn.reply.listing:
        _show_lines(turn)
    if not has_question:
        turn.reply.close("ask.more")
        turn.reply.offer("checkout", "Cerrar pedido")
        turn.reply.offer("cart", "Ver carrito")


def let_summary_go(turn: Turn) -> None:
    """A yes is to what was just said: after any other reply, the summary before it no longer waits for one."""
    if turn.before.summary_id and turn.workspace.new_summary is None:
        turn.workspace.remember(summary_id=None)
        is_said = any(part.key == "checkout.kept" for part in turn.reply.notices)
        if turn.workspace.lines and not is_said and not turn.workspace.handoff_reason:
            turn.reply.footer = "checkout.pending"


def _show_lines(turn: Turn) -> None:
    """What the reply names: the lines just added, else the cart. A longer list of before can still be pointed at."""
    show_products(turn.workspace, turn.added or [line.item for line in turn.lines])
    if turn.added:
        turn.workspace.remember(focus=turn.added[-1].sku)
        if len(turn.before.shown) > 1:
            turn.workspace.remember(shown=turn.before.shown)
