"""How sure a mean is: 95% intervals that hold what they promise on few questions too.

The plain percentile bootstrap is too narrow on small samples: by a factor √((n − 1)/n) because it divides by n, and by
normal instead of t quantiles. Taking quantiles further out mends both (Hesterberg 2015, The American Statistician
69(4), "expanded percentile interval"). Where every value is 0 or 1, resampling says nothing when all are equal (20 of
20 would be 1.0, surely); there Wilson's score interval is used (Brown, Cai, DasGupta 2001, Statistical Science 16(2)).
``python -m eval.bench.comparison`` prints how often each holds the true mean.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 20_250_101

_MOST_AT_ONCE = 2_000_000
"""Draws at a time, to bound memory."""

_CONFIDENCE = 0.95
_TAIL = (1 - _CONFIDENCE) / 2
_Z = NormalDist().inv_cdf(1 - _TAIL)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95% interval of the mean of one metric: Wilson's for values of 0 and 1, else by resampling.

    Returns:
        Lower and upper bound; None for fewer than two values.
    """
    if len(values) < 2:
        return None
    if all(value in (0, 1) for value in values):
        return wilson_interval(sum(value == 1 for value in values), len(values))
    return bootstrap_interval(values)


def wilson_interval(successes: int, count: int) -> tuple[float, float]:
    """95% score interval of a share (Wilson 1927), of at least one trial."""
    share, square = successes / count, _Z**2
    centre = (share + square / (2 * count)) / (1 + square / count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def bootstrap_interval(
    values: Sequence[float], *, seed: int = SEED, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """95% expanded percentile bootstrap interval of the mean.

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
    return bootstrap_intervals(np.asarray(values, np.float64)[:, None], seed=seed, resamples=resamples)[0]


def bootstrap_intervals(
    columns: NDArray[np.float64], *, seed: int = SEED, resamples: int = RESAMPLES
) -> list[tuple[float, float]]:
    """The same for several metrics of the same questions (at least two questions × metrics) at once."""
    count = len(columns)
    generator = np.random.default_rng(seed)
    step = max(1, _MOST_AT_ONCE // count)
    means = []
    for done in range(0, resamples, step):
        rows = min(step, resamples - done)
        drawn = generator.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        means.append(times @ columns / count)
    tail = expanded_tail(count)
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    # A sum may miss what is exactly equal by a rounding.
    low, high = np.clip([low, high], columns.min(axis=0), columns.max(axis=0))
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def expanded_tail(count: int) -> float:
    """Share of the resampled means to leave out on either side: ``Φ(−√(n/(n−1)) · t)``, 0.025 for many values."""
    return NormalDist().cdf(-math.sqrt(count / (count - 1)) * _t_quantile(count - 1))


def _t_quantile(freedom: int) -> float:
    """97.5% quantile of Student's t (Abramowitz, Stegun 1964, 26.7.5): to .004 from 3 degrees of freedom on."""
    z, n = _Z, freedom
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160
    return z + first / n + second / n**2 + third / n**3 + fourth / n**4
