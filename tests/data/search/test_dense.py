"""The FAISS index: exact where rows are compared, near enough where a graph is walked, the same from disk."""

from pathlib import Path

import numpy as np
import pytest

from data.search.dense import VectorIndex


def _vectors(count: int) -> np.ndarray:
    vectors = np.random.default_rng(3).normal(size=(count, 16)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("hnsw_from", [None, 100])
def test_compared_rows_give_their_cosines(hnsw_from: int | None) -> None:
    vectors = _vectors(300)
    index = VectorIndex.build(vectors, hnsw_from=hnsw_from)
    positions = np.array([299, 4, 4, 17])
    assert np.allclose(index.compare(vectors[4], positions), vectors[positions] @ vectors[4], atol=1e-6)
    assert index.compare(vectors[4], np.zeros(0, np.int64)).tolist() == []
    assert index.is_graph == (hnsw_from is not None)


@pytest.mark.parametrize("hnsw_from", [None, 100])
def test_the_nearest_rows_are_found(hnsw_from: int | None) -> None:
    vectors = _vectors(300)
    index = VectorIndex.build(vectors, hnsw_from=hnsw_from)
    exact = [np.argsort(-(vectors @ vectors[n]))[:10].tolist() for n in range(50)]
    found = [index.nearest(vectors[n], 10)[0].tolist() for n in range(50)]
    assert [near[0] for near in found] == list(range(50))
    assert sum(len(set(a) & set(b)) for a, b in zip(exact, found, strict=True)) >= 0.95 * 500


@pytest.mark.parametrize("hnsw_from", [None, 100])
def test_only_allowed_rows_are_found(hnsw_from: int | None) -> None:
    vectors = _vectors(300)
    index = VectorIndex.build(vectors, hnsw_from=hnsw_from)
    positions, cosines = index.nearest(vectors[7], 3, np.array([200, 7, 9, 11]))
    assert positions[0] == 7 and set(positions.tolist()) < {200, 7, 9, 11}
    assert cosines.tolist() == sorted(cosines.tolist(), reverse=True)
    assert index.nearest(vectors[7], 3, np.zeros(0, np.int64))[0].tolist() == []


@pytest.mark.parametrize("hnsw_from", [None, 100])
def test_an_index_opened_from_disk_answers_the_same_though_its_file_is_replaced(
    hnsw_from: int | None, tmp_path: Path
) -> None:
    vectors = _vectors(300)
    index = VectorIndex.build(vectors, hnsw_from=hnsw_from)
    index.write(tmp_path / "vectors.faiss")
    opened = VectorIndex.read(tmp_path / "vectors.faiss")
    (tmp_path / "vectors.faiss").unlink()
    assert opened.is_graph == index.is_graph and len(opened) == 300
    for n in range(20):
        assert opened.nearest(vectors[n], 5)[0].tolist() == index.nearest(vectors[n], 5)[0].tolist()
    assert np.array_equal(opened.rows([5, 299]), vectors[[5, 299]])


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vectors.faiss").write_bytes(b"not an index")
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path / "vectors.faiss")
