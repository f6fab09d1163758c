"""Makes a tenant's search index from the least there is to read: what changed, a snapshot, or every row."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal
from uuid import UUID

import numpy as np
import structlog

from data.database import Database
from data.jobs import JobName
from data.pgvectors import VectorStore
from data.repositories.indexed import IndexedVariant
from data.search.embedders import HashedNgramEmbedder
from data.search.embedding import Embedder, EmbedderError, EmbedderUnavailable, Vectors
from data.search.index import CatalogueIndex
from data.search.own_words import OwnWords
from data.search.snapshot import kept_on_disk, read_newest
from data.transaction import Transaction

# So few missing vectors are made while the index is; more are a job's work, and another embedder serves meanwhile.
MOST_EMBEDDED_NOW = 100

# Reading so many rows takes long enough for others to notice.
LARGE = 20_000

VectorsKept = Literal["faiss", "pgvector"]

# Makes the embedder that vectors were kept under, if it still can be made.
OtherEmbedders = Callable[[str], Embedder | None]

log = structlog.get_logger()


class IndexBuilder:
    """`folder` holds a folder of snapshots for each tenant; without it, or where PostgreSQL keeps the vectors,
    nothing is kept on disk."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        folder: Path | None,
        others: OtherEmbedders,
        vectors: VectorsKept = "faiss",
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._folder = folder if vectors == "faiss" else None
        self._vectors = vectors
        self._others = others
        # One thread of Python runs at a time: two imports of a million rows at once would leave searches none of it.
        self._large_one_by_one = asyncio.Semaphore(1)

    async def build(self, tenant_id: UUID, older: CatalogueIndex | None) -> CatalogueIndex:
        """The index of the catalogue as it is now; `older` is the one in memory."""
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            embedder = await self._serving_embedder(tx)
        try:
            return await self._build(tenant_id, embedder, older)
        except (EmbedderUnavailable, EmbedderError) as error:
            log.warning("index.embedder_failed", tenant_id=str(tenant_id), embedder=embedder.name, error=str(error))
            return await self._build(tenant_id, HashedNgramEmbedder(), older)

    async def _build(self, tenant_id: UUID, embedder: Embedder, older: CatalogueIndex | None) -> CatalogueIndex:
        if older is None or older.embedder.name != embedder.name:
            older = await self._from_disk(tenant_id, embedder)
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            version, own = await tx.tenants.catalogue_version_and_words()
            if older is None:
                rows: Sequence[IndexedVariant] = [
                    row async for batch in tx.indexed.variants(embedder.name) for row in batch
                ]
                gone: Sequence[int] = ()
            else:
                rows = await tx.indexed.changed_since(older.version, embedder.name)
                gone = await tx.indexed.gone_since(older.version)
        loop = asyncio.get_running_loop()
        store = VectorStore(self._database, tenant_id, embedder.name, loop) if self._vectors == "pgvector" else None
        work = asyncio.to_thread(self._make, tenant_id, (version, rows, gone), (embedder, own), older, store)
        if len(rows) < LARGE:
            return await work
        async with self._large_one_by_one:
            return await work

    async def _from_disk(self, tenant_id: UUID, embedder: Embedder) -> CatalogueIndex | None:
        if self._folder is None:
            return None
        async with self._database.transaction(tenant_id) as tx:
            version, own = await tx.tenants.catalogue_version_and_words()
        return await asyncio.to_thread(read_newest, self._folder / str(tenant_id), embedder, version, own)

    def _make(
        self,
        tenant_id: UUID,
        read: tuple[int, Sequence[IndexedVariant], Collection[int]],
        reading: tuple[Embedder, OwnWords],
        older: CatalogueIndex | None,
        store: VectorStore | None,
    ) -> CatalogueIndex:
        version, rows, gone = read
        embedder, own = reading
        documents = [row.document for row in rows]
        vectors = _vectors(rows, embedder)
        if older is None:
            ids = np.array([document.id for document in documents], np.int64)
            kept = vectors if store is None else store.build(ids, vectors)
            index = CatalogueIndex.build(version, documents, kept, embedder, own=own)
        else:
            index = older.changed(version, documents, vectors, gone).with_own(own)
        if self._folder is None or (older is not None and older.version == version):
            return index
        try:
            return kept_on_disk(index, self._folder / str(tenant_id))
        except OSError as error:
            log.warning("index.not_kept", tenant_id=str(tenant_id), reason=error.strerror or str(error))
            return index

    async def _serving_embedder(self, tx: Transaction) -> Embedder:
        """The one that is set if all its vectors are there, else one whose vectors are; a job makes the missing."""
        chosen = self._embedder
        if not chosen.keeps_vectors or await tx.indexed.unembedded_count(chosen.name) <= MOST_EMBEDDED_NOW:
            return chosen
        await tx.jobs.defer(JobName.EMBED_CATALOGUE, lock=f"embed:{tx.tenant_id}")
        for name in await tx.vectors.embedders():
            other = self._others(name) if name != chosen.name else None
            if other is not None and not await tx.indexed.unembedded_count(name):
                return other
        return HashedNgramEmbedder()


def _vectors(rows: Sequence[IndexedVariant], embedder: Embedder) -> Vectors:
    missing = [n for n, row in enumerate(rows) if row.vector is None]
    made = embedder.embed_documents([rows[n].document.text() for n in missing]) if missing else None
    if made is not None and len(missing) == len(rows):
        return made
    vectors = np.zeros((len(rows), embedder.dimension), np.float32)
    for n, row in enumerate(rows):
        if row.vector is not None:
            vectors[n] = np.frombuffer(row.vector, dtype="<f4")
    if made is not None:
        vectors[missing] = made
    return vectors
