"""Metrics of ranked lists. One function, one formula, one reference.

``ranked`` names sources, best first, each once; ``relevant`` are the sources that hold the answer. Relevance is binary.
Every value lies in [0, 1], higher is better; it is None where nothing is known to be relevant, because a question
without a reference says nothing about the search.
"""

import math
from collections.abc import Sequence


def recall_at_k(ranked: Sequence[str], relevant: frozenset[str], k: int) -> float | None:
    """``|relevant ∩ ranked[:k]| / |relevant|`` (Manning, Raghavan, Schütze 2008, §8.4)."""
    if not relevant:
        return None
    return len(relevant.intersection(ranked[:k])) / len(relevant)


def hit_at_k(ranked: Sequence[str], relevant: frozenset[str], k: int) -> float | None:
    """1 if ``relevant ∩ ranked[:k]`` is not empty, else 0; "success@k" (Craswell, Hawking 2004)."""
    if not relevant:
        return None
    return float(not relevant.isdisjoint(ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: frozenset[str]) -> float | None:
    """``1 / rank`` of the first relevant source, 0 without one; its mean is MRR (Voorhees 1999)."""
    if not relevant:
        return None
    return next((1 / rank for rank, source in enumerate(ranked, start=1) if source in relevant), 0.0)


def ndcg_at_k(ranked: Sequence[str], relevant: frozenset[str], k: int) -> float | None:
    """``DCG@k / ideal DCG@k`` with ``DCG@k = Σ_{i ≤ k} relevant_i / log2(i + 1)`` (Järvelin, Kekäläinen 2002)."""
    if not relevant:
        return None
    gained = sum(_discount(rank) for rank, source in enumerate(ranked[:k], start=1) if source in relevant)
    ideal = sum(_discount(rank) for rank in range(1, min(k, len(relevant)) + 1))
    return gained / ideal


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)
