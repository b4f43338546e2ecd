"""A search that reads every vector, in parts that the cores share: of hundreds of megabytes it takes half the time.

FAISS itself gives each thread a query of its own, so one query is read by one. Here the vectors are cut into parts, and
this thread and some helpers take one after the other until none is left: where the helpers are late, since the cores
have other work or other questions, this thread has read most of it itself.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index import kinds
from rag.index.kinds import Kind

LEAST_BYTES = 64 * 2**20
"""Stored vectors from which it is worth it: they take 3 ms to read, ten times what it takes to wake a thread."""

_MOST_THREADS = 4
_PARTS_PER_THREAD = 2
"""So that who is late leaves little to wait for; each part costs looking past the others', 1 ns a vector."""


_READ_WHOLE: tuple[Kind, ...] = ("flat", "fp16", "sq8")

Found = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Similarities (1 × k), best first, and positions."""


def search(kind: Kind, core: Any, query: NDArray[np.float32], k: int) -> Found:
    """The vectors nearest to a query (1 × dimension), by several threads where there is much to read.

    Args:
        kind: of the index.
        core: in FAISS; its ids are positions.
        query: of unit length.
        k: at most as many as there are vectors.
    """
    if kind in _READ_WHOLE and core.ntotal * core.sa_code_size() >= LEAST_BYTES and (sharing := threads()) > 1:
        return shared(core, query, k, sharing)
    scores, positions = core.search(query, k)
    return scores, positions


def threads() -> int:
    """How many share a search: all cores of this process, but no more than memory can keep busy."""
    return min(_cores(), _MOST_THREADS)


def shared(core: Any, query: NDArray[np.float32], k: int, sharing: int) -> Found:
    """As ``core.search(query, k)``, by so many threads, this one included; of equal vectors the first come first."""
    edges = np.linspace(0, core.ntotal, sharing * _PARTS_PER_THREAD + 1).astype(np.int64).tolist()
    parts, lock = pairwise(edges), threading.Lock()
    found: list[Found] = []

    def read() -> None:
        faiss = kinds.library()
        with kinds.one_thread():
            for first, last in _taken(parts, lock):
                only = faiss.SearchParameters(sel=faiss.IDSelectorRange(first, last))
                scores, positions = core.search(query, min(k, last - first), params=only)
                found.append((scores, positions))

    helpers = [_pool().submit(read) for _ in range(sharing - 1)]
    try:
        read()
    finally:
        for helper in helpers:
            if not helper.cancel():  # those that have not begun have nothing left to do
                helper.result()
    scores, positions = (np.concatenate(each, axis=1) for each in zip(*found, strict=True))
    order = np.lexsort((positions[0], -scores[0]))[:k]
    return scores[:, order], positions[:, order]


def _taken(parts: Iterator[tuple[int, int]], lock: threading.Lock) -> Iterator[tuple[int, int]]:
    """The parts that nobody else has taken, empty ones left out."""
    while True:
        with lock:
            part = next(parts, None)
        if part is None:
            return
        if part[0] < part[1]:
            yield part


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MOST_THREADS - 1, thread_name_prefix="vectors")


def _cores() -> int:
    """Cores this process may use; not all systems can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
