"""Putting things in the cart, at once when it is clear what is meant."""

from agent.brains.rules.amounts import units_for
from agent.brains.rules.finding import Finding, Outcome, find
from agent.brains.rules.intents import Intent
from agent.brains.rules.listing import list_finding, offer_alternatives, tell_unfound
from agent.brains.rules.turn import Turn
from agent.tools.cart import add_to_cart
from agent.tools.cart import set_quantity as set_in_cart
from agent.workspace import CartView, Refusal
from data.repositories.items import CatalogueItem


async def buy(turn: Turn, intent: Intent) -> None:
    finding = await find(turn, intent)
    if finding.item:
        await take(turn, intent, finding)
    elif finding.outcome is Outcome.SEVERAL and intent.reference and intent.reference.kind == "all":
        for item in finding.items:
            await add(turn, item, intent.count or 1)
    elif finding.outcome is Outcome.SEVERAL and intent.quantity and intent.quantity.unit:
        await _take_exact_amount(turn, intent, finding)
    elif finding.outcome is Outcome.UNSAID:
        await _ask_which(turn, intent)
    else:
        await list_finding(turn, intent, finding, wants=True)


async def take(turn: Turn, intent: Intent, finding: Finding) -> None:
    """Add the one product meant, in the quantity said now or when the question was asked."""
    item = finding.item
    assert item is not None
    asked = turn.pending
    default = asked.quantity if asked and asked.kind == "which" and finding.was_shown and asked.quantity else 1
    count = units_for(item, intent.quantity, default)
    if count is None or (intent.quantity and intent.quantity.unit and count < 1):
        turn.reply.tell("stock.whole_units", item=item, unit=item.unit or "unidad completa")
        turn.reply.list_items([item], "ask.how_many")
        turn.ask("how_many", [item])
        turn.workspace.remember(focus=item.sku)
        return
    await add(turn, item, count)


async def add(turn: Turn, item: CatalogueItem, quantity: int) -> bool:
    turn.count(quantity)
    result = await add_to_cart(turn.workspace, item.sku, quantity)
    if isinstance(result, CartView):
        turn.reply.tell("cart.added", item=item, quantity=quantity)
        turn.reply.shows_cart = True
        turn.added.append(item)
        return True
    await refuse(turn, item, result, quantity)
    return False


async def set_to(turn: Turn, item: CatalogueItem, quantity: int) -> bool:
    turn.count(quantity)
    result = await set_in_cart(turn.workspace, item.sku, quantity)
    if isinstance(result, CartView):
        turn.reply.tell("cart.set" if quantity else "cart.removed", item=item, quantity=quantity)
        turn.reply.shows_cart = True
        return True
    await refuse(turn, item, result, quantity)
    return False


async def refuse(turn: Turn, item: CatalogueItem, refusal: Refusal, wanted: int) -> None:
    turn.workspace.remember(focus=item.sku)
    if refusal.code == "OUT_OF_STOCK":
        turn.reply.tell("stock.out", item=item)
        await offer_alternatives(turn, item, wanted)
    elif refusal.code == "NOT_ENOUGH_STOCK":
        _offer_the_rest(turn, item, refusal.available or 0)
    elif refusal.code == "CART_FULL":
        turn.reply.tell("cart.full")
    elif refusal.code == "QUANTITY_INVALID":
        turn.reply.tell("stock.too_many", item=item)
        turn.ask("how_many", [item])
        turn.reply.asks = True
    else:
        turn.reply.tell("stock.out", item=item)


def _offer_the_rest(turn: Turn, item: CatalogueItem, available: int) -> None:
    line = turn.workspace.lines.get(item.sku)
    held = line.quantity if line else 0
    offered = available - held
    turn.count(available)
    turn.count(held)
    if offered < 1:
        turn.reply.tell("stock.all_taken", item=item, held=held)
        turn.reply.close("ask.more")
        return
    turn.count(offered)
    turn.reply.tell("stock.not_enough", item=item, held=held, offered=offered)
    turn.reply.offer(f"take:{offered}:{item.sku}", "Sí, agregar")
    turn.ask("how_many", [item], offered)
    turn.reply.asks = True


async def _take_exact_amount(turn: Turn, intent: Intent, finding: Finding) -> None:
    """ "2 kilos de harina" among bags of 1 and 5 kg: those that can make up the amount; the one that is it, alone."""
    possible = [item for item in finding.items if units_for(item, intent.quantity) is not None]
    exact = [item for item in possible if units_for(item, intent.quantity) == 1]
    chosen = exact if len(exact) == 1 and intent.count != 1 else possible
    if len(chosen) == 1:
        await take(turn, intent, Finding(Outcome.CLEAR, (chosen[0],)))
    else:
        await list_finding(turn, intent, Finding(Outcome.SEVERAL, tuple(chosen) or finding.items), wants=True)


async def _ask_which(turn: Turn, intent: Intent) -> None:
    if intent.words or intent.filters:
        tell_unfound(turn, intent)
    elif intent.reference and intent.reference.kind == "ordinal" and turn.before.shown:
        items = await turn.seen()
        turn.reply.tell("missing.position")
        turn.reply.list_items(items, "ask.which", quantity=None)
        turn.ask("which", items, intent.count)
    else:
        turn.reply.close("ask.which_product" if intent.reference else "ask.what")
