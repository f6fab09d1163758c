"""Several of one kind in one breath: "4 cámaras aro 26 y dos 27.5", "6 sillas, 4 blancas y 2 negras"."""

import re
from dataclasses import replace
from fractions import Fraction

from agent.brains.rules.products.choosing import choose, is_called
from agent.brains.rules.products.selecting import head_of
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.quantities import Quantity
from agent.brains.rules.reading.vocabulary import CONTAINERS
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.search.lexicon import CLOTHES_SIZES, NOUNS_TOO, load_lexicon
from data.search.words import tokenise

_LAST_NUMBER = re.compile(r"\b\d+(?:[.,]\d+)?(?=\D*$)")
_LONGEST_SIZE = 3
_PACKED = re.compile(rf"{CONTAINERS}(?: del? \d|$)")
_LOOKING = frozenset({Kind.SHOW, Kind.PRICE, Kind.STOCK, Kind.MENTION})


async def split_kinds(turn: Turn, intents: list[Intent]) -> list[Intent]:
    """Each pick is given the words of the thing before it; a thing that only leads to its picks is left out."""
    split: list[Intent] = []
    leader: Intent | None = None
    picks: list[Intent] = []
    for intent in intents:
        if leader is not None and _may_pick(intent, leader) and await _picks(turn, intent, leader):
            picks.append(_picked(intent, leader))
            continue
        split += _told(leader, picks)
        leader, picks = (intent, []) if intent.kind in PRODUCT_KINDS and intent.words else (None, [])
        if leader is None:
            split.append(intent)
    return [*split, *_told(leader, picks)]


def _told(leader: Intent | None, picks: list[Intent]) -> list[Intent]:
    if leader is None or not picks:
        return [leader] if leader else []
    if picks[0].quantity is None:
        return [leader, *picks]  # two prices asked for
    counted = sum(pick.count or 1 for pick in picks)
    is_whole = not _own_choice(leader, picks) and (leader.count is None or (leader.count == counted and len(picks) > 1))
    return picks if is_whole else [leader, *picks]


def _may_pick(intent: Intent, leader: Intent) -> bool:
    is_packed = intent.kind is leader.kind is Kind.PRICE and _PACKED.match(intent.words)
    if is_packed and intent.is_definite:
        return True  # "¿cuánto 3 kilos de naranja y cuánto la malla de 3?"
    counts = intent.quantity is not None or intent.kind is Kind.ADD_MORE
    is_same_want = intent.kind in {Kind.MENTION, Kind.BUY, Kind.ADD_MORE, leader.kind}
    return counts and is_same_want and not (intent.reference or intent.sku or intent.is_question)


async def _picks(turn: Turn, intent: Intent, leader: Intent) -> bool:
    """Whether it names nothing by itself: a size, a colour, a number, or a word that tells one of the kind apart."""
    words = re.sub(rf"^{CONTAINERS}(?: del?)?(?: |$)", "", intent.words)
    if not words:
        return bool(intent.filters.options)
    alone = choose(intent.words, (await search_products(turn.workspace, intent.words, limit=CANDIDATE_COUNT)).items)
    held = next(iter(query_tokens(intent.words)), "") if words != intent.words else ""
    if alone.is_exact or (held and any(head_of(item) == held for item in alone.best)):
        return False  # a code, a bottle
    first = next(iter(query_tokens(words)), "")
    if first and any(head_of(item) == first for item in alone.best):
        return False  # "dos packs de medias", after a shirt
    kind = leader.words.split()[0]
    together = f"{kind} {words}"
    best = choose(together, (await search_products(turn.workspace, together, limit=CANDIDATE_COUNT)).items)
    if first.isalpha() and len(first) > _LONGEST_SIZE and best.missing and alone.best and not alone.missing:
        return False  # "3 automáticos de 16", after a switchboard
    if all(_tells(token) for token in tokenise(words, parts=False)):
        return True
    if not alone.missing and any(is_called(intent.words, item) for item in alone.best):
        return False
    return not best.missing and any(is_called(kind, item) for item in best.best)


def _tells(token: str) -> bool:
    traits = load_lexicon().traits - NOUNS_TOO
    return token in traits or token in CLOTHES_SIZES or any(character.isdigit() for character in token)


def _own_choice(leader: Intent, picks: list[Intent]) -> bool:
    """ "3 negras, 2 blancas": another than those picked; the colour of "3 negras, una S y dos M" is of them all."""
    said = leader.filters
    if all(pick.words == leader.words for pick in picks) and not said.size:
        return bool(said.colours) and any(pick.filters.colours != said.colours for pick in picks)
    is_other = any(
        (said.colours and pick.filters.colours != said.colours) or (said.size and pick.filters.size != said.size)
        for pick in picks
    )
    return is_other or any(map(_tells, tokenise(leader.words, parts=False)[1:]))


def _picked(intent: Intent, leader: Intent) -> Intent:
    """The thing before, with what the pick says in the place of what was said of it."""
    words, filters = intent.words, intent.filters.over(leader.filters)
    if words.isdigit() and (leader.filters.size or "").isdigit():
        words, filters = "", replace(filters, size=words)
    name = leader.words
    if not all(_tells(token) for token in tokenise(words, parts=False)):
        name = name.split()[0]
    elif any(character.isdigit() for character in words):
        name = _LAST_NUMBER.sub("", name).strip()
    whole = f"{name} {words}".strip()
    if intent.quantity is None and intent.kind is Kind.PRICE:
        return replace(intent, words=whole, filters=filters)
    kind = Kind.BUY if leader.kind in _LOOKING - {Kind.MENTION} else leader.kind
    quantity = intent.quantity or Quantity(Fraction(1))
    return replace(intent, kind=kind, words=whole, asked=whole, filters=filters, quantity=quantity)
