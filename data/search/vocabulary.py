"""The words of one catalogue as postings, with their stems and pairs."""

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data.search.correction import Corrector
from data.search.documents import SearchDocument
from data.search.lexicon import FUNCTION_WORDS, Lexicon, Phrase, load_lexicon
from data.search.postings import Postings, PostingsBuilder
from data.search.words import stem, tokenise

HEAD_BONUS = 1.0  # the first word of a name says what the thing is
PART_SHARE = 0.5  # "500" of "500ml", "iphone" of "iphone13"


@dataclass(frozen=True, slots=True)
class _Field:
    weight: float
    presence: float


_FIELDS = {
    "name": _Field(3.0, 1.0),
    "brand": _Field(2.0, 1.0),
    "synonyms": _Field(2.0, 0.95),
    "category": _Field(1.5, 0.9),
    "description": _Field(1.0, 0.5),
    "options": _Field(0.5, 1.0),
}


def _texts(document: SearchDocument) -> dict[str, str]:
    return {
        "name": document.name,
        "brand": document.brand or "",
        "synonyms": " . ".join(document.synonyms),
        "category": document.category or "",
        "description": (document.description or "")[:2000],
        "options": " . ".join(document.options.values()),
    }


class Vocabulary:
    """What the catalogue's words are, where they are, and what stands near them."""

    def __init__(self, documents: Sequence[SearchDocument]) -> None:
        self.size = len(documents)
        self.lexicon: Lexicon = load_lexicon()
        words, pairs = PostingsBuilder(), PostingsBuilder()
        brands: set[str] = set()
        for document in documents:
            terms, name = _terms(document)
            words.add(terms)
            pairs.add(dict.fromkeys(pairs_of(name), (1.0, 1.0)))
            if document.brand:
                brands.update(tokenise(document.brand, parts=False))
        self.words: Postings = words.build()
        self.pairs: Postings = pairs.build()
        self.brands = frozenset(brands) | self.lexicon.brands
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for word in self.words.term_ids:
            self._by_stem[stem(word)].append(word)
        self.rarest = self.rarity(1)
        self._live = self._live_equivalents()
        used = {word: self.words.frequency(word) for word in self.words.term_ids}
        asked = {word: 0 for phrase in self._live for word in phrase}
        self.corrector = Corrector({**asked, **used})
        self.asking_corrector = Corrector(dict.fromkeys(self.lexicon.asking, 1))
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
        """Return the shop's other words of the same stem."""
        return [other for other in self._by_stem.get(stem(word), ()) if other != word]

    def rarity(self, frequency: int) -> float:
        """Return the inverse document frequency of a term in so many documents; never zero."""
        frequency = min(frequency, self.size)
        return max(0.1, math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5)))


def _terms(document: SearchDocument) -> tuple[dict[str, tuple[float, float]], list[str]]:
    terms: dict[str, tuple[float, float]] = {}
    name: list[str] = []
    for field, text in _texts(document).items():
        if not text:
            continue
        spec = _FIELDS[field]
        whole = set(tokenise(text, parts=False))
        words = [word for word in tokenise(text) if word not in FUNCTION_WORDS]
        if field == "name":
            name = [word for word in words if not word.endswith("~")]
        for word in words:
            weight = spec.weight if word in whole else spec.weight * PART_SHARE
            count, presence = terms.get(word, (0.0, 0.0))
            terms[word] = (count + weight, max(presence, spec.presence))
    if name:
        count, presence = terms[name[0]]
        terms[name[0]] = (count + HEAD_BONUS, presence)
    return terms, name


def pairs_of(words: Sequence[str]) -> list[str]:
    """Return adjacent words as stemmed pairs: "taladr percutor"."""
    stems = [stem(word) for word in words]
    return [f"{a} {b}" for a, b in itertools.pairwise(stems)]
