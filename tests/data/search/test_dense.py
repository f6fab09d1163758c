"""The dense side: one contract for FAISS, flat or a graph, and for PostgreSQL; FAISS is the same from disk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from data.database import Database
from data.pgvectors import VectorStore
from data.search.dense import DenseVectors, Floats, Ids, VectorIndex
from tests.database import make_tenant

Make = Callable[[Floats, Ids], Awaitable[DenseVectors]]
# PostgreSQL keeps half floats.
CLOSE = 2e-3


def _vectors(count: int, dimension: int = 256) -> Floats:
    vectors = np.random.default_rng(3).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = _vectors(300)
IDS = np.arange(1_000, 1_300, dtype=np.int64)


@pytest.fixture(scope="module")
async def tenant(database: Database) -> UUID:
    return await make_tenant(database)


@pytest.fixture(scope="module", params=["flat", "graph", "pgvector"])
async def make(request: pytest.FixtureRequest, database: Database, tenant: UUID) -> AsyncIterator[Make]:
    kind: str = request.param

    async def faiss(vectors: Floats, ids: Ids) -> DenseVectors:
        return VectorIndex.build(vectors, hnsw_from=100 if kind == "graph" else None)

    async def pgvector(vectors: Floats, ids: Ids) -> DenseVectors:
        store = VectorStore(database, tenant, "contract", asyncio.get_running_loop())
        return await asyncio.to_thread(store.build, ids, vectors)

    yield pgvector if kind == "pgvector" else faiss


@pytest.fixture(scope="module")
async def index(make: Make) -> DenseVectors:
    return await make(VECTORS, IDS)


async def test_compared_rows_give_their_cosines(index: DenseVectors) -> None:
    positions = np.array([299, 4, 4, 17])
    cosines = await asyncio.to_thread(index.compare, VECTORS[4], positions)
    assert np.allclose(cosines, VECTORS[positions] @ VECTORS[4], atol=CLOSE)
    assert (await asyncio.to_thread(index.compare, VECTORS[4], np.zeros(0, np.int64))).tolist() == []


async def test_the_nearest_rows_are_found(index: DenseVectors) -> None:
    exact = [np.argsort(-(VECTORS @ VECTORS[n]))[:10].tolist() for n in range(50)]
    found = [(await asyncio.to_thread(index.nearest, VECTORS[n], 10))[0].tolist() for n in range(50)]
    assert [near[0] for near in found] == list(range(50))
    assert sum(len(set(a) & set(b)) for a, b in zip(exact, found, strict=True)) >= 0.95 * 500


async def test_nearer_rows_come_first(index: DenseVectors) -> None:
    positions, cosines = await asyncio.to_thread(index.nearest, VECTORS[9], 40)
    assert len(positions) == 40 and cosines.tolist() == sorted(cosines.tolist(), reverse=True)
    assert np.allclose(cosines, VECTORS[positions] @ VECTORS[9], atol=CLOSE)


async def test_only_allowed_rows_are_found(index: DenseVectors) -> None:
    positions, cosines = await asyncio.to_thread(index.nearest, VECTORS[7], 3, np.array([200, 7, 9, 11]))
    assert positions[0] == 7 and set(positions.tolist()) < {200, 7, 9, 11}
    assert cosines.tolist() == sorted(cosines.tolist(), reverse=True)
    assert (await asyncio.to_thread(index.nearest, VECTORS[7], 3, np.zeros(0, np.int64)))[0].tolist() == []


async def test_no_more_are_asked_for_than_there_are(index: DenseVectors) -> None:
    assert len(index) == 300 and index.dimension == 256
    assert len((await asyncio.to_thread(index.nearest, VECTORS[7], 1_000))[0]) == 300
    assert (await asyncio.to_thread(index.nearest, VECTORS[7], 0))[0].tolist() == []


async def test_rows_are_read_back(index: DenseVectors) -> None:
    assert np.allclose(await asyncio.to_thread(index.rows, [5, 299]), VECTORS[[5, 299]], atol=CLOSE)
    assert (await asyncio.to_thread(index.rows, [])).shape == (0, 256)


async def test_a_change_drops_rows_and_appends_others(make: Make) -> None:
    before = await make(VECTORS[:200], IDS[:200])
    kept = np.ones(200, np.bool_)
    kept[[3, 150]] = False
    ids = np.concatenate([IDS[:200][kept], [IDS[3], 5_000]])
    added = _vectors(400)[-2:]
    after = await asyncio.to_thread(before.changed, kept, added, ids)
    expected = np.concatenate([VECTORS[:200][kept], added])
    assert len(after) == 200
    assert np.allclose(await asyncio.to_thread(after.rows, np.arange(200)), expected, atol=CLOSE)
    assert (await asyncio.to_thread(after.nearest, added[1], 1))[0].tolist() == [199]


async def test_one_shop_is_never_near_another(make: Make, database: Database) -> None:
    index = await make(VECTORS[:3], IDS[:3])
    other = VectorStore(database, await make_tenant(database), "contract", asyncio.get_running_loop())
    await asyncio.to_thread(other.build, IDS[100:], VECTORS[100:])
    positions, _ = await asyncio.to_thread(index.nearest, VECTORS[200], 10)
    assert sorted(positions.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("hnsw_from", [None, 100])
def test_an_index_opened_from_disk_answers_the_same_though_its_file_is_replaced(
    hnsw_from: int | None, tmp_path: Path
) -> None:
    index = VectorIndex.build(VECTORS, hnsw_from=hnsw_from)
    index.write(tmp_path / "vectors.faiss")
    opened = VectorIndex.read(tmp_path / "vectors.faiss")
    (tmp_path / "vectors.faiss").unlink()
    assert opened.is_graph == index.is_graph == (hnsw_from is not None) and len(opened) == 300
    for n in range(20):
        assert opened.nearest(VECTORS[n], 5)[0].tolist() == index.nearest(VECTORS[n], 5)[0].tolist()
    assert np.array_equal(opened.rows([5, 299]), VECTORS[[5, 299]])


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vectors.faiss").write_bytes(b"not an index")
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path / "vectors.faiss")
