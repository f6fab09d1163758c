"""Gives each slot of a query what the shop has for it: its own word, a relative, a correction, an equivalent."""

import re
from itertools import pairwise

from data.search.deeds import deeds
from data.search.lexicon import Phrase
from data.search.slots import Kind, Slot, is_real, without_counts
from data.search.terms import WITHOUT
from data.search.vocabulary import Vocabulary, real_words
from data.search.words import agents, code_parts, is_measure, is_number, undiminished

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
SURE = 0.8


def fill(slots: list[Slot], vocabulary: Vocabulary) -> list[Slot]:
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
    return without_counts(kept)


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
    if is_real(word, vocabulary.lexicon.known):
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
