"""Putting things in the cart, at once when it is clear what is meant."""

from dataclasses import replace
from fractions import Fraction

from agent.brains.rules.products.amounts import units_for
from agent.brains.rules.products.counting import find_wanted
from agent.brains.rules.products.outcome import Finding, Outcome
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.reading.quantities import Quantity, take_quantity
from agent.brains.rules.reading.references import Reference
from agent.brains.rules.replying.listing import list_finding, offer_alternatives, tell_unfound
from agent.brains.rules.turn import Turn
from agent.context import CartLine
from agent.memory import Pending
from agent.tools.cart import add_to_cart, remove_from_cart
from agent.tools.cart import set_quantity as set_in_cart
from agent.tools.catalogue import get_products
from agent.workspace import CartView, Refusal
from data.repositories.items import CatalogueItem


async def buy(turn: Turn, intent: Intent) -> None:
    if intent.reference and intent.reference.kind == "all" and await _take_recent(turn, intent.reference.index):
        return
    if intent.reference and intent.reference.kind in {"all", "rest"} and await _take_offered(turn, intent.reference):
        return
    intent, finding = await find_wanted(turn, intent)
    if finding.item:
        await take(turn, intent, finding)
    elif finding.outcome is Outcome.SEVERAL and _is_all_of(intent, finding):
        await _take_all(turn, intent, finding)
    elif finding.outcome is Outcome.SEVERAL and intent.quantity and intent.quantity.unit:
        await _take_exact_amount(turn, intent, finding)
    elif finding.outcome is Outcome.UNSAID:
        await _ask_which(turn, intent)
    else:
        if intent.reference and intent.reference.index and intent.reference.kind == "all":
            intent = replace(intent, quantity=Quantity(Fraction(intent.reference.index)))
        await list_finding(turn, intent, finding, wants=True)


def _is_all_of(intent: Intent, finding: Finding) -> bool:
    """ "Las 10", of two colours shown, are not both: only "las dos" are."""
    reference = intent.reference
    return reference is not None and reference.kind == "all" and reference.index in {0, len(finding.items)}


async def _take_recent(turn: Turn, count: int) -> bool:
    """ "Las dos cosas", shown one after the other in as many turns."""
    recent = turn.before.recent[-count:]
    if len(recent) < 2 or len(recent) != count or len(turn.before.shown) > 1:
        return False
    await _take_all(turn, Intent(Kind.BUY), Finding(Outcome.SEVERAL, tuple(await get_products(turn.workspace, recent))))
    return True


async def _take_offered(turn: Turn, reference: Reference) -> bool:
    """ "Los 4", "los que quedan": as many of the one thing asked or talked about."""
    asked = turn.pending if turn.pending and turn.pending.skus else None
    if asked and asked.kind == "how_many":
        item = next(iter(await get_products(turn.workspace, asked.skus[:1])), None)
    elif reference.kind == "all" and (not reference.index or reference.index == len(await turn.seen())):
        return False
    else:
        item = await turn.focus() if not asked or len(asked.skus) == 1 else None
    if item is None or (reference.kind == "all" and not reference.index and not asked):
        return False
    held = turn.workspace.lines[item.sku].quantity if item.sku in turn.workspace.lines else 0
    left = None if item.available is None else item.available - held
    count = reference.index or (asked.quantity if asked and asked.kind == "how_many" else None) or left
    if not count or count < 1:
        turn.reply.close("ask.how_many")
        turn.ask("how_many", [item])
    elif held and item.available is not None and held > item.available:
        await set_to(turn, item, count)
    else:
        await add(turn, item, count)
    return True


async def _take_all(turn: Turn, intent: Intent, finding: Finding) -> None:
    """Each of those shown that there is; those already taken are not taken twice."""
    for item in finding.items:
        is_asked = turn.pending is not None and item.sku in turn.pending.skus
        if item.has(1) and (is_asked or item.sku not in turn.workspace.lines):
            await add(turn, item, intent.count or 1)
    if not turn.added and turn.workspace.lines:
        turn.reply.tell("cart.already_all")
        turn.reply.shows_cart = True


async def take_all_asked(turn: Turn, asked: Pending) -> None:
    """ "Sí, todo eso": what the open question is about, and the wants behind it, each in the quantity asked for."""
    for item in await get_products(turn.workspace, asked.skus):
        if item.has(1):
            await add(turn, item, asked.quantity or 1)
    waiting, before = turn.memory.waiting, turn.before
    turn.workspace.remember(waiting=())
    turn.before = before.model_copy(update={"pending": None, "waiting": ()})
    for want in (intent for words in waiting for intent in read_burst(words)):
        await buy(turn, replace(want, kind=Kind.BUY))
    turn.before = before


