"""One ranking out of a lexical and a dense one."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


EXPECTED = 0.3
"""Lexical score, as a share of the dense one, that a passage in the other language is taken to have at least."""

REFERENCE = 10.0
"""Lexical ceiling, in nats, up to which the dense weight holds: that of a question of two or three rare words."""

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

    Args:
        lexical: (n,) BM25 of the candidates, ≥ 0.
        dense: (n,) in [0, 1]; what is below 0 counts as 0.
        dense_weight: 0 is lexical alone, 1 dense alone.
        ceiling: largest lexical score the query could reach.
        foreign: (n,) whether a candidate is in another language than the question.
        expected: see above.
    """
    dense = np.clip(dense, 0.0, 1.0)
    scaled = lexical / np.float32(ceiling) if ceiling > 0 else lexical
    scaled = np.where(foreign, np.maximum(scaled, np.float32(expected) * dense), scaled)
    weight = np.where(foreign, dense_weight, weight_at(ceiling, dense_weight))
    fused: Scores = ((1 - weight) * scaled + weight * dense).astype(np.float32)
    return fused


def weight_at(ceiling: float, dense_weight: float) -> float:
    """The dense weight at a lexical ceiling: a dense score of 1 stays worth ``REFERENCE · w / (1 - w)`` nats."""
    nats = REFERENCE * dense_weight
    return nats / (nats + (1 - dense_weight) * max(ceiling, REFERENCE))


def reciprocal_rank(lexical: Scores, dense: Scores, *, dense_weight: float, constant: int = 60) -> Scores:
    """Weighted reciprocal rank fusion: ``Σ weight / (constant + rank)`` (Cormack, Clarke & Büttcher 2009)."""
    return ((1 - dense_weight) / (constant + _ranks(lexical)) + dense_weight / (constant + _ranks(dense))).astype(
        np.float32
    )


def _ranks(scores: Scores) -> NDArray[np.int64]:
    ranks = np.empty(len(scores), np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
