"""The dense index: vectors by cosine in FAISS, ids = rowids of the chunks; exact, or of a faster kind.

A chunk may have several vectors, one for each of its windows: they share its rowid, and the nearest of them counts.
"""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import CorruptIndexError
from rag.index import gpu, kinds, scanning
from rag.index.grouped import Grouped, RowIds, Vectors, runs
from rag.index.kinds import Kind, library


class DenseIndex:
    """Vectors under integer ids.

    ``DenseIndex(dimension)`` is exact, in memory and changes in place. One of another kind, or one that was opened
    from a file (which stays there, mapped into memory), is built anew from its stored vectors when it is changed.
    """

    def __init__(self, dimension: int, kind: Kind = "flat") -> None:
        """Start empty."""
        self.kind: Kind = kind
        self._in_place = kind == "flat"
        self._index: Any = library().IndexIDMap2(kinds.empty(kind, dimension, 0))

    @classmethod
    def build(cls, rowids: Sequence[int], vectors: Vectors, kind: Kind = "flat") -> "DenseIndex":
        """An index of some kind with these vectors (n × dimension), scaled to unit length; rowids may repeat."""
        self = cls(vectors.shape[1], kind)
        self._fill(np.asarray(rowids, np.int64), unit(vectors))
        return self

    @classmethod
    def open(cls, path: Path) -> "DenseIndex":
        """Open an index file.

        Raises:
            CorruptIndexError: FAISS cannot read it, or it is no index of ours.
        """
        faiss = library()
        self = cls.__new__(cls)
        try:
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise CorruptIndexError(f"{path} is not a FAISS index.", remedy=_REBUILD) from error
        found = kinds.kind_of(self._core) if isinstance(self._index, faiss.IndexIDMap2) else None
        if found is None:
            raise CorruptIndexError(f"{path} is not a FAISS index of ours.", remedy=_REBUILD)
        self.kind, self._in_place = found, False
        return self

    def save(self, path: Path) -> None:
        """Write the index to a file; the same vectors in the same order give the same bytes."""
        library().write_index(self._index, str(path))

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    @property
    def parameters(self) -> dict[str, int]:
        """What shapes an index of this kind; empty for the kinds that read every vector."""
        return kinds.parameters(self.kind, self._core)

    @property
    def efforts(self) -> list[int]:
        """How thoroughly it can search, rising; empty for the kinds that read every vector."""
        return list(kinds.efforts(self.kind, self._core))

    def set_effort(self, effort: int) -> None:
        """Search this thoroughly from now on, also after it was saved and opened."""
        kinds.set_effort(self.kind, self._core, effort)

    def add(self, rowids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors (n × dimension) in place of all that these rowids had; they are scaled to unit length."""
        ids = np.asarray(rowids, dtype=np.int64)
        self.remove(rowids)  # before adding: FAISS would keep both
        if self._in_place:
            self._forget()
            self._index.add_with_ids(unit(vectors), ids)
        else:
            kept, stored = self._contents()
            self._fill(np.concatenate([kept, ids]), np.concatenate([stored, unit(vectors)]))

    def remove(self, rowids: Sequence[int]) -> None:
        """Delete vectors; unknown ids are ignored."""
        ids = np.asarray(rowids, dtype=np.int64)
        if not len(ids) or not len(self):
            return
        if self._in_place:
            self._forget()
            self._index.remove_ids(ids)
            return
        kept, stored = self._contents()
        left = ~np.isin(kept, ids)
        if not left.all():
            self._fill(kept[left], stored[left])

    def search(self, query: Vectors, k: int, *, within: Sequence[int] | None = None) -> tuple[RowIds, Vectors]:
        """The ``k`` rowids whose nearest vector is nearest to a query vector (dimension,).

        Args:
            query: need not have unit length.
            k: may exceed the number of rowids.
            within: rowids to search among; None searches all. Every one of them is compared, whatever the kind.

        Returns:
            Rowids, each once, and their cosine similarity in [-1, 1], best first, ties by rowid; fewer than ``k``
            where there are fewer.
        """
        if k < 1 or not len(self) or (within is not None and not len(within)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        selector = None if within is None else library().IDSelectorBatch(np.asarray(within, dtype=np.int64))
        rowids, similarity = self._distinct(unit(query[None, :]), k, selector)
        order = np.lexsort((rowids, -similarity))[:k]
        return rowids[order], similarity[order]

    def vectors(self, rowids: Sequence[int]) -> Vectors:
        """A unit vector (n × dimension) for each of some known rowids: its own, or the middle of those it has.

        Rounded as the kind rounds.
        """
        return self.grouped(rowids).centres()

    def grouped(self, rowids: Sequence[int]) -> Grouped:
        """All unit vectors of some rowids, in their order, rounded as the kind rounds.

        Raises:
            KeyError: a rowid has no vector.
        """
        ids = np.asarray(rowids, np.int64)
        if not len(ids):
            return Grouped(ids, np.empty((0, self.dimension), np.float32), ids)
        by_rowid, sorted_rowids = self._by_rowid
        first, last = np.searchsorted(sorted_rowids, ids), np.searchsorted(sorted_rowids, ids, side="right")
        if (unknown := first == last).any():
            raise KeyError(f"no vector has the rowid {ids[unknown][0]}")
        found: Vectors = self._core.reconstruct_batch(by_rowid[runs(first, last - first)])
        return Grouped(ids, found if self.kind == "flat" else unit(found), last - first)

    @property
    def _core(self) -> Any:
        """The index proper, which knows positions; around it lies the map to rowids."""
        return library().downcast_index(self._index.index)

    @property
    def _rowids(self) -> RowIds:
        """Rowids by position; a view, valid until the index changes."""
        ids = self._index.id_map
        view: RowIds = library().rev_swig_ptr(ids.data(), ids.size())
        return view

    @cached_property
    def _by_rowid(self) -> tuple[RowIds, RowIds]:
        """Positions sorted by rowid, and the rowids in that order."""
        order = np.argsort(self._rowids, kind="stable")
        return order, self._rowids[order]

    @cached_property
    def _per_rowid(self) -> float:
        """Vectors per rowid, in the mean."""
        return len(self) / len(np.unique(self._by_rowid[1]))

    def _forget(self) -> None:
        """Drop what was worked out for the vectors as they were."""
        for name in ("_by_rowid", "_per_rowid", "_gpu"):
            self.__dict__.pop(name, None)

    @cached_property
    def _gpu(self) -> gpu.GpuSearcher | None:
        """The copy that is searched, where there is a GPU that is worth starting."""
        useful = not self._in_place and len(self) >= gpu.WORTHWHILE and gpu.GpuSearcher.supports(self.kind)
        return gpu.GpuSearcher(self.kind, self._core) if useful and gpu.available() else None

    def _distinct(self, query: Vectors, k: int, selector: Any) -> tuple[RowIds, Vectors]:
        """At least ``k`` rowids and the cosine of the nearest vector of each, unless there are fewer."""
        wanted = min(len(self), math.ceil(k * self._per_rowid))
        while True:
            scores, positions = self._nearest(query, wanted, selector)
            found = positions >= 0
            # Best first, so the first of a rowid is its nearest.
            rowids, first = np.unique(self._rowids[positions[found]], return_index=True)
            if len(rowids) >= k or wanted == len(self) or not found.all():
                return rowids, np.clip(scores[found][first], -1.0, 1.0)
            wanted = min(len(self), 2 * wanted)

    def _nearest(self, query: Vectors, k: int, selector: Any) -> tuple[Vectors, RowIds]:
        """Cosines and positions (k,) of a unit query (1 × dimension); position −1 where nothing was found."""
        on_card = self._gpu.search(query, k) if selector is None and self._gpu is not None else None
        with kinds.one_thread():
            if selector is None:
                scores, positions = on_card or scanning.search(self.kind, self._core, query, k)
            if selector is not None or (positions < 0).any():
                # A filter, or more hits wanted than the lists or the graph led to.
                scores, positions = self._exhaustive(query, k, selector)
        return scores[0], positions[0]

    def _exhaustive(self, query: Vectors, k: int, selector: Any) -> tuple[Vectors, RowIds]:
        faiss = library()
        by_position = None if selector is None else faiss.IDSelectorTranslated(self._index.id_map, selector)
        index, parameters = kinds.thorough(self.kind, self._core, by_position)
        scores, positions = index.search(query, k, params=parameters)
        return scores, positions

    def _contents(self) -> tuple[RowIds, Vectors]:
        if not len(self):
            return np.empty(0, np.int64), np.empty((0, self.dimension), np.float32)
        stored: Vectors = self._core.reconstruct_n(0, len(self))
        return self._rowids.copy(), stored if self.kind == "flat" else unit(stored)

    def _fill(self, rowids: RowIds, vectors: Vectors) -> None:
        """Build the index anew with these unit vectors."""
        faiss = library()
        self._forget()
        core = kinds.empty(self.kind, vectors.shape[1], len(vectors))
        self._index = faiss.IndexIDMap2(core)
        if not len(vectors):
            return
        # Around the map, whose ``add_with_ids`` would train and fill on the CPU; what it would set is set here.
        self._filled = _filled(self.kind, core, vectors)  # kept: the map does not own it
        self._index.index = self._filled
        faiss.copy_array_to_vector(rowids, self._index.id_map)
        self._index.is_trained, self._index.ntotal = True, len(rowids)
        self._index.construct_rev_map()


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero. What has length 1 already is not copied."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    if np.allclose(lengths, 1.0, rtol=0, atol=1e-6):
        return vectors
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def _filled(kind: Kind, core: Any, vectors: Vectors) -> Any:
    if kind == "hnsw":
        with kinds.one_thread():  # several would link the graph in another order each time
            core.train(vectors)
            core.add(vectors)
        return core
    if kind == "ivf" and gpu.available() and len(vectors) >= gpu.WORTHWHILE:
        core = gpu.filled(core, vectors)
    else:
        core.train(vectors)
        core.add(vectors)
    if kind == "ivf":
        core.make_direct_map()  # where a vector lies, for ``vectors``; saved with the index
    return core


_REBUILD = "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"
"""What to do about a file that cannot be read."""
