"""Vectors that PostgreSQL compares and looks through itself, by the extension pgvector."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, text

from data.repositories.repository import Repository

Floats = NDArray[np.float32]
# An index needs to know how long its vectors are: those of the embedders there are, alone and with the letters beside.
DIMENSIONS = (256, 384, 512, 768, 1024, 1280, 1408, 1536, 1792, 2048, 2560, 3072)
MOST_AT_ONCE = 500
# A graph yields the neighbours of all tenants; it goes on until enough of them are this one's.
_WALK = "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', :breadth, true)"
_NEWEST_BREADTH = 1_000
# Whoever runs the server may have put the extension into a schema of its own.
_FIND_TYPE = """
    SELECT set_config('search_path', current_setting('search_path') || ', ' || quote_ident(n.nspname), true)
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
"""
_DIGESTS = "SELECT search_id, digest FROM app.search_vectors WHERE tenant_id = :tenant_id AND embedder = :embedder"


class SearchVectorRepository(Repository):
    """Ids are search ids. An id that is not there is like nothing."""

    async def digests(self, embedder: str) -> dict[int, bytes]:
        """What tells apart the vectors that are kept, by id."""
        rows = await self._execute(_DIGESTS, embedder)
        return {row.search_id: row.digest for row in rows}

    async def save(self, embedder: str, ids: Sequence[int], digests: Sequence[bytes], vectors: Floats) -> None:
        for start in range(0, len(ids), MOST_AT_ONCE):
            part = slice(start, start + MOST_AT_ONCE)
            await self._execute(
                """INSERT INTO app.search_vectors (tenant_id, embedder, search_id, dimension, digest, vector)
                   SELECT :tenant_id, :embedder, id, :dimension, digest, CAST(vector AS halfvec)
                   FROM unnest(CAST(:ids AS bigint[]), CAST(:digests AS bytea[]), CAST(:vectors AS text[]))
                       AS new (id, digest, vector)
                   ON CONFLICT (tenant_id, embedder, search_id) DO UPDATE
                   SET digest = excluded.digest, vector = excluded.vector, dimension = excluded.dimension""",
                embedder,
                ids=list(ids[part]),
                digests=list(digests[part]),
                vectors=[_written(vector) for vector in vectors[part]],
                dimension=vectors.shape[1],
            )

    async def forget(self, embedder: str, ids: Sequence[int]) -> None:
        await self._execute(
            "DELETE FROM app.search_vectors "
            "WHERE tenant_id = :tenant_id AND embedder = :embedder AND search_id = ANY(CAST(:ids AS bigint[]))",
            embedder,
            ids=list(ids),
        )

    async def compare(self, embedder: str, vector: Floats, ids: Sequence[int]) -> dict[int, float]:
        """The cosines of these."""
        rows = await self._execute(
            """SELECT search_id, -(vector <#> CAST(:vector AS halfvec)) AS cosine FROM app.search_vectors
                WHERE tenant_id = :tenant_id AND embedder = :embedder AND search_id = ANY(CAST(:ids AS bigint[]))""",
            embedder,
            vector=_written(vector),
            ids=list(ids),
        )
        return {row.search_id: row.cosine for row in rows}

    async def nearest(self, embedder: str, vector: Floats, limit: int) -> list[tuple[int, float]]:
        """Ids and cosines of the nearest, by the graph of their dimension where the planner thinks it worth it."""
        dimension = len(vector)
        kind = f"halfvec({dimension})" if dimension in DIMENSIONS else "halfvec"
        breadth = str(min(max(128, limit), _NEWEST_BREADTH))
        await self.session.execute(text(_WALK), {"breadth": breadth})
        rows = await self._execute(
            f"""SELECT search_id, -(CAST(vector AS {kind}) <#> CAST(:vector AS {kind})) AS cosine
                FROM app.search_vectors
                WHERE tenant_id = :tenant_id AND embedder = :embedder AND dimension = {dimension}
                ORDER BY CAST(vector AS {kind}) <#> CAST(:vector AS {kind}) LIMIT :limit""",  # noqa: S608 - two numbers of ours
            embedder,
            vector=_written(vector),
            limit=limit,
        )
        return [(row.search_id, row.cosine) for row in rows]

    async def rows(self, embedder: str, ids: Sequence[int]) -> dict[int, Floats]:
        found = await self._execute(
            """SELECT search_id, CAST(vector AS text) AS vector FROM app.search_vectors
                WHERE tenant_id = :tenant_id AND embedder = :embedder AND search_id = ANY(CAST(:ids AS bigint[]))""",
            embedder,
            ids=list(ids),
        )
        return {row.search_id: np.fromstring(row.vector[1:-1], dtype=np.float32, sep=",") for row in found}

    async def _execute(self, statement: str, embedder: str, **values: Any) -> Sequence[Row[Any]]:
        await self.session.execute(text(_FIND_TYPE))
        result = await self.session.execute(
            text(statement), {"tenant_id": self.tenant_id, "embedder": embedder, **values}
        )
        return result.all() if result.returns_rows else []  # type: ignore[attr-defined]  # a cursor result


def _written(vector: Floats) -> str:
    """As pgvector reads it; half a float has four digits."""
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
