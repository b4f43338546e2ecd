"""FAISS on a GPU: training, filling and searching there, for the kinds that FAISS has there.

Needs the distribution ``faiss-gpu`` and a card. A GPU index cannot be saved, so one that was made there comes back to
the CPU before it is written; the file is the same kind of file. Only the first card is used.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.kinds import Kind, library

WORTHWHILE = 50_000
"""Vectors below which the CPU answers before a GPU has been started."""

_MOST = 2_048
"""Hits, and lists read, that FAISS can handle at once on a GPU."""


def available() -> bool:
    """Whether FAISS can use a GPU here."""
    faiss = library()
    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0


def filled(core: Any, vectors: NDArray[np.float32]) -> Any:
    """An empty CPU index of kind ``ivf``, trained and filled on the GPU, as a CPU index again."""
    faiss = library()
    resources = faiss.StandardGpuResources()
    on_card = faiss.index_cpu_to_gpu(resources, 0, core)
    on_card.train(vectors)
    on_card.add(vectors)
    return faiss.index_gpu_to_cpu(on_card)


class GpuSearcher:
    """A copy on the GPU of an index that lies on the CPU, for searching."""

    def __init__(self, kind: Kind, core: Any) -> None:
        """Copy an index of a kind that ``supports`` names."""
        faiss = library()
        self._kind, self._core = kind, core
        self._resources = faiss.StandardGpuResources()
        self._lock = threading.Lock()  # the resources serve one search at a time
        if kind == "ivf":
            self._index = faiss.index_cpu_to_gpu(self._resources, 0, core)
        else:
            config = faiss.GpuIndexFlatConfig()
            config.useFloat16 = kind == "fp16"
            self._index = faiss.GpuIndexFlatIP(self._resources, core.d, config)
            self._index.add(core.reconstruct_n(0, core.ntotal))

    @staticmethod
    def supports(kind: Kind) -> bool:
        """Whether FAISS has a GPU index that finds the same: not for graphs, nor for 8 bits outside of lists."""
        return kind in ("flat", "fp16", "ivf")

    def search(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]] | None:
        """Cosines and positions (1 × k) of one unit query (1 × dimension); None if that is too much for a GPU."""
        probed = self._core.nprobe if self._kind == "ivf" else 1
        if max(k, probed) > _MOST:
            return None
        with self._lock:
            if self._kind == "ivf":
                self._index.nprobe = probed
            scores, positions = self._index.search(query, k)
        return scores, positions
