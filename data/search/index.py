"""One catalogue, searchable: exact codes first, then words and vectors together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.search.codes import CodeIndex
from data.search.dense import VectorIndex
from data.search.documents import SearchDocument
from data.search.embedders import Embedder
from data.search.fusion import BEST_OF_EACH, fuse, relevance
from data.search.lexical import score_lexically
from data.search.query import Query, read_query
from data.search.recipe import WHOLE, Recipe
from data.search.vocabulary import Vocabulary

EXACT = 1.0
BEST_INEXACT = 0.99

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A relevant document; scores (0 to 1) compare between queries."""

    id: int
    score: float


class CatalogueIndex:
    """Immutable once built: a search keeps the index it started with while the next is built aside."""

    def __init__(
        self, version: int, ids: Ids, vocabulary: Vocabulary, codes: CodeIndex, vectors: VectorIndex, embedder: Embedder
    ) -> None:
        self.version = version
        self._ids = ids
        self._order = np.argsort(ids)
        self._vocabulary, self._codes, self._vectors, self._embedder = vocabulary, codes, vectors, embedder

    @classmethod
    def build(
        cls,
        version: int,
        documents: Sequence[SearchDocument],
        vectors: Floats,
        embedder: Embedder,
        recipe: Recipe = WHOLE,
    ) -> "CatalogueIndex":
        """Build from documents and their vectors, row by row the same; ids must be unique."""
        ids = np.array([document.id for document in documents], dtype=np.int64)
        if len(np.unique(ids)) != len(ids):
            raise ValueError("two documents share an id")
        if len(vectors) != len(ids):
            raise ValueError(f"{len(ids)} documents came with {len(vectors)} vectors")
        dense = VectorIndex(embedder.dimension)
        if len(ids):
            dense.add(ids, vectors)
        codes = CodeIndex(documents if recipe.codes else ())
        return cls(version, ids, Vocabulary(documents, recipe), codes, dense, embedder)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, query: str, limit: int = 10, allowed: Collection[int] | None = None) -> list[SearchHit]:
        """Return the relevant documents, best first; none when nothing is relevant."""
        if not len(self) or limit <= 0:
            return []
        mask = self._mask(allowed)
        hits = {p: EXACT for p in self._codes.find(query) if mask[p]}
        for position, score in self._inexact(query, mask, None if allowed is None else self._ids[mask], limit):
            hits.setdefault(position, score)
        return [SearchHit(int(self._ids[p]), score) for p, score in list(hits.items())[:limit]]

    def _mask(self, allowed: Collection[int] | None) -> Flags:
        if allowed is None:
            return np.ones(len(self), np.bool_)
        return np.isin(self._ids, np.fromiter(allowed, np.int64, len(allowed)))

    def _inexact(self, text: str, mask: Flags, allowed: Ids | None, limit: int) -> list[tuple[int, float]]:
        query = read_query(text, self._vocabulary)
        if not query.slots:
            return []
        lexical = score_lexically(query, self._vocabulary)
        dense = np.zeros(len(self), np.float32)
        if self._embedder.admission <= 1:
            dense = self._dense(query, allowed)
        admitted = dense >= self._embedder.admission
        coverage = relevance(lexical, admitted, mask, head_is_foreign=query.head_is_foreign)
        relevant = coverage > 0
        if not relevant.any():
            return []
        is_dense = self._vocabulary.recipe.dense
        if is_dense and self._embedder.admission > 1:
            dense = self._dense(query, self._ids[relevant])
        words = np.where(relevant, lexical.score, np.float32(0))
        weight = self._embedder.weight if is_dense else 0.0
        score = fuse(coverage, words, np.where(relevant, dense, np.float32(0)), weight)
        positions = np.flatnonzero(relevant)
        best = positions[np.lexsort((self._ids[positions], -score[positions]))][:limit]
        return [(int(p), round(min(float(score[p]), BEST_INEXACT), 4)) for p in best]

    def _dense(self, query: Query, among: Ids | None) -> Floats:
        similarity = np.zeros(len(self), np.float32)
        vector = self._embedder.embed_query(query.corrected().replace("~", ""))
        ids, found = self._vectors.search(vector, BEST_OF_EACH, among)
        similarity[self._positions(ids)] = found
        return similarity

    def _positions(self, ids: Ids) -> NDArray[np.int64]:
        return self._order[np.searchsorted(self._ids, ids, sorter=self._order)]
