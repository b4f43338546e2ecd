"""Which of many differences between two runs are more than chance.

Each question was answered by both runs. If the runs did not differ, either could have given either result, so the sign
of each question's differences is a coin toss: drawing them anew shows what chance alone makes (Fisher's randomization
test; Smucker, Allan, Carterette 2007, CIKM, find it the best founded of the tests in use for retrieval). It assumes
nothing about the distribution of a metric.

A comparison looks at many metrics at once, and the more it looks at, the sooner one of them seems to differ. The
step-down maxT procedure (Westfall, Young 1993; Ge, Dudoit, Speed 2003, TEST 12(1), box 3) keeps the chance that *any*
metric is called different though none is at 5%. A question keeps one sign for all its metrics, so the procedure sees
that recall@5, hit@5 and MRR nearly repeat each other, and asks much less than Bonferroni or Holm, which have to
take them for so many separate chances.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""A difference counts if chance would make one as large anywhere in the family less often than this."""

DRAWS = 9999
RANDOMIZATION_SEED = 20_250_102
_EQUAL = 1e-5
"""Sums are in single precision; equal ones must count as equal."""
_MOST_AT_ONCE = 2_000_000
"""Signs drawn at a time, to bound memory."""


def randomization_test(
    differences: NDArray[np.float64], *, draws: int = DRAWS, seed: int = RANDOMIZATION_SEED
) -> tuple[list[float], list[float]]:
    """Two-sided p values of the hypotheses that a column's mean is 0.

    Args:
        differences: questions × metrics, B − A; 0 where a question has no value in one of the runs.
        draws: of signs for all questions; the least p is ``1 / (draws + 1)``.
        seed: of the draws; the same differences always give the same p.

    Returns:
        The p of each column by itself, and adjusted for all of them.
    """
    questions, metrics = differences.shape
    if metrics == 0:
        return [], []
    size = np.sqrt((differences**2).sum(axis=0))  # the same for every draw: so sums are compared on one scale
    scaled = np.divide(differences, size, out=np.zeros_like(differences), where=size > 0)
    observed = np.abs(scaled.sum(axis=0))
    order = np.argsort(-observed, kind="stable")
    alone, together = np.zeros(metrics), np.zeros(metrics)
    generator = np.random.default_rng(seed)
    step = max(1, _MOST_AT_ONCE // max(1, questions))
    for done in range(0, draws, step):
        signs = generator.integers(0, 2, (min(step, draws - done), questions), dtype=np.int8)
        sums = np.abs((2.0 * signs.astype(np.float32) - 1.0) @ scaled.astype(np.float32))[:, order]
        alone += (sums >= observed[order] - _EQUAL).sum(axis=0)
        # The largest of this hypothesis and all that show less: those that show more are settled before it.
        largest = np.maximum.accumulate(sums[:, ::-1], axis=1)[:, ::-1]
        together += (largest >= observed[order] - _EQUAL).sum(axis=0)
    adjusted = np.maximum.accumulate((together + 1) / (draws + 1))
    place = np.argsort(order)
    return ((alone + 1) / (draws + 1))[place].tolist(), adjusted[place].tolist()


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values of Holm (1979, Scandinavian Journal of Statistics 6(2)): for comparison with the above."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, p_values[at] * (len(p_values) - rank)))
        adjusted[at] = most
    return adjusted
