"""Vectors in groups: a passage that has several is as near to a question as the nearest of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ALONE = 8192
"""Products up to which a matrix by a vector is computed by the thread that asks for it; OpenBLAS shares more."""

_TOGETHER = 4
"""Rows that its kernel takes at a time; where rows are left over it may round otherwise."""

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
        cosines = _by_one_thread(self.vectors, queries) if queries.ndim == 1 else queries @ self.vectors.T
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


def _by_one_thread(vectors: Vectors, query: Vectors) -> Vectors:
    """``vectors @ query`` (m,), a few rows at a time.

    A thousand cosines take a thread less time than it waits for another one to wake up, 3 ms where the cores have other
    work; and how they are rounded does not depend on the number of cores.
    """
    rows = max(_TOGETHER, _ALONE // max(len(query), 1) // _TOGETHER * _TOGETHER)
    count = len(vectors) // rows
    whole = count * rows
    blocks = vectors[:whole].reshape(count, rows, len(query))
    cosines: Vectors = np.concatenate([(blocks @ query).ravel(), vectors[whole:] @ query])
    return cosines
