"""The words of one catalogue as postings, with their stems and pairs."""

import math
from collections.abc import Iterable, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from data.search.correction import Corrector, grouped
from data.search.documents import SearchDocument
from data.search.lexicon import FIRST, Lexicon, Phrase, load_lexicon
from data.search.own_words import NO_OWN_WORDS, OwnWords
from data.search.postings import Postings, PostingsBuilder
from data.search.recipe import WHOLE, Recipe
from data.search.terms import pairs_of, read_terms
from data.search.words import stem, tokenise

# A term costs a string, its places in three dictionaries and its sound; measured over real words.
_BYTES_A_TERM = 420
_BYTES_A_PAIR = 130


class Vocabulary:
    """What the catalogue's words are, where they are, and what stands near them."""

    def __init__(
        self,
        words: Postings,
        pairs: Postings,
        brands: Iterable[str],
        recipe: Recipe = WHOLE,
        own: OwnWords = NO_OWN_WORDS,
    ) -> None:
        self.words, self.pairs, self.recipe = words, pairs, recipe
        self.size = len(words.lengths)
        self.own = own
        self.lexicon: Lexicon = own.lexicon
        self.own_brands = frozenset(brands)
        self.brands = self.own_brands | self.lexicon.brands
        self.rarest = self.rarity(1)
        self._live = self._live_equivalents() if recipe.equivalents else {}
        self.asked_words = frozenset(word for phrase in self._live for word in phrase)

    @classmethod
    def build(
        cls, documents: Sequence[SearchDocument], recipe: Recipe = WHOLE, own: OwnWords = NO_OWN_WORDS
    ) -> "Vocabulary":
        words, pairs, brands = PostingsBuilder(), PostingsBuilder(), set[str]()
        _read(documents, words, pairs, brands)
        return cls(words.build(), pairs.build(), brands, recipe, own)

    def changed(self, kept: NDArray[np.bool_], added: Sequence[SearchDocument]) -> "Vocabulary":
        """Return the vocabulary of the kept documents followed by the added ones; only those are read."""
        words, pairs = PostingsBuilder(self.words.term_ids), PostingsBuilder(self.pairs.term_ids)
        brands = set(self.own_brands)
        _read(added, words, pairs, brands)
        new_words = words.build_after(self.words, kept)
        # The brand of the last product that had it goes with its words.
        return Vocabulary(
            new_words, pairs.build_after(self.pairs, kept), brands & new_words.term_ids.keys(), self.recipe, self.own
        )

    def with_own(self, own: OwnWords) -> "Vocabulary":
        """Return the same catalogue's with other words of the shop; nothing is read again."""
        return self if own == self.own else Vocabulary(self.words, self.pairs, self.own_brands, self.recipe, own)

    @property
    def nbytes(self) -> int:
        """Roughly what it takes of memory."""
        own = _BYTES_A_TERM * len(self.words.term_ids) + _BYTES_A_PAIR * len(self.pairs.term_ids)
        return own + self.words.nbytes + self.pairs.nbytes

    @cached_property
    def corrector(self) -> Corrector:
        if not self.recipe.correction:
            return Corrector({})
        used = {word: self.words.frequency(word) for word in self.words.term_ids}
        return Corrector({**dict.fromkeys(self.asked_words, 0), **used})

    @property
    def asking_corrector(self) -> Corrector:
        return _asking_corrector(self.recipe.correction)

    @cached_property
    def _by_stem(self) -> dict[str, tuple[str, ...]]:
        words = self.words.term_ids if self.recipe.stemming else ()
        return grouped((word for word in words if not word.startswith(FIRST)), stem)

    def _live_equivalents(self) -> dict[Phrase, tuple[Phrase, ...]]:
        equivalents, used = self.lexicon.equivalents, self.words.term_ids
        here = {phrase for phrase in equivalents.offered_for if all(word in used for word in phrase)}
        asked = {phrase for offered in here for phrase in equivalents.offered_for[offered]}
        return {phrase: tuple(other for other in equivalents.others[phrase] if other in here) for phrase in asked}

    def equivalents(self, phrase: Phrase) -> tuple[Phrase, ...]:
        """Return what the shop calls it, when it has words for it other than these."""
        return self._live.get(phrase, ())

    def siblings(self, word: str) -> list[str]:
        """Return the shop's words that differ in gender or in how the plural came off."""
        others = self._of_stem(word)
        if word in self.lexicon.known:  # "tele" is no misspelt "tela"
            others = [other for other in others if {other[-1], word[-1]} <= {"o", "a"} or len(other) != len(word)]
        return [other for other in others if other[:-1] == word[:-1] or word in _one_longer(other, word)]

    def relatives(self, word: str) -> list[str]:
        """Return the shop's other words of the same stem, when the stem is long enough to mean something."""
        return self._of_stem(word) if len(stem(word)) >= 4 else []

    def _of_stem(self, word: str) -> list[str]:
        return [other for other in self._by_stem.get(stem(word), ()) if other != word]

    def rarity(self, frequency: int) -> float:
        """Return the inverse document frequency of a term in so many documents; never zero."""
        frequency = min(frequency, self.size)
        return max(0.1, math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5)))


def _read(
    documents: Iterable[SearchDocument], words: PostingsBuilder, pairs: PostingsBuilder, brands: set[str]
) -> None:
    for document in documents:
        terms, name = read_terms(document)
        words.add(terms)
        pairs.add(dict.fromkeys(pairs_of(name), (1.0, 1.0)))
        if document.brand:
            brands.update(tokenise(document.brand, parts=False))


@cache
def _asking_corrector(is_on: bool) -> Corrector:
    return Corrector(dict.fromkeys(load_lexicon().asking, 1) if is_on else {})


@cache
def real_words() -> Corrector:
    """Corrects a word against all that are spelt right, whether the shop has the thing or not."""
    return Corrector(dict.fromkeys(load_lexicon().known, 1))


def _one_longer(one: str, other: str) -> tuple[str, ...]:
    """Return both when they are one word but for a final vowel ("color", "colora"), else nothing."""
    short, long = sorted((one, other), key=len)
    return (one, other) if long[:-1] == short and long[-1] in "aeo" else ()
