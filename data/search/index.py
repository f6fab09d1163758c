"""One catalogue, searchable: exact codes first, then words and vectors together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.search.codes import CodeIndex
from data.search.dense import HNSW_FROM, DenseVectors, VectorIndex
from data.search.documents import SearchDocument
from data.search.embedding import Embedder, EmbedderUnavailable
from data.search.fusion import BEST_OF_EACH, Doubts, fuse, relevance
from data.search.lexical import score_lexically
from data.search.own_words import NO_OWN_WORDS, OwnWords
from data.search.query import Query, read_query
from data.search.recipe import WHOLE, Recipe
from data.search.vocabulary import Vocabulary

EXACT = 1.0
BEST_INEXACT = 0.99
# Oil is not what "aceite de motor" asks for: what a grocery has is only like it.
OTHER_KIND = 0.7
# Vectors only put in order what words found; of very many, only those that words put first.
MOST_COMPARED = 1_000
_BYTES_A_ROW = 24

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
        self,
        version: int,
        ids: Ids,
        vocabulary: Vocabulary,
        codes: CodeIndex,
        vectors: DenseVectors,
        embedder: Embedder,
    ) -> None:
        in_order = np.sort(ids)
        if (in_order[1:] == in_order[:-1]).any():
            raise ValueError("two documents share an id")
        if len(vectors) != len(ids):
            raise ValueError(f"{len(ids)} documents came with {len(vectors)} vectors")
        self.version = version
        self.ids, self.vocabulary, self.codes, self.vectors = ids, vocabulary, codes, vectors
        self.embedder = embedder

    @classmethod
    def build(
        cls,
        version: int,
        documents: Sequence[SearchDocument],
        vectors: Floats | DenseVectors,
        embedder: Embedder,
        recipe: Recipe = WHOLE,
        own: OwnWords = NO_OWN_WORDS,
    ) -> Self:
        """Build from documents and their vectors, row by row the same; ids must be unique."""
        dense = _dense(vectors, embedder) if isinstance(vectors, np.ndarray) else vectors
        ids = np.array([document.id for document in documents], dtype=np.int64)
        codes = CodeIndex.build(documents if recipe.codes else ())
        return cls(version, ids, Vocabulary.build(documents, recipe, own), codes, dense, embedder)

    def changed(
        self, version: int, documents: Sequence[SearchDocument], vectors: Floats, gone: Collection[int]
    ) -> "CatalogueIndex":
        """Return the next version's index: these documents are new or different, those ids are gone.

        Only these documents are read, so a small change costs little of a whole build.
        """
        replaced = np.fromiter({*gone, *(document.id for document in documents)}, np.int64)
        kept = ~np.isin(self.ids, replaced)
        new_ids = np.array([document.id for document in documents], dtype=np.int64)
        if not len(new_ids) and kept.all():
            parts = self.ids, self.vocabulary, self.codes, self.vectors
            return CatalogueIndex(version, *parts, self.embedder)
        ids = np.concatenate([self.ids[kept], new_ids])
        return CatalogueIndex(
            version,
            ids,
            self.vocabulary.changed(kept, documents),
            self.codes.changed(kept, documents),
            self.vectors.changed(kept, vectors.reshape(len(new_ids), self.vectors.dimension), ids),
            self.embedder,
        )

    def with_own(self, own: OwnWords) -> "CatalogueIndex":
        """Return the same index with other words of the shop's own."""
        vocabulary = self.vocabulary.with_own(own)
        return CatalogueIndex(self.version, self.ids, vocabulary, self.codes, self.vectors, self.embedder)

    def with_vectors(self, vectors: DenseVectors) -> "CatalogueIndex":
        """Return the same index with its vectors held elsewhere."""
        return CatalogueIndex(self.version, self.ids, self.vocabulary, self.codes, vectors, self.embedder)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """Roughly what it takes of memory; vectors on disk take what the system can spare."""
        return self.vocabulary.nbytes + self.codes.nbytes + self.vectors.nbytes + _BYTES_A_ROW * len(self)

    def search(
        self, query: str, limit: int = 10, allowed: Collection[int] | None = None, *, near: bool = False
    ) -> list[SearchHit]:
        """Return the relevant documents, best first; none when nothing is relevant.

        With `near` also what is only like it, for whoever says so: milk for "leche de almendras".
        """
        if not len(self) or limit <= 0:
            return []
        mask = None if allowed is None else np.isin(self.ids, np.fromiter(allowed, np.int64, len(allowed)))
        hits = {p: EXACT for p in self.codes.find(query) if mask is None or mask[p]}
        for position, score in self._inexact(query, mask, limit, near=near):
            hits.setdefault(position, score)
        return [SearchHit(int(self.ids[p]), score) for p, score in list(hits.items())[:limit]]

    def read(self, text: str) -> Query:
        """Return what a search makes of a text."""
        return read_query(text, self.vocabulary)

    def similar(self, id: int, limit: int = 10, allowed: Collection[int] | None = None) -> list[SearchHit]:
        """Return the documents most like one of them, by their vectors; without itself."""
        found = np.flatnonzero(self.ids == id)
        if not len(found):
            return []
        mask = None if allowed is None else np.isin(self.ids, np.fromiter(allowed, np.int64, len(allowed)))
        positions, cosines = self.vectors.nearest(
            self.vectors.rows(found)[0], limit + 1, None if mask is None else np.flatnonzero(mask)
        )
        near = [(int(self.ids[p]), float(c)) for p, c in zip(positions, cosines, strict=True) if p != found[0]]
        return [SearchHit(other, round(cosine, 4)) for other, cosine in near[:limit]]

    def _inexact(self, text: str, mask: Flags | None, limit: int, *, near: bool) -> list[tuple[int, float]]:
        query = read_query(text, self.vocabulary)
        if not query.slots:
            return []
        is_dense = self.vocabulary.recipe.dense
        vector = self._embed(query) if is_dense and self.embedder.admission <= 1 else None
        admitted = self._admitted(vector, mask)
        lexical = score_lexically(query, self.vocabulary, admitted)
        if not len(lexical.positions):
            return []
        allowed = None if mask is None else mask[lexical.positions]
        is_admitted = np.isin(lexical.positions, admitted, assume_unique=True) if len(admitted) else None
        has_head = any(slot.is_head for slot in query.slots)
        doubts = Doubts(has_head, query.head_is_foreign, query.is_of_another_kind, near)
        coverage = relevance(lexical, is_admitted, allowed, doubts)
        relevant = np.flatnonzero(coverage > 0)
        if not len(relevant):
            return []
        positions, words, coverage = lexical.positions[relevant], lexical.score[relevant], coverage[relevant]
        weight, dense = 0.0, np.zeros(len(positions), np.float32)
        if is_dense:
            vector = self._embed(query) if vector is None else vector
            if vector is not None:
                weight, dense = self.embedder.weight, self._compared(vector, positions, words * coverage)
        score = fuse(coverage, words, dense, weight) * np.float32(OTHER_KIND if query.is_of_another_kind else 1)
        best = np.lexsort((self.ids[positions], -score))[:limit]
        return [(int(positions[i]), round(min(float(score[i]), BEST_INEXACT), 4)) for i in best]

    def _embed(self, query: Query) -> Floats | None:
        """Return the query's vector, or None while the service that makes it does not answer."""
        try:
            return self.embedder.embed_query(query.corrected().replace("~", ""))
        except EmbedderUnavailable:
            return None

    def _admitted(self, vector: Floats | None, mask: Flags | None) -> Ids:
        """Return what vectors alone find relevant, for embedders that may say so."""
        if vector is None:
            return np.zeros(0, np.int64)
        among = None if mask is None else np.flatnonzero(mask)
        positions, cosines = self.vectors.nearest(vector, BEST_OF_EACH, among)
        return np.sort(positions[cosines >= self.embedder.admission])

    def _compared(self, vector: Floats, positions: Ids, promise: Floats) -> Floats:
        cosines = np.zeros(len(positions), np.float32)
        if len(positions) <= MOST_COMPARED:
            return np.maximum(self.vectors.compare(vector, positions), 0)
        first = np.argpartition(-promise, MOST_COMPARED)[:MOST_COMPARED]
        cosines[first] = np.maximum(self.vectors.compare(vector, positions[first]), 0)
        return cosines


def _dense(vectors: Floats, embedder: Embedder) -> VectorIndex:
    """A graph is only worth its building where vectors are looked through, not compared."""
    if not len(vectors):
        vectors = np.zeros((0, embedder.dimension), np.float32)
    return VectorIndex.build(vectors, hnsw_from=HNSW_FROM if embedder.admission <= 1 else None)
