"""From what a shopper says to the products meant: by reference, among those shown, or by search."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from uuid import UUID

from agent.brains.rules.products.amounts import sizes_of
from agent.brains.rules.products.choosing import choose, covers, is_called, is_headed
from agent.brains.rules.products.outcome import MOST_CANDIDATES, UNSAID, Finding, Outcome, finding_of, fits
from agent.brains.rules.products.priced import PricePoint, price_point
from agent.brains.rules.products.selecting import EXTREME, at_the_end, family_of, kind_of, nearest_to_context, select
from agent.brains.rules.products.using import for_use
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.naming import content_words, is_need, query_tokens
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.reading.references import Reference
from agent.brains.rules.reading.vocabulary import CONTAINERS, SOFT
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, get_products, has_option, search_products
from data.repositories.items import CatalogueItem
from data.search.deeds import deeds
from data.search.filters import Filters, take_filters
from data.search.words import tokenise

LEAST_ROOT = 4
_ARTICLE = re.compile(r"^(?:el|la|l[oa]s|un[oa]?s?) ")
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
    if (point := price_point(intent)) and (costing := await _costing(turn, point, intent.filters)).items:
        return costing
    if intent.words:
        finding = await search(turn, intent.words, intent.filters)
        return await for_use(turn, intent) or finding if finding.outcome is Outcome.NONE else finding
    if intent.filters:
        return await refine(turn, intent.filters)
    if turn.pending and turn.pending.kind == "which" and turn.pending.skus:
        return finding_of(await get_products(turn.workspace, turn.pending.skus), shown=True)
    focus = await turn.focus()
    return finding_of([focus] if focus else [], shown=True)


async def find_in_context(turn: Turn, intent: Intent) -> Finding | None:
    """What was shown, or something like it that the words only pick; None when it is a new subject."""
    return await find_among_shown(turn, intent) or await select(turn, intent)


async def find_among_shown(turn: Turn, intent: Intent) -> Finding | None:
    """The shown or asked-about products that fit; None when it is a new subject."""
    is_asked = turn.pending is not None and turn.pending.kind == "which"
    candidates = await turn.candidates()
    if (point := price_point(intent)) and (costing := point.among(candidates)):
        return finding_of(costing, shown=True)
    if intent.words and not (is_asked or intent.is_definite):
        return None
    if intent.filters.without and not any(token not in SOFT for token in query_tokens(intent.words)):
        intent = replace(intent, words="")  # "los normales, no industrial"
    if intent.filters.is_superlative and not intent.words:
        return _extreme(await turn.seen(), intent.filters)
    if intent.words.startswith("con ") and not any(fits(item, intent.words, intent.filters) for item in candidates):
        intent = replace(intent, words=intent.words.removeprefix("con "))
    if by_size := _largest_or_smallest(intent.words, candidates):
        return finding_of([by_size], shown=True)
    fitting = [item for item in candidates if fits(item, intent.words, intent.filters)]
    if not fitting and intent.is_definite and intent.words:
        fitting = [item for item in candidates if fits(item, "", intent.filters) and _fits_loosely(item, intent.words)]
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


async def search(turn: Turn, words: str, filters: Filters) -> Finding:
    """Look in the whole catalogue, and judge how well what is found answers the words; when nothing does, look again
    without the words that name nothing, and then for what is used for that."""
    if extreme := EXTREME.search(words):
        finding = await search(turn, words[: extreme.start()], filters)
        return finding_of(at_the_end(finding.items, is_largest=bool(extreme["large"]))) if not finding.item else finding
    finding = await _search(turn, words, filters)
    if " o " in words and (either := await _search_either(turn, words, filters)) is not None:
        return either
    if finding.outcome not in {Outcome.NONE, Outcome.NEAR}:
        return finding
    if (bare := re.sub(rf"^{CONTAINERS} de ", "", words)) != words:
        return await search(turn, bare, filters)
    fewer = content_words(words)
    if fewer and len(fewer) < len(words.split()):
        plainer = await _search(turn, " ".join(fewer), filters)
        finding = plainer if plainer.outcome is not Outcome.NONE else finding
    if is_need(words) and finding.outcome in {Outcome.NONE, Outcome.NEAR}:
        return await _for_need(turn, fewer)
    return finding


async def _costing(turn: Turn, point: PricePoint, filters: Filters) -> Finding:
    """What costs that, of what is named or was looked for last."""
    query = turn.memory.query
    words = point.thing or take_filters(turn.before.query or "")[1]
    limits = replace(filters, min_price=None, max_price=None)
    found = await search(turn, words, limits) if words else UNSAID
    costing = point.among(found.items) if found.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else []
    if not costing:
        turn.workspace.remember(query=query)
    return finding_of(costing)


async def _search_either(turn: Turn, words: str, filters: Filters) -> Finding | None:
    """ "Mermelada o manjar": both kinds, one of each first; None where the words are not of two kinds."""
    query = turn.memory.query
    parts = [_ARTICLE.sub("", part) for part in words.split(" o ") if content_words(part)]
    found = [await _search(turn, part, filters) for part in parts]
    turn.workspace.remember(query=query)
    is_kind = [any(_names(part, item) for item in one.items) for part, one in zip(parts, found, strict=True)]
    fitting = [one for one in found if one.outcome in {Outcome.CLEAR, Outcome.SEVERAL}]
    if len(parts) < 2 or not all(is_kind):
        return None
    if not fitting:
        left_out = [item for one in found if one.outcome is Outcome.EXCLUDED for item in one.items]
        return Finding(Outcome.EXCLUDED, _nearest(left_out, filters)) if left_out else None
    rows = zip_longest(*(one.items for one in fitting))
    items = list({item.sku: item for row in rows for item in row if item is not None}.values())
    return finding_of(items[:MOST_CANDIDATES])


def _names(words: str, item: CatalogueItem) -> bool:
    """By its kind, or by who makes it: "la Renu grande"."""
    said = set(query_tokens(words))
    return is_headed(words, item) or bool(item.brand and said & set(query_tokens(item.brand)) and covers(words, item, loosely=True))


async def _for_need(turn: Turn, words: Sequence[str]) -> Finding:
    """ "Algo para pintar mi pieza": what has such a word, or one of the same root, in its name or category."""
    useful: dict[str, CatalogueItem] = {}
    for word in words:
        root = re.sub(r"(?:ar|er|ir)$", "", word)
        alike = deeds(word, is_purpose=False)
        for query in (word, f"{root}ura", f"{root}a", *alike):
            found = await search_products(turn.workspace, query, limit=CANDIDATE_COUNT)
            for item in found.items:
                names = tokenise(f"{item.title} {item.category or ''}")
                if set(alike) & set(names) or (len(root) >= LEAST_ROOT and any(n.startswith(root) for n in names)):
                    useful.setdefault(item.sku, item)
    return finding_of(_in_stock_first(list(useful.values()))) if useful else Finding(Outcome.NONE)


async def _search(turn: Turn, words: str, filters: Filters) -> Finding:
    turn.workspace.remember(query=f"{words} {filters.spelt()}".strip())
    found = await search_products(
        turn.workspace,
        words,
        min_price=filters.min_price,
        max_price=filters.max_price,
        options=filters.options,
        sort=filters.sort,
        limit=CANDIDATE_COUNT,
    )
    wanted = [item for item in found.items if fits(item, "", Filters(without=filters.without))] or found.items
    choice = choose(words, wanted)
    whole = choose(words, [*wanted, *found.excluded])
    outside = [item for item in whole.best if item not in found.items]
    if outside and len(outside) == len(whole.best) and filters:
        outcome = Outcome.EXCLUDED if not whole.missing else Outcome.NEAR
        return Finding(outcome, _nearest(outside, filters))
    if not found.items:
        return Finding(Outcome.NONE)
    if filters.is_superlative and not choice.missing:
        return Finding(Outcome.CLEAR, _in_stock_first(choice.best)[:1])
    if choice.missing:
        return Finding(Outcome.NEAR, _in_stock_first(choice.best))
    by_price = filters.sort != "relevance"
    return finding_of(choice.best[:MOST_CANDIDATES] if by_price else _in_stock_first(choice.best))


async def refine(turn: Turn, filters: Filters) -> Finding:
    """Search again for what was looked for last, with other filters."""
    older, words = take_filters(turn.before.query or "")
    if not words:
        focus = await turn.focus()
        if focus is None:
            return UNSAID
        words = focus.name
    merged = filters.over(older)
    if filters.is_comparison and filters.sort == "cheapest":
        seen = await turn.seen()
        if seen:
            merged = replace(merged, max_price=min(item.unit_price for item in seen) - Decimal("0.01"))
    finding = await search(turn, words, merged)
    if filters.is_comparison and finding.outcome not in {Outcome.CLEAR, Outcome.SEVERAL}:
        kind = next((item.name.split()[0].casefold() for item in await turn.seen()), words)
        of_kind = await search(turn, kind, replace(merged, colours=(), size=None))
        finding = of_kind if of_kind.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else finding
    if filters.is_comparison:
        turn.workspace.remember(query=f"{words} {replace(merged, max_price=older.max_price).spelt()}".strip())
    return finding


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


def _extreme(items: Sequence[CatalogueItem], filters: Filters) -> Finding | None:
    if len(items) < 2:
        return None
    in_stock = [item for item in items if item.has(1)] or list(items)
    ordered = sorted(in_stock, key=lambda item: item.unit_price, reverse=filters.sort == "dearest")
    return finding_of(ordered[:1], shown=True)


def _in_stock_first(items: Sequence[CatalogueItem]) -> tuple[CatalogueItem, ...]:
    """In stock first; of each product one variant before its siblings, so that three tell more than three sizes."""
    counts: Counter[UUID] = Counter()
    ranked: list[tuple[bool, int, CatalogueItem]] = []
    for item in sorted(items, key=lambda item: not item.has(1)):
        ranked.append((not item.has(1), counts[item.product_id], item))
        counts[item.product_id] += 1
    return tuple(item for _, _, item in sorted(ranked, key=lambda rank: rank[:2]))[:MOST_CANDIDATES]


def _largest_or_smallest(words: str, items: Sequence[CatalogueItem]) -> CatalogueItem | None:
    """ "La grande", "el más chico", among things whose names say how big they are."""
    wanted = _SIZES_SAID.get(words.removeprefix("mas "))
    sized = [(item, sizes[0]) for item in items if (sizes := sizes_of(item))]
    if wanted is None or len(sized) < 2 or len({base for _, (_, base) in sized}) > 1:
        return None
    return wanted(sized, key=lambda pair: pair[1][0])[0]


def _nearest(items: Sequence[CatalogueItem], filters: Filters) -> tuple[CatalogueItem, ...]:
    """Of those a filter left out, first the ones in stock that break the fewest wishes, then the nearest in price."""

    def distance(item: CatalogueItem) -> tuple[bool, int, Decimal]:
        broken = sum(not has_option(item, option) for option in filters.options)
        over = max(item.unit_price - filters.max_price, Decimal(0)) if filters.max_price is not None else Decimal(0)
        under = max(filters.min_price - item.unit_price, Decimal(0)) if filters.min_price is not None else Decimal(0)
        return not item.has(1), broken, over + under

    return tuple(sorted(items, key=distance)[:MOST_CANDIDATES])
