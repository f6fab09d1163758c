"""Words without a verb: an answer to what was asked, a choice from the list, a refinement, or a new search."""

import re
from dataclasses import replace

from agent.brains.rules.actions.buying import add, buy, put_in, set_to, take
from agent.brains.rules.actions.changing import LEAST_SIZE, remove
from agent.brains.rules.actions.closing import check_out
from agent.brains.rules.actions.showing import show
from agent.brains.rules.actions.wishing import accept_waiting
from agent.brains.rules.products.choosing import covers, covers_whole
from agent.brains.rules.products.counting import counted
from agent.brains.rules.products.finding import find_in_context, sized_sibling
from agent.brains.rules.products.outcome import Finding, Outcome, fits
from agent.brains.rules.products.searching import search
from agent.brains.rules.products.selecting import select
from agent.brains.rules.products.using import for_use
from agent.brains.rules.reading.asides import may_deny
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.naming import content_words, is_known_word, is_need
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.replying.listing import list_finding, said, show_one, show_several
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import get_products, has_option
from agent.tools.handoff import request_human
from data.repositories.items import CatalogueItem

_ONE_OF_SIZE = re.compile(r"(?:y |alg)?un[oa]? (?:de|del|talla|numero) \d")


async def mention(turn: Turn, intent: Intent) -> None:
    if intent.count is not None and intent.is_empty and await _looks_at_number(turn, intent):
        return
    if intent.count is not None and intent.is_empty:
        await _number(turn, intent.count, is_correction=intent.is_correction)
    elif intent.reference:
        await _reference(turn, intent)
    elif (intent.is_question and not intent.quantity) or await _only_asks(turn, intent):
        await show(turn, intent)
    elif (chosen := await find_in_context(turn, intent)) is not None and not (intent.quantity and intent.words):
        await _choose(turn, intent, chosen)
    elif intent.quantity:
        await buy(turn, intent)
    elif intent.words:
        await _look_for(turn, intent)
    else:
        await show(turn, intent)


async def _only_asks(turn: Turn, intent: Intent) -> bool:
    """ "¿Uno de 10 metros?", "y una de 50 litros", after another size was shown: looked at, and not yet taken."""
    if not (_ONE_OF_SIZE.match(intent.asked) and turn.before.shown and intent.is_verbless):
        return False
    focus = await turn.focus()
    is_held = focus is not None and focus.sku in turn.workspace.lines
    return intent.is_question or (fold(turn.workspace.context.text).startswith("y ") and not is_held)


async def _choose(turn: Turn, intent: Intent, chosen: Finding) -> None:
    is_asked = turn.pending is not None and turn.pending.kind == "which"
    if chosen.item and _is_only_limit(intent):
        await list_finding(turn, intent, chosen)
        return
    names_it = is_asked and turn.pending and len(turn.pending.skus) == 1 and intent.words and not intent.is_definite
    is_only_looked_at = fold(turn.workspace.context.text).startswith("y ")  # "y la de 28"
    is_picked = (is_asked and chosen.was_shown) or intent.is_definite
    is_answer = (is_picked and not is_only_looked_at) or intent.quantity is not None
    if chosen.item and is_answer and not (names_it and covers_whole(intent.words, chosen.item)):
        await take(turn, intent, chosen)
    elif chosen.item or not chosen.was_shown:
        await list_finding(turn, intent, chosen)
    else:
        asked_for = turn.pending.quantity if turn.pending else None
        show_several(turn, chosen.items, intent.count or asked_for)


def _is_only_limit(intent: Intent) -> bool:
    """ "Que no pase de 40 lucas" narrows what was shown; it buys nothing."""
    filters = intent.filters
    is_limit = filters.max_price is not None or filters.min_price is not None
    return is_limit and not (intent.words or filters.options or filters.is_superlative or intent.is_definite)


async def _reference(turn: Turn, intent: Intent) -> None:
    assert intent.reference is not None
    is_another = intent.reference.kind == "same" and bool(intent.filters or intent.words)
    if intent.is_question or (is_another and turn.memory.focus not in turn.workspace.lines):
        await show(turn, intent)
    else:
        await buy(turn, intent)


async def _look_for(turn: Turn, intent: Intent) -> None:
    finding = await search(turn, intent.words, intent.filters)
    if finding.outcome is Outcome.NONE:
        finding = await for_use(turn, intent) or finding
    if await counted(turn, intent, finding):
        await buy(turn, intent)
        return
    if finding.outcome is Outcome.NONE and not may_deny(intent) and _is_before_a_want(turn, intent):
        return
    if finding.outcome is not Outcome.NONE or is_known_word(intent.words) or is_need(intent.words):
        await list_finding(turn, intent, finding)
        return
    turn.is_lost = len(intent.words.split()) > 4 or not content_words(intent.words)
    turn.is_half_lost = not turn.is_lost
    if turn.is_half_lost and may_deny(intent):
        turn.reply.tell("missing.unknown", said=said(turn, intent))
    elif turn.is_half_lost:
        turn.reply.tell("missing.unclear")


async def _looks_at_number(turn: Turn, intent: Intent) -> bool:
    """ "¿Y 34?", of what comes in 32 and 34: asked about, not taken; of a list, the one in that place."""
    if not (intent.is_question or fold(turn.workspace.context.text).startswith("y ")):
        return False
    seen = await turn.seen()
    if 1 <= (number := intent.count or 0) <= len(seen) and len(seen) > 1:
        await list_finding(turn, intent, Finding(Outcome.CLEAR, (seen[number - 1],), was_shown=True))
        return True
    numbered = replace(intent, words=str(number), quantity=None)
    finding = await select(turn, numbered)
    if finding is None or not finding.items or (finding.outcome is Outcome.NEAR and number < LEAST_SIZE):
        return False
    await list_finding(turn, numbered, finding)
    return True


