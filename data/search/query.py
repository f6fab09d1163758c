"""Reads what somebody typed into slots: one per word that matters, each with what may stand for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data.search.filling import fill
from data.search.lexicon import CLOTHES_SIZES, COMPLEMENT_OPENERS, FUNCTION_WORDS, NOUNS_TOO
from data.search.slots import Kind, Slot, is_real, without_counts
from data.search.terms import WITHOUT, joined_negations, pairs_of
from data.search.units import is_unit
from data.search.vocabulary import Vocabulary
from data.search.words import is_measure, is_number, stem, tokenise

MAX_CHARACTERS = 2000
MAX_SLOTS = 24
_OR = frozenset("ou")

_PRICE = re.compile(
    r"\$\s?\d[\d.,]*(?:\s*(?:lucas?|mil|pesos|clp)\b)?"
    r"|\b\d[\d.,]*\s*(?:lucas?\b|mil\b|pesos?\b|clp\b|k\b(?=\s*$))",
    re.IGNORECASE,
)
_PRONOUN_TE = re.compile(r"\bte\s+(?=(?:qued|pid|encarg|compr|llev|lleg|pued|pregunt|consult|hag|agradec)\w*)", re.I)
_VOSEO = re.compile(r"\b(?:ten|quer|pod|vend|tra)[ií](?:s|h)?\b(?=\s+\w)", re.I)  # "tení poleras?": you have
_ARTICLES = frozenset(("el", "la", "los", "las"))
MIN_REJOINED = 8
_SIZE_OPENERS = frozenset(tokenise("talla talle numero nro num n medida", parts=False))


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; no slots when the text only greets or asks."""

    slots: list[Slot]
    head_is_foreign: bool  # the thing itself is a real word that this shop has nothing of
    is_of_another_kind: bool = False  # what tells its kind is nothing this shop has: "leche de almendras", "cable hdmi"

    def corrected(self) -> str:
        """Return the query in the shop's words, which is what gets embedded."""
        return " ".join(slot.best() for slot in self.slots)


def read_query(text: str, vocabulary: Vocabulary) -> Query:
    """Read a query against a shop's words."""
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS].rsplit(maxsplit=1)[0]
    text = _VOSEO.sub(_plain_voseo, _PRONOUN_TE.sub(" ", _PRICE.sub(" ", text)))
    slots = without_counts(list(_content(text, vocabulary)))[:MAX_SLOTS]
    if all(slot.kind is Kind.NUMBER for slot in slots):
        return Query([], False)
    slots = fill(slots, vocabulary)
    head = _mark_head(slots, vocabulary)
    foreign = head is not None and not head.alternatives and is_real(head.word, vocabulary.lexicon.known)
    return Query(slots, foreign, any(_is_kind_of_nothing(slot, head, slots, vocabulary) for slot in slots))


def _is_kind_of_nothing(slot: Slot, head: Slot | None, slots: list[Slot], vocabulary: Vocabulary) -> bool:
    """Whether a word tells which kind of thing is wanted, and no product has it. Colours, sizes and makers tell one of
    its kind from another, and what it is for ("para la nieve") may go without saying, unless it is an animal."""
    lexicon = vocabulary.lexicon
    if slot is head or head is None or not head.alternatives or slot.alternatives or slot.word in vocabulary.brands:
        return False
    if slot.word in lexicon.animals:
        return True
    if slot.kind is Kind.COMPLEMENT:
        return slot.is_made_of and is_real(slot.word, lexicon.known)
    is_beside = slots.index(slot) == slots.index(head) + 1
    if slot.kind is Kind.QUALIFIER:
        return slot.is_made_of or (is_beside and slot.word not in lexicon.traits)
    return slot.kind is Kind.THING and is_beside and is_real(slot.word, lexicon.known)


def _plain_voseo(match: re.Match[str]) -> str:
    """Drop "tení"; "tenis" without its accent are shoes."""
    return match[0] if match[0].lower().endswith("is") else " "


