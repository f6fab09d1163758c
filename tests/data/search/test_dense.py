"""The FAISS index knows rows by our ids."""

import numpy as np
import pytest

from data.search.dense import VectorIndex


def test_a_row_removed_is_gone_and_can_come_back_elsewhere() -> None:
    index = VectorIndex(3)
    index.add([7, 2**62, 9], np.eye(3, dtype=np.float32))
    assert index.remove([2**62, 12345]) == 1
    assert len(index) == 2
    ids, _ = index.search(np.array([0, 1, 0], np.float32), 3)
    assert 2**62 not in ids.tolist()
    index.add([2**62], np.array([[1, 0, 0]], np.float32))
    ids, similarities = index.search(np.array([1, 0, 0], np.float32), 3)
    assert set(ids[:2].tolist()) == {7, 2**62}
    assert similarities[:2].tolist() == [1.0, 1.0]


def test_only_allowed_rows_are_searched() -> None:
    index = VectorIndex(3)
    index.add([1, 2, 3], np.eye(3, dtype=np.float32))
    ids, _ = index.search(np.array([1, 0, 0], np.float32), 3, np.array([3, 99], np.int64))
    assert ids.tolist() == [3]
    assert index.search(np.array([1, 0, 0], np.float32), 3, np.zeros(0, np.int64))[0].tolist() == []


def test_vectors_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="2x3"):
        VectorIndex(3).add([1, 2], np.zeros((2, 4), np.float32))
