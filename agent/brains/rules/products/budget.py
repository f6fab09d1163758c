"""How much a shopper wants to spend, kept for what is asked next: "muñecas de ese precio"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from agent.brains.rules.products.choosing import covers
from agent.brains.rules.products.outcome import Finding, Outcome, finding_of
from agent.brains.rules.products.searching import search
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.naming import is_need, query_tokens
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.repositories.items import CatalogueItem
from data.search.filters import NO_FILTERS, Filters, take_filters

_SAME = re.compile(
    r"\s*\b(?:(?:de|a|por|en|con|dentro de|mas o menos) )*(?:es[ea]|est[ea]|el mism[oa]|l[oa] mism[oa]|mi|igual) "
    r"(?:mism[oa] )?(?:precio|valor|rango(?: de precios?)?|presupuesto|plata|monto)\b"
)
_THOUSANDS = re.compile(r"\b(\d+) ?k\b")
_LEAST_SHARE, _MOST_SHARE = Decimal("0.5"), Decimal("1.2")
_ASKING = frozenset({Kind.SHOW, Kind.MENTION, Kind.PRICE, Kind.STOCK})
_MEN = (
    r"pap[ai]s?|padre|viejo|hijo|herman(?:o|ito)|abuel(?:o|ito)|marido|esposo|pololo|novio|tio|sobrino|amigo|suegro"
    r"|jefe"
)
_WOMEN = (
    r"mam[ai]s?|madre|vieja|hija|herman(?:a|ita)|abuel(?:a|ita)|senora|esposa|polola|novia|tia|sobrina|amiga|suegra"
    r"|jefa"
)
_FOR_WHOM = tuple(
    (re.compile(rf"\b(?:{said})\b"), word)
    for said, word in (
        (r"nin[ao]s?|sobrinit[ao]s?|hijit[ao]s?|niet[ao]s?|niet(?:ecit)?[ao]s?", "niño"),
        (r"bebes?|guaguas?|guagüita|recien nacid[oa]", "bebé"),
        (rf"hombre|varon|{_MEN}", "hombre"),
        (rf"mujer|dama|{_WOMEN}", "mujer"),
    )
)


async def without_measures(turn: Turn, intent: Intent) -> Intent:
    """ "Resistencias de 10k" is no price where something is called so."""
    said = _THOUSANDS.search(intent.asked)
    if said is None or not intent.words or intent.filters.max_price is None:
        return intent
    words = f"{intent.words} {said[1]}k"
    found = await search_products(turn.workspace, words, limit=CANDIDATE_COUNT)
    if not any(f"{said[1]}k" in query_tokens(item.title) and covers(words, item) for item in found.items):
        return intent
    return replace(intent, words=words, filters=replace(intent.filters, min_price=None, max_price=None))


async def within_budget(turn: Turn, intent: Intent) -> Intent:
    """The want within the limits said before, when it says so, or when they were said of no product in particular."""
    if intent.kind not in _ASKING or intent.filters.max_price or intent.filters.min_price:
        return intent
    older, words = take_filters(turn.before.query or "")
    limits = replace(NO_FILTERS, min_price=older.min_price, max_price=older.max_price)
    if _SAME.search(intent.words):
        said = _SAME.sub("", intent.words).strip()
        return replace(intent, words=said, filters=intent.filters.over(limits or await _around_focus(turn)))
    if not limits or not intent.words or not (not words or words.startswith("regalo") or is_need(words)):
        return intent
    within = replace(intent, filters=intent.filters.over(limits))
    finding = await search(turn, within.words, within.filters)
    return within if finding.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else intent


async def _around_focus(turn: Turn) -> Filters:
    focus = await turn.focus()
    if focus is None:
        return NO_FILTERS
    price = focus.unit_price
    return replace(NO_FILTERS, min_price=price * _LEAST_SHARE, max_price=price * _MOST_SHARE)


async def with_only_options(turn: Turn, intent: Intent) -> Finding | None:
    """ "¿Qué tienes en talla 4 por menos de 10 lucas?": whatever comes in that size or colour, at that price."""
    limits = intent.filters
    if not limits.options:
        return None
    sized = f"talla {limits.size}" if limits.size else ""
    turn.workspace.remember(query=limits.spelt())
    found = await search_products(
        turn.workspace, f"{' '.join(limits.colours)} {sized}".strip(), min_price=limits.min_price,
        max_price=limits.max_price, options=limits.options, sort=limits.sort, in_stock_only=True, limit=CANDIDATE_COUNT,
    )  # fmt: skip
    return finding_of(_one_of_each(found.items)) if found.items else None


def _one_of_each(items: Sequence[CatalogueItem]) -> list[CatalogueItem]:
    """Of each product one before its siblings."""
    names = [item.name for item in items]
    return sorted(items, key=lambda item: (names[: items.index(item)].count(item.name), items.index(item)))


async def for_whom(turn: Turn, intent: Intent) -> Finding | None:
    """ "Algo para mi papá entre 10 y 15 lucas": what says that it is for such a person, at that price."""
    turn.workspace.remember(query=intent.filters.spelt())
    said = " ".join(turn.spelt)
    word = next((word for pattern, word in _FOR_WHOM if pattern.search(said)), None)
    if word is None:
        return None
    limits = intent.filters
    found = await search_products(
        turn.workspace, word, min_price=limits.min_price, max_price=limits.max_price, in_stock_only=True,
        limit=CANDIDATE_COUNT,
    )  # fmt: skip
    return finding_of(found.items) if found.items else None
