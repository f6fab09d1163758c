"""Looking for products: showing, prices, stock, more of the same."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.rules.actions.asking import is_of_what_was_shown
from agent.brains.rules.actions.buying import add
from agent.brains.rules.actions.closing import show_cart
from agent.brains.rules.actions.shop_questions import keep
from agent.brains.rules.products.amounts import units_for
from agent.brains.rules.products.budget import for_whom, with_only_options
from agent.brains.rules.products.choosing import choose
from agent.brains.rules.products.counting import counted
from agent.brains.rules.products.finding import find
from agent.brains.rules.products.outcome import Finding, Outcome, fits
from agent.brains.rules.products.searching import refine, search
from agent.brains.rules.products.selecting import picked_with_older
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.replying.listing import list_finding, show_one, show_several, tell_unfound
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.repositories.items import CatalogueItem
from data.search.filters import NO_FILTERS, take_filters


async def show(turn: Turn, intent: Intent) -> None:
    """Show only; nothing is added."""
    if not intent.words and intent.filters and not intent.is_definite and not intent.reference:
        finding = await picked_with_older(turn, intent) or await refine(turn, intent.filters)
    else:
        finding = await find(turn, intent)
    intent, finding = await counted(turn, intent, finding) or (intent, finding)
    if finding.outcome is Outcome.UNSAID and not intent.words and intent.filters:
        finding = await with_only_options(turn, intent) or await for_whom(turn, intent) or finding
    if finding.outcome is Outcome.UNSAID and intent.is_empty:
        turn.reply.close("ask.what")
        return
    if finding.outcome is Outcome.NONE and " o " in intent.words:
        for words in intent.words.split(" o "):
            await show(turn, replace(intent, words=words))
        return
    if finding.outcome is Outcome.NONE and is_of_what_was_shown(turn, intent):
        keep(turn, intent)
        return
    await list_finding(turn, intent, finding)


async def show_options(turn: Turn, intent: Intent) -> None:
    """The sizes or colours of what is named or was talked about, each with whether there is any."""
    if intent.words:
        found = (await search(turn, intent.words, intent.filters)).items
        base = found[0] if found else None
    else:
        base = await turn.focus() or next(iter(await turn.seen()), None)
        found = (await search(turn, base.name, NO_FILTERS)).items if base else ()
    if base is None:
        if intent.words:
            tell_unfound(turn, intent)
        else:
            turn.reply.close("ask.which_product")
        return
    family = [item for item in found if item.product_id == base.product_id or item.name == base.name] or [base]
    family = [item for item in family if fits(item, "", intent.filters)] or family  # "¿y en gris qué tallas?"
    name = _option_named(intent.option, family)
    if name is None:
        await list_finding(
            turn, intent, Finding(Outcome.SEVERAL if len(found) > 1 else Outcome.CLEAR, found or (base,))
        )
        return
    in_stock = {item.options[name]: False for item in family if name in item.options}
    for item in family:
        if name in item.options:
            in_stock[item.options[name]] |= item.has(1)
    turn.workspace.facts.add_texts([base.name, name, *in_stock])
    turn.reply.tell("products.options", item=base, option=name.casefold(), values=list(in_stock.items()))
    await list_finding(turn, intent, Finding(Outcome.SEVERAL if len(family) > 1 else Outcome.CLEAR, tuple(family)))


def _option_named(said: str, family: Sequence[CatalogueItem]) -> str | None:
    """The option of these products that "tallas" or "colores" means."""
    names = {name for item in family for name in item.options}
    stem = said[:4]
    return next((name for name in sorted(names) if fold(name)[:4] == stem), None)


async def advise(turn: Turn, intent: Intent) -> None:
    """No opinion of its own: what was shown again, and which of it costs least."""
    if turn.wants_products:
        return  # "necesito pintar mi pieza, ¿qué me recomiendas?": what there is for it
    seen = [item for item in await turn.seen() if item.has(1)]
    if len(seen) < 2:
        turn.reply.close("ask.what" if not seen else "ask.add_one")
        return
    turn.reply.tell("products.cheapest", item=min(seen, key=lambda item: item.unit_price))
    show_several(turn, seen, turn.pending.quantity if turn.pending else None)


async def tell_total(turn: Turn, intent: Intent) -> None:
    """ "¿Cuánto es?": of the cart; with an empty one, of what was shown."""
    if turn.workspace.lines:
        await show_cart(turn, intent)
    else:
        await tell_price(turn, intent)


async def tell_price(turn: Turn, intent: Intent) -> None:
    if intent.is_empty and turn.reply.listing:
        return  # "¿tienen rosas? ¿a cómo están?": just said
    if intent.is_empty and not intent.count and turn.workspace.lines and not turn.pending:
        turn.reply.shows_cart = True
        return
    finding = await _about(turn, intent)
    if finding is None:
        turn.reply.close("ask.which_product")
        return
    await list_finding(turn, intent, finding)
    units = units_for(finding.item, intent.quantity) if finding.item else None
    if finding.item and units and units > 1:
        turn.workspace.facts.add_line(finding.item, units)
        amount = finding.item.unit_price * units
        turn.reply.tell("products.price_of_many", item=finding.item, quantity=units, amount=amount)


async def tell_stock(turn: Turn, intent: Intent) -> None:
    finding = await _about(turn, intent)
    if finding is None:
        turn.reply.close("ask.which_product")
        return
    if finding.item and turn.reply.listing is None:
        turn.reply.tell("stock.of_item", item=finding.item)
    await list_finding(turn, intent, finding)


async def _about(turn: Turn, intent: Intent) -> Finding | None:
    """What a question is about: what it names, or without a name all that was last shown."""
    if not intent.is_empty:
        return await find(turn, intent)
    seen = await turn.seen()
    focus = await turn.focus()
    if focus and (turn.before.pending is None or len(seen) < 2):
        return Finding(Outcome.CLEAR, (focus,), was_shown=True)
    return Finding(Outcome.SEVERAL if len(seen) > 1 else Outcome.CLEAR, tuple(seen), was_shown=True) if seen else None


async def show_more(turn: Turn, intent: Intent) -> None:
    """More of what was last looked for, without what was just shown."""
    focus = turn.memory.focus
    is_one_more = re.fullmatch(r"(?:y |dame |quiero )*otr[oa](?: mas)?", intent.words) and not turn.pending
    if is_one_more and focus in turn.workspace.lines:
        await add(turn, turn.workspace.lines[focus or ""].item, 1)
        return
    if not turn.before.query:
        turn.reply.close("ask.what")
        return
    filters, words = take_filters(turn.before.query)
    found = await search_products(
        turn.workspace, words, min_price=filters.min_price, max_price=filters.max_price, options=filters.options,
        sort=filters.sort, limit=CANDIDATE_COUNT,
    )  # fmt: skip
    best = choose(words, found.items).best
    ordered = [*best, *(item for item in found.items if item not in best)]
    last = max((i for i, item in enumerate(ordered) if item.sku in turn.before.shown), default=-1)
    rest = ordered[last + 1 :]
    if not rest:
        turn.reply.tell("missing.no_more")
        turn.reply.close("ask.what")
    elif len(rest) == 1:
        show_one(turn, rest[0])
    else:
        show_several(turn, rest)
