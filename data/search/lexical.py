"""The lexical side: BM25F with coverage, over one catalogue's vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.search.postings import Posting
from data.search.query import Query
from data.search.slots import HEAD_WEIGHT, KIND_WEIGHT, Kind, Slot
from data.search.terms import pairs_of
from data.search.vocabulary import Vocabulary

PAIR_SHARE = 0.3
MATCHED = 0.25  # coverage from which a word counts as found at all
MATCHED_WITHOUT_HEAD = 0.5  # the same for a whole query that names no thing, only brands or colours
TELLING = 0.8  # presence from which a document is the thing, and does not only mention it
_CORE = (Kind.THING, Kind.COMPLEMENT)

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Of the documents at `positions`, in rising order: BM25F score, share of the query covered, whether any thing
    asked for is in it, the thing itself, and another besides."""

    positions: Ids
    score: Floats
    coverage: Floats
    has_core: Flags
    has_head: Flags
    has_more: Flags


@dataclass(frozen=True, slots=True)
class _Match:
    """A slot's alternative in the catalogue."""

    posting: Posting
    weight: float
    rarity: float


def score_lexically(query: Query, vocabulary: Vocabulary, also: Ids) -> LexicalScores:
    """Score the documents that have any word of the query, and those at `also`."""
    matches = [_matches(slot, vocabulary) for slot in query.slots]
    places = _Places(vocabulary.size, matches, also)
    size = len(places.positions)
    score, covered = np.zeros(size, np.float32), np.zeros(size, np.float32)
    core_slots = [slot for slot in query.slots if slot.kind in _CORE] or query.slots
    has_core, has_head, has_more = (np.zeros(size, np.bool_) for _ in range(3))
    total = 0.0
    for slot, found in zip(query.slots, matches, strict=True):
        strength, coverage, presence = _score_slot(found, places)
        weight = _coverage_weight(slot, vocabulary)
        total += weight
        score += KIND_WEIGHT[slot.kind] * strength
        covered += weight * coverage
        if slot in core_slots:
            has_core |= coverage >= MATCHED
            if not slot.is_head:
                has_more |= coverage >= MATCHED
        if slot.is_head:
            has_head |= presence >= TELLING
    if vocabulary.recipe.pairs:
        _add_pairs(score, query, vocabulary, places)
    coverage = covered / np.float32(total or 1.0)
    if not any(slot.is_head for slot in query.slots):
        has_head = has_core & (coverage >= MATCHED_WITHOUT_HEAD)
    if not vocabulary.recipe.coverage:
        return LexicalScores(places.positions, score, has_core.astype(np.float32), has_core, has_core, has_core)
    return LexicalScores(places.positions, score * (0.5 + 0.5 * coverage), coverage, has_core, has_head, has_more)


class _Places:
    """The documents worth scoring: few of a large catalogue have any word of a query."""

    def __init__(self, size: int, matches: Sequence[Sequence[_Match]], also: Ids) -> None:
        is_touched = np.zeros(size, np.bool_)
        is_touched[also] = True
        for found in matches:
            for match in found:
                is_touched[match.posting.positions] = True
        self.positions = np.flatnonzero(is_touched)
        self._is_touched = is_touched
        self._local = np.empty(size, np.int32)
        self._local[self.positions] = np.arange(len(self.positions), dtype=np.int32)

    def of(self, posting: Posting) -> NDArray[np.int32]:
        return self._local[posting.positions]

    def touched(self, posting: Posting) -> Flags:
        flags: Flags = self._is_touched[posting.positions]
        return flags


def _matches(slot: Slot, vocabulary: Vocabulary) -> list[_Match]:
    own = _own_rarity(slot, vocabulary)
    postings = [(alternative, vocabulary.words.of_all(alternative.phrase)) for alternative in slot.alternatives]
    return [
        _Match(posting, alternative.weight, min(own, vocabulary.rarity(len(posting.positions))))
        for alternative, posting in postings
        if posting is not None
    ]


def _score_slot(matches: Sequence[_Match], places: _Places) -> tuple[Floats, Floats, Floats]:
    strength, coverage, presence = (np.zeros(len(places.positions), np.float32) for _ in range(3))
    for match in matches:
        found, posting = places.of(match.posting), match.posting
        strength[found] = np.maximum(strength[found], match.weight * match.rarity * posting.strength)
        coverage[found] = np.maximum(coverage[found], match.weight * posting.presence)
        presence[found] = np.maximum(presence[found], posting.presence)
    return strength, coverage, presence


def _own_rarity(slot: Slot, vocabulary: Vocabulary) -> float:
    frequency = sum(vocabulary.words.frequency(a.phrase[0]) for a in slot.alternatives if len(a.phrase) == 1)
    return vocabulary.rarity(max(1, frequency))


def _coverage_weight(slot: Slot, vocabulary: Vocabulary) -> float:
    rare = _own_rarity(slot, vocabulary) / vocabulary.rarest if slot.alternatives else 1.0
    return KIND_WEIGHT[slot.kind] * (HEAD_WEIGHT if slot.is_head else 1.0) * (1.0 + rare)


def _add_pairs(score: Floats, query: Query, vocabulary: Vocabulary, places: _Places) -> None:
    for pair in sorted(set(pairs_of(query.corrected().split()))):
        posting = vocabulary.pairs.of(pair)
        if posting is not None:
            touched = places.touched(posting)
            gain = PAIR_SHARE * vocabulary.rarity(len(posting.positions)) * posting.strength
            score[places.of(posting)[touched]] += gain[touched]
