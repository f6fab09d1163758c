"""The dense side in PostgreSQL: the same protocol as FAISS, answered by the extension pgvector."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import text

from data.database import Database
from data.errors import DatabaseUnavailable
from data.repositories.search_vectors import SearchVectorRepository
from data.search.dense import Flags, Floats, Ids

T = TypeVar("T")
# Rows of a newer or older index than this one may be among the nearest: so many more are asked for.
OTHERS = 20
PATIENCE_SECONDS = 60.0
_DIGEST_BYTES = 8


class PgVectors:
    """Called from a worker thread, never from the event loop that it was made on: it waits for that loop.

    The table has the newest vector of each product: an older index compares with those, and what is gone from the
    catalogue is as far from everything as can be.
    """

    is_remote = True
    nbytes = 0

    def __init__(self, store: "VectorStore", ids: Ids, dimension: int) -> None:
        self._store, self._ids, self.dimension = store, ids, dimension
        self._order = np.argsort(ids, kind="stable")

    def __len__(self) -> int:
        return len(self._ids)

    def compare(self, vector: Floats, positions: Ids) -> Floats:
        ids = self._ids[positions].tolist()
        found = self._store.ask(lambda table: table.compare(self._store.embedder, vector, ids)) if ids else {}
        return np.array([found.get(id, 0.0) for id in ids], np.float32)

    def nearest(self, vector: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        limit = min(limit, len(self))
        if limit <= 0 or (allowed is not None and not len(allowed)):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if allowed is not None:
            cosines = self.compare(vector, allowed)
            first = np.lexsort((allowed, -cosines))[:limit]
            return allowed[first], cosines[first]
        found = self._store.ask(lambda table: table.nearest(self._store.embedder, vector, limit + OTHERS))
        ids, cosines = np.array([id for id, _ in found], np.int64), np.array([c for _, c in found], np.float32)
        positions, is_own = self._positions(ids)
        return positions[is_own][:limit], cosines[is_own][:limit]

    def rows(self, positions: Sequence[int] | Ids) -> Floats:
        ids = self._ids[np.asarray(positions, np.int64)].tolist()
        found = self._store.ask(lambda table: table.rows(self._store.embedder, ids)) if ids else {}
        nothing = np.zeros(self.dimension, np.float32)
        return np.array([found.get(id, nothing) for id in ids], np.float32).reshape(len(ids), self.dimension)

    def changed(self, kept: Flags, added: Floats, ids: Ids) -> "PgVectors":
        new = ids[len(ids) - len(added) :]
        gone = np.setdiff1d(self._ids[~kept], new).tolist()
        self._store.put(new, added)
        if gone:
            self._store.ask(lambda table: table.forget(self._store.embedder, gone))
        return PgVectors(self._store, ids, self.dimension)

    def _positions(self, ids: Ids) -> tuple[Ids, Flags]:
        places = np.searchsorted(self._ids, ids, sorter=self._order)
        positions = self._order[np.minimum(places, len(self._ids) - 1)]
        return positions, self._ids[positions] == ids


class VectorStore:
    """One tenant's vectors of one embedder in the table."""

    def __init__(self, database: Database, tenant_id: UUID, embedder: str, loop: asyncio.AbstractEventLoop) -> None:
        self._database, self._tenant_id, self._loop = database, tenant_id, loop
        self.embedder = embedder

    def ask(self, work: Callable[[SearchVectorRepository], Awaitable[T]]) -> T:
        """Do it in a transaction of its own, on the loop that the database belongs to."""

        async def within() -> T:
            async with self._database.transaction(self._tenant_id) as tx:
                return await work(tx.search_vectors)

        return asyncio.run_coroutine_threadsafe(within(), self._loop).result(PATIENCE_SECONDS)

    def put(self, ids: Ids, vectors: Floats) -> None:
        """Write those that differ from what is there."""
        digests = [blake2b(vector.tobytes(), digest_size=_DIGEST_BYTES).digest() for vector in vectors]
        there = self.ask(lambda table: table.digests(self.embedder))
        new = [n for n, id in enumerate(ids.tolist()) if there.get(id) != digests[n]]
        for start in range(0, len(new), 5_000):
            part = new[start : start + 5_000]
            self._save([int(ids[n]) for n in part], [digests[n] for n in part], vectors[part])

    def build(self, ids: Ids, vectors: Floats) -> PgVectors:
        """Keep exactly these."""
        self.put(ids, vectors)
        gone = [id for id in self.ask(lambda table: table.digests(self.embedder)) if id not in set(ids.tolist())]
        if gone:
            self.ask(lambda table: table.forget(self.embedder, gone))
        return PgVectors(self, ids, vectors.shape[1])

    def _save(self, ids: list[int], digests: list[bytes], vectors: Floats) -> None:
        self.ask(lambda table: table.save(self.embedder, ids, digests, vectors))


async def check_pgvector(database: Database) -> None:
    """Raise DatabaseUnavailable where VECTORS=pgvector cannot work."""
    async with database.lookup() as connection:
        is_there = (await connection.execute(text("SELECT to_regclass('app.search_vectors')"))).scalar()
    if is_there is None:
        raise DatabaseUnavailable(
            "VECTORS=pgvector needs the extension «vector» 0.8 or newer in PostgreSQL; install it and start again, "
            "or leave VECTORS=faiss"
        )
