"""The search indexes in memory, one per tenant: caches that carry the catalogue's version, rebuilt from its rows."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from uuid import UUID

import numpy as np

from data.database import Database
from data.repositories.indexed import IndexedVariant
from data.search.embedders import Embedder
from data.search.index import CatalogueIndex, SearchHit

MOST_TENANTS = 1_000


class CatalogueIndexes:
    """Serves each tenant's index at the version its catalogue has now; a search keeps the index it began with."""

    def __init__(self, database: Database, embedder: Embedder, *, most_tenants: int = MOST_TENANTS) -> None:
        self._database = database
        self.embedder = embedder
        self._indexes: OrderedDict[UUID, CatalogueIndex] = OrderedDict()
        self._building: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._most_tenants = most_tenants

    async def search(self, tenant_id: UUID, query: str, limit: int) -> list[SearchHit]:
        """Ids and scores only, best first; what they cost and whether there is any is read from rows."""
        return (await self.get(tenant_id)).search(query, limit)

    async def get(self, tenant_id: UUID) -> CatalogueIndex:
        async with self._database.transaction(tenant_id) as tx:
            version = await tx.tenants.catalogue_version()
        index = self._indexes.get(tenant_id)
        if index is None or index.version < version:
            async with self._building[tenant_id]:
                index = self._indexes.get(tenant_id)
                if index is None or index.version < version:
                    index = await self._build(tenant_id)
                    self._keep(tenant_id, index)
        self._indexes.move_to_end(tenant_id)
        return index

    def _keep(self, tenant_id: UUID, index: CatalogueIndex) -> None:
        self._indexes[tenant_id] = index
        while len(self._indexes) > self._most_tenants:
            oldest, _ = self._indexes.popitem(last=False)
            self._building.pop(oldest, None)

    async def _build(self, tenant_id: UUID) -> CatalogueIndex:
        async with self._database.transaction(tenant_id) as tx:
            version = await tx.tenants.catalogue_version()
            rows = [row async for batch in tx.indexed.variants(self.embedder.name) for row in batch]
        return await asyncio.to_thread(self._assemble, version, rows)

    def _assemble(self, version: int, rows: Sequence[IndexedVariant]) -> CatalogueIndex:
        documents = [row.document for row in rows]
        # There is none for an embedder whose vectors are not worth keeping, or that was changed since the last import.
        missing = [i for i, row in enumerate(rows) if row.vector is None]
        matrix = np.zeros((len(rows), self.embedder.dimension), dtype=np.float32)
        for i, row in enumerate(rows):
            if row.vector is not None:
                matrix[i] = np.frombuffer(row.vector, dtype="<f4")
        if missing:
            matrix[missing] = self.embedder.embed_documents([documents[i].text() for i in missing])
        return CatalogueIndex.build(version, documents, matrix, self.embedder)
