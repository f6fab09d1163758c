"""One tenant's knowledge entries, searchable: by the words of a question, by its topic, and by letters."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.search.asking import asked_words
from data.search.correction import Corrector
from data.search.dense import VectorIndex
from data.search.embedders import HashedNgramEmbedder
from data.search.embedding import MAX_QUERY_CHARACTERS
from data.search.index import SearchHit
from data.search.lexicon import load_lexicon
from data.search.own_words import NO_OWN_WORDS, OwnWords
from data.search.topics import Topics, load_topics
from data.search.words import stem as _plain_stem
from data.search.words import tokenise

# Below this an entry does not answer the question: better to say so than to answer another one.
LEAST = 0.5
# An entry much worse than the best one answers something else.
KEPT_SHARE = 0.75
# How telling a word is by where the entry has it.
_PLACES = {"question": 1.0, "wordings": 1.0, "topic": 0.9, "answer": 0.6}
# A word of a topic is as good as found in an entry of that topic: "débito" beside "medios de pago".
_NAMED_TOPIC, _TOLD_TOPIC, _HINTED_TOPIC = 1.0, 0.75, 0.6
# Less so when another entry has that very word: "¿con débito?" is not answered by "¿en cuotas?".
_TOLD_ELSEWHERE = 0.8
# Beside a topic that is named, a word nobody knows is a place, a bank, a thing of the shopper's.
_BESIDE_A_TOPIC = 0.3
_OF_ANOTHER_TOPIC = 0.55
# All that an entry's question says is in what is asked, and more: "¿tortas personalizadas, con foto?".
_ASKED_WHOLE = 0.72
# "Bicicleta" finds every entry of a bicycle shop.
_COMMON_WORDS = 0.8
# An entry that is about its topic as a whole answers more than one about a thing beside it.
_PURE_GAIN = 0.05
# What is asked stands in it to the letter: "¿con la Junaeb?"
_LITERAL_GAIN = 0.06
_FACET_GAIN, _FACET_LOSS, _DENSE_SHARE, _WORDING_SHARE = 0.06, 0.04, 0.08, 0.08
_CORRECTED_FROM = 0.6
# What the question says itself goes before the shop's other words for it.
_OTHER_WORDING = 0.95
_MONEY = re.compile(r"\$ ?\d|\d ?(?:pesos|lucas)\b|gratis", re.IGNORECASE)
_DAY = r"(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|todos los d[ií]as|l ?a ?v)"
_SHOWN = {
    "horario": re.compile(
        rf"{_DAY}.{{0,40}}\d{{1,2}}(?:[:.]\d\d)? ?(?:hrs?|horas)? ?(?:a|y|-|hasta) ?(?:las )?\d|"
        r"\b(?:atendemos|abrimos|abierto)\b.{0,60}\d",
        re.IGNORECASE,
    ),
    "contacto": re.compile(r"\+?56 ?\d[\d ]{7,}|[\w.+-]+@[\w-]+\.\w|(?:^|\s)@\w{3,}"),
}
_SHORTEST_WE = 5
_BYTES_AN_ENTRY = 1_024 * 4 + 2_000


@dataclass(frozen=True, slots=True)
class KnowledgeDocument:
    """What an entry is found by; `id` is all a hit carries back."""

    id: int
    question: str
    answer: str
    topic: str = ""
    wordings: tuple[str, ...] = ()

    def text(self) -> str:
        """What the dense side embeds."""
        return "\n".join((self.question, self.topic, " ".join(self.wordings)))


@dataclass(frozen=True, slots=True)
class _Entry:
    words: dict[str, float]
    asked: tuple[frozenset[str], ...]
    topics: Topics
    told: frozenset[str]
    """Topics that its answer plainly tells of, though its question does not ask."""
    facets: frozenset[str]
    purity: float
    """How much of its question only names its topic."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the query, as stems that may stand for it."""

    written: str
    stems: tuple[tuple[str, float], ...]


