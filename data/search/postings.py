"""Which documents use a term, how strongly (BM25F), and whether in a telling place."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.5

Floats = NDArray[np.float32]
Positions = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Posting:
    """The documents of one term or phrase: positions, BM25 strengths, presence from 0 to 1."""

    positions: Positions
    strength: Floats
    presence: Floats


class PostingsBuilder:
    """Collects weighted term counts, document after document."""

    def __init__(self, term_ids: Mapping[str, int] | None = None) -> None:
        self.term_ids: dict[str, int] = dict(term_ids or {})
        self._terms, self._documents = array("i"), array("i")
        self._counts, self._presence = array("f"), array("f")
        self._lengths = array("f")

    def add(self, terms: Mapping[str, tuple[float, float]]) -> None:
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
        return _sorted_by_term(list(self.term_ids), self._entries(), np.array(self._lengths, dtype=np.float32))

    def _entries(self) -> "_Entries":
        return _Entries(
            np.array(self._terms, dtype=np.int32),
            np.array(self._documents, dtype=np.int32),
            np.array(self._counts, dtype=np.float32),
            np.array(self._presence, dtype=np.float32),
        )

    def build_after(self, older: "Postings", kept: Flags) -> "Postings":
        """Build with the kept documents of older postings first; this builder was made with their `term_ids`."""
        new, old = self._entries(), older.entries()
        staying = kept[old.documents]
        renumbered = (np.cumsum(kept) - 1).astype(np.int32)
        entries = _Entries(
            np.concatenate([old.terms[staying], new.terms]),
            np.concatenate([renumbered[old.documents[staying]], new.documents + np.int32(kept.sum())]),
            np.concatenate([old.counts[staying], new.counts]),
            np.concatenate([old.presence[staying], new.presence]),
        )
        lengths = np.concatenate([older.lengths[kept], np.array(self._lengths, dtype=np.float32)])
        used = np.bincount(entries.terms, minlength=len(self.term_ids)) > 0
        terms = [term for term, is_used in zip(self.term_ids, used, strict=True) if is_used]
        renamed = (np.cumsum(used) - 1).astype(np.int32)
        entries = _Entries(renamed[entries.terms], entries.documents, entries.counts, entries.presence)
        return _sorted_by_term(terms, entries, lengths)


@dataclass(frozen=True, slots=True)
class _Entries:
    """One row per term of each document."""

    terms: Positions
    documents: Positions
    counts: Floats
    presence: Floats


def _sorted_by_term(terms: list[str], entries: _Entries, lengths: Floats) -> "Postings":
    order = np.argsort(entries.terms, kind="stable")
    starts = np.searchsorted(entries.terms[order], np.arange(len(terms) + 1)).astype(np.int64)
    return Postings(
        terms, starts, entries.documents[order], entries.counts[order], entries.presence[order], lengths
    )  # fmt: skip


class Postings:
    """An inverted index in flat arrays; strengths are worked out as they are asked for."""

    def __init__(
        self,
        terms: list[str],
        starts: NDArray[np.int64],
        positions: Positions,
        counts: Floats,
        presence: Floats,
        lengths: Floats,
    ) -> None:
        self.term_ids = {term: number for number, term in enumerate(terms)}
        self.starts, self.positions, self.counts, self.presence = starts, positions, counts, presence
        self.lengths = lengths
        average = float(lengths.mean()) if len(lengths) else 1.0
        self._saturation = (K1 * (1 - B + B * lengths / (average or 1.0))).astype(np.float32)

    def __contains__(self, term: str) -> bool:
        return term in self.term_ids

    @property
    def nbytes(self) -> int:
        arrays = (self.starts, self.positions, self.counts, self.presence, self.lengths, self._saturation)
        return sum(array.nbytes for array in arrays)

    def entries(self) -> _Entries:
        terms = np.repeat(np.arange(len(self.term_ids), dtype=np.int32), np.diff(self.starts))
        return _Entries(terms, self.positions, self.counts, self.presence)

    def frequency(self, term: str) -> int:
        """Return in how many documents the term is."""
        term_id = self.term_ids.get(term)
        return 0 if term_id is None else int(self.starts[term_id + 1] - self.starts[term_id])

    def of(self, term: str) -> Posting | None:
        """Return the documents of one term."""
        term_id = self.term_ids.get(term)
        if term_id is None:
            return None
        span = slice(self.starts[term_id], self.starts[term_id + 1])
        positions, counts = self.positions[span], self.counts[span]
        strength = counts * np.float32(K1 + 1) / (counts + self._saturation[positions])
        return Posting(positions, strength, self.presence[span])

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
