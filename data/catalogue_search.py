"""Answers a sentence with products: the index finds, the rows of this moment say price and stock and narrow it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from data.catalogue_index import CatalogueIndexes, search_index
from data.database import Database
from data.repositories.items import CatalogueItem
from data.search.index import CatalogueIndex, SearchHit
from data.search.wanted_options import WantedOptions
from data.search.wish import Wish, read_wish
from data.search.words import tokenise

# From so many on, the worst of them are not looked at for their price.
MOST_NARROWED = 10_000
CHUNK = 200
# "El taladro más barato" is a drill: no bit for one, though that costs less. Share of the best hit's score.
SAME_THING = 0.7


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` is 0 where nothing but price or stock was asked for."""

    item: CatalogueItem
    score: float


async def find_products(
    database: Database, indexes: CatalogueIndexes, tenant_id: UUID, text: str, limit: int
) -> list[Hit]:
    """What a sentence asks for, limits of price, stock, category and options kept; archived products left out.

    An option is kept as long as any product has it: of what comes in no red, the others are shown.
    """
    wish = read_wish(text)
    index = await indexes.get(tenant_id)
    if not wish.narrows and wish.sort == "relevance":
        found = await search_index(index, wish.words, max(limit, CHUNK))
        return await _as_wanted(database, tenant_id, wish, index, found, limit)
    found = await search_index(index, wish.words, MOST_NARROWED)
    if not found and index.read(wish.words).slots:
        return []
    scores = {hit.id: hit.score for hit in found if hit.score >= SAME_THING * found[0].score}
    async with database.transaction(tenant_id) as tx:
        ids = await tx.indexed.narrowed(list(scores) if found else None, wish, MOST_NARROWED)
    if wish.sort == "relevance" and found:
        fitting = set(ids)
        ids = [id for id in scores if id in fitting]
    narrowed = [SearchHit(id, scores.get(id, 0.0)) for id in ids]
    return await _as_wanted(database, tenant_id, wish, index, narrowed, limit)


async def _as_wanted(
    database: Database, tenant_id: UUID, wish: Wish, index: CatalogueIndex, found: Sequence[SearchHit], limit: int
) -> list[Hit]:
    """The first `limit` that have the options and the category asked for; when none has, the first of all."""
    fitting: list[Hit] = []
    others: list[Hit] = []
    wanted: WantedOptions | None = None
    for start in range(0, len(found), CHUNK):
        hits = found[start : start + CHUNK]
        items = await _items(database, tenant_id, hits)
        read = [Hit(items[hit.id], hit.score) for hit in hits if hit.id in items]
        if wanted is None:
            query = index.read(wish.words)
            wanted = WantedOptions.read(query, [hit.item.options for hit in read], size=wish.size)
        for hit in read:
            is_exact = hit.score == 1.0
            has_all = is_exact or (wanted.fit(hit.item.name, hit.item.options) and _is_of(hit.item, wish.category))
            (fitting if has_all else others).append(hit)
        if len(fitting) >= limit or (not wanted and wish.category is None):
            break
    return (fitting or others)[:limit]


async def _items(database: Database, tenant_id: UUID, hits: Sequence[SearchHit]) -> Mapping[int, CatalogueItem]:
    if not hits:
        return {}
    async with database.transaction(tenant_id) as tx:
        return await tx.catalogue.by_search_ids([hit.id for hit in hits])


def _is_of(item: CatalogueItem, category: str | None) -> bool:
    return category is None or set(tokenise(category, parts=False)) <= set(tokenise(item.category or "", parts=False))
