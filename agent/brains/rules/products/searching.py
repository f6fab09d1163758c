"""Looking in the whole catalogue, and judging how well what is found answers the words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID

from agent.brains.rules.products.choosing import choose, covers, is_headed
from agent.brains.rules.products.outcome import MOST_CANDIDATES, UNSAID, Finding, Outcome, finding_of, fits
from agent.brains.rules.products.priced import PricePoint
from agent.brains.rules.products.selecting import EXTREME, at_the_end
from agent.brains.rules.reading.naming import content_words, is_need, query_tokens
from agent.brains.rules.reading.vocabulary import CONTAINERS
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, has_option, search_products
from data.repositories.items import CatalogueItem
from data.search.deeds import deeds
from data.search.filters import Filters, take_filters
from data.search.words import tokenise

LEAST_ROOT = 4
_ARTICLE = re.compile(r"^(?:el|la|l[oa]s|un[oa]?s?) ")


async def search(turn: Turn, words: str, filters: Filters) -> Finding:
    """Look in the whole catalogue, and judge how well what is found answers the words; when nothing does, look again
    without the words that name nothing, and then for what is used for that."""
    if extreme := EXTREME.search(words):
        finding = await search(turn, words[: extreme.start()], filters)
        return finding_of(at_the_end(finding.items, is_largest=bool(extreme["large"]))) if not finding.item else finding
    if words.endswith(" o") and len(filters.colours) > 1:
        return await _in_either_colour(turn, words.removesuffix(" o"), filters)
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


async def _search_either(turn: Turn, words: str, filters: Filters) -> Finding | None:
    """ "Mermelada o manjar": both kinds, one of each first; None where the words are not of two kinds."""
    query = turn.memory.query
    parts = [_ARTICLE.sub("", part) for part in words.split(" o ") if content_words(part)]
    kind = next(iter(query_tokens(parts[0])), "") if parts else ""
    found = [await _search_one(turn, part, filters, kind) for part in parts]
    turn.workspace.remember(query=query)
    is_kind = [
        any(_names(part, item) or is_headed(kind, item) for item in one.items)
        for part, one in zip(parts, found, strict=True)
    ]
    fitting = [one for one in found if one.outcome in {Outcome.CLEAR, Outcome.SEVERAL}]
    if len(parts) < 2 or not all(is_kind):
        return None
    if not fitting:
        left_out = [item for one in found if one.outcome is Outcome.EXCLUDED for item in one.items]
        return Finding(Outcome.EXCLUDED, _nearest(left_out, filters)) if left_out else None
    rows = zip_longest(*(one.items for one in fitting))
    items = list({item.sku: item for row in rows for item in row if item is not None}.values())
    return finding_of(items[:MOST_CANDIDATES])


async def _in_either_colour(turn: Turn, words: str, filters: Filters) -> Finding:
    """ "Poleras rojas o verdes": of both, one of each first."""
    found = [await _search(turn, words, replace(filters, colours=(colour,))) for colour in filters.colours]
    fitting = [one for one in found if one.outcome in {Outcome.CLEAR, Outcome.SEVERAL}]
    rows = zip_longest(*(one.items for one in fitting))
    items = list({item.sku: item for row in rows for item in row if item is not None}.values())
    return finding_of(items[:MOST_CANDIDATES]) if items else found[0]


async def _search_one(turn: Turn, words: str, filters: Filters, kind: str) -> Finding:
    """ "La estampada o la piqué": the second is of the kind of the first, where it names none itself."""
    finding = await _search(turn, words, filters)
    if any(_names(words, item) for item in finding.items):
        return finding
    of_kind = await _search(turn, f"{kind} {words}", filters)
    return of_kind if of_kind.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else finding


def _names(words: str, item: CatalogueItem) -> bool:
    """By its kind, or by who makes it: "la Renu grande"."""
    said = set(query_tokens(words))
    return is_headed(words, item) or bool(
        item.brand and said & set(query_tokens(item.brand)) and covers(words, item, loosely=True)
    )


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


async def costing(turn: Turn, point: PricePoint, filters: Filters) -> Finding:
    """What costs that, of what is named or was looked for last."""
    query = turn.memory.query
    words = point.thing or take_filters(turn.before.query or "")[1]
    limits = replace(filters, min_price=None, max_price=None)
    found = await search(turn, words, limits) if words else UNSAID
    costing = point.among(found.items) if found.outcome in {Outcome.CLEAR, Outcome.SEVERAL} else []
    if not costing:
        turn.workspace.remember(query=query)
    return finding_of(costing)


def _in_stock_first(items: Sequence[CatalogueItem]) -> tuple[CatalogueItem, ...]:
    """In stock first; of each product one variant before its siblings, so that three tell more than three sizes."""
    counts: Counter[UUID] = Counter()
    ranked: list[tuple[bool, int, CatalogueItem]] = []
    for item in sorted(items, key=lambda item: not item.has(1)):
        ranked.append((not item.has(1), counts[item.product_id], item))
        counts[item.product_id] += 1
    return tuple(item for _, _, item in sorted(ranked, key=lambda rank: rank[:2]))[:MOST_CANDIDATES]


def _nearest(items: Sequence[CatalogueItem], filters: Filters) -> tuple[CatalogueItem, ...]:
    """Of those a filter left out, first the ones in stock that break the fewest wishes, then the nearest in price."""

    def distance(item: CatalogueItem) -> tuple[bool, int, Decimal]:
        broken = sum(not has_option(item, option) for option in filters.options)
        over = max(item.unit_price - filters.max_price, Decimal(0)) if filters.max_price is not None else Decimal(0)
        under = max(filters.min_price - item.unit_price, Decimal(0)) if filters.min_price is not None else Decimal(0)
        return not item.has(1), broken, over + under

    return tuple(sorted(items, key=distance)[:MOST_CANDIDATES])
