"""One search by several threads, against the same search by one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import scanning
from rag.index.dense import DenseIndex, unit
from rag.index.kinds import KINDS, Kind

DIMENSION = 32


def some(rows: int, seed: int = 0) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32))


@pytest.mark.parametrize("kind", ["flat", "fp16", "sq8"])
@pytest.mark.parametrize(("rows", "k"), [(1, 1), (3, 3), (7, 2), (1000, 1), (1000, 40), (1000, 1000)])
@pytest.mark.parametrize("sharing", [1, 2, 4])
def test_what_several_threads_find_is_what_one_finds(kind: Kind, rows: int, k: int, sharing: int) -> None:
    core = DenseIndex.build(range(rows), some(rows), kind)._core
    for query in some(5, seed=1):
        scores, positions = core.search(query[None], k)
        found, places = scanning.shared(core, query[None], k, sharing)
        np.testing.assert_array_equal(found, scores)
        np.testing.assert_array_equal(places, positions)


def test_of_equal_vectors_the_first_are_found() -> None:
    core = DenseIndex.build(range(50), np.repeat(some(1), 50, axis=0))._core
    _, places = scanning.shared(core, some(1), 12, 4)
    assert places.tolist() == [list(range(12))]


def test_only_what_is_large_and_read_whole_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(core: Any, query: NDArray[np.float32], k: int, sharing: int) -> scanning.Found:
        asked.append(core.ntotal)
        return shared(core, query, k, sharing)

    shared = scanning.shared
    monkeypatch.setattr(scanning, "shared", noted)
    monkeypatch.setattr(scanning, "threads", lambda: 2)
    monkeypatch.setattr(scanning, "LEAST_BYTES", 200 * DIMENSION * 2)
    for kind in KINDS:
        for rows in (150, 250):
            index = DenseIndex.build(range(rows), some(rows), kind)
            assert index.search(some(1)[0], 1)[0].tolist() == [0]
    assert asked == [150, 250, 250]  # four bytes a component, two; one is too few
    monkeypatch.setattr(scanning, "threads", lambda: 1)
    DenseIndex.build(range(250), some(250)).search(some(1)[0], 1)
    assert len(asked) == 3


def test_a_search_ends_where_no_helper_has_time() -> None:
    core = DenseIndex.build(range(100), some(100))._core
    free = threading.Event()
    busy = [scanning._pool().submit(free.wait, 30) for _ in range(scanning._MOST_THREADS - 1)]
    try:
        scores, positions = scanning.shared(core, some(1, seed=1), 5, 4)
    finally:
        free.set()
    assert all(each.result() for each in busy)
    np.testing.assert_array_equal(positions, core.search(some(1, seed=1), 5)[1])
    assert scores.shape == (1, 5)


def test_many_questions_at_once_each_get_their_own_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = some(4000)
    DenseIndex.build(range(4000), vectors, "fp16").save(tmp_path / "v.faiss")
    alone = DenseIndex.open(tmp_path / "v.faiss")
    queries = some(40, seed=2)
    wanted = [alone.search(query, 10) for query in queries]
    monkeypatch.setattr(scanning, "LEAST_BYTES", 0)
    monkeypatch.setattr(scanning, "threads", lambda: 3)
    shared = DenseIndex.open(tmp_path / "v.faiss")
    with ThreadPoolExecutor(6) as users:
        found = list(users.map(lambda query: shared.search(query, 10), queries))
    for (rowids, similarity), (true_rowids, true_similarity) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(rowids, true_rowids)
        np.testing.assert_array_equal(similarity, true_similarity)
