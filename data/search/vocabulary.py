"""The words of one catalogue as postings, with their stems and pairs."""

import math
from collections import defaultdict
from collections.abc import Sequence

from data.search.correction import Corrector
from data.search.documents import SearchDocument
from data.search.lexicon import Lexicon, Phrase, load_lexicon
from data.search.postings import Postings, PostingsBuilder
from data.search.recipe import WHOLE, Recipe
from data.search.terms import pairs_of, read_terms
from data.search.words import stem, tokenise


class Vocabulary:
    """What the catalogue's words are, where they are, and what stands near them."""

    def __init__(self, documents: Sequence[SearchDocument], recipe: Recipe = WHOLE) -> None:
        self.size = len(documents)
        self.recipe = recipe
        self.lexicon: Lexicon = load_lexicon()
        words, pairs = PostingsBuilder(), PostingsBuilder()
        brands: set[str] = set()
        for document in documents:
            terms, name = read_terms(document)
            words.add(terms)
            pairs.add(dict.fromkeys(pairs_of(name), (1.0, 1.0)))
            if document.brand:
                brands.update(tokenise(document.brand, parts=False))
        self.words: Postings = words.build()
        self.pairs: Postings = pairs.build()
        self.brands = frozenset(brands) | self.lexicon.brands
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for word in self.words.term_ids if recipe.stemming else ():
            self._by_stem[stem(word)].append(word)
        self.rarest = self.rarity(1)
        self._live = self._live_equivalents() if recipe.equivalents else {}
        used = {word: self.words.frequency(word) for word in self.words.term_ids}
        asked = {word: 0 for phrase in self._live for word in phrase}
        self.corrector = Corrector({**asked, **used} if recipe.correction else {})
        self.asking_corrector = Corrector(dict.fromkeys(self.lexicon.asking, 1) if recipe.correction else {})
        self.asked_words = frozenset(asked)

    def _live_equivalents(self) -> dict[Phrase, tuple[Phrase, ...]]:
        live = {}
        for phrase, others in self.lexicon.equivalents.others.items():
            used = tuple(other for other in others if all(word in self.words for word in other))
            if used:
                live[phrase] = used
        return live

    def equivalents(self, phrase: Phrase) -> tuple[Phrase, ...]:
        """Return what the shop calls it, when it has words for it other than these."""
        return self._live.get(phrase, ())

    def siblings(self, word: str) -> list[str]:
        """Return the shop's words that differ in gender or in how the plural came off."""
        return [other for other in self._of_stem(word) if other[:-1] == word[:-1] or word in _one_longer(other, word)]

    def relatives(self, word: str) -> list[str]:
        """Return the shop's other words of the same stem, when the stem is long enough to mean something."""
        return self._of_stem(word) if len(stem(word)) >= 4 else []

    def _of_stem(self, word: str) -> list[str]:
        return [other for other in self._by_stem.get(stem(word), ()) if other != word]

    def rarity(self, frequency: int) -> float:
        """Return the inverse document frequency of a term in so many documents; never zero."""
        frequency = min(frequency, self.size)
        return max(0.1, math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5)))


def _one_longer(one: str, other: str) -> tuple[str, ...]:
    """Return both when they are one word but for a final vowel ("color", "colora"), else nothing."""
    short, long = sorted((one, other), key=len)
    return (one, other) if long[:-1] == short and long[-1] in "aeo" else ()
