"""The cart as it stands, the summary to be confirmed, and what became of an order."""

import re

from agent.brains.rules.actions.buying import take_all_asked
from agent.brains.rules.actions.order_data import ask_for
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.turn import Turn
from agent.confirmation import CANCEL_CHOICE, KEEP_ORDER_CHOICE
from agent.context import PlacedOrder
from agent.facts import ReceiptKind
from agent.memory import Pending
from agent.ordering import confirm_choices
from agent.tools.catalogue import get_products, show_products
from agent.tools.order_data import missing_data
from agent.tools.orders import (
    ask_to_cancel,
    external_words,
    find_order,
    prepare_order,
    spoken_lines,
    spoken_total,
    tell_order,
)
from agent.workspace import Refusal

_WITH_S = re.compile(r"\bs[\s#-]?0*(\d{1,9})\b", re.IGNORECASE)
# "Sí, todo eso", to what was just asked about.
_ALL_OF_IT = re.compile(
    r"(?:(?:si|ya|dale|ok|quiero|dame|me|nos|lo|llev(?:o|emos|amos|are|aria)|con) )*tod[oa]s?(?: eso| esto| junto)?"
    r"(?: (?:porfavor|nomas|no mas|si|entonces))*"
)
# "Nada más entonces, gracias, chao", with nothing in the cart.
_LEAVING = re.compile(r"\b(?:gracias|chao|chau|adios|hasta luego|nos vemos)\b")
_HUMAN_QUESTIONS = {"shop.unknown": "shop.unknown_beside", "talk.shop": "shop.unknown_beside"}


async def show_cart(turn: Turn, intent: Intent) -> None:
    if turn.before.summary_id and turn.workspace.lines:
        await check_out(turn, intent)
        return
    turn.reply.shows_cart = True
    if not turn.workspace.lines:
        turn.reply.close("ask.what")


async def check_out(turn: Turn, intent: Intent) -> None:
    """Show the summary when all of the message is done; the order is made only by a plain yes to it, in a later one."""
    asked = turn.pending
    if asked and asked.kind == "which" and asked.skus and _ALL_OF_IT.fullmatch(intent.asked):
        await take_all_asked(turn, asked)
        return
    if not turn.workspace.lines and len(turn.before.shown) > 1 and _ALL_OF_IT.fullmatch(intent.asked):
        await take_all_asked(turn, Pending(kind="which", skus=turn.before.shown))
        return
    turn.wants_to_close = True


async def _settle(turn: Turn) -> None:
    """End with the summary; with a datum to be asked; or with whatever question is open: never with two."""
    if not turn.workspace.lines:
        if turn.reply.is_empty:
            await _nothing_to_close(turn)
        return
    _ask_for_no_person(turn)
    if any(part.key.startswith("data.") for part in turn.reply.closing):
        return
    if _has_question(turn):
        turn.reply.shows_cart = True
        if not turn.reply.listing:
            _show_lines(turn)
        return
    summary = await prepare_order(turn.workspace)
    if isinstance(summary, Refusal):
        missing = missing_data(turn.workspace) if summary.code == "DATA_MISSING" else None
        if missing is None:
            _tell_short(turn)
        else:
            turn.reply.shows_cart = turn.reply.shows_cart and turn.workspace.has_receipt(ReceiptKind.CART_CHANGED)
            ask_for(turn, missing)
        return
    await _tell_left_out(turn)
    turn.reply.closing.clear()
    turn.reply.notices = [part for part in turn.reply.notices if part.key not in _IDLE_QUESTIONS]
    turn.reply.raw.append(summary.text)
    turn.reply.shows_cart = False
    turn.reply.asks = True
    turn.reply.choices = list(confirm_choices(summary))
    turn.workspace.remember(waiting=())


async def _tell_left_out(turn: Turn) -> None:
    """What was asked for and never chosen is not in the summary, and is said not to be."""
    asked, cart = turn.before.pending, turn.workspace.lines
    is_open = asked is not None and asked.kind == "which" and (asked.quantity or turn.before.waiting)
    names = []
    if asked and is_open and not any(sku in cart for sku in asked.skus):
        names.append(next((item.name.split()[0].casefold() for item in await turn.candidates()), ""))
    names += [turn.echo(one.words) for want in turn.memory.waiting for one in read_burst(want)[:1]]
    if said := " ni ".join(dict.fromkeys(filter(None, names))):
        is_one = asked is not None and len(asked.skus) == 1 and asked.skus[0] not in cart and len(names) == 1
        turn.reply.tell("checkout.left_out_one" if is_one else "checkout.left_out", said=said)


# Small talk that ends by asking what else there may be.
_IDLE_QUESTIONS = frozenset(
    {
        "talk.laugh",
        "talk.off_topic",
        "talk.thanks",
        "talk.catalogue",
        "talk.looking",
        "talk.help",
        "order.already_placed",
    }
)


def _ask_for_no_person(turn: Turn) -> None:
    """What is not known is said without the offer of a person, where something else is about to be asked."""
    asked = turn.memory.pending
    if asked is None or asked.kind != "human" or turn.reply.listing or not turn.reply.asks:
        return
    if all(part.key not in _HUMAN_QUESTIONS for part in turn.reply.notices):
        return
    for part in turn.reply.notices:
        part.key = _HUMAN_QUESTIONS.get(part.key, part.key)
    turn.reply.asks = False
    turn.workspace.remember(pending=None)


