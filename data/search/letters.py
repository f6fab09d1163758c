"""The letters of a word: its character 3- and 4-grams, each hashed into a place and a sign."""

from functools import lru_cache

import mmh3
import numpy as np
from numpy.typing import NDArray

PLACES = 1_024
_SIZES = (3, 4)
# Most words come again and again, in a catalogue and in what is asked of it.
_KNOWN_WORDS = 20_000
_LONGEST_KNOWN = 24

# Grams whose hashes meet in one place with other signs cancel out, rather than look alike.
Grams = tuple[NDArray[np.intp], NDArray[np.float32]]


def grams(word: str) -> Grams:
    """The places of a word's grams, and 1 or -1 for each."""
    return _known(word) if len(word) <= _LONGEST_KNOWN else _hashed(word)


def _hashed(word: str) -> Grams:
    edged = f" {word} "
    found = [edged[start : start + size] for size in _SIZES for start in range(len(edged) - size + 1)]
    hashes = np.array([mmh3.hash(gram) for gram in found], np.int64)
    return np.abs(hashes) % PLACES, np.where(hashes < 0, np.float32(-1), np.float32(1))


_known = lru_cache(maxsize=_KNOWN_WORDS)(_hashed)
