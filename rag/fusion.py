"""One ranking out of a lexical and a dense one."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def convex(lexical: Scores, dense: Scores, *, dense_weight: float) -> Scores:
    """Weighted mean of two scores of the same candidates, each scaled to [0, 1].

    The lexical score is divided by its largest, the cosine taken as it is where positive: the convex combination
    of Bruch, Gai & Ingber (2023), which needs one weight and keeps how far apart two candidates are, where rank
    fusion sees only their order.

    Args:
        lexical: (n,) BM25 of the candidates, ≥ 0.
        dense: (n,) cosine of the candidates.
        dense_weight: 0 is lexical alone, 1 dense alone.
    """
    top = float(lexical.max(initial=0.0))
    scaled = lexical / top if top > 0 else lexical
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
