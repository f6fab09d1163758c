"""How good a search is over judged queries: by kind, by ingredient, and at knowing what the shop lacks."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from data.search.embedding import Embedder
from data.search.index import CatalogueIndex
from data.search.judged import ABSENT, BEST, JudgedQuery, JudgedSet
from data.search.recipe import WHOLE, Recipe

DEPTH = 10
SHORT_LIST = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gave for one judged query: ids, best first."""

    set_name: str
    query: JudgedQuery
    found: tuple[int, ...]

    @property
    def ndcg(self) -> float:
        """Discounted gain of the first ten over the best there could be."""
        ideal = sorted(self.query.gains.values(), reverse=True)[:DEPTH]
        return _discounted([self.query.gains.get(id, 0.0) for id in self.found[:DEPTH]]) / _discounted(ideal)

    @property
    def recall(self) -> float:
        """Share of what was asked for among the first three, of as many as fit."""
        best = self.query.best or frozenset(self.query.gains)
        return len(best & set(self.found[:SHORT_LIST])) / min(SHORT_LIST, len(best))

    @property
    def reciprocal_rank(self) -> float:
        ranks = (rank for rank, id in enumerate(self.found, start=1) if self.query.gains.get(id) == BEST)
        return 1 / next(ranks, math.inf)


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over queries that have an answer; all zero when there are none."""

    count: int
    ndcg: float
    recall: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Absence:
    """How far "we do not have it" can be believed, and how often it is said when it should be."""

    precision: float
    recall: float


def answer_all(sets: Iterable[JudgedSet], embedder: Embedder, recipe: Recipe = WHOLE) -> list[Answer]:
    """Search every judged query in an index of its own catalogue."""
    answers: list[Answer] = []
    for judged in sets:
        vectors = embedder.embed_documents([document.text() for document in judged.documents])
        index = CatalogueIndex.build(1, judged.documents, vectors, embedder, recipe)
        for query in judged.queries:
            found = tuple(hit.id for hit in index.search(query.text, DEPTH))
            answers.append(Answer(judged.name, query, found))
    return answers


def quality_of(answers: Sequence[Answer]) -> Quality:
    answerable = [answer for answer in answers if answer.query.kind != ABSENT]

    def mean(figure: Callable[[Answer], float]) -> float:
        return sum(map(figure, answerable)) / len(answerable) if answerable else 0.0

    return Quality(len(answerable), mean(lambda a: a.ndcg), mean(lambda a: a.recall), mean(lambda a: a.reciprocal_rank))


def absence_of(answers: Sequence[Answer]) -> Absence:
    absent = [answer for answer in answers if answer.query.kind == ABSENT]
    said = [answer for answer in answers if not answer.found]
    right = sum(answer.query.kind == ABSENT for answer in said)
    return Absence(right / len(said) if said else 0.0, right / len(absent) if absent else 0.0)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
