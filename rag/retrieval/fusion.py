"""One ranking out of a lexical and a dense one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


EXPECTED = 0.3
"""Lexical score, as a share of the dense one, that a passage in the other language is taken to have at least."""

REFERENCE = 10.0
"""Lexical ceiling, in nats, up to which the dense weight holds: that of a question of two or three rare words."""

REACHED = (0.12, 0.18)
"""Share of its ceiling below which a question's best lexical score is chance, and above which it is not."""

_FOREIGN_CEILING = 1.5
"""By how much less of the ceiling a passage in the other language can reach: bigrams are no one's translation."""

MARGIN = 0.1
"""By how much a passage must be nearer than the one whose place it takes, in ``above_background``."""

_KEPT = 2
"""Places at the top that the fused order keeps; of the further ones every other is open to the nearest passage."""

_PRIOR = 10
"""Passages of cosine 0 that the background is taken to have beside those that were looked at."""


def above_background(cosines: Scores, background: Scores) -> Scores:
    """How far each cosine stands above what this question has with any passage: ``(cosine - mean) / (1 - mean)``.

    Models differ in where unrelated texts lie: near 0, or near 0.7 (Ethayarajh 2019). With its own background as the
    lower bound and 1 as the upper one, a weight means the same for all of them.

    Args:
        cosines: (n,) of the candidates, in [-1, 1].
        background: (m,) of the same question with passages drawn without regard to it.

    Returns:
        (n,) in [0, 1]; 0 for whatever is no nearer than the background. A background of few passages is drawn
        towards 0, as a course of three passages tells little of its model.
    """
    mean = np.float32(max(float(background.sum()), 0.0) / (len(background) + _PRIOR))
    scaled: Scores = np.clip((cosines - mean) / (1 - mean), 0.0, 1.0).astype(np.float32)
    return scaled


def convex(
    lexical: Scores,
    dense: Scores,
    *,
    dense_weight: float,
    ceiling: float,
    foreign: NDArray[np.bool_],
    bridged: Scores | None = None,
    expected: float = EXPECTED,
) -> Scores:
    """Weighted mean of two scores of the same candidates, each scaled to [0, 1].

    The convex combination of Bruch, Gai & Ingber (2023) with theoretical bounds: the lexical score is divided by what
    the query could reach at most, the dense one has its own (``above_background``). So a question whose words the
    course does not have is decided by the dense side, and no candidate is lifted to 1.0 for being the best of a bad
    lot.

    BM25 is a sum of evidence in nats, one summand a word (Robertson & Zaragoza 2009, §3): a long question has much of
    it. One vector says as much of a long question as of a short one. So among passages in the question's language the
    dense score is worth the same number of nats whatever the ceiling is (see ``weight_at``), and its weight falls as
    the question gives the words more to tell.

    A passage in the other language cannot hold the question's words, however well it answers: there the dense weight
    holds for every question, and the lexical score counts as at least ``expected`` of the dense one, so that the
    passage does not lose to those that share some word by chance.

    Where not even the best passage has a notable share of what the question could reach, the question is put in other
    words than the course: what little its words find is chance, and the dense score counts alone (``chance``).

    Args:
        lexical: (n,) BM25 of the candidates, ≥ 0.
        dense: (n,) in [0, 1]; what is below 0 counts as 0.
        dense_weight: 0 is lexical alone, 1 dense alone.
        ceiling: largest lexical score the query could reach.
        foreign: (n,) whether a candidate is in another language than the question.
        bridged: (n,) what other names for the question's terms add to ``lexical``. It is added on top of what a
            passage in the other language is taken to have: there it tells which of them has the very term.
        expected: see above.
    """
    dense = np.clip(dense, 0.0, 1.0)
    unit = np.float32(ceiling if ceiling > 0 else 1)
    scaled = lexical / unit
    added = np.zeros_like(scaled) if bridged is None else bridged / unit
    by_chance = chance(scaled + added, foreign)
    scaled = np.where(foreign, np.maximum(scaled, np.float32(expected) * dense), scaled)
    scaled = np.minimum(scaled + added, np.float32(1))
    weight = np.where(foreign, dense_weight, weight_at(ceiling, dense_weight))
    if dense_weight > 0:
        weight = weight + (1 - weight) * by_chance
    fused: Scores = ((1 - weight) * scaled + weight * dense).astype(np.float32)
    return fused


def chance(scaled: Scores, foreign: NDArray[np.bool_]) -> float:
    """How surely the lexical scores of a question are but chance, in [0, 1], from the largest of them.

    The largest score as a share of the ideal one is a predictor of query performance (Tao & Wu 2014 have such, beside
    their spread): of questions that share no content word with their answer nine in ten reach less than 0.16, of those
    that do nine in ten reach more than 0.24.

    Args:
        scaled: (n,) lexical scores of the candidates as shares of the ceiling, other names counted in.
        foreign: (n,) whether a candidate is in another language than the question.
    """
    low, high = REACHED
    reached = float((scaled * np.where(foreign, _FOREIGN_CEILING, 1.0)).max(initial=0.0))
    return min(1.0, max(0.0, (high - reached) / (high - low)))


def weight_at(ceiling: float, dense_weight: float) -> float:
    """The dense weight at a lexical ceiling: a dense score of 1 stays worth ``REFERENCE · w / (1 - w)`` nats."""
    nats = REFERENCE * dense_weight
    return nats / (nats + (1 - dense_weight) * max(ceiling, REFERENCE))


def reciprocal_rank(lexical: Scores, dense: Scores, *, dense_weight: float, constant: int = 60) -> Scores:
    """Weighted reciprocal rank fusion: ``Σ weight / (constant + rank)`` (Cormack, Clarke & Büttcher 2009)."""
    return ((1 - dense_weight) / (constant + _ranks(lexical)) + dense_weight / (constant + _ranks(dense))).astype(
        np.float32
    )


def interleaved(order: Sequence[int], dense: Scores) -> list[int]:
    """The fused order with places for what only the dense side knows.

    A weighted mean puts a passage that one side alone finds below all that both know a little of: the evidence for a
    question in the other language, or in other words, was among the five nearest passages and not among the five best
    ones. So, as in interleaving two rankings (Radlinski, Kurup & Joachims 2008), the third place and every other one
    after it goes to the nearest passage that is left, if it is nearer by ``MARGIN`` than the one it displaces.

    Args:
        order: positions of the candidates, best first.
        dense: (n,) of the candidates, in [0, 1].

    Returns:
        The same positions; the first k are the same for every number of hits that is asked for.
    """
    left = dict.fromkeys(order)
    nearest = iter(sorted(order, key=lambda position: -dense[position]))
    near = next(nearest, None)
    found: list[int] = []
    while left:
        best = next(iter(left))
        while near is not None and near not in left:
            near = next(nearest, None)
        is_open = len(found) >= _KEPT and (len(found) - _KEPT) % 2 == 0
        if is_open and near is not None and dense[near] >= dense[best] + MARGIN:
            best = near
        del left[best]
        found.append(best)
    return found


def _ranks(scores: Scores) -> NDArray[np.int64]:
    ranks = np.empty(len(scores), np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