def _has_question(turn: Turn) -> bool:
    is_idle = all(part.key.startswith(("talk.", "shop.")) for part in turn.reply.closing)
    return bool(turn.reply.listing or turn.reply.asks or not is_idle)


async def _nothing_to_close(turn: Turn) -> None:
    asked = turn.pending
    items = await turn.candidates() if asked and asked.kind == "which" else []
    if not items:
        is_leaving = _LEAVING.search(fold(turn.workspace.context.text))
        turn.reply.close("talk.bye" if is_leaving else "checkout.empty")
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
    """Of the order whose number is said, else of the newest; another's is as if it did not exist."""
    reference = said_reference(turn)
    order = find_order(turn.workspace, reference)
    if order is not None:
        _tell_state(turn, order)
        return
    if reference is not None:
        turn.reply.tell("status.unknown")
        return
    awaited = turn.before.absent.sku if turn.before.absent else None
    for item in await get_products(turn.workspace, [awaited] if awaited else []):
        turn.reply.tell("waitlist.no_date", item=item)  # "¿y cuándo llega?", of what there is none of
        return
    turn.reply.tell("status.none")
    if turn.workspace.lines:
        turn.reply.shows_cart = True
    else:
        turn.reply.close("ask.what")


def said_reference(turn: Turn) -> str | None:
    """ "S00012", "s12", "pedido 12"; None when no number is said."""
    text = turn.workspace.context.text
    with_s = _WITH_S.search(text)
    match = with_s or re.search(
        r"(?:pedido|orden|compra|n[°º]|n[uú]mero|nro\.?)\s*#?\s*0*(\d{1,9})\b", text, re.IGNORECASE
    )
    return f"S{int(match[1]):05d}" if match else None


def _tell_state(turn: Turn, order: PlacedOrder) -> None:
    tell_order(turn.workspace, order)
    turn.reply.tell(
        "status.order",
        order=order,
        lines=spoken_lines(order),
        total=spoken_total(order),
        external=external_words(order),
    )
    turn.workspace.remember(order_reference=order.reference)


async def repeat_order(turn: Turn, intent: Intent) -> None:
    """What an earlier order held is not at hand; the cart stays as it is."""
    turn.reply.tell("status.repeat")
    turn.reply.offer("human", "Hablar con persona")
    turn.reply.asks = True


async def cancel_order(turn: Turn, intent: Intent) -> None:
    """A placed order is asked about once; what the shop has begun is for people; a cart only needs to be left alone."""
    reference = said_reference(turn)
    if reference is None and turn.workspace.lines and turn.before.summary_id:
        turn.workspace.remember(summary_id=None)
        turn.reply.close("order.kept")
        return
    found = ask_to_cancel(turn.workspace, reference)
    if not isinstance(found, Refusal):
        turn.reply.listing = None
        turn.reply.tell("status.ask_cancel", order=found, lines=spoken_lines(found), total=spoken_total(found))
        turn.reply.choices.clear()
        turn.reply.offer(CANCEL_CHOICE, "Sí, anular")
        turn.reply.offer(KEEP_ORDER_CHOICE, "No, dejarlo")
        turn.reply.asks = True
        return
    order = find_order(turn.workspace, reference)
    if found.code == "TOO_LATE":
        turn.reply.tell("status.cancel")
        turn.ask("human")
        turn.reply.asks = True
        turn.reply.offer("human", "Sí, con una persona")
    elif found.code == "ALREADY_CANCELLED" and order:
        turn.reply.tell("status.already_cancelled", order=order)
    elif reference is not None:
        turn.reply.tell("status.unknown")
    else:
        turn.workspace.remember(summary_id=None)
        turn.reply.tell("status.none")
        if turn.workspace.lines:
            turn.reply.tell("status.left_alone")


async def close_turn(turn: Turn) -> None:
    """How a turn ends that closes the order or changed the cart: with the summary if one is wanted or was open, with
    the datum that is still missing, else with the cart and a question."""
    if turn.before.asked and turn.memory.asked and not turn.wants_to_close:
        if not turn.workspace.lines or turn.workspace.handoff_reason:
            turn.workspace.remember(asked=None)
            return
        turn.wants_to_close = True
    if turn.wants_to_close:
        await _settle(turn)
        return
    if not (turn.reply.shows_cart and turn.workspace.lines):
        return
    has_question = bool(turn.reply.listing or turn.reply.closing or turn.reply.asks)
    if turn.before.summary_id and turn.workspace.has_receipt(ReceiptKind.CART_CHANGED) and not has_question:
        await _settle(turn)
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
        is_said = turn.memory.asked or any(part.key == "checkout.kept" for part in turn.reply.notices)
        if turn.workspace.lines and not is_said and not turn.workspace.handoff_reason:
            turn.reply.footer = "checkout.pending"


def _show_lines(turn: Turn) -> None:
    """What the reply names: the lines just added, else the cart. A longer list of before can still be pointed at."""
    show_products(turn.workspace, turn.added or [line.item for line in turn.lines])
    if turn.added:
        turn.workspace.remember(focus=turn.added[-1].sku)
        if len(turn.before.shown) > 1:
            turn.workspace.remember(shown=turn.before.shown)
