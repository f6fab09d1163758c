"""Which documents use a term, how strongly (BM25F), and whether in a telling place."""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.5

Floats = NDArray[np.float32]
Positions = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Posting:
    """The documents of one term or phrase: positions, BM25 strengths, presence from 0 to 1."""

    positions: Positions
    strength: Floats
    presence: Floats


class PostingsBuilder:
    """Collects weighted term counts, document after document."""

    def __init__(self) -> None:
        self.term_ids: dict[str, int] = {}
        self._terms, self._documents = array("i"), array("i")
        self._counts, self._presence = array("f"), array("f")
        self._lengths = array("f")

    def add(self, terms: dict[str, tuple[float, float]]) -> None:
        """Add the next document: term -> (weighted count, presence)."""
        position = len(self._lengths)
        length = 0.0
        for term, (count, presence) in terms.items():
            self._terms.append(self.term_ids.setdefault(term, len(self.term_ids)))
            self._documents.append(position)
            self._counts.append(count)
            self._presence.append(presence)
            length += count
        self._lengths.append(length)

    def build(self) -> "Postings":
        """Sort by term and saturate the counts."""
        terms = np.array(self._terms, dtype=np.int32)
        order = np.argsort(terms, kind="stable")
        documents = np.array(self._documents, dtype=np.int32)[order]
        counts = np.array(self._counts, dtype=np.float32)[order]
        lengths = np.array(self._lengths, dtype=np.float32)
        average = float(lengths.mean()) if len(lengths) else 1.0
        relative = (lengths / (average or 1.0))[documents]
        strength = counts * (K1 + 1) / (counts + K1 * (1 - B + B * relative))
        starts = np.searchsorted(terms[order], np.arange(len(self.term_ids) + 1)).astype(np.int64)
        presence = np.array(self._presence, dtype=np.float32)[order]
        return Postings(self.term_ids, starts, documents, strength.astype(np.float32), presence)


class Postings:
    """An inverted index in four flat arrays."""

    def __init__(
        self,
        term_ids: dict[str, int],
        starts: NDArray[np.int64],
        positions: Positions,
        strength: Floats,
        presence: Floats,
    ) -> None:
        self.term_ids = term_ids
        self._starts = starts
        self._positions, self._strength, self._presence = positions, strength, presence

    def __contains__(self, term: str) -> bool:
        return term in self.term_ids

    def frequency(self, term: str) -> int:
        """Return in how many documents the term is."""
        term_id = self.term_ids.get(term)
        return 0 if term_id is None else int(self._starts[term_id + 1] - self._starts[term_id])

    def of(self, term: str) -> Posting | None:
        """Return the documents of one term."""
        term_id = self.term_ids.get(term)
        if term_id is None:
            return None
        span = slice(self._starts[term_id], self._starts[term_id + 1])
        return Posting(self._positions[span], self._strength[span], self._presence[span])

    def of_all(self, terms: tuple[str, ...]) -> Posting | None:
        """Return the documents that have every term; as strong as the weakest of them."""
        found = self.of(terms[0])
        for term in terms[1:]:
            other = self.of(term)
            if found is None or other is None:
                return None
            common, mine, theirs = np.intersect1d(
                found.positions, other.positions, assume_unique=True, return_indices=True
            )
            found = Posting(
                common,
                np.minimum(found.strength[mine], other.strength[theirs]),
                np.minimum(found.presence[mine], other.presence[theirs]),
            )
        return found if found is not None and len(found.positions) else None
