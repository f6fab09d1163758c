"""Changing what is in the cart: so many, one more, out, another instead."""

import re
from dataclasses import replace as with_fields
from decimal import Decimal
from fractions import Fraction

from agent.brains.rules.actions.buying import add, buy, set_to, swap, take
from agent.brains.rules.products.amounts import units_for
from agent.brains.rules.products.choosing import choose, covers
from agent.brains.rules.products.finding import find, sized_sibling
from agent.brains.rules.products.outcome import Finding, Outcome, fits
from agent.brains.rules.products.priced import price_point
from agent.brains.rules.products.searching import search
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.references import Reference
from agent.brains.rules.replying.listing import list_finding, show_one
from agent.brains.rules.turn import Turn
from agent.context import CartLine
from agent.memory import Pending
from agent.tools.cart import empty_cart, remove_from_cart
from agent.tools.catalogue import get_products
from data.repositories.items import CatalogueItem

LEAST_SIZE = 16
_EACH_OPTION = re.compile(r"\bcada (?:tall|numer|color|tono|medida|tamano|largo|sabor|aroma)")


async def set_line(turn: Turn, intent: Intent) -> None:
    """ "Mejor 3": exactly so many of the line meant; of something not in the cart, buy so many."""
    if intent.quantity and intent.quantity.number == 0 and turn.workspace.lines:
        await remove(turn, with_fields(intent, quantity=None))
        return
    if intent.count is None:
        turn.reply.close("ask.how_many")
        return
    asked = turn.pending
    if intent.reference and intent.reference.kind == "all":
        await _set_each(turn, intent)
        return
    if intent.is_empty and asked and asked.skus and asked.kind in {"which", "how_many"}:
        await _set_asked(turn, intent, asked)
        return
    lines = await lines_meant(turn, intent)
    if len(lines) == 1 and intent.is_empty and (sized := await _other_size(turn, lines[0], intent.count)):
        await swap(turn, lines[0], sized, lines[0].quantity)
    elif len(lines) == 1:
        await _set_line_to(turn, lines[0].item, intent)
    elif lines:
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    elif intent.is_empty and (sized := await _size_of_shown(turn, intent.count)):
        turn.reply.drop_list()
        show_one(turn, sized)
    else:
        await buy(turn, with_fields(intent, kind=Kind.BUY))


async def _size_of_shown(turn: Turn, number: int) -> CatalogueItem | None:
    """ "Mejor 34", of skates shown in 30: looked at, as those were."""
    focus = await turn.focus() if number >= LEAST_SIZE else None
    sized = await sized_sibling(turn, focus, number) if focus else None
    return sized if focus and sized and sized.sku != focus.sku else None


async def _other_size(turn: Turn, line: CartLine, number: int) -> CatalogueItem | None:
    """ "Mejor 44", of jeans: a size, where nobody would mean so many."""
    sized = await sized_sibling(turn, line.item, number) if number >= LEAST_SIZE else None
    return sized if sized and sized.sku != line.item.sku else None


async def _set_asked(turn: Turn, intent: Intent, asked: Pending) -> None:
    if len(asked.skus) > 1:
        items = await turn.candidates()
        await list_finding(turn, intent, Finding(Outcome.SEVERAL, tuple(items)))
        return
    found = await find(turn, with_fields(intent, sku=asked.skus[0]))
    if found.item and intent.count and (sized := await sized_sibling(turn, found.item, intent.count)):
        await add(turn, sized, asked.quantity or 1)
    elif found.item and found.item.sku in turn.workspace.lines:
        await _set_line_to(turn, found.item, intent)
    elif found.item:
        await take(turn, intent, found)


async def _set_line_to(turn: Turn, item: CatalogueItem, intent: Intent) -> None:
    count = units_for(item, intent.quantity)
    if count is None:
        turn.reply.tell("stock.whole_units", item=item, unit=item.unit or "unidad completa")
        turn.reply.close("ask.how_many")
        turn.ask("how_many", [item])
    else:
        await set_to(turn, item, count)


async def _set_each(turn: Turn, intent: Intent) -> None:
    """ "2 de cada una": of those asked about or shown, together or one after the other; failing that, of all in the
    cart."""
    items = await _each_shown(turn, intent) or [line.item for line in turn.lines]
    if not items:
        turn.reply.close("ask.which_product")
    for item in items:
        if item.has(1) or len(items) == 1:
            await _set_line_to(turn, item, intent)
            turn.added += [item] if item.sku in turn.workspace.lines else []
        else:
            turn.reply.tell("stock.out", item=item)


