"""Looking for products: showing, prices, stock, more of the same."""

import re
from dataclasses import replace

from agent.brains.rules.choosing import choose
from agent.brains.rules.filters import take_filters
from agent.brains.rules.finding import Finding, Outcome, find, refine, search
from agent.brains.rules.intents import Intent
from agent.brains.rules.listing import list_finding, show_one, show_several
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products

_OPTION_NOUNS = frozenset({"talla", "tallas", "color", "colores", "medidas", "numeros", "numeracion", "variedades"})


async def show(turn: Turn, intent: Intent) -> None:
    """Show only; nothing is added."""
    if intent.words in _OPTION_NOUNS and (base := await turn.focus() or next(iter(await turn.seen()), None)):
        await list_finding(turn, intent, await search(turn, base.name, intent.filters))
        return
    if not intent.words and intent.filters and not intent.is_definite and not intent.reference:
        finding = await refine(turn, intent.filters)
    else:
        finding = await find(turn, intent)
    if finding.outcome is Outcome.UNSAID and intent.is_empty:
        turn.reply.close("ask.what")
        return
    if finding.outcome is Outcome.NONE and " o " in intent.words:
        for words in intent.words.split(" o "):
            await show(turn, replace(intent, words=words))
        return
    await list_finding(turn, intent, finding)


async def tell_price(turn: Turn, intent: Intent) -> None:
    if intent.is_empty and turn.workspace.lines and not turn.pending:
        turn.reply.shows_cart = True
        return
    finding = await _about(turn, intent)
    if finding is None:
        turn.reply.close("ask.which_product")
        return
    await list_finding(turn, intent, finding)
    if finding.item and intent.count and intent.count > 1:
        turn.workspace.facts.add_line(finding.item, intent.count)
        amount = finding.item.unit_price * intent.count
        turn.reply.tell("products.price_of_many", item=finding.item, quantity=intent.count, amount=amount)


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
    if re.search(r"\b(?:color|talla|medida|tamano|numero)", intent.words):
        await show(turn, replace(intent, words="tallas"))
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
