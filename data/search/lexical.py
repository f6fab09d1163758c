"""The lexical side: BM25F with coverage, over one catalogue's vocabulary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.search.query import HEAD_WEIGHT, KIND_WEIGHT, Kind, Query, Slot
from data.search.terms import pairs_of
from data.search.vocabulary import Vocabulary

PAIR_SHARE = 0.3
MATCHED = 0.25  # coverage from which a word counts as found at all
MATCHED_WITHOUT_HEAD = 0.5  # the same for a whole query that names no thing, only brands or colours
TELLING = 0.8  # presence from which a document is the thing, and does not only mention it
_CORE = (Kind.THING, Kind.COMPLEMENT)

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Per document: BM25F score, share of the query covered, whether the thing itself is in it."""

    score: Floats
    coverage: Floats
    has_core: Flags
    has_head: Flags


def score_lexically(query: Query, vocabulary: Vocabulary) -> LexicalScores:
    """Score every document of the catalogue."""
    size = vocabulary.size
    score, covered = np.zeros(size, np.float32), np.zeros(size, np.float32)
    core_slots = [slot for slot in query.slots if slot.kind in _CORE] or query.slots
    has_core, has_head = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    total = 0.0
    for slot in query.slots:
        strength, coverage, presence = _score_slot(slot, vocabulary)
        weight = _coverage_weight(slot, vocabulary)
        total += weight
        score += KIND_WEIGHT[slot.kind] * strength
        covered += weight * coverage
        if slot in core_slots:
            has_core |= coverage >= MATCHED
        if slot.is_head:
            has_head |= presence >= TELLING
    if vocabulary.recipe.pairs:
        score += PAIR_SHARE * _score_pairs(query, vocabulary)
    coverage = covered / np.float32(total or 1.0)
    if not any(slot.is_head for slot in query.slots):
        has_head = has_core & (coverage >= MATCHED_WITHOUT_HEAD)
    if not vocabulary.recipe.coverage:
        return LexicalScores(score, has_core.astype(np.float32), has_core, has_core)
    return LexicalScores(score * (0.5 + 0.5 * coverage), coverage, has_core, has_head)


def _score_slot(slot: Slot, vocabulary: Vocabulary) -> tuple[Floats, Floats, Floats]:
    strength, coverage, presence = (np.zeros(vocabulary.size, np.float32) for _ in range(3))
    own = _own_rarity(slot, vocabulary)
    for alternative in slot.alternatives:
        posting = vocabulary.words.of_all(alternative.phrase)
        if posting is None:
            continue
        rarity = min(own, vocabulary.rarity(len(posting.positions)))
        found = posting.positions
        strength[found] = np.maximum(strength[found], alternative.weight * rarity * posting.strength)
        coverage[found] = np.maximum(coverage[found], alternative.weight * posting.presence)
        presence[found] = np.maximum(presence[found], posting.presence)
    return strength, coverage, presence


def _own_rarity(slot: Slot, vocabulary: Vocabulary) -> float:
    frequency = sum(vocabulary.words.frequency(a.phrase[0]) for a in slot.alternatives if len(a.phrase) == 1)
    return vocabulary.rarity(max(1, frequency))


def _coverage_weight(slot: Slot, vocabulary: Vocabulary) -> float:
    rare = _own_rarity(slot, vocabulary) / vocabulary.rarest if slot.alternatives else 1.0
    return KIND_WEIGHT[slot.kind] * (HEAD_WEIGHT if slot.is_head else 1.0) * (1.0 + rare)


def _score_pairs(query: Query, vocabulary: Vocabulary) -> Floats:
    score = np.zeros(vocabulary.size, np.float32)
    for pair in set(pairs_of(query.corrected().split())):
        posting = vocabulary.pairs.of(pair)
        if posting is not None:
            score[posting.positions] += vocabulary.rarity(len(posting.positions)) * posting.strength
    return score
