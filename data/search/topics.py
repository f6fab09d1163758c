"""What shoppers ask a shop about: the curated topics, and which of them a text is of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.search.words import phonetic, stem, tokenise

HINT_MARK = "?"
_LONG = 8
FACET_MARK = "+"
_ARTICLES = frozenset(tokenise("el la lo los las un una de del al a en se y me te le les es", parts=False))
# "En la tarde" has the stem of "tardan".
_NOT_TOPICAL = frozenset(("tarde",))
_WHOLE = frozenset(("talla",))
_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    topic: str
    is_hint: bool
    is_facet: bool


@dataclass(frozen=True, slots=True)
class Topics:
    """`firm` topics are named outright, `hinted` ones by words that may mean other things too; `used` are the stems
    that named them, `facets` the side of it that is asked for ("costo")."""

    firm: frozenset[str] = frozenset()
    hinted: frozenset[str] = frozenset()
    facets: frozenset[str] = frozenset()
    used: dict[str, frozenset[str]] = field(default_factory=dict)

    def words_of(self, topics: frozenset[str]) -> frozenset[str]:
        """The stems by which these topics were named."""
        return frozenset(word for topic in topics for word in self.used.get(topic, ()))


class TopicLexicon:
    """Reads texts against data/lexicon/topics.csv."""

    def __init__(self, lines: Sequence[str]) -> None:
        uses: defaultdict[_Phrase, list[_Use]] = defaultdict(list)
        self.labels: dict[str, str] = {}
        self.words: set[str] = set()
        for line in lines:
            name, label, *phrases = line.split(";")
            is_facet = name.startswith(FACET_MARK)
            if not is_facet:
                self.labels[name] = label
            for written in phrases:
                is_hint = written.endswith(HINT_MARK)
                tokens = _content(written.removesuffix(HINT_MARK))
                self.words.update(tokens)
                use = _Use(name.removeprefix(FACET_MARK), is_hint, is_facet)
                phrase = tuple(map(_stem, tokens))
                if phrase and use not in uses[phrase]:
                    uses[phrase].append(use)
        self._uses = dict(uses)
        self._longest = max(map(len, uses), default=0)
        self._long = sorted(word for word in self.words if len(word) >= _LONG)
        self._by_sound = {phonetic(word): word for word in self._long}

    def read(self, text: str, *, with_hints: bool = True) -> Topics:
        """Which topics a text is of, the longest phrases first."""
        return self.read_tokens([self._respelt(word) for word in _content(text)], with_hints=with_hints)

    def _respelt(self, word: str) -> str:
        """A long word that is one slip away from one of ours: "estacionamento", "debolucion"."""
        if len(word) < _LONG or word in self.words:
            return word
        if (heard := self._by_sound.get(phonetic(word))) is not None:
            return heard
        near = process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=1)
        return near[0] if near else word

    def read_tokens(self, tokens: Sequence[str], *, with_hints: bool = True) -> Topics:
        """The same of a text's own words."""
        stems = [_stem(token) for token in tokens if token not in _ARTICLES | _NOT_TOPICAL]
        used: defaultdict[str, set[str]] = defaultdict(set)
        kinds: dict[str, bool] = {}
        facets: set[str] = set()
        taken, sided = [False] * len(stems), [False] * len(stems)
        for length in range(self._longest, 0, -1):
            for start in range(len(stems) - length + 1):
                span = range(start, start + length)
                phrase = tuple(stems[start : start + length])
                for use in self._uses.get(phrase, ()):
                    if use.is_facet:
                        if not any(sided[at] for at in span):
                            facets.add(use.topic)
                    elif not any(taken[at] for at in span) and (with_hints or not use.is_hint):
                        kinds[use.topic] = kinds.get(use.topic, True) and use.is_hint
                        used[use.topic].update(phrase)
                if any(use.is_facet for use in self._uses.get(phrase, ())):
                    sided[start : start + length] = [True] * length
                if any(not use.is_facet and not use.is_hint for use in self._uses.get(phrase, ())):
                    for at in span:
                        taken[at] = True
        firm = frozenset(topic for topic, is_hint in kinds.items() if not is_hint)
        return Topics(
            firm, frozenset(kinds) - firm, frozenset(facets), {name: frozenset(words) for name, words in used.items()}
        )


def _stem(word: str) -> str:
    """ "Talla" has the stem of "taller"."""
    return word if word in _WHOLE else stem(word)


def _content(text: str) -> list[str]:
    return [word for word in tokenise(text, parts=False) if word not in _ARTICLES]


@cache
def load_topics() -> TopicLexicon:
    """Read the lexicon; the same object every time."""
    text = (files("data") / "lexicon" / "topics.csv").read_text(encoding="utf-8")
    return TopicLexicon([line for line in text.splitlines() if line.strip() and not line.startswith("#")])
