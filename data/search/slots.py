"""The parts of a query: a slot for each word that matters, and what of the shop's words may stand for it."""

from dataclasses import dataclass, field
from enum import StrEnum

from data.search.lexicon import FIRST, Phrase
from data.search.words import is_number


class Kind(StrEnum):
    """What a slot says about the thing looked for."""

    THING = "thing"
    COMPLEMENT = "complement"
    QUALIFIER = "qualifier"
    MEASURE = "measure"
    NUMBER = "number"


KIND_WEIGHT = {
    Kind.THING: 1.0,
    Kind.COMPLEMENT: 0.7,
    Kind.QUALIFIER: 0.5,
    Kind.MEASURE: 0.5,
    Kind.NUMBER: 0.3,
}
HEAD_WEIGHT = 1.6


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words of the shop that stand for a slot, all of them together, at a weight."""

    phrase: Phrase
    weight: float


@dataclass(slots=True)
class Slot:
    """One word of the query."""

    word: str
    kind: Kind
    is_head: bool = False
    is_choice: bool = False  # after "o": it or the word before will do
    is_made_of: bool = False  # after "de": it says which kind of thing; after "del", what it belongs to
    alternatives: list[Alternative] = field(default_factory=list)

    def offer(self, phrase: Phrase, weight: float) -> None:
        """Let a phrase of the shop stand for this word."""
        if all(known.phrase != phrase or known.weight < weight for known in self.alternatives):
            self.alternatives = [known for known in self.alternatives if known.phrase != phrase]
            self.alternatives.append(Alternative(phrase, weight))

    def certainty(self) -> float:
        """Return the weight of the best alternative."""
        return max((alternative.weight for alternative in self.alternatives), default=0.0)

    def best(self) -> str:
        """Return the word as the shop would write it."""
        if not self.alternatives:
            return self.word
        best = max(self.alternatives, key=lambda alternative: alternative.weight)
        return " ".join(word.removeprefix(FIRST) for word in best.phrase)


def without_counts(slots: list[Slot]) -> list[Slot]:
    """Drop numbers that open a query: "2 martillos" asks for hammers."""
    opening = 0
    while opening < len(slots) - 1 and is_number(slots[opening].word) and slots[opening].kind is Kind.NUMBER:
        opening += 1
    return slots[opening:]


def is_real(word: str, known: frozenset[str]) -> bool:
    """Whether it is a word people use of what shops sell, in either gender."""
    return word in known or any(word[:-1] + vowel in known for vowel in "ao" if word[-1:] in "ao")
