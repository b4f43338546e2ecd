"""The kinds of vector index, from exact to fast, as FAISS builds them.

All compare by inner product of unit vectors, which is the cosine.

======  =======================================  ====================  ==============  =======================
kind    what a search reads                      bytes per component   grows with      stored cosines are off by
======  =======================================  ====================  ==============  =======================
flat    every vector                             4                     count           nothing
fp16    every vector                             2                     count           1e-5, at most 1e-3
sq8     every vector                             1                     count           1e-3, at most 2e-2
ivf     the vectors of the nearest of √n lists   2                     √count          as fp16
hnsw    some neighbours of neighbours            2, and 280 per row    log count       as fp16
======  =======================================  ====================  ==============  =======================

``fp16`` and ``sq8`` round what is stored; ``ivf`` (inverted file, Sivic & Zisserman 2003) and ``hnsw`` (Malkov &
Yashunin 2018) also leave vectors unread, so their *recall* is measured and kept in the manifest. The same vectors in
the same order give the same bytes: k-means starts from a fixed seed, and a graph is built by one thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from rag.extras import require

Kind = Literal["flat", "fp16", "sq8", "hnsw", "ivf"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LINKS = 32
"""HNSW: neighbours of each vector in the graph; twice as many on its lowest level."""

BUILD_CANDIDATES = 80
"""HNSW: how many candidates are kept while a vector is linked."""

_ROUNDS = 10
"""IVF: rounds of k-means; more of them moved recall by less than sampling does."""

_POINTS_PER_LIST = 64
"""IVF: vectors that k-means is trained on at most, per list."""


def library() -> Any:
    """FAISS, of whichever of its two distributions is installed."""
    return require("faiss", extra="cpu")


def empty(kind: Kind, dimension: int, count: int) -> Any:
    """An index of this kind that is to be trained and filled with ``count`` vectors."""
    faiss = library()
    by_cosine, half = faiss.METRIC_INNER_PRODUCT, faiss.ScalarQuantizer.QT_fp16
    match kind:
        case "flat":
            return faiss.IndexFlatIP(dimension)
        case "fp16":
            return faiss.IndexScalarQuantizer(dimension, half, by_cosine)
        case "sq8":
            return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, by_cosine)
        case "hnsw":
            index = faiss.IndexHNSWSQ(dimension, half, LINKS, by_cosine)
            index.hnsw.efConstruction = BUILD_CANDIDATES
            return index
        case "ivf":
            return _lists(dimension, count)


def _lists(dimension: int, count: int) -> Any:
    """√n lists: the time to find the nearest lists and the time to read one of them are then the same."""
    faiss = library()
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        max(1, round(count**0.5)),
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,  # stores vectors, not their difference to the list's centre: faster, and fp16 is exact enough
    )
    index.cp.spherical = True  # centres on the unit sphere, as the vectors are
    index.cp.niter = _ROUNDS
    index.cp.min_points_per_centroid = 1  # FAISS would print a warning
    index.cp.max_points_per_centroid = _POINTS_PER_LIST
    return index


def kind_of(core: Any) -> Kind | None:
    """Kind of an index that was read from a file; None for one that is not ours."""
    faiss = library()
    match core:
        case faiss.IndexFlat():
            return "flat"
        case faiss.IndexHNSWSQ():
            return "hnsw"
        case faiss.IndexIVFScalarQuantizer():
            return "ivf"
        case faiss.IndexScalarQuantizer():
            return "fp16" if core.sq.qtype == faiss.ScalarQuantizer.QT_fp16 else "sq8"
        case _:
            return None


def parameters(kind: Kind, core: Any) -> dict[str, int]:
    """What shapes an index of this kind, as the manifest tells it."""
    match kind:
        case "ivf":
            return {"lists": int(core.nlist), "probed": int(core.nprobe)}
        case "hnsw":
            candidates = int(core.hnsw.efSearch)
            return {"links": LINKS, "build_candidates": BUILD_CANDIDATES, "candidates": candidates}
        case _:
            return {}


def efforts(kind: Kind, core: Any) -> Iterator[int]:
    """How thoroughly an index of this kind can search, rising; nothing where every vector is read anyway.

    ``ivf``: lists that are read, up to a fourth of them (beyond that ``fp16``, which reads all, is as fast);
    ``hnsw``: candidates that are kept on the way.
    """
    if kind == "hnsw":
        yield from (32, 64, 128, 256, 512)
    elif kind == "ivf":
        most, probed = max(1, core.nlist // 4), 1
        while probed < most:
            yield probed
            probed *= 2
        yield most


def set_effort(kind: Kind, core: Any, effort: int) -> None:
    """Search this thoroughly from now on; it is saved with the index."""
    if kind == "hnsw":
        core.hnsw.efSearch = effort
    elif kind == "ivf":
        core.nprobe = effort


def thorough(kind: Kind, core: Any, selector: Any) -> tuple[Any, Any]:
    """The index and the search parameters with which every stored vector that the selector lets through is read."""
    faiss = library()
    if kind == "ivf":
        return core, faiss.SearchParametersIVF(sel=selector, nprobe=core.nlist)
    if kind == "hnsw":  # its vectors alone, without the graph: a graph cut up by a filter has unreachable parts
        return faiss.downcast_index(core.storage), faiss.SearchParameters(sel=selector)
    return core, faiss.SearchParameters(sel=selector)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS use this thread alone.

    For one query its threads wait for each other longer than they work: on two cores that had something else to do,
    a search of 20,000 vectors took 22 ms with two threads and 1 ms with one; an IVF one 7.6 and 0.04 ms. The
    number is a property of the calling thread, so other threads are not touched.
    """
    faiss = library()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
