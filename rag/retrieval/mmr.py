"""Maximal marginal relevance."""

import numpy as np
from numpy.typing import NDArray


def maximal_marginal_relevance(
    relevance: NDArray[np.float32], vectors: NDArray[np.float32], *, k: int, lambda_mult: float
) -> list[int]:
    """Choose candidates that are relevant and unlike those already chosen.

    Picks, one after another, the candidate with the largest ``λ · relevance − (1 − λ) · max cosine to the chosen``
    (Carbonell & Goldstein 1998). LangChain's function takes the cosine to a query vector as relevance; this one
    takes any score in [0, 1], so that hybrid relevance can be diversified too.

    Args:
        relevance: (n,) of each candidate.
        vectors: (n × dimension) unit vectors of the candidates.
        k: how many to choose; may exceed n.
        lambda_mult: 1 is relevance alone, 0 is diversity alone after the first.

    Returns:
        Positions of the chosen, in the order they were chosen.
    """
    chosen: list[int] = []
    # The first is chosen by relevance: with nothing chosen yet there is nothing to be unlike.
    nearest = np.full(len(relevance), -np.inf, np.float32)
    left = np.ones(len(relevance), bool)
    while len(chosen) < min(k, len(relevance)):
        value = relevance if not chosen else lambda_mult * relevance - (1 - lambda_mult) * nearest
        best = int(np.argmax(np.where(left, value, -np.inf)))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen
