"""Finds variants for words: the index gives ids and scores, the rows read now give everything else."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from data.catalogue_index import CatalogueIndexes, search_index
from data.catalogue_search import Hit, find_products
from data.database import Database
from data.models.base import Json
from data.repositories.items import CatalogueItem
from data.search.own_words import OwnWords

# Cosine of name, brand and category from which one product may stand for another.
SIMILAR = 0.3
SIBLINGS = 30
# Searches of a turn, and hits of each, that are kept with it.
MOST_NOTED = 8


class Retriever:
    """One tenant's catalogue as a turn sees it (agent.context.Catalogue)."""

    def __init__(self, database: Database, indexes: CatalogueIndexes, tenant_id: UUID) -> None:
        self._database = database
        self._indexes = indexes
        self._tenant_id = tenant_id
        self.found: list[Json] = []
        """What was searched and what came of it, for whoever asks why."""

    async def hits(self, query: str, limit: int) -> list[Hit]:
        """What a whole sentence asks for, its limits of price, stock and options kept."""
        return await find_products(self._database, self._indexes, self._tenant_id, query, limit)

    async def search(self, query: str, limit: int) -> Sequence[CatalogueItem]:
        """What words find and what is only like it; a brain has read off prices, and says what is only like it."""
        index = await self._indexes.get(self._tenant_id)
        found = await search_index(index, query, limit, near=True)
        if not found:
            self._note(query, [])
            return []
        async with self._database.transaction(self._tenant_id) as tx:
            items = await tx.catalogue.by_search_ids([hit.id for hit in found])
        known = [(_called(items[hit.id], index.vocabulary.own), hit.score) for hit in found if hit.id in items]
        self._note(query, [{"sku": item.sku, "score": round(float(score), 4)} for item, score in known])
        return [item for item, _ in known]

    def _note(self, query: str, hits: list[Json]) -> None:
        if len(self.found) < MOST_NOTED:
            self.found.append({"query": query[:200], "hits": hits[:MOST_NOTED]})

    async def similar(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        items = await self.by_skus([sku])
        if not items:
            return []
        (item,) = items.values()
        found = await self._indexes.similar(self._tenant_id, item.search_id, SIBLINGS + limit)
        near = [hit.id for hit in found if hit.score >= SIMILAR]
        async with self._database.transaction(self._tenant_id) as tx:
            others = await tx.catalogue.by_search_ids(near)
        return [others[id] for id in near if id in others][:limit]

    async def bought_with(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        items = await self.by_skus([sku])
        if not items:
            return []
        (item,) = items.values()
        async with self._database.transaction(self._tenant_id) as tx:
            together = await tx.orders.bought_with(item.variant_id, limit)
            others = await tx.catalogue.by_variant_ids(together)
        return [others[id] for id in together if id in others and not others[id].is_archived]

    async def by_skus(self, skus: Sequence[str]) -> dict[str, CatalogueItem]:
        if not skus:
            return {}
        async with self._database.transaction(self._tenant_id) as tx:
            return await tx.catalogue.by_skus(skus)


def _called(item: CatalogueItem, own: OwnWords) -> CatalogueItem:
    others = own.also_called(item.title)
    return replace(item, also_called=others) if others else item
