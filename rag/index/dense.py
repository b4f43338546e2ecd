"""The dense index: exact inner product over unit vectors (= cosine) in FAISS, ids = rowids of the chunks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import CorruptIndexError
from rag.extras import require

Vectors = NDArray[np.float32]
RowIds = NDArray[np.int64]


class DenseIndex:
    """Vectors under integer ids.

    Exact, because at course size (up to some 100,000 chunks) an exact search takes milliseconds and a wrong
    neighbour would cost more than that.
    """

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        faiss = _faiss()
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    @classmethod
    def open(cls, path: Path) -> "DenseIndex":
        """Read an index from a file.

        Raises:
            CorruptIndexError: FAISS cannot read it.
        """
        self = cls.__new__(cls)
        try:
            self._index = _faiss().read_index(str(path))
        except RuntimeError as error:
            raise CorruptIndexError(f"{path} is not a FAISS index.", remedy=_REBUILD) from error
        return self

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        _faiss().write_index(self._index, str(path))

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def add(self, rowids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace vectors (n × dimension); they are scaled to unit length."""
        ids = np.asarray(rowids, dtype=np.int64)
        self.remove(rowids)  # before adding: FAISS would keep both
        self._index.add_with_ids(unit(vectors), ids)

    def remove(self, rowids: Sequence[int]) -> None:
        """Delete vectors; unknown ids are ignored."""
        if len(rowids) and len(self):
            self._index.remove_ids(np.asarray(rowids, dtype=np.int64))

    def search(self, query: Vectors, k: int, *, within: Sequence[int] | None = None) -> tuple[RowIds, Vectors]:
        """The ``k`` nearest vectors of one query vector (dimension,).

        Args:
            query: need not have unit length.
            k: may exceed the number of vectors.
            within: rowids to search among; None searches all.

        Returns:
            Rowids and their cosine similarity in [-1, 1], best first; fewer than ``k`` where there are fewer.
        """
        if k < 1 or not len(self) or (within is not None and not len(within)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        faiss = _faiss()
        options = {}
        if within is not None:
            options["params"] = faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.asarray(within, dtype=np.int64)))
        scores, ids = self._index.search(unit(query[None, :]), min(k, len(self)), **options)
        found = ids[0] >= 0
        return ids[0][found], np.clip(scores[0][found], -1.0, 1.0)

    def vectors(self, rowids: Sequence[int]) -> Vectors:
        """Stored unit vectors (n × dimension) of known rowids."""
        if not len(rowids):
            return np.empty((0, self.dimension), np.float32)
        found: Vectors = self._index.reconstruct_batch(np.asarray(rowids, dtype=np.int64))
        return found


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def _faiss() -> Any:
    return require("faiss", extra="cpu")


_REBUILD = "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"
