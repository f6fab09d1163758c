"""A shop's own equivalents, beside the curated ones: checked as its owner writes them, read as searches need them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import blake2b

from data.search.lexicon import FUNCTION_WORDS, Equivalents, Lexicon, Phrase, load_lexicon
from data.search.terms import joined_negations
from data.search.words import tokenise

MOST_GROUPS = 500
MOST_WORDS = 20
MOST_CHARACTERS = 60
# In a question about the shop, so many other wordings of it are tried.
MOST_WORDINGS = 8

Groups = tuple[tuple[str, ...], ...]


class GroupRefused(ValueError):
    """What is wrong with a group, in words for the shop's owner."""


@dataclass(frozen=True)
class OwnWords:
    """Groups of words for one thing, as `normalised` gives them."""

    groups: Groups = ()

    @classmethod
    def read(cls, stored: object) -> "OwnWords":
        """Of what is stored, whatever was left by hand there: what is no group of texts is none."""
        groups = stored if isinstance(stored, list) else []
        kept = (tuple(word for word in group if isinstance(word, str)) for group in groups if isinstance(group, list))
        return cls(tuple(group for group in kept if len(group) > 1))

    @property
    def mark(self) -> str:
        """The same for the same words only."""
        return blake2b(json.dumps(self.groups).encode(), digest_size=8).hexdigest() if self.groups else ""

    @cached_property
    def lexicon(self) -> Lexicon:
        """The curated words and these."""
        shared = load_lexicon()
        if not self.groups:
            return shared
        words = frozenset(word for phrase in self._others for word in phrase)
        return replace(
            shared,
            equivalents=_joined(shared.equivalents, self._others, words),
            known=shared.known | words,
        )

    def also_called(self, name: str) -> tuple[tuple[str, str], ...]:
        """What else the shop says for a thing of this name, each with the words of it that it stands for."""
        words = frozenset(joined_negations(tokenise(name)))
        found = (
            (other, written)
            for word in words
            for phrase, written, group in self._by_first.get(word, ())
            if words.issuperset(phrase)
            for other in group
            if other != written
        )
        return tuple(dict.fromkeys(found))

    def wordings(self, question: str) -> Iterator[str]:
        """The question in other words of the shop."""
        words = joined_negations(tokenise(question, parts=False)) if self.groups else []
        said = [(at, word) for at, word in enumerate(words) if word not in FUNCTION_WORDS]
        made = 0
        for place, (start, word) in enumerate(said):
            for phrase, written, group in self._by_first.get(word, ()):
                span = said[place : place + len(phrase)]
                if tuple(word for _, word in span) != phrase:
                    continue
                for other in group:
                    if other != written and made < MOST_WORDINGS:
                        made += 1
                        yield " ".join((*words[:start], other, *words[span[-1][0] + 1 :]))

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[Phrase, str, tuple[str, ...]]]]:
        by_first: defaultdict[str, list[tuple[Phrase, str, tuple[str, ...]]]] = defaultdict(list)
        for group in self.groups:
            for written in group:
                if phrase := phrase_of(written):
                    by_first[phrase[0]].append((phrase, written, group))
        return dict(by_first)

    @cached_property
    def _others(self) -> dict[Phrase, dict[Phrase, None]]:
        others: defaultdict[Phrase, dict[Phrase, None]] = defaultdict(dict)
        asking = load_lexicon().asking
        for group in self.groups:
            offered = [phrase for written in group if (phrase := phrase_of(written))]
            for phrase in offered:
                # A query loses words of asking and lone letters before phrases are looked for in it.
                asked = tuple(word for word in phrase if word not in asking and (len(word) > 1 or word.isdigit()))
                for said in {phrase, asked or phrase}:
                    others[said].update((other, None) for other in offered if other != phrase)
        return dict(others)


NO_OWN_WORDS = OwnWords()


@lru_cache(maxsize=20_000)
def phrase_of(written: str) -> Phrase:
    """The words that matter of a name, as queries and documents are read: "sin azúcar" is one."""
    return tuple(word for word in joined_negations(tokenise(written, parts=False)) if word not in FUNCTION_WORDS)


def normalised(groups: Sequence[Sequence[str]]) -> Groups:
    """Small letters, single spaces, each thing once; a group within another is part of it. Raises GroupRefused."""
    if len(groups) > MOST_GROUPS:
        raise GroupRefused(f"Son {len(groups)} grupos y el máximo es {MOST_GROUPS}. Quita los que menos se usen.")
    read = [_group(number, words) for number, words in enumerate(groups, 1)]
    kept: list[dict[Phrase, str]] = []
    for group in sorted(read, key=len, reverse=True):
        if not any(group.keys() <= other.keys() for other in kept):
            kept.append(group)
    return tuple(tuple(group.values()) for group in read if any(group is one for one in kept))


def _group(number: int, words: Sequence[str]) -> dict[Phrase, str]:
    written = [" ".join(_printable(word).split()).lower() for word in words]
    name = f"El grupo {number}" + (f" («{written[0][:MOST_CHARACTERS]}»)" if written and written[0] else "")
    if len(written) > MOST_WORDS:
        raise GroupRefused(f"{name} tiene {len(written)} palabras y el máximo es {MOST_WORDS}.")
    group: dict[Phrase, str] = {}
    for word in written:
        if len(word) > MOST_CHARACTERS:
            raise GroupRefused(f"{name} tiene una palabra de más de {MOST_CHARACTERS} caracteres: «{word[:30]}…».")
        if load_lexicon().asking.issuperset(phrase := phrase_of(word)):
            raise GroupRefused(f"{name} tiene una palabra que no dice nada por sí sola: «{word}».")
        group.setdefault(phrase, word)
    if len(group) < 2:
        raise GroupRefused(f"{name} necesita al menos dos palabras distintas; plurales y tildes no las distinguen.")
    return group


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _joined(shared: Equivalents, own: dict[Phrase, dict[Phrase, None]], words: frozenset[str]) -> Equivalents:
    others, offered_for = dict(shared.others), dict(shared.offered_for)
    for phrase, found in own.items():
        others[phrase] = _once(*others.get(phrase, ()), *found)
        for other in found:
            offered_for[other] = _once(*offered_for.get(other, ()), phrase)
    return Equivalents(others, offered_for, shared.words | words, max(shared.longest, *map(len, own)))


def _once(*phrases: Phrase) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(phrases))
