"""The dense side: an exact FAISS index keyed by our own ids."""

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

# One query over one shop's vectors is over before the other threads are awake, and searches run side by side
# already: on two busy cores one thread took 0.6 ms where FAISS's own choice took 9.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """Inner product over L2-normalised vectors; a row is known by its id, never by its position."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self.dimension = dimension

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Sequence[int] | Ids, vectors: Floats) -> None:
        """Add rows; the ids must not be in it yet."""
        keys = np.ascontiguousarray(ids, dtype=np.int64)
        if vectors.shape != (len(keys), self.dimension):
            raise ValueError(f"{len(keys)} ids need vectors {len(keys)}x{self.dimension}, not {vectors.shape}")
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), keys)

    def remove(self, ids: Sequence[int] | Ids) -> int:
        """Remove rows; return how many there were."""
        return int(self._index.remove_ids(_only(ids)))

    def search(self, vector: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the ids and cosines of the nearest rows, among `allowed` when given."""
        limit = min(limit, len(self))
        if limit <= 0 or (allowed is not None and not len(allowed)):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        params = None
        if allowed is not None:
            params = faiss.SearchParameters(sel=_only(allowed))  # type: ignore[call-arg]  # SWIG keyword
        similarities, ids = self._index.search(vector.reshape(1, -1), limit, params=params)
        found = ids[0] >= 0
        return ids[0][found], similarities[0][found]


def _only(ids: Sequence[int] | Ids) -> faiss.IDSelectorBatch:
    return faiss.IDSelectorBatch(np.ascontiguousarray(ids, dtype=np.int64))