class KnowledgeIndex:
    """Immutable; small enough to be made anew when an entry changes."""

    def __init__(self, version: int, documents: Sequence[KnowledgeDocument], own: OwnWords = NO_OWN_WORDS) -> None:
        self.version = version
        self._own = own
        self._lexicon = load_topics()
        self._ids = [document.id for document in documents]
        self._entries = [self._read(document) for document in documents]
        used = Counter(word for document in documents for word in set(_all_words(document)))
        self._frequency = Counter(key for entry in self._entries for key in entry.words)
        self._corrector = Corrector({**dict.fromkeys(self._lexicon.words, 1), **used})
        self._known_stems = {_stem(word) for word in self._lexicon.words} | self._frequency.keys()
        self._embedder = HashedNgramEmbedder()
        self._vectors = VectorIndex.build(
            self._embedder.embed_documents([document.text() for document in documents]), hnsw_from=None
        )

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def nbytes(self) -> int:
        """Roughly what it takes of memory."""
        return _BYTES_AN_ENTRY * len(self._entries) + 200_000

    def search(self, query: str, limit: int = 3) -> list[SearchHit]:
        """The entries that answer a question, best first; none when no entry does."""
        if not self._entries or limit <= 0:
            return []
        text = query[:MAX_QUERY_CHARACTERS]
        best = {hit.id: hit.score for hit in self._search(text, limit)}
        for wording in self._own.wordings(text):
            for hit in self._search(wording, limit):
                best[hit.id] = max(best.get(hit.id, 0.0), round(_OTHER_WORDING * hit.score, 4))
        hits = [SearchHit(id, score) for id, score in sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))]
        return [hit for hit in hits[:limit] if hit.score >= KEPT_SHARE * hits[0].score]

    def _search(self, text: str, limit: int) -> list[SearchHit]:
        tokens = [self._corrected(word) for word in tokenise(text, parts=False)]
        topics = self._lexicon.read_tokens(tokens)
        words = self._words(text)
        if not words and not (topics.firm or topics.hinted):
            return []
        scores = np.array([self._score(entry, words, topics) for entry in self._entries], np.float32)
        found = np.flatnonzero(scores >= LEAST)
        if not len(found):
            return []
        letters = self._vectors.compare(self._embedder.embed_query(text), found)
        asked = frozenset(stems[0] for word in words if (stems := [one for one, _ in word.stems]))
        ranked = []
        for place, cosine in zip(found, letters, strict=True):
            alike = max((_share(asked, wording) for wording in self._entries[place].asked), default=0.0)
            gain = _DENSE_SHARE * max(0.0, float(cosine)) + _WORDING_SHARE * alike
            gain += self._order(self._entries[place], words, topics)
            ranked.append((float(scores[place]) + gain, self._ids[place]))
        ranked.sort(key=lambda pair: (-pair[0], pair[1]))
        best = ranked[0][0]
        whole = 1.0 + _FACET_GAIN + _PURE_GAIN + _LITERAL_GAIN + _DENSE_SHARE + _WORDING_SHARE
        return [
            SearchHit(id, round(min(score / whole, 1.0), 4))
            for score, id in ranked[:limit]
            if score >= KEPT_SHARE * best
        ]

    def _read(self, document: KnowledgeDocument) -> _Entry:
        words: dict[str, float] = {}
        for place, text in (
            ("answer", document.answer),
            ("topic", document.topic),
            ("wordings", " ".join(document.wordings)),
            ("question", document.question),
        ):
            for word in asked_words(text):
                words[_stem(word)] = max(_PLACES[place], words.get(_stem(word), 0.0))
        asked_texts = ". ".join((document.question, *document.wordings))
        named = self._lexicon.read(asked_texts, with_hints=False)
        if not named.firm:
            named = self._lexicon.read(f"{document.topic}. {document.question}")
        told = self._lexicon.read(document.answer, with_hints=False)
        shown = frozenset(topic for topic, pattern in _SHOWN.items() if pattern.search(document.answer))
        asked = tuple(
            frozenset(_stem(word) for word in asked_words(text)) for text in (document.question, *document.wordings)
        )
        facets = named.facets | (told.facets & {"costo"}) | ({"costo"} if _MONEY.search(document.answer) else set())
        purity = _held(asked[0], named.words_of(named.firm)) if asked[0] else 0.0
        return _Entry(words, asked, named, shown - named.firm, facets, purity)

    def _words(self, text: str) -> list[_Word]:
        return [_Word(word, self._stems(word)) for word in asked_words(text)]

    def _stems(self, word: str) -> tuple[tuple[str, float], ...]:
        own = _stem(word)
        if own in self._known_stems or not word.isalpha():
            return ((own, 1.0),)
        suggestions = [(found, weight) for found, weight in self._corrector.suggest(word) if weight >= _CORRECTED_FROM]
        best = {_stem(found): weight for found, weight in reversed(suggestions)}
        return tuple(best.items()) or ((own, 1.0),)

    def _corrected(self, word: str) -> str:
        if _stem(word) in self._known_stems or not asked_words(word) or not word.isalpha() or len(word) < 4:
            return word
        if word in load_lexicon().known:
            return word  # a photo is no phone
        suggestions = self._corrector.suggest(word)
        return suggestions[0][0] if suggestions and suggestions[0][1] >= _CORRECTED_FROM else word

    def _score(self, entry: _Entry, words: Sequence[_Word], asked: Topics) -> float:
        wanted = asked.firm or asked.hinted
        match = _topic_match(entry, asked)
        named = asked.words_of(wanted)
        covered = total = 0.0
        for word in words:
            is_named = any(key in named for key, _ in word.stems)
            is_known = any(key in self._frequency for key, _ in word.stems)
            weight = max(self._rarity(key) for key, _ in word.stems)
            if asked.firm and not is_known and not is_named:
                weight *= _BESIDE_A_TOPIC
            presence = max(share * entry.words.get(key, 0.0) for key, share in word.stems)
            if is_named:
                presence = max(presence, match * (_TOLD_ELSEWHERE if is_known and not presence else 1.0))
            covered += weight * presence
            total += weight
        coverage = covered / total if total else match
        keys = {key for word in words for key, _ in word.stems}
        if entry.asked[0] and len(entry.asked[0]) > 1 and entry.asked[0] <= keys:
            coverage = max(coverage, _ASKED_WHOLE)
        if asked.firm and not match and not named & entry.words.keys():
            coverage *= _OF_ANOTHER_TOPIC
        elif asked.firm:
            coverage = max(coverage, _NAMED_TOPIC * match * 0.55)
        elif not match and not any(self._tells(word, entry) for word in words):
            coverage *= _COMMON_WORDS * (1.0 if asked.facets <= entry.facets else _OF_ANOTHER_TOPIC)
        gain = _FACET_GAIN * len(asked.facets & entry.facets) / max(1, len(asked.facets))
        loss = _FACET_LOSS if entry.topics.facets - asked.facets - {"costo"} else 0.0
        return coverage + gain - loss if coverage else 0.0

    @staticmethod
    def _order(entry: _Entry, words: Sequence[_Word], asked: Topics) -> float:
        """What puts one answer before another, and makes none of what is not."""
        literal = sum(any(key in entry.words for key, _ in word.stems) for word in words) / max(1, len(words))
        return _LITERAL_GAIN * literal + (_PURE_GAIN * entry.purity if _topic_match(entry, asked) else 0.0)

    def _tells(self, word: _Word, entry: _Entry) -> bool:
        """Whether a word of the query is this entry's alone."""
        return any(key in entry.words and self._frequency[key] == 1 for key, _ in word.stems)

    def _rarity(self, key: str) -> float:
        size, frequency = len(self._entries), self._frequency.get(key, 0)
        return 0.5 + math.log(1 + (size + 1) / (frequency + 1))


def _stem(word: str) -> str:
    """What shops do is told by "we": "cambiamos" is no plural of "cambiamo"."""
    return _plain_stem(f"{word}s" if word.endswith(("amo", "emo", "imo")) and len(word) > _SHORTEST_WE else word)


def _topic_match(entry: _Entry, asked: Topics) -> float:
    wanted = asked.firm or asked.hinted
    scale = 1.0 if asked.firm else _HINTED_TOPIC
    if wanted & entry.topics.firm:
        return scale * _NAMED_TOPIC
    if wanted & entry.topics.hinted:
        return scale * _HINTED_TOPIC
    return scale * _TOLD_TOPIC if wanted & entry.told else 0.0


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _held(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one) if one else 0.0


def _all_words(document: KnowledgeDocument) -> Iterable[str]:
    return asked_words(" ".join((document.question, document.topic, *document.wordings, document.answer)))