async def _each_shown(turn: Turn, intent: Intent) -> list[CatalogueItem]:
    """ "De cada talla": also of the sizes that were only told, and of the product shown last alone."""
    seen = await turn.seen()
    if len(seen) < 2 <= len(turn.before.recent):
        seen = await get_products(turn.workspace, turn.before.recent)
    elif seen:
        asked = await turn.candidates()
        seen = asked if len({item.name for item in asked}) == 1 else seen
    alike = [item for item in seen if item.name == seen[-1].name]
    return alike if len(alike) > 1 and _EACH_OPTION.search(intent.asked) else seen


async def scale_line(turn: Turn, intent: Intent) -> None:
    """ "El doble", "la mitad": of the line meant, whole units only."""
    lines = await lines_meant(turn, with_fields(intent, quantity=None))
    times = intent.quantity.number if intent.quantity else Fraction(1)
    if len(lines) != 1:
        turn.reply.shows_cart = bool(lines)
        turn.reply.close("ask.which_line" if lines else "ask.which_product")
        return
    scaled = lines[0].quantity * times
    if scaled.denominator != 1:
        turn.reply.close("ask.how_many")
        turn.ask("how_many", [lines[0].item])
    else:
        await set_to(turn, lines[0].item, int(scaled))


async def add_more(turn: Turn, intent: Intent) -> None:
    """ "Uno más", "agrega otros 2 clavos"."""
    lines = await lines_meant(turn, intent)
    if intent.is_empty and turn.pending and turn.pending.kind == "which" and len(turn.pending.skus) == 1:
        lines = []
    if len(lines) == 1:
        await add(turn, lines[0].item, intent.count or 1)
    elif lines:
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    else:
        await buy(turn, with_fields(intent, kind=Kind.BUY))


async def remove(turn: Turn, intent: Intent) -> None:
    if not turn.workspace.lines:
        turn.reply.tell("cart.empty")
        turn.reply.close("ask.what")
        return
    lines = await lines_meant(turn, intent)
    if not lines:
        said = turn.echo(f"{intent.words} {' '.join(intent.filters.colours)}".strip())
        turn.reply.tell("cart.not_there", said=said)
        turn.reply.shows_cart = True
    elif (
        len(lines) > 1 and not intent.words.endswith("s") and not (intent.reference and intent.reference.kind == "all")
    ):
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    else:
        for line in lines:
            count = units_for(line.item, intent.quantity) if intent.quantity and len(lines) == 1 else None
            await _take_out(turn, line, count)


async def keep_only(turn: Turn, intent: Intent) -> None:
    """ "Deja solo las brochas": all other lines go."""
    kept = {line.item.sku for line in await lines_meant(turn, intent)}
    if not kept:
        await buy(turn, with_fields(intent, kind=Kind.BUY))
        return
    for line in turn.lines:
        if line.item.sku not in kept:
            await _take_out(turn, line, None)
    turn.reply.shows_cart = True


async def _take_out(turn: Turn, line: CartLine, count: int | None) -> None:
    """All of a line, or `count` of it."""
    if count is not None and count < line.quantity:
        await set_to(turn, line.item, line.quantity - count)
        return
    await remove_from_cart(turn.workspace, line.item.sku)
    turn.reply.tell("cart.removed", item=line.item)
    turn.reply.shows_cart = True


async def replace_line(turn: Turn, intent: Intent) -> None:
    """One product out, another in, as many unless another number is said; the old one stays until the other is
    clear."""
    assert intent.other is not None
    lines = await lines_meant(turn, with_fields(intent, other=None, quantity=None))
    if len(lines) > 1 and intent.other.words:  # "en vez de la M, la polera en L"
        lines = [line for line in lines if covers(intent.other.words, line.item)] or lines
    if len(lines) != 1:
        await buy(turn, intent.other)
        return
    old = lines[0]
    said = intent.other.count
    quantity = said if said and (said > 1 or intent.quantity) else intent.count or old.quantity
    finding = await _other(turn, old, intent.other)
    if finding.item and finding.item.sku == old.item.sku:
        await set_to(turn, old.item, quantity)
    elif finding.item and not intent.other.filters.is_comparison:
        await _swap_some(turn, old, finding.item, quantity, intent.count)
    elif finding.outcome is Outcome.NONE and intent.other.filters.is_comparison:
        turn.reply.tell("cart.no_cheaper", item=old.item)
        turn.reply.shows_cart = True
    else:
        turn.replaces = old.item.sku
        await list_finding(turn, with_fields(intent.other, quantity=None), finding, wants=True)
        asked = turn.memory.pending
        if asked and asked.kind == "which":
            turn.workspace.remember(pending=asked.model_copy(update={"quantity": quantity}))


