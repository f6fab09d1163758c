"""Corrects a word against a given vocabulary: by sound, by beginning, by edits."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.search.words import phonetic

Trait = TypeVar("Trait", bound=Hashable)

MAX_SUGGESTIONS = 5
SAME_SOUND = 0.9
SAME_BEGINNING = 0.7
NEARLY_SAME_SOUND = 0.65
MIN_SOUND = 5
MIN_PREFIX = 4
MAX_PREFIX_MATCHES = 200
FIRST_LETTER_COST = 0.5
# A suggestion much worse than the best one is noise beside it.
KEPT_SHARE = 0.75
# length from which so many edits are allowed -> weight by number of edits
_EDITS: tuple[tuple[int, dict[float, float]], ...] = (
    (10, {1: 0.85, 1.5: 0.7, 2: 0.65, 2.5: 0.5, 3: 0.45}),
    (8, {1: 0.85, 1.5: 0.65, 2: 0.6}),
    (7, {1: 0.8, 1.5: 0.65, 2: 0.55}),
    (6, {1: 0.8, 1.5: 0.6, 2: 0.45}),
    (4, {1: 0.8}),
    (3, {1: 0.55}),
)


def grouped(words: Iterable[str], trait: Callable[[str], Trait]) -> dict[Trait, tuple[str, ...]]:
    """Return the words of each trait, in their order.

    In tuples: garbage collection walks through every list there is, thousands a shop, and keeps a search waiting.
    """
    found: defaultdict[Trait, list[str]] = defaultdict(list)
    for word in words:
        found[trait(word)].append(word)
    return {trait_of: tuple(same) for trait_of, same in found.items()}


class Corrector:
    """Suggests words of a vocabulary (word -> how often it is used) for a word outside it."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._frequency = {w: n for w, n in vocabulary.items() if len(w) >= 3 and w.isalpha()}
        self._sorted = tuple(sorted(self._frequency))
        self._by_sound = grouped(self._sorted, phonetic)
        self._by_length = grouped(self._sorted, len)
        self._sounds = tuple(self._by_sound)

    def suggest(self, word: str) -> list[tuple[str, float]]:
        """Return at most five (word, weight), the likeliest first."""
        if len(word) < 3 or not word.isalpha() or len(word) > 40:
            return []
        weights: dict[str, float] = {}
        for found, weight in (*self._sounding_like(word), *self._beginning_with(word), *self._edits_away(word)):
            weights[found] = max(weight, weights.get(found, 0.0))
        if max(weights.values(), default=0.0) < NEARLY_SAME_SOUND:
            for found in self._sounding_near(word):
                weights[found] = NEARLY_SAME_SOUND
        ranked = sorted(weights.items(), key=lambda item: (-item[1], -self._frequency[item[0]], item[0]))
        best = ranked[0][1] if ranked else 0.0
        return [item for item in ranked[:MAX_SUGGESTIONS] if item[1] >= KEPT_SHARE * best]

    def _sounding_like(self, word: str) -> Iterable[tuple[str, float]]:
        key = phonetic(word)
        return [(found, SAME_SOUND) for found in self._by_sound.get(key, ())] if len(key) >= 3 else []

    def same_sound(self, word: str) -> list[str]:
        """Return other words that are heard alike: "vaso" for "bazo"."""
        return [found for found, _ in self._sounding_like(word) if found != word]

    def _sounding_near(self, word: str) -> Iterable[str]:
        """Words one sound away: "senento" is far from "cemento" in letters only."""
        key = phonetic(word)
        if len(key) < MIN_SOUND:
            return
        near = process.extract(key, self._sounds, scorer=OSA.distance, score_cutoff=1, limit=MAX_SUGGESTIONS)
        for sound, _, _ in near:
            yield from self._by_sound[sound]

    def _beginning_with(self, word: str) -> Iterable[tuple[str, float]]:
        if len(word) < MIN_PREFIX:
            return
        start = bisect_left(self._sorted, word)
        for found in self._sorted[start : start + MAX_PREFIX_MATCHES]:
            if not found.startswith(word):
                return
            yield found, SAME_BEGINNING

    def _edits_away(self, word: str) -> Iterable[tuple[str, float]]:
        weights = next((weights for length, weights in _EDITS if len(word) >= length), None)
        if weights is None:
            return
        most = math.floor(max(weights))
        for length in range(len(word) - most, len(word) + most + 1):
            choices = self._by_length.get(length)
            if not choices:
                continue
            for found, edits, _ in process.extract(word, choices, scorer=OSA.distance, score_cutoff=most, limit=None):
                cost = edits + (FIRST_LETTER_COST if found[0] != word[0] else 0)
                if cost in weights:
                    yield found, weights[cost]
