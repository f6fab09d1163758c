"""Joins the lexical and the dense side into one score that means the same for every query."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.search.lexical import LexicalScores

BEST_OF_EACH = 100
MIN_WITH_HEAD = 0.28
MIN_WITHOUT_HEAD = 0.3
MIN_FOREIGN_HEAD = 0.62
HEADLESS_SHARE = 0.7  # a blouse with long sleeves is not the T-shirt with long sleeves asked for
MIN_OF_BEST = 0.5  # of the best hit's coverage
RANK_SHARE = 0.3
ADMITTED_COVERAGE = 0.4
# What a search finds must have more of the query than what may be shown as the nearest there is.
SURE_WITHOUT_HEAD = 0.5


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a query leaves open; `allows_near`: the nearest will do where nothing is it."""

    has_head: bool
    head_is_foreign: bool
    is_of_another_kind: bool
    allows_near: bool


Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


def scaled(score: Floats) -> Floats:
    """Keep the best hundred, scaled to their maximum."""
    top = float(score.max()) if len(score) else 0.0
    if top <= 0:
        return np.zeros_like(score)
    positive = score[score > 0]
    if len(positive) > BEST_OF_EACH:
        cut = np.partition(positive, -BEST_OF_EACH)[-BEST_OF_EACH]
        score = np.where(score >= cut, score, np.float32(0))
    return (np.maximum(score, 0) / top).astype(np.float32)


def relevance(scores: LexicalScores, admitted: Flags | None, allowed: Flags | None, doubts: Doubts) -> Floats:
    """Return coverage, zeroed where it is too little to call a document relevant; None: none, and all."""
    headless = MIN_WITHOUT_HEAD if doubts.allows_near or not doubts.has_head else SURE_WITHOUT_HEAD
    floor = np.where(scores.has_head, MIN_WITH_HEAD, MIN_FOREIGN_HEAD if doubts.head_is_foreign else headless)
    relevant = scores.has_core & (scores.coverage >= floor)
    if doubts.is_of_another_kind and not doubts.allows_near:
        relevant &= scores.has_more
    coverage = np.where(scores.has_head, scores.coverage, HEADLESS_SHARE * scores.coverage)
    coverage = np.where(relevant, coverage, np.float32(0))
    if admitted is not None:
        coverage = np.where(admitted, np.maximum(coverage, np.float32(ADMITTED_COVERAGE)), coverage)
    if allowed is not None:
        coverage = np.where(allowed, coverage, np.float32(0))
    if len(coverage):
        coverage = np.where(coverage >= MIN_OF_BEST * coverage.max(), coverage, np.float32(0))
    return coverage.astype(np.float32)


def fuse(coverage: Floats, lexical: Floats, dense: Floats, dense_weight: float) -> Floats:
    """Return 0 to 1: how much of the query is covered, tempered by rank on both sides."""
    rank = (1 - dense_weight) * scaled(lexical) + dense_weight * scaled(dense)
    best = float(rank.max()) if len(rank) else 0.0
    share = rank / np.float32(best or 1.0)
    return (coverage * ((1 - RANK_SHARE) + RANK_SHARE * share)).astype(np.float32)
