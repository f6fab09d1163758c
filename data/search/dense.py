"""The dense side: one FAISS index a catalogue, exact while that is fast, a graph of neighbours beyond."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]

# One query over one shop's vectors is over before the other threads are awake, and searches run side by side
# already: on two busy cores one thread took 0.6 ms where FAISS's own choice took 9.
faiss.omp_set_num_threads(1)

# docs/decisions/0008-search-index.md has the measurements.
HNSW_FROM = 100_000
_LINKS = 32
_BUILD_BREADTH = 80
_SEARCH_BREADTH = 128


class DenseVectors(Protocol):
    """The vectors of one catalogue, L2-normalised; a row is its position, the same as its document's.

    FAISS holds them in this process (`VectorIndex`), PostgreSQL in a table (`data.pgvectors.PgVectors`).
    """

    dimension: int

    @property
    def is_remote(self) -> bool:
        """Whether asking waits for another process."""

    @property
    def nbytes(self) -> int:
        """What it takes of this process's memory."""

    def __len__(self) -> int: ...

    def compare(self, vector: Floats, positions: Ids) -> Floats:
        """Return the cosines of these rows."""

    def nearest(self, vector: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the positions and cosines of the nearest rows, among `allowed` when given."""

    def rows(self, positions: Sequence[int] | Ids) -> Floats:
        """Return copies of these rows' vectors."""

    def changed(self, kept: Flags, added: Floats, ids: Ids) -> "DenseVectors":
        """Return the kept rows followed by the added ones; `ids` are those of all of them."""


class VectorIndex:
    """FAISS, inner product.

    `compare` looks at given rows only and is exact at any size. `nearest` looks through all of them, which is what
    needs a graph once they are many.
    """

    is_remote = False

    def __init__(self, index: faiss.Index, *, is_on_disk: bool = False) -> None:
        self._index = index
        self._is_on_disk = is_on_disk
        self._flat: Any = faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index
        self.dimension = int(index.d)

    @classmethod
    def build(cls, vectors: Floats, *, hnsw_from: int | None = None) -> "VectorIndex":
        """Build flat, or as a graph from so many rows (None: never, for rows that are only ever compared)."""
        count, dimension = vectors.shape
        index: faiss.Index = faiss.IndexFlatIP(dimension)
        if hnsw_from is not None and count >= hnsw_from:
            index = faiss.IndexHNSWFlat(dimension, _LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _BUILD_BREADTH
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def changed(self, kept: Flags, added: Floats, ids: Ids) -> "VectorIndex":
        """Return the kept rows followed by the added ones. A graph is linked anew: its rows cannot be taken out."""
        if self.is_graph:
            return VectorIndex.build(np.concatenate([self._rows()[kept], added]), hnsw_from=len(self) // 2)
        return VectorIndex(self._with(kept, added))

    def _with(self, kept: Flags, added: Floats) -> faiss.Index:
        """Copy rows once into room made for them: added one after the other they are copied as it grows, too."""
        staying = int(kept.sum())
        count = staying + len(added)
        index = faiss.IndexFlatIP(self.dimension)
        index.codes.resize(4 * self.dimension * count)
        index.ntotal = count
        if count:
            rows = faiss.rev_swig_ptr(index.get_xb(), count * self.dimension).reshape(count, self.dimension)
            np.compress(kept, self._rows(), axis=0, out=rows[:staying])
            rows[staying:] = added
        return index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def is_graph(self) -> bool:
        return self._flat is not self._index

    @property
    def nbytes(self) -> int:
        """What it takes of memory, besides what the system keeps of its file while there is room."""
        if self._is_on_disk:
            return 0
        links = 4 * 2 * _LINKS if self.is_graph else 0
        return len(self) * (4 * self.dimension + links)

    def compare(self, vector: Floats, positions: Ids) -> Floats:
        """Return the cosines of these rows."""
        similarities = np.empty(len(positions), np.float32)
        if len(positions):
            query = np.ascontiguousarray(vector, dtype=np.float32)
            labels = np.ascontiguousarray(positions, dtype=np.int64)
            self._flat.compute_distance_subset(
                1, faiss.swig_ptr(query), len(labels), faiss.swig_ptr(similarities), faiss.swig_ptr(labels)
            )
        return similarities

    def nearest(self, vector: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the positions and cosines of the nearest rows, among `allowed` when given."""
        limit = min(limit, len(self))
        if limit <= 0 or (allowed is not None and not len(allowed)):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if allowed is not None:
            cosines = self.compare(vector, allowed)
            first = np.lexsort((allowed, -cosines))[:limit]
            return allowed[first], cosines[first]
        params = _walk(max(_SEARCH_BREADTH, limit)) if self.is_graph else None
        similarities, positions = self._index.search(vector.reshape(1, -1), limit, params=params)
        found = positions[0] >= 0
        return positions[0][found], similarities[0][found]

    def rows(self, positions: Sequence[int] | Ids) -> Floats:
        """Return copies of these rows' vectors."""
        if not len(positions):
            return np.zeros((0, self.dimension), np.float32)
        rows: Floats = self._rows()[np.asarray(positions)]
        return rows

    def _rows(self) -> Floats:
        """Look at all vectors where they are, copying none."""
        if not len(self):
            return np.zeros((0, self.dimension), np.float32)
        flat = faiss.rev_swig_ptr(self._flat.get_xb(), len(self) * self.dimension)
        vectors: Floats = flat.reshape(len(self), self.dimension)
        return vectors

    def write(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    @classmethod
    def read(cls, path: Path) -> "VectorIndex":
        """Open a written index; its vectors stay on disk until they are compared.

        Raises RuntimeError when the file is none.
        """
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), is_on_disk=True)


def _walk(breadth: int) -> Any:
    return faiss.SearchParametersHNSW(efSearch=breadth)  # type: ignore[attr-defined]  # missing in FAISS's stubs