def _is_before_a_want(turn: Turn, intent: Intent) -> bool:
    """ "Duerme en el suelo, busco una cama": what leads to a want is not answered; what follows one may be another."""
    after = turn.intents[turn.intents.index(intent) + 1 :] if intent in turn.intents else []
    return any(other.kind in PRODUCT_KINDS and not other.is_verbless and other.words for other in after)


async def _number(turn: Turn, number: int, *, is_correction: bool) -> None:
    """A bare number answers what was asked: which one, or how many."""
    asked = turn.pending
    if (asked and asked.kind == "how_many" and asked.skus) or (
        asked and asked.kind == "which" and len(asked.skus) == 1
    ):
        await _so_many(turn, asked.skus[0], number)
    elif not asked and turn.before.just_added and turn.memory.focus in turn.workspace.lines:
        await set_to(turn, turn.workspace.lines[turn.memory.focus or ""].item, number)
    elif not asked and turn.before.shown and all(sku in turn.workspace.lines for sku in turn.before.shown):
        await _number_beside_cart(turn, number)
    elif turn.before.shown and len(turn.before.shown) > 1:
        await _numbered(turn, number)
    elif turn.memory.focus in turn.workspace.lines:
        await set_to(turn, turn.workspace.lines[turn.memory.focus or ""].item, number)
    else:
        turn.is_lost = True


async def _number_beside_cart(turn: Turn, number: int) -> None:
    """Only the cart was shown: a number is how many, of the one thing it can be of."""
    lines = turn.lines
    if len(lines) == 1:
        await set_to(turn, lines[0].item, number)
    else:
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")


async def _so_many(turn: Turn, sku: str, number: int) -> None:
    items = await get_products(turn.workspace, [sku])
    line = turn.workspace.lines.get(sku)
    offered = turn.pending.quantity if turn.pending else None
    if not items:
        turn.is_lost = True
    elif sized := await sized_sibling(turn, items[0], number):
        await add(turn, sized, offered or 1)
    elif number == 0:
        turn.reply.close("talk.fine")
    elif line and (offered is None or number > offered):
        await set_to(turn, items[0], number)
    else:
        await put_in(turn, items[0], number)


async def _numbered(turn: Turn, number: int) -> None:
    seen, candidates = await turn.seen(), await turn.candidates()
    quantity = (turn.pending.quantity if turn.pending else None) or 1
    named = [item for item in candidates if has_option(item, str(number))]
    if 1 <= number <= len(seen):
        await put_in(turn, seen[number - 1], quantity)
    elif len(named) == 1:
        await put_in(turn, named[0], quantity)
    elif named:
        show_several(turn, named, quantity)
    elif turn.memory.focus in turn.workspace.lines and not turn.pending:
        await set_to(turn, turn.workspace.lines[turn.memory.focus or ""].item, number)
    else:
        turn.reply.tell("missing.position")
        turn.reply.list_items(seen, "ask.which", quantity=None)
        turn.ask("which", candidates, quantity)


async def yes(turn: Turn, intent: Intent) -> None:
    asked = turn.pending
    if asked and asked.kind == "human":
        request_human(turn.workspace, "Aceptó que le responda una persona.")
        turn.reply.tell("handoff.opened")
        return
    if asked and asked.kind == "waitlist":
        await accept_waiting(turn)
        return
    items = await get_products(turn.workspace, asked.skus) if asked else []
    if any(
        fits(item, other.words, other.filters)
        for item in items
        for other in turn.intents
        if other.words and other.kind is not Kind.YES
    ):
        return  # "sí, dame 2 brochas": what follows says it better
    if asked and len(items) == 1:
        await _accept(turn, items[0], asked.quantity, is_stock_offer=asked.kind == "how_many")
    elif asked and len(left := [item for item in items if item.has(1)]) == 1:
        show_one(turn, left[0], asked.quantity)
    elif asked and items:
        turn.reply.head("ask.yes_to_which")
        show_several(turn, items, asked.quantity)
    elif len(turn.intents) == 1 and turn.workspace.lines and _offered_to_close(turn):
        await check_out(turn, intent)
    elif len(turn.intents) == 1:
        turn.reply.close("ask.what_else" if turn.workspace.lines else "ask.what")


def _offered_to_close(turn: Turn) -> bool:
    return turn.before.summary_id is not None or "cerra" in fold(turn.before.last_reply)


async def _accept(turn: Turn, item: CatalogueItem, quantity: int | None, *, is_stock_offer: bool) -> None:
    line = turn.workspace.lines.get(item.sku)
    if is_stock_offer and line and item.available is not None and line.quantity > item.available:
        await set_to(turn, item, item.available)
    elif is_stock_offer and quantity is None:
        turn.ask("how_many", [item])
        turn.reply.close("ask.how_many")
    else:
        await put_in(turn, item, quantity or 1)


async def no(turn: Turn, intent: Intent) -> None:
    rejected = intent.other.words if intent.other and not turn.pending else ""
    if rejected and sum(covers(rejected, line.item) for line in turn.lines) == 1:
        await remove(turn, replace(intent, kind=Kind.REMOVE, words=rejected, other=None))  # "la regla mejor no"
        return
    asked_for_more = "algo mas" in fold(turn.before.last_reply) or "que mas" in fold(turn.before.last_reply)
    if turn.before.summary_id:
        turn.reply.tell("checkout.kept")
    elif turn.pending:
        turn.workspace.remember(waiting=())
        turn.reply.close("talk.fine")
    elif turn.workspace.lines and asked_for_more and len(turn.intents) == 1:
        await check_out(turn, intent)
    elif len(turn.intents) == 1:
        turn.reply.close("talk.fine")
