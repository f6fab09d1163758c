"""Finds products by their SKU, barcode or model code inside a sentence, and by their whole name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from data.search.documents import SearchDocument
from data.search.lexicon import FUNCTION_WORDS, load_lexicon
from data.search.words import is_measure, is_number, normalise, tokenise

MAX_MODEL_SHARERS = 5
MIN_BARE_DIGITS = 6
MIN_BARCODE_BEGINNING = 8
_BYTES_A_CODE = 90
MAX_WORDS = 300
_WORD = re.compile(r"[^\s,;:()¿?¡!\"“”]+")
_NAMED = re.compile(r"^\s*(?:el\s+|la\s+)?(?:codigo|cod|sku|ean|ref|referencia|modelo)\b[\s.:#]*(?P<code>.+)$")
_NAME = "="  # begins a whole name among the codes, none of which holds it
MAX_NAME_WORDS = 30
MOST_AROUND = 8
_NOT_CODE = re.compile(r"[^A-Z0-9]")

Positions = NDArray[np.int32]
Flags = NDArray[np.bool_]


def canonical_code(text: str) -> str:
    """Return a code as it is compared: upper case, letters and digits only."""
    return _NOT_CODE.sub("", normalise(text).upper())


class CodeIndex:
    """Codes of a catalogue in their order -> positions of their documents."""

    def __init__(self, codes: Sequence[str], positions: Positions, are_models: Flags) -> None:
        """Codes are sorted; see `in_order`."""
        # A tuple of texts is nothing that garbage collection walks through, a list is.
        self.codes, self.positions, self.are_models = tuple(codes), positions, are_models

    @classmethod
    def in_order(cls, codes: Sequence[str], positions: Positions, are_models: Flags) -> "CodeIndex":
        """Sort them: quick when they are two sorted lists one after the other, as after a change."""
        order = sorted(range(len(codes)), key=codes.__getitem__)
        return cls([codes[n] for n in order], positions[order], are_models[order])

    @classmethod
    def build(cls, documents: Iterable[SearchDocument]) -> "CodeIndex":
        rows = list(_codes_of(documents))
        return cls.in_order(
            [code for code, _, _ in rows],
            np.array([position for _, position, _ in rows], dtype=np.int32),
            np.array([is_model for _, _, is_model in rows], dtype=np.bool_),
        )

    def changed(self, kept: Flags, added: Iterable[SearchDocument]) -> "CodeIndex":
        """Return the codes of the kept documents followed by the added ones."""
        new = CodeIndex.build(added)
        staying = kept[self.positions]
        renumbered = (np.cumsum(kept) - 1).astype(np.int32)
        return CodeIndex.in_order(
            [*compress(self.codes, staying), *new.codes],
            np.concatenate([renumbered[self.positions[staying]], new.positions + np.int32(kept.sum())]),
            np.concatenate([self.are_models[staying], new.are_models]),
        )

    @property
    def nbytes(self) -> int:
        """Roughly what it takes of memory."""
        return _BYTES_A_CODE * len(self.codes)

    def find(self, query: str) -> list[int]:
        """Return the positions of documents whose code the query gives, in the order given."""
        found: dict[int, None] = {}
        for code in (*self._whole(query), *self._inside(query), *_names_in(query)):
            found.update(dict.fromkeys(self._of(code)))
        return list(found)

    def _of(self, code: str) -> list[int]:
        first, end = bisect_left(self.codes, code), bisect_right(self.codes, code)
        if first == end:
            return self._beginning_with(code, first)
        positions, are_models = self.positions[first:end], self.are_models[first:end]
        if not are_models.all():
            return sorted(positions[~are_models].tolist())
        return sorted(positions.tolist()) if len(positions) <= MAX_MODEL_SHARERS else []

    def _beginning_with(self, code: str, first: int) -> list[int]:
        """A barcode of which somebody typed the first digits, when few begin so."""
        if not code.isdigit() or len(code) < MIN_BARCODE_BEGINNING:
            return []
        near = range(first, min(first + MAX_MODEL_SHARERS + 1, len(self.codes)))
        found = list(takewhile(lambda n: self.codes[n].startswith(code), near))
        is_telling = 0 < len(found) <= MAX_MODEL_SHARERS and all(self.codes[n].isdigit() for n in found)
        return sorted(int(self.positions[n]) for n in found) if is_telling else []

    def _whole(self, query: str) -> Iterator[str]:
        if len(query) > 80:
            return
        plain = normalise(query)
        if named := _NAMED.match(plain):
            yield canonical_code(named["code"])
        code = canonical_code(plain)
        # A SKU that is an ordinary word ("MARTILLO") is left to the words, which find its siblings too.
        if any(character.isdigit() for character in code) or "-" in query or "_" in query:
            yield code

    def _inside(self, query: str) -> Iterator[str]:
        words = _WORD.findall(query[:4000])[:MAX_WORDS]
        codes = [canonical_code(word) for word in words]
        for word, code in zip(words, codes, strict=True):
            if _stands_out(word.strip(".-"), code):
                yield code
        for left, right in pairwise(codes):
            if left.isalpha() and 2 <= len(left) <= 5 and right.isdigit() and len(right) >= 2:
                yield left + right


def _codes_of(documents: Iterable[SearchDocument]) -> Iterator[tuple[str, int, bool]]:
    """Each code, the position of its document, and whether it only stands in the name."""
    for position, document in enumerate(documents):
        for code in {canonical_code(document.sku), canonical_code(document.barcode or "")} - {""}:
            yield code, position, False
        for model in {canonical_code(word) for word in _WORD.findall(document.name)}:
            if _is_model(model):
                yield model, position, True
        if words := tokenise(document.name, parts=False)[:MAX_NAME_WORDS]:
            yield _NAME + " ".join(words), position, False
            if len(words) > 2 and is_number(words[1]):  # "producto 77", where no more than a few are
                yield _NAME + " ".join(words[:2]), position, True


def _names_in(query: str) -> Iterator[str]:
    """The query as a name, then without the words of asking and counting around it."""
    words = tokenise(query[:1000], parts=False)[: MAX_NAME_WORDS * 2]
    asking = load_lexicon().asking | FUNCTION_WORDS
    before = len(list(takewhile(lambda word: word in asking or is_number(word), words)))
    after = len(list(takewhile(lambda word: word in asking, reversed(words))))
    for first in range(min(before, MOST_AROUND) + 1):
        for last in range(min(after, MOST_AROUND) + 1):
            if first + last < len(words):
                yield _NAME + " ".join(words[first : len(words) - last])


def _stands_out(word: str, code: str) -> bool:
    """Whether a word within a sentence can only be a code: not a measure, a count or a plain word."""
    if code.isdigit():
        return len(code) >= MIN_BARE_DIGITS and "." not in word and "$" not in word
    if not any(character.isdigit() for character in code):
        return "-" in word or "_" in word
    return len(code) >= 3 and not all(is_measure(token) for token in tokenise(word, parts=False))


def _is_model(code: str) -> bool:
    letters = sum(character.isalpha() for character in code)
    return len(code) >= 5 and letters >= 1 and len(code) - letters >= 2 and _stands_out(code.lower(), code)
