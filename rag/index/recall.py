"""How many of the true nearest neighbours an index finds."""

from collections.abc import Sequence

import numpy as np

from rag.index.dense import DenseIndex
from rag.index.grouped import Grouped, RowIds, Vectors

NEIGHBOURS = 10
QUERIES = 400
"""Enough that a recall of 0.99 is known to about ± 0.003."""

_AT_ONCE = 16
_ROUNDING = 1e-6
"""Two float32 cosines of one pair differ by this much when they are summed in another order."""


class Sample:
    """Some of the corpus' own vectors as queries, and how near their true neighbours are.

    Recall@10 as ann-benchmarks defines it (Aumüller, Bernhardsson & Faithfull 2020): the share of the ten found
    passages that are no farther than the true tenth, so that which of several equally near ones is found does not
    matter. The query's own passage does not count. Queries lie evenly over the corpus: the same vectors, the same
    sample.
    """

    def __init__(self, rowids: Sequence[int], vectors: Vectors, queries: int = QUERIES) -> None:
        """Find the true neighbours among unit vectors (n × dimension) of rowids that may repeat; zero vectors are no
        queries.
        """  # noqa: D205
        self._passages = Grouped.of(np.asarray(rowids, np.int64), vectors)
        rows = np.flatnonzero(vectors.any(axis=1))
        chosen = rows[np.unique(np.linspace(0, len(rows) - 1, min(queries, len(rows))).astype(np.int64))]
        self._queries, self._own = vectors[chosen], np.asarray(rowids, np.int64)[chosen]
        self._neighbours = min(NEIGHBOURS, len(self._passages) - 1)
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
        for query, own, least in zip(self._queries, self._own.tolist(), self._least.tolist(), strict=True):
            found = index.search(query, self._neighbours + 1)[0]
            others = self._passages.some(self._positions(found[found != own][: self._neighbours]))
            right += int((others.similarity(query) >= least - _ROUNDING).sum())
        return right / (self._neighbours * len(self._queries))

    def _positions(self, rowids: RowIds) -> RowIds:
        return np.searchsorted(self._passages.rowids, rowids).astype(np.int64)

    def _cosine_of_the_last(self) -> Vectors:
        """Cosine (queries,) of each query to its tenth neighbour."""
        parts = []
        for first in range(0, len(self._queries), _AT_ONCE):
            cosines = self._passages.similarity(self._queries[first : first + _AT_ONCE])
            own = self._positions(self._own[first : first + _AT_ONCE])
            cosines[np.arange(len(own)), own] = -np.inf
            parts.append(np.partition(cosines, -self._neighbours, axis=1)[:, -self._neighbours])
        return np.concatenate(parts)
