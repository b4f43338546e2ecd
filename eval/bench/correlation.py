"""Whether two lists of numbers rise together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    """``cov(x, y) / (sd(x) · sd(y))``, in [-1, 1] (Pearson 1895); None where one of them does not vary."""
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation of the ranks, equal values sharing their mean rank (Spearman 1904)."""
    return pearson(_ranks(first).tolist(), _ranks(second).tolist())


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 1; of equal values, the mean of the ranks they take together."""
    _, group, counts = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[group]
    return ranks
