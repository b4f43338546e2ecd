"""How many of the true nearest neighbours an index finds."""

from collections.abc import Sequence

import numpy as np

from rag.index.dense import DenseIndex, RowIds, Vectors

NEIGHBOURS = 10
QUERIES = 400
"""Enough that a recall of 0.99 is known to about ± 0.003."""

_AT_ONCE = 16
_ROUNDING = 1e-6
"""Two float32 cosines of one pair differ by this much when they are summed in another order."""


class Sample:
    """Some of the corpus' own vectors as queries, and how near their true neighbours are.

    Recall@10 as ann-benchmarks defines it (Aumüller, Bernhardsson & Faithfull 2020): the share of the ten found
    vectors that are no farther than the true tenth, so that which of several equally near ones is found does not
    matter. The query itself does not count. Queries lie evenly over the corpus: the same vectors, the same sample.
    """

    def __init__(self, rowids: Sequence[int], vectors: Vectors, queries: int = QUERIES) -> None:
        """Find the true neighbours among unit vectors (n × dimension); zero vectors are no queries."""
        self._rowids = np.asarray(rowids, np.int64)
        self._by_rowid = np.argsort(self._rowids)
        rows = np.flatnonzero(vectors.any(axis=1))
        chosen = np.unique(np.linspace(0, len(rows) - 1, min(queries, len(rows))).astype(np.int64))
        self._queries: RowIds = rows[chosen].astype(np.int64)
        self._vectors = vectors
        self._neighbours = min(NEIGHBOURS, len(vectors) - 1)
        some = self._neighbours > 0 and len(self._queries) > 0
        self._least = self._cosine_of_the_last() if some else np.empty(0, np.float32)

    def __len__(self) -> int:
        """Number of queries."""
        return len(self._queries)

    def recall(self, index: DenseIndex) -> float:
        """Mean recall@10 of an index that holds these vectors under these rowids, in [0, 1]."""
        if not len(self._least):
            return 1.0
        right = 0
        for row, least in zip(self._queries.tolist(), self._least.tolist(), strict=True):
            query = self._vectors[row]
            found = self._positions(index.search(query, self._neighbours + 1)[0])
            others = found[found != row][: self._neighbours]
            right += int((self._vectors[others] @ query >= least - _ROUNDING).sum())
        return right / (self._neighbours * len(self._queries))

    def _positions(self, rowids: RowIds) -> RowIds:
        return self._by_rowid[np.searchsorted(self._rowids, rowids, sorter=self._by_rowid)]

    def _cosine_of_the_last(self) -> Vectors:
        """Cosine (queries,) of each query to its tenth neighbour."""
        parts = []
        for first in range(0, len(self._queries), _AT_ONCE):
            rows = self._queries[first : first + _AT_ONCE]
            cosines = self._vectors[rows] @ self._vectors.T
            cosines[np.arange(len(rows)), rows] = -np.inf
            parts.append(np.partition(cosines, -self._neighbours, axis=1)[:, -self._neighbours])
        return np.concatenate(parts)
