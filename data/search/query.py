"""Reads what somebody typed into slots: one per word that matters, each with what may stand for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from data.search.deeds import deeds
from data.search.lexicon import CLOTHES_SIZES, COMPLEMENT_OPENERS, FIRST, FUNCTION_WORDS, NOUNS_TOO, Phrase
from data.search.terms import WITHOUT, joined_negations, pairs_of
from data.search.units import is_unit
from data.search.vocabulary import Vocabulary, real_words
from data.search.words import agents, code_parts, is_measure, is_number, stem, tokenise, undiminished

MAX_CHARACTERS = 2000
MAX_SLOTS = 24
MAX_CORRECTIONS = 10
EQUIVALENT = 0.85
SAME_QUALIFIER = 0.97  # "negra" for "negro"
SAME_STEM = 0.75  # "gorra" for "gorro"
OTHER_WORD = 0.5  # "tinto" for "tinta": both are words
DERIVED = 0.6  # "clavar" for "clavo"
RUN_TOGETHER = 0.9
PART_OF_TOKEN = 0.75
BARE_NUMBER = 0.5
FIRST_OF_PHRASE = 0.6  # "correa" for "correa de perro", where no name says both
OWN_SUBJECT = 0.1  # share of the products from which a word is what the whole shop is about
HOMOPHONE = 0.57  # a word spelt right that may be another: "aros" for "arroz"; below GUESS
MARKED_NUMBER = 0.8
GUESS = 0.58
_OR = frozenset("ou")
SURE = 0.8

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
    slots = _without_counts(list(_content(text, vocabulary)))[:MAX_SLOTS]
    if all(slot.kind is Kind.NUMBER for slot in slots):
        return Query([], False)
    slots = _fill(slots, vocabulary)
    head = _mark_head(slots, vocabulary)
    foreign = head is not None and not head.alternatives and _is_real(head.word, vocabulary.lexicon.known)
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
        return slot.is_made_of and _is_real(slot.word, lexicon.known)
    is_beside = slots.index(slot) == slots.index(head) + 1
    if slot.kind is Kind.QUALIFIER:
        return slot.is_made_of or (is_beside and slot.word not in lexicon.traits)
    return slot.kind is Kind.THING and is_beside and _is_real(slot.word, lexicon.known)


def _plain_voseo(match: re.Match[str]) -> str:
    """Drop "tení"; "tenis" without its accent are shoes."""
    return match[0] if match[0].lower().endswith("is") else " "


def _is_real(word: str, known: frozenset[str]) -> bool:
    return word in known or any(word[:-1] + vowel in known for vowel in "ao" if word[-1:] in "ao")


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


def _without_counts(slots: list[Slot]) -> list[Slot]:
    """Drop numbers that open a query: "2 martillos" asks for hammers."""
    opening = 0
    while opening < len(slots) - 1 and is_number(slots[opening].word) and slots[opening].kind is Kind.NUMBER:
        opening += 1
    return slots[opening:]


def _fill(slots: list[Slot], vocabulary: Vocabulary) -> list[Slot]:
    """Give every slot what the shop has for it; words that turn out to be misspelt courtesy go."""
    kept, corrections = [], 0
    for slot in slots:
        _offer_own(slot, vocabulary)
        if not slot.alternatives and not vocabulary.equivalents((slot.word,)):
            _take_diminutive_off(slot, vocabulary)
        if not slot.alternatives and slot.word not in vocabulary.asked_words:
            corrections += 1
            if corrections <= MAX_CORRECTIONS and not _offer_corrected(slot, vocabulary):
                continue
        kept.append(slot)
    _offer_joined(kept, vocabulary)
    _offer_equivalents(kept, vocabulary)
    kept = _joined_choices(kept)
    _drop_lone_guesses(kept)
    return _without_counts(kept)


def _take_diminutive_off(slot: Slot, vocabulary: Vocabulary) -> None:
    for plain in undiminished(slot.word):
        if plain in vocabulary.words or plain in vocabulary.asked_words or plain in vocabulary.lexicon.known:
            slot.word = plain
            _offer_own(slot, vocabulary)
            return


def _joined_choices(slots: list[Slot]) -> list[Slot]:
    """Read "thinner o diluyente" as one wish that either fulfils."""
    kept: list[Slot] = []
    for slot in slots:
        if slot.is_choice and kept and kept[-1].kind is slot.kind:
            for alternative in slot.alternatives:
                kept[-1].offer(alternative.phrase, alternative.weight)
        else:
            kept.append(slot)
    return kept


def _drop_lone_guesses(slots: list[Slot]) -> None:
    """A far-fetched correction counts only beside a word that is sure: alone, any word is near another."""
    sure = [slot for slot in slots if slot.kind in (Kind.THING, Kind.COMPLEMENT) and slot.certainty() >= SURE]
    for slot in slots:
        if slot.certainty() < GUESS and not sure:
            slot.alternatives = []


def _offer_own(slot: Slot, vocabulary: Vocabulary) -> None:
    word = slot.word
    if word in vocabulary.words:
        slot.offer((word,), 1.0)
    for sibling in vocabulary.siblings(word):
        slot.offer((sibling,), _kinship(slot, sibling, vocabulary))
    if not slot.alternatives:
        for relative in vocabulary.relatives(word):
            if not _are_two_things(word, relative, vocabulary):
                slot.offer((relative,), DERIVED)
        for deed in deeds(word, is_purpose=slot.kind is Kind.COMPLEMENT):
            if deed in vocabulary.words:
                slot.offer((deed,), DERIVED)
        for agent in agents(word):
            if agent in vocabulary.words:
                slot.offer((agent,), DERIVED)
    if word.startswith(WITHOUT) and word.removeprefix(WITHOUT) in vocabulary.words:
        slot.offer((word.removeprefix(WITHOUT),), DERIVED)
    if any(character.isdigit() for character in word):
        _offer_number(slot, vocabulary)


def _are_two_things(word: str, other: str, vocabulary: Vocabulary) -> bool:
    """ "Calza" and "calzado": both spelt right, and neither is what the other does ("pintar", "pintura")."""
    known = vocabulary.lexicon.known
    return (
        word in known
        and other in known
        and not {word, other} & {*deeds(word, is_purpose=True), *deeds(other, is_purpose=True)}
    )


def _kinship(slot: Slot, sibling: str, vocabulary: Vocabulary) -> float:
    if slot.kind is Kind.QUALIFIER:
        return SAME_QUALIFIER
    known = vocabulary.lexicon.known
    are_two = len(sibling) == len(slot.word) and sibling in known and slot.word in known
    return OTHER_WORD if are_two else SAME_STEM


def _offer_number(slot: Slot, vocabulary: Vocabulary) -> None:
    word = slot.word
    if f"{word}~" in vocabulary.words:
        slot.offer((f"{word}~",), MARKED_NUMBER)
    if word.endswith("mm") and f"{word}2" in vocabulary.words:
        slot.offer((f"{word}2",), EQUIVALENT)  # people say "cable de 2.5 mm" for its section
    if word.endswith("amp") and f"{word.removesuffix('amp')}000mah" in vocabulary.words:
        slot.offer((f"{word.removesuffix('amp')}000mah",), EQUIVALENT)  # and "de 75 amperes" for a battery of 75 Ah
    if is_measure(word):
        number = re.match(r"\d+(?:\.\d+)?(?=[a-z]+$)", word)
        if number and number[0] in vocabulary.words:
            slot.offer((number[0],), BARE_NUMBER)
        sides = tuple(f"{side}~" for side in word.split("x"))
    else:
        sides = tuple(code_parts(word)) if not is_number(word) else ()
    if len(sides) > 1 and all(side in vocabulary.words for side in sides):
        slot.offer(sides, PART_OF_TOKEN)


def _offer_corrected(slot: Slot, vocabulary: Vocabulary) -> bool:
    """Offer corrections of a word the shop never uses; False when it is courtesy, misspelt."""
    word = slot.word
    if not word.isalpha():
        return True
    if _is_real(word, vocabulary.lexicon.known):
        for found in vocabulary.corrector.same_sound(word):
            if found in vocabulary.words:
                slot.offer((found,), HOMOPHONE)
        return True
    suggestions = vocabulary.corrector.suggest(word)
    best = suggestions[0][1] if suggestions else 0.0
    courtesy = vocabulary.asking_corrector.suggest(word)
    if courtesy and courtesy[0][1] > max(best, 0.79) and len(word) >= 4:
        return False
    for found, weight in suggestions:
        if found in vocabulary.words:
            slot.offer((found,), weight)
        for phrase in vocabulary.equivalents((found,)):
            slot.offer(phrase, weight * EQUIVALENT)
    if best < RUN_TOGETHER:
        _offer_split(slot, vocabulary)
    if not suggestions and (real := real_words().suggest(word)) and real[0][1] >= SURE:
        slot.word = real[0][0]  # "deterjente", where there is none
    if suggestions and not slot.alternatives:
        slot.word = suggestions[0][0]  # a word of a longer equivalent: "ijienico" of "papel higiénico"
    return True


def _offer_split(slot: Slot, vocabulary: Vocabulary) -> None:
    word = slot.word
    for cut in range(3, len(word) - 2):
        left, right = word[:cut], word[cut:]
        if left in vocabulary.words and right in vocabulary.words:
            slot.offer((left, right), RUN_TOGETHER)


def _offer_joined(slots: list[Slot], vocabulary: Vocabulary) -> None:
    for left, right in pairwise(slots):
        joined = left.word + right.word
        if len(joined) >= 4 and joined in vocabulary.words:
            left.offer((joined,), RUN_TOGETHER)
            right.offer((joined,), RUN_TOGETHER)


def _offer_equivalents(slots: list[Slot], vocabulary: Vocabulary) -> None:
    words = [slot.word for slot in slots]
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + vocabulary.lexicon.equivalents.longest) + 1):
            for phrase in vocabulary.equivalents(tuple(words[start:end])):
                is_whole = len(phrase) == 1 or vocabulary.words.of_all(phrase) is not None
                for slot in slots[start:end]:
                    if is_whole:
                        slot.offer(phrase, EQUIVALENT)
                    elif not slot.alternatives and _is_what_the_shop_is_about(phrase[1:], vocabulary):
                        slot.offer(phrase[:1], FIRST_OF_PHRASE)


def _is_what_the_shop_is_about(words: Phrase, vocabulary: Vocabulary) -> bool:
    """Whether these go without saying: in a pet shop, "correa" is "correa de perro"."""
    return all(vocabulary.words.frequency(word) >= OWN_SUBJECT * vocabulary.size for word in words)


def _mark_head(slots: list[Slot], vocabulary: Vocabulary) -> Slot | None:
    things = [slot for slot in slots if slot.kind is Kind.THING and slot.word not in vocabulary.brands]
    if not things:
        return None
    head = things[0]
    if not head.alternatives and not _is_real(head.word, vocabulary.lexicon.known):
        head = next((slot for slot in things if slot.alternatives), head)  # the first is no word we know
    head.is_head = True
    return head
