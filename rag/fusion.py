"""One ranking out of a lexical and a dense one."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


EXPECTED = 0.3
"""Lexical score, as a share of the cosine, that a passage in the other language is taken to have at least."""


def convex(
    lexical: Scores, dense: Scores, *, dense_weight: float, ceiling: float, foreign: NDArray[np.bool_]
) -> Scores:
    """Weighted mean of two scores of the same candidates, each scaled to [0, 1].

    The convex combination of Bruch, Gai & Ingber (2023) with theoretical bounds: the lexical score is divided by what
    the query could reach at most, the cosine taken as it is where positive. So a question whose words the course does
    not have, because it is asked in the other language, is decided by the dense side, and no candidate is lifted to
    1.0 for being the best of a bad lot.

    A passage in the other language cannot hold the question's words, however well it answers. So that it does not
    lose to passages that share some word by chance, its lexical score counts as at least ``EXPECTED`` of its cosine.

    Args:
        lexical: (n,) BM25 of the candidates, ≥ 0.
        dense: (n,) cosine of the candidates.
        dense_weight: 0 is lexical alone, 1 dense alone.
        ceiling: largest lexical score the query could reach.
        foreign: (n,) whether a candidate is in another language than the question.
    """
    scaled = lexical / np.float32(ceiling) if ceiling > 0 else lexical
    scaled = np.where(foreign, np.maximum(scaled, np.float32(EXPECTED) * np.clip(dense, 0.0, 1.0)), scaled)
    return ((1 - dense_weight) * scaled + dense_weight * np.clip(dense, 0.0, 1.0)).astype(np.float32)


def reciprocal_rank(lexical: Scores, dense: Scores, *, dense_weight: float, constant: int = 60) -> Scores:
    """Weighted reciprocal rank fusion: ``Σ weight / (constant + rank)`` (Cormack, Clarke & Büttcher 2009)."""
    return ((1 - dense_weight) / (constant + _ranks(lexical)) + dense_weight / (constant + _ranks(dense))).astype(
        np.float32
    )


def _ranks(scores: Scores) -> NDArray[np.int64]:
    ranks = np.empty(len(scores), np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