async def take(turn: Turn, intent: Intent, finding: Finding) -> None:
    """Add the one product meant, in the quantity said now or when the question was asked."""
    item = finding.item
    assert item is not None
    asked = turn.pending
    is_asked = asked is not None and item.sku in asked.skus
    default = asked.quantity if asked and finding.was_shown and is_asked and asked.quantity else 1
    amount = take_quantity(f"{asked.amount} de eso")[0] if asked and is_asked and asked.amount else None
    count = units_for(item, intent.quantity or amount, default)
    if is_repeated(turn, intent, item):
        _tell_repeated(turn, item)
    elif count is None or count < 1:
        _ask_whole(turn, intent, item)
    elif count > 1 and not intent.words and item.sku in turn.before.just_added and not asked:
        await set_to(turn, item, count)
    else:
        await put_in(turn, item, count)


async def put_in(turn: Turn, item: CatalogueItem, quantity: int) -> None:
    """Add it, and remember one alone: what is said next may mean so many in all, or another in its place."""
    if await add(turn, item, quantity) and quantity == 1:
        turn.workspace.remember(just_added=(*turn.memory.just_added, item.sku))


def is_repeated(turn: Turn, intent: Intent, item: CatalogueItem) -> bool:
    """ "Ya, dame esa" of what is in the cart already says yes again; it does not ask for another."""
    if item in turn.added:
        return intent.quantity is None
    points = not intent.words and (
        intent.reference or intent.filters.is_superlative or intent.is_empty or intent.is_definite
    )
    is_asked = turn.pending is not None and item.sku in turn.pending.skus
    return bool(points) and intent.quantity is None and item.sku in turn.workspace.lines and not is_asked


def _tell_repeated(turn: Turn, item: CatalogueItem) -> None:
    if item in turn.added:
        return
    held = turn.workspace.lines[item.sku].quantity
    turn.reply.tell("cart.already", item=item, quantity=held)
    turn.reply.shows_cart = True
    turn.workspace.remember(focus=item.sku, just_added=(item.sku,) if held == 1 else ())


def _ask_whole(turn: Turn, intent: Intent, item: CatalogueItem) -> None:
    number = intent.quantity.number if intent.quantity else 1
    if number < 1 and not (intent.quantity and intent.quantity.unit and number > 0):
        turn.reply.tell("stock.at_least_one", item=item)
    else:
        turn.reply.tell("stock.whole_units", item=item, unit=item.unit or "unidad completa")
    turn.reply.list_items([item], "ask.how_many")
    turn.ask("how_many", [item])
    turn.workspace.remember(focus=item.sku)


async def add(turn: Turn, item: CatalogueItem, quantity: int) -> bool:
    if (old := _line_replaced(turn, item)) is not None:
        return await swap(turn, old, item, quantity)
    turn.count(quantity)
    result = await add_to_cart(turn.workspace, item.sku, quantity)
    if isinstance(result, CartView):
        turn.reply.tell("cart.added", item=item, quantity=quantity)
        turn.workspace.remember(recent=())
        turn.reply.shows_cart = True
        turn.added.append(item)
        return True
    await refuse(turn, item, result, quantity)
    return False


def _line_replaced(turn: Turn, item: CatalogueItem) -> CartLine | None:
    asked = turn.pending
    if asked is None or asked.replaces is None or item.sku not in asked.skus or item.sku == asked.replaces:
        return None
    return turn.workspace.lines.get(asked.replaces)


async def swap(turn: Turn, old: CartLine, item: CatalogueItem, quantity: int) -> bool:
    """Another product in the place of a line; the old one stays if the other cannot be sold."""
    turn.count(quantity)
    result = await add_to_cart(turn.workspace, item.sku, quantity)
    if not isinstance(result, CartView):
        turn.replaces = old.item.sku
        await refuse(turn, item, result, quantity)
        return False
    await remove_from_cart(turn.workspace, old.item.sku)
    if old.item in turn.added:  # corrected in the same breath: only what stays is told
        turn.added.remove(old.item)
        turn.reply.untell("cart.added", item=old.item)
        turn.reply.tell("cart.added", item=item, quantity=quantity)
    else:
        turn.reply.tell("cart.replaced", old=old.item, item=item, quantity=quantity)
    turn.reply.shows_cart = True
    turn.added.append(item)
    turn.workspace.remember(focus=item.sku)
    return True


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
    elif refusal.code == "QUANTITY_INVALID" and item.available and wanted > 0:
        _offer_the_rest(turn, item, item.available)
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