def _content(text: str, vocabulary: Vocabulary) -> Iterator[Slot]:
    seen: set[str] = set()
    after_size = after_or = has_thing = False
    before = opener = ""
    words = list(_rejoined(joined_negations(tokenise(text, parts=False)), vocabulary))
    for at, word in enumerate(words):
        if word in _OR:
            after_or = bool(seen)
            continue
        if _is_asking(word, vocabulary) and not (
            _is_part_of_name(before, word, vocabulary) or _opens_name(words[at:], vocabulary)
        ):
            if has_thing and word in COMPLEMENT_OPENERS:
                opener = word
            elif word in _ARTICLES and opener == "de":
                opener = "del"
            after_size = word in _SIZE_OPENERS
            after_or = after_or and word in FUNCTION_WORDS
            continue
        if word in seen or (len(word) == 1 and word.isalpha() and not _is_letter_that_matters(word, vocabulary)):
            continue
        kind = _kind(word, vocabulary, first=not seen, after_size=after_size, complement=bool(opener))
        seen.add(word)
        has_thing = has_thing or kind in (Kind.THING, Kind.COMPLEMENT)
        before = word
        yield Slot(word, kind, is_choice=after_or, is_made_of=opener == "de")
        after_size = after_or = False
        opener = ""


def _rejoined(words: list[str], vocabulary: Vocabulary) -> Iterator[str]:
    """A name of the shop's that was written apart with a little word within: "limpia para brisas"."""
    at = 0
    while at < len(words):
        size = next((size for size in (3, 2) if _is_one_name(words[at : at + size], size, vocabulary)), 1)
        yield "".join(words[at : at + size])
        at += size


def _is_one_name(words: list[str], size: int, vocabulary: Vocabulary) -> bool:
    has_little = any(word in FUNCTION_WORDS for word in words)
    joined = "".join(words)
    return len(words) == size and has_little and len(joined) >= MIN_REJOINED and joined in vocabulary.words


def _is_letter_that_matters(word: str, vocabulary: Vocabulary) -> bool:
    return word in CLOTHES_SIZES or word in vocabulary.words


def _is_part_of_name(before: str, word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of asking is part of a name, here or as others call it: "lápices de color", "mesa de noche"."""
    if not before or word in FUNCTION_WORDS:
        return False
    return pairs_of([before, word])[0] in vocabulary.pairs or bool(vocabulary.equivalents((before, word)))


def _opens_name(words: list[str], vocabulary: Vocabulary) -> bool:
    """Whether a word of asking is the first of what others call a thing: "tienda de campaña"."""
    after = next((word for word in words[1:3] if word not in FUNCTION_WORDS), "")
    return words[0] not in FUNCTION_WORDS and bool(after and vocabulary.equivalents((words[0], after)))


def _is_asking(word: str, vocabulary: Vocabulary) -> bool:
    lexicon = vocabulary.lexicon
    if word in lexicon.asking or word in FUNCTION_WORDS:
        return True
    if word in lexicon.generic:
        return word not in vocabulary.words
    return stem(word) in lexicon.asking_stems and word not in vocabulary.words and word not in lexicon.known


def _kind(word: str, vocabulary: Vocabulary, *, first: bool, after_size: bool, complement: bool) -> Kind:
    if is_measure(word):
        return Kind.MEASURE
    if is_number(word):
        if "." in word:
            return Kind.MEASURE
        return Kind.QUALIFIER if after_size else Kind.NUMBER
    if word.startswith(WITHOUT):
        return Kind.COMPLEMENT
    if is_unit(word):
        return Kind.NUMBER
    if word in vocabulary.lexicon.qualifiers and not (first and word in NOUNS_TOO):
        return Kind.QUALIFIER
    return Kind.COMPLEMENT if complement else Kind.THING


def _mark_head(slots: list[Slot], vocabulary: Vocabulary) -> Slot | None:
    things = [slot for slot in slots if slot.kind is Kind.THING and slot.word not in vocabulary.brands]
    if not things:
        return None
    head = things[0]
    if not head.alternatives and not is_real(head.word, vocabulary.lexicon.known):
        head = next((slot for slot in things if slot.alternatives), head)  # the first is no word we know
    head.is_head = True
    return head
