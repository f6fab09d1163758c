"""Which of the shopper's words a reply may repeat: those that name something, never an amount."""

import re

from agent.brains.rules.reading.vocabulary import NOISE
from data.search.units import NUMBER_WORDS

_MONEY = r"(?:mil|millon(?:es)?|lucas?|pesos?|clp|palos?|gambas?)"
_COUNT = rf"(?:\$?\s?\d[\d.,]*k?|{'|'.join(NUMBER_WORDS)})"
_AMOUNT = re.compile(
    rf"(?:\b(?:de|a|por|en)\s+)?(?:\$\s?[\d.,]*(?:\s*{_MONEY}\b)*|\b{_COUNT}(?:\s*{_MONEY}\b)+"
    rf"|\b\d{{1,3}}(?:\.\d{{3}})+\b|\b\d{{4,}}\b|\b{_MONEY}\b)"
)
# "70%" may be part of a name; any other mark of this kind is of a template or a program.
_JUNK = re.compile(r"(?!\d+(?:[.,]\d+)?%$)\S*[%{}\[\]<>\\`|$]\S*")
_NO_NAME = frozenset(("cierto", "verdad", "cuesta", "cuestan", "vale", "valen", "todo"))
_DANGLING = NOISE & frozenset(("que", "de", "del", "a", "en", "por", "y", "es", "son", "con", "todo"))
_NAMES = re.compile(r"[^\W\d_]{3,}")
_SHORT_NAME = re.compile(r"[^\W\d_]{2,}")


def echoed(words: list[str], spelt: dict[str, str]) -> str:
    """The words as the shopper wrote them, without amounts and junk; empty when no name of anything is left."""
    said = " ".join(words)
    clean = _without_junk(_AMOUNT.sub(" ", _without_junk(said, spelt)), spelt)
    kept = [word for word in clean.split() if word not in _NO_NAME - {"todo"}]
    if len(kept) != len(words):
        kept = _without_ends(kept)
    if all(word in NOISE | _NO_NAME for word in kept):
        return ""
    enough = _SHORT_NAME if len(kept) == len(words) else _NAMES
    return " ".join(spelt.get(word, word) for word in kept) if enough.search(" ".join(kept)) else ""


def _without_junk(said: str, spelt: dict[str, str]) -> str:
    return " ".join(
        word
        for word in said.split()
        if word.startswith("$") or not (_JUNK.fullmatch(word) or _JUNK.fullmatch(spelt.get(word, word)))
    )


def _without_ends(words: list[str]) -> list[str]:
    while words and words[-1] in _DANGLING:
        words = words[:-1]
    while words and words[0] in _DANGLING:
        words = words[1:]
    return words
