"""Wants of one message that could not all be asked about at once: each waits for its turn, or for its answer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent.brains.rules.actions.buying import add
from agent.brains.rules.products.amounts import common_units, units_for
from agent.brains.rules.products.choosing import covers
from agent.brains.rules.products.finding import find
from agent.brains.rules.products.outcome import fits, plainest, unpacked
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.naming import content_words
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.replying.listing import show_several
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import get_products

_Act = Callable[[Turn, Intent], Awaitable[None]]


async def answer_waiting(turn: Turn, intent: Intent) -> bool:
    """Whether "la de naranja" chose something that waits behind the open question, and was done."""
    if not turn.before.waiting or intent.kind not in {Kind.BUY, Kind.MENTION} or not (intent.words or intent.filters):
        return False
    asked = await get_products(turn.workspace, turn.pending.skus) if turn.pending else []
    if any(fits(item, intent.words, intent.filters) for item in asked):
        return False
    for want in turn.memory.waiting:
        if await _chosen(turn, intent, want):
            turn.workspace.remember(waiting=tuple(other for other in turn.memory.waiting if other != want))
            turn.is_late_answer = True
            return True
    return False


async def _chosen(turn: Turn, intent: Intent, want: str) -> bool:
    """Only some of what the want may be fit the answer."""
    wanted = next(iter(read_burst(want)), None)
    if wanted is None:
        return False
    query = turn.memory.query
    possible = (await find(turn, wanted)).items
    turn.workspace.remember(query=query)
    words, left = unpacked(intent.words, possible)
    fitting = [item for item in left if fits(item, words, intent.filters)]
    if plain := plainest(intent.words, intent.filters, possible):
        fitting = [plain]
    if not fitting or (len(fitting) == len(possible) and len(possible) > 1):
        return False
    quantity = intent.quantity or wanted.quantity
    if len(fitting) == 1:
        await add(turn, fitting[0], units_for(fitting[0], quantity) or 1)
    else:
        show_several(turn, fitting, common_units(fitting, quantity))
    return True


def _is_done(turn: Turn, want: str) -> bool:
    """What was put in the cart meanwhile is what this want was for."""
    wanted = next(iter(read_burst(want)), None)
    named = " ".join(content_words(wanted.words)) if wanted else ""
    return bool(named) and any(covers(named, item, loosely=True) for item in turn.added)


async def ask_what_waits(turn: Turn, act: _Act) -> None:
    """Ask again what is still open, or take up the next want once it is answered."""
    if not turn.before.waiting or turn.reply.listing or turn.reply.asks:
        return
    waiting = tuple(want for want in turn.memory.waiting if not _is_done(turn, want))
    turn.workspace.remember(waiting=waiting)
    asked = turn.before.pending
    is_open = asked is not None and not any(item.sku in asked.skus for item in turn.added)
    if turn.is_late_answer and is_open and asked:
        items = await get_products(turn.workspace, asked.skus)
        show_several(turn, items, asked.quantity)
    elif not turn.added:
        if any(intent.kind in PRODUCT_KINDS for intent in turn.intents):
            turn.workspace.remember(waiting=())
    elif turn.memory.waiting:
        first, *rest = turn.memory.waiting
        turn.workspace.remember(waiting=tuple(rest))
        answered, turn.before = turn.before, turn.before.model_copy(update={"pending": None, "waiting": ()})
        unwanted = tuple(word for said in turn.intents for word in said.filters.without)
        for intent in read_burst(first):  # "los normales, no industrial", of both things asked for
            await act(
                turn, replace(intent, filters=replace(intent.filters, without=unwanted or intent.filters.without))
            )
        turn.before = answered
