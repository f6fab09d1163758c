"""The search indexes of a process, one per tenant: caches that carry the catalogue's version, made from its rows."""

import asyncio
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

import structlog

from data.database import Database
from data.index_building import IndexBuilder, OtherEmbedders, VectorsKept
from data.search.embedders import embedder_named
from data.search.embedding import Embedder
from data.search.index import CatalogueIndex, SearchHit

MOST_BYTES = 1024**3
# How long a search waits for what just changed before it makes do with the index of before.
PATIENCE_SECONDS = 3.0
# From so many products on, or with a model to ask, a search leaves the event loop to others.
LARGE = 20_000

log = structlog.get_logger()


class CatalogueIndexes:
    """Serves each tenant's index at the version its catalogue has now; a search keeps the index it began with.

    The next index is made aside; a large one serves as it was until then. The ones used longest ago are let go when
    all take more than `most_bytes`, and come back from their snapshot in `folder`.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        *,
        folder: Path | None = None,
        vectors: VectorsKept = "faiss",
        others: OtherEmbedders = embedder_named,
        most_bytes: int = MOST_BYTES,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._database = database
        self.embedder = embedder
        self._builder = IndexBuilder(database, embedder, folder, others, vectors)
        self._indexes: OrderedDict[UUID, CatalogueIndex] = OrderedDict()
        self._renewing: dict[UUID, asyncio.Task[CatalogueIndex]] = {}
        self._most_bytes = most_bytes
        self._patience_seconds = patience_seconds

    async def search(self, tenant_id: UUID, query: str, limit: int, *, near: bool = False) -> list[SearchHit]:
        """Ids and scores only, best first; what they cost and whether there is any is read from rows.

        With `near` also what is only like it.
        """
        return await search_index(await self.get(tenant_id), query, limit, near=near)

    async def similar(self, tenant_id: UUID, id: int, limit: int) -> list[SearchHit]:
        """What is most like one product."""
        index = await self.get(tenant_id)
        return await asyncio.to_thread(index.similar, id, limit)

    async def get(self, tenant_id: UUID) -> CatalogueIndex:
        """The index of the catalogue as it is now, or as it was while a large one is being made."""
        version = await self._database.catalogue_version(tenant_id)
        while (index := self._indexes.get(tenant_id)) is None or index.version < version:
            task = self._renewing.get(tenant_id) or self._renew(tenant_id, index)
            done, _ = await asyncio.wait({task}, timeout=None if index is None else self._patience_seconds)
            if index is not None and (not done or task.exception()):
                break
            task.result()
        self._indexes.move_to_end(tenant_id)
        return index

    @property
    def is_building(self) -> bool:
        """Some tenant's index is being made now."""
        return bool(self._renewing)

    def held(self) -> dict[UUID, int]:
        """Roughly the bytes of each tenant's index in memory, the one used longest ago first."""
        return {tenant_id: index.nbytes for tenant_id, index in self._indexes.items()}

    async def close(self) -> None:
        """Give up what is being made."""
        tasks = list(self._renewing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _renew(self, tenant_id: UUID, index: CatalogueIndex | None) -> asyncio.Task[CatalogueIndex]:
        async def renew() -> CatalogueIndex:
            try:
                fresh = await self._builder.build(tenant_id, index)
                self._keep(tenant_id, fresh)
            except Exception as error:
                log.warning("index.failed", tenant_id=str(tenant_id), error=type(error).__name__)
                raise
            finally:
                self._renewing.pop(tenant_id, None)
            return fresh

        task = asyncio.create_task(renew())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, even if nobody waits
        self._renewing[tenant_id] = task
        return task

    def _keep(self, tenant_id: UUID, index: CatalogueIndex) -> None:
        self._indexes[tenant_id] = index
        self._indexes.move_to_end(tenant_id)
        total = sum(self.held().values())
        while total > self._most_bytes and len(self._indexes) > 1:
            _, oldest = self._indexes.popitem(last=False)
            total -= oldest.nbytes


async def search_index(index: CatalogueIndex, query: str, limit: int, *, near: bool = False) -> list[SearchHit]:
    """As CatalogueIndexes.search, for whoever needs more of the same index."""
    if len(index) < LARGE and not index.embedder.keeps_vectors and not index.vectors.is_remote:
        return index.search(query, limit, near=near)
    return await asyncio.to_thread(index.search, query, limit, near=near)
