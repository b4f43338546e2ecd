"""How sure a mean is: percentile intervals by resampling."""

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000
SEED = 20_250_101

_CONFIDENCE = 0.95


def bootstrap_interval(
    values: Sequence[float], *, seed: int = SEED, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """95% percentile bootstrap interval of the mean (Efron, Tibshirani 1993, §13.3).

    Of paired differences it is the paired bootstrap. The same values in the same order give the same interval.

    Args:
        values: one per question.
        seed: of the resampling.
        resamples: how many samples of the same size are drawn with replacement.

    Returns:
        Lower and upper bound; None for fewer than two values, which say nothing about their spread. If all values are
        equal both bounds are: resampling cannot see beyond the values it has.
    """
    if len(values) < 2:
        return None
    sample = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(sample), (resamples, len(sample)))
    means = sample[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return float(low), float(high)
