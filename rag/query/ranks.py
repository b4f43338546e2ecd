"""Hits of several wordings of one question, fused by their ranks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.answer import Hit

_K = 60
"""Of Cormack, Clarke & Büttcher 2009: how little the very first ranks count for more than the next."""


def reciprocal_ranks(runs: Sequence[Sequence[Hit]], count: int) -> list[Hit]:
    """The ``count`` passages with the largest ``Σ 1 / (60 + rank)``; of equal ones that of the earlier run first.

    Args:
        runs: hits, best first; the question's own run comes first, and its scores are kept.
        count: how many passages at most.
    """
    if len(runs) == 1:
        return list(runs[0][:count])
    fused: dict[str, float] = defaultdict(float)
    hits: dict[str, Hit] = {}
    for run in runs:
        for rank, hit in enumerate(run, start=1):
            fused[hit.chunk.id] += 1 / (_K + rank)
            hits.setdefault(hit.chunk.id, hit)
    best = sorted(hits, key=lambda key: -fused[key])[:count]  # stable: the order of the runs decides ties
    return [
        replace(hits[key], rank=rank, scores=hits[key].scores | {"ranks": fused[key]})
        for rank, key in enumerate(best, start=1)
    ]