async def _swap_some(turn: Turn, old: CartLine, item: CatalogueItem, quantity: int, out: int | None) -> None:
    """All of a line, or `out` of it."""
    if out is None or out >= old.quantity:
        await swap(turn, old, item, quantity)
    elif await add(turn, item, quantity):
        await set_to(turn, old.item, old.quantity - out)


async def _other(turn: Turn, old: CartLine, other: Intent) -> Finding:
    """ "Por el de goma": the same kind of thing as the old one, when the words alone name no thing."""
    turn.workspace.remember(focus=old.item.sku)
    head = old.item.name.split()[0].casefold()
    if other.filters.is_comparison and not other.words:
        return await _cheaper(turn, old, other, head)
    if other.filters.options and not other.words:
        same = await find(turn, with_fields(other, reference=Reference("same"), is_definite=False))
        if same.item:
            return same
    if not other.words and other.filters:
        finding = await find(turn, other)
        if finding.item:
            return finding
        return await find(turn, with_fields(other, words=old.item.name.casefold(), is_definite=False))
    if other.is_definite and other.words:
        of_kind = await find(turn, with_fields(other, words=f"{head} {other.words}", is_definite=False))
        if of_kind.item and of_kind.item.sku != old.item.sku:
            return of_kind
    return await find(turn, other)


async def _cheaper(turn: Turn, old: CartLine, other: Intent, head: str) -> Finding:
    """Of the same kind, below (or above) what the old one costs."""
    price, step = old.item.unit_price, Decimal("0.01")
    if other.filters.sort == "cheapest":
        filters = with_fields(other.filters, max_price=price - step, is_comparison=False)
    else:
        filters = with_fields(other.filters, min_price=price + step, sort="cheapest", is_comparison=False)
    finding = await search(turn, head, filters)
    return finding if finding.outcome is not Outcome.EXCLUDED else Finding(Outcome.NONE)


async def empty(turn: Turn, intent: Intent) -> None:
    if turn.workspace.lines:
        empty_cart(turn.workspace)
        turn.workspace.remember(focus=None, waiting=())
        turn.reply.tell("cart.emptied")
    else:
        turn.reply.tell("cart.empty")
    turn.reply.close("ask.what")


async def lines_meant(turn: Turn, intent: Intent) -> list[CartLine]:
    """The cart lines an intent is about; none when it names something else."""
    lines = turn.lines
    if intent.reference:
        return await _lines_referred(turn, intent)
    if not intent.words and not intent.filters:
        focused = [line for line in lines if line.item.sku == turn.memory.focus]
        return focused or lines
    if (point := price_point(intent)) and (costing := point.among([line.item for line in lines])):
        return [line for line in lines if line.item in costing]
    fitting = [line for line in lines if fits(line.item, intent.words, intent.filters)]
    if len(fitting) < 2 or not intent.words:
        return fitting or [line for line in lines if intent.words and covers(intent.words, line.item, loosely=True)]
    best = choose(intent.words, [line.item for line in fitting]).best
    return [line for line in fitting if line.item in best]


async def _lines_referred(turn: Turn, intent: Intent) -> list[CartLine]:
    reference = intent.reference
    assert reference is not None
    if reference.kind == "all":
        return turn.lines
    in_cart = turn.workspace.lines
    if reference.kind in {"ordinal", "last"}:
        was_list = len(turn.before.shown) > 1 and all(sku in in_cart for sku in turn.before.shown)
        order = [in_cart[sku] for sku in turn.before.shown] if was_list else turn.lines
        return order[reference.index - 1 : reference.index] if reference.kind == "ordinal" else order[-1:]
    others = [line for line in turn.lines if line.item.sku != turn.memory.focus]
    if reference.kind == "other" and len(others) == 1:
        return others
    found = await find(turn, intent)
    referred = [in_cart[item.sku] for item in found.items if item.sku in in_cart]
    return referred or (turn.lines[-1:] if reference.kind == "that" else [])
