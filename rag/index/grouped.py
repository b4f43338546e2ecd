"""Vectors in groups: a passage that has several is as near to a question as the nearest of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
RowIds = NDArray[np.int64]


class Grouped:
    """Unit vectors, those of one rowid side by side.

    Attributes:
        rowids: (n,) the groups, in order.
        vectors: (m × dimension), m ≥ n.
    """

    def __init__(self, rowids: RowIds, vectors: Vectors, sizes: Sequence[int] | NDArray[np.int64]) -> None:
        """Take the groups, none of them empty, and how many vectors (n,) each has."""
        self.rowids, self.vectors = rowids, vectors
        self._sizes = np.asarray(sizes, np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes

    @classmethod
    def of(cls, rowids: RowIds, vectors: Vectors) -> "Grouped":
        """Group the vectors (m × dimension) of repeated rowids (m,); the groups are in rising order."""
        order = np.argsort(rowids, kind="stable")
        found, sizes = np.unique(rowids, return_counts=True)
        return cls(found, vectors[order] if (np.diff(rowids) < 0).any() else vectors, sizes)

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.rowids)

    def some(self, positions: NDArray[np.int64]) -> "Grouped":
        """The groups at these positions."""
        first, sizes = self._starts[positions], self._sizes[positions]
        return Grouped(self.rowids[positions], self.vectors[runs(first, sizes)], sizes)

    def similarity(self, queries: Vectors) -> Vectors:
        """Cosine of each group's nearest vector to unit queries: (n,) for one (dimension,), (q × n) for several."""
        cosines = queries @ self.vectors.T
        best: Vectors = np.maximum.reduceat(cosines, self._starts, axis=-1) if len(self) else cosines
        return best

    def centres(self) -> Vectors:
        """Unit vectors (n × dimension) in the middle of each group; a vector alone is its own, to the bit."""
        if len(self) == len(self.vectors):
            return self.vectors
        summed: Vectors = np.add.reduceat(self.vectors, self._starts, axis=0)
        lengths = np.linalg.norm(summed, axis=1, keepdims=True)
        lengths[self._sizes == 1] = 1.0
        np.divide(summed, lengths, out=summed, where=lengths > 0)
        return summed


def runs(first: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """``first[0]``, ``first[0] + 1`` … as many as ``sizes[0]``, then those from ``first[1]`` on, and so on."""
    before = np.cumsum(sizes) - sizes
    counted: NDArray[np.int64] = np.arange(sizes.sum(), dtype=np.int64) + np.repeat(first - before, sizes)
    return counted
