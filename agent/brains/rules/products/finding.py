"""From what a shopper says to the products meant: by reference, among those shown, or by search."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from agent.brains.rules.products.amounts import sizes_of
from agent.brains.rules.products.choosing import choose, covers, is_called, is_headed
from agent.brains.rules.products.outcome import UNSAID, Finding, Outcome, finding_of, fits, is_loose, plainest, unpacked
from agent.brains.rules.products.priced import price_point
from agent.brains.rules.products.searching import costing, refine, search
from agent.brains.rules.products.selecting import family_of, kind_of, nearest_to_context, select
from agent.brains.rules.products.using import for_use
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.reading.references import Reference
from agent.brains.rules.reading.vocabulary import SOFT
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, get_products, search_products
from data.repositories.items import CatalogueItem
from data.search.filters import Filters, take_filters

_OF_THESE = re.compile(r"\bde (?:l|es|est|ell)[oa]s\b")
_Extreme = Callable[..., tuple[CatalogueItem, tuple[Fraction, str]]]
_SIZES_SAID: dict[str, _Extreme] = {
    **dict.fromkeys(("grande", "grandes", "mayor"), max),
    **dict.fromkeys(("chico", "chica", "chicos", "chicas", "pequeno", "pequena", "chiquito", "chiquita"), min),
}


async def find(turn: Turn, intent: Intent) -> Finding:
    """What an intent is about. A search is remembered, so that the next message can refine it."""
    if intent.sku:
        return finding_of(await get_products(turn.workspace, [intent.sku]), shown=True)
    if intent.reference and intent.reference.kind != "same":
        return await _referred(turn, intent.reference, intent)
    if intent.reference:
        return await _sibling(turn, intent)
    if (finding := await find_in_context(turn, intent)) is not None:
        return finding
    if intent.words or price_point(intent):
        return await _named(turn, intent)
    if intent.filters:
        return await refine(turn, intent.filters)
    if turn.pending and turn.pending.kind == "which" and turn.pending.skus:
        return finding_of(await get_products(turn.workspace, turn.pending.skus), shown=True)
    focus = await turn.focus()
    return finding_of([focus] if focus else [], shown=True)


async def _named(turn: Turn, intent: Intent) -> Finding:
    if (point := price_point(intent)) and (found := await costing(turn, point, intent.filters)).items:
        return found
    if is_loose(intent.words):
        return await _loose(turn, intent)
    finding = await search(turn, intent.words, intent.filters) if intent.words else await refine(turn, intent.filters)
    return await for_use(turn, intent) or finding if finding.outcome is Outcome.NONE else finding


async def _loose(turn: Turn, intent: Intent) -> Finding:
    """ "Naranjas sueltas": those that come in nothing, where no name says so."""
    whole = await search(turn, intent.words, intent.filters)
    words, _ = unpacked(intent.words, whole.items)
    if words == intent.words or not words:
        return whole
    found = await search(turn, words, intent.filters)
    loose = unpacked(intent.words, found.items)[1]
    return finding_of(loose) if found.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else found


async def find_in_context(turn: Turn, intent: Intent) -> Finding | None:
    """What was shown, or something like it that the words only pick; None when it is a new subject."""
    return await find_among_shown(turn, intent) or await select(turn, intent)


async def find_among_shown(turn: Turn, intent: Intent) -> Finding | None:
    """The shown or asked-about products that fit; None when it is a new subject."""
    candidates = await turn.candidates()
    if (point := price_point(intent)) and (at_price := point.among(candidates)):
        return finding_of(at_price, shown=True)
    return await _fitting_shown(turn, intent, candidates)


async def _fitting_shown(turn: Turn, intent: Intent, candidates: Sequence[CatalogueItem]) -> Finding | None:
    is_asked = turn.pending is not None and turn.pending.kind == "which"
    if intent.words and not (is_asked or intent.is_definite):
        return None
    words, candidates = unpacked(intent.words, candidates)
    intent = replace(intent, words=words)
    if intent.filters.without and not any(token not in SOFT for token in query_tokens(intent.words)):
        intent = replace(intent, words="")  # "los normales, no industrial"
    if intent.filters.is_superlative and not intent.words:
        return _extreme(await turn.seen(), intent.filters, is_of_these=bool(_OF_THESE.search(intent.asked)))
    if intent.words.startswith("con ") and not any(fits(item, intent.words, intent.filters) for item in candidates):
        intent = replace(intent, words=intent.words.removeprefix("con "))
    if only := _largest_or_smallest(intent.words, candidates) or plainest(intent.words, intent.filters, candidates):
        return finding_of([only], shown=True)
    fitting = [item for item in candidates if fits(item, intent.words, intent.filters)]
    if not fitting and intent.is_definite and intent.words:
        fitting = [item for item in candidates if fits(item, "", intent.filters) and _fits_loosely(item, intent.words)]
    fitting = fitting or _left_over(intent, candidates)
    if not fitting or intent.is_empty or (len(fitting) == len(candidates) > 1 and not is_asked):
        return None
    if len(fitting) > 1 and intent.filters.is_superlative:  # "la más barata de tres leches"
        return _extreme(fitting, intent.filters)
    if len(fitting) > 1 and (intent.filters.options or intent.filters.without or (intent.is_definite and intent.words)):
        fitting = await nearest_to_context(turn, _literal(intent, fitting), intent.filters, await turn.focus())
    if len(fitting) > 1 and intent.words and not is_asked:
        return None
    if intent.words and await _names_another_kind(turn, intent, fitting):
        return None
    return finding_of(fitting, shown=True)


def _left_over(intent: Intent, candidates: Sequence[CatalogueItem]) -> list[CatalogueItem]:
    """ "El limón amarillo, no el sutil": the only other one, though no name says that it is yellow."""
    unwanted = intent.filters.without
    left = [item for item in candidates if not any(covers(word, item) for word in unwanted)]
    is_the_other = unwanted and len(left) == 1 < len(candidates)
    return left if is_the_other and (not intent.words or is_called(intent.words, left[0])) else []


def _literal(intent: Intent, items: list[CatalogueItem]) -> list[CatalogueItem]:
    """ "La lata": what is called so, not "6 latas"."""
    said = set(intent.words.split())
    return [item for item in items if said & set(fold(item.title).split())] or items


async def _names_another_kind(turn: Turn, intent: Intent, shown: Sequence[CatalogueItem]) -> bool:
    """ "Y la tinta", after a printer with "tinta" in its name: another thing, when the shop sells one called that."""
    if any(is_headed(intent.words, item) for item in shown):
        return False
    found = await search_products(turn.workspace, intent.words, limit=CANDIDATE_COUNT)
    best = choose(intent.words, found.items)
    return not best.missing and bool(best.best) and all(is_called(intent.words, item) for item in best.best)


def _fits_loosely(item: CatalogueItem, words: str) -> bool:
    """ "La normal de 1.5": some of the words tell products apart, and those are its own."""
    telling = [token for token in query_tokens(words) if token not in SOFT]
    return bool(telling) and covers(words, item, loosely=True)


async def _sibling(turn: Turn, intent: Intent) -> Finding:
    """ "La misma pero en M", "la misma pero la de 20": another of the product last talked about, or of its kind."""
    focus = await turn.focus()
    if focus is None:
        return UNSAID
    words = re.sub(r"^(?:(?:pero|de|en|el|la|los|las|con) )+", "", intent.words)
    if not (intent.filters or words):
        return finding_of([focus], shown=True)
    for pool in (await family_of(turn, focus), await kind_of(turn, focus)):
        if fitting := [item for item in pool if fits(item, words, intent.filters)]:
            return finding_of(await nearest_to_context(turn, fitting, intent.filters, focus))
    older = Filters(colours=() if intent.filters.colours else _colours_of(focus))
    return await search(turn, f"{focus.name} {words}".strip(), intent.filters.over(older))


def _colours_of(item: CatalogueItem) -> tuple[str, ...]:
    return tuple(
        take_filters(value.casefold())[0].colours[0]
        for value in item.options.values()
        if take_filters(value.casefold())[0].colours
    )


async def sized_sibling(turn: Turn, item: CatalogueItem, number: int) -> CatalogueItem | None:
    """ "34 mejor", of jeans that come in 32 and 34: a size, not how many."""
    if not any(value.isdigit() for value in item.options.values()):
        return None
    found = await search_products(turn.workspace, item.name, options=(str(number),), limit=CANDIDATE_COUNT)
    alike = [
        other
        for other in found.items
        if (other.product_id == item.product_id or other.name == item.name) and str(number) in other.options.values()
    ]
    return max(
        alike, key=lambda other: sum(value in item.options.values() for value in other.options.values()), default=None
    )


async def _referred(turn: Turn, reference: Reference, intent: Intent) -> Finding:
    seen = await turn.seen()
    if not seen and reference.kind in {"ordinal", "last"}:
        seen = [line.item for line in turn.lines]
    if intent.filters and seen and reference.kind == "that":
        return finding_of([item for item in seen if fits(item, "", intent.filters)], shown=True)
    if reference.kind == "ordinal":
        counted = finding_of(seen[reference.index - 1 : reference.index], shown=True)
        numbered = replace(intent, reference=None, words=str(reference.index))
        named = await select(turn, numbered) if reference.index > len(seen) else None
        return named if named and named.outcome is not Outcome.NEAR else counted
    if reference.kind == "last":
        return finding_of(seen[-1:], shown=True)
    if reference.kind == "all":
        return Finding(Outcome.SEVERAL, tuple(seen), was_shown=True) if seen else UNSAID
    focus = await turn.focus()
    if reference.kind == "other":
        return finding_of(_others(intent, seen, focus), shown=True)
    asked = turn.pending.skus if turn.pending else ()
    if len(asked) > 1 and (focus is None or focus.sku not in asked):
        return finding_of(await get_products(turn.workspace, asked), shown=True)
    if len(asked) == 1:
        return finding_of(await get_products(turn.workspace, asked), shown=True)
    return finding_of([focus] if focus else seen, shown=True)


def _others(intent: Intent, seen: Sequence[CatalogueItem], focus: CatalogueItem | None) -> list[CatalogueItem]:
    """ "La otra": of those shown, without the one talked about; of its kind, where there is one."""
    rejected = intent.other
    others = [
        item
        for item in seen
        if (focus is None or item.sku != focus.sku)
        and not (rejected and not rejected.is_empty and fits(item, rejected.words, rejected.filters))
    ]
    alike = [item for item in others if focus and is_called(focus.name, item)]
    return alike or others


def _extreme(items: Sequence[CatalogueItem], filters: Filters, *, is_of_these: bool = False) -> Finding | None:
    """`is_of_these`: "el más barato de los dos" is the one that there is, where only one of them was found."""
    if len(items) < 2:
        return finding_of(items, shown=True) if items and is_of_these else None
    in_stock = [item for item in items if item.has(1)] or list(items)
    ordered = sorted(in_stock, key=lambda item: item.unit_price, reverse=filters.sort == "dearest")
    return finding_of(ordered[:1], shown=True)


def _largest_or_smallest(words: str, items: Sequence[CatalogueItem]) -> CatalogueItem | None:
    """ "La grande", "el más chico", among things whose names say how big they are."""
    wanted = _SIZES_SAID.get(words.removeprefix("mas "))
    sized = [(item, sizes[0]) for item in items if (sizes := sizes_of(item))]
    if wanted is None or len(sized) < 2 or len({base for _, (_, base) in sized}) > 1:
        return None
    return wanted(sized, key=lambda pair: pair[1][0])[0]
