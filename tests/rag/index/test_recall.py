"""Recall against neighbours that are counted by hand or by brute force."""

import numpy as np
import pytest

from rag.index.dense import DenseIndex, unit
from rag.index.recall import QUERIES, Sample

DIMENSION = 16


def made(rows: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return unit(np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32))


def test_an_exact_index_finds_all() -> None:
    vectors = made(900)
    sample = Sample(range(900), vectors)
    assert len(sample) == QUERIES
    assert sample.recall(DenseIndex.build(range(900), vectors)) == 1.0


def test_an_index_without_some_of_the_neighbours_finds_the_others() -> None:
    """Every query is asked of an index that lacks its four nearest but itself: six of the true ten remain."""
    vectors, rowids = made(60), [100 - row for row in range(60)]
    shares = []
    for row in range(60):
        nearest = np.argsort(-(vectors @ vectors[row]))[1:5]
        left = np.setdiff1d(np.arange(60), nearest)
        index = DenseIndex.build([rowids[each] for each in left], vectors[left])
        sample = Sample(rowids, vectors)
        sample._queries, sample._own = vectors[[row]], np.array([rowids[row]])
        sample._least = sample._least[row : row + 1]
        shares.append(sample.recall(index))
    assert shares == [0.6] * 60


def test_recall_is_the_share_of_the_true_ten() -> None:
    vectors = made(500)
    index = DenseIndex.build(range(500), vectors, "ivf")
    index.set_effort(3)
    sample, shares = Sample(range(500), vectors, queries=50), []
    for row in np.linspace(0, 499, 50).astype(int).tolist():
        true = [at for at in np.argsort(-(vectors @ vectors[row])).tolist() if at != row][:10]
        found = [at for at in index.search(vectors[row], 11)[0].tolist() if at != row][:10]
        shares.append(len(set(true) & set(found)) / 10)
    assert sample.recall(index) == pytest.approx(sum(shares) / 50, abs=1e-9)
    assert 0.2 < sample.recall(index) < 0.9


def test_which_of_equally_near_vectors_is_found_does_not_matter() -> None:
    vectors = np.repeat(made(3), 40, axis=0)
    sample = Sample(range(120), vectors)
    assert sample.recall(DenseIndex.build(range(120), vectors, "hnsw")) == 1.0


def test_zero_vectors_are_no_queries() -> None:
    vectors = made(30)
    vectors[:25] = 0
    assert len(Sample(range(30), vectors)) == 5
    assert len(Sample(range(30), vectors * 0)) == 0
    assert Sample(range(30), vectors * 0).recall(DenseIndex.build(range(30), vectors * 0)) == 1.0


@pytest.mark.parametrize("rows", [1, 2, 5, 11])
def test_fewer_vectors_than_neighbours(rows: int) -> None:
    vectors = made(rows)
    assert Sample(range(rows), vectors).recall(DenseIndex.build(range(rows), vectors)) == 1.0
    if rows > 2:  # half of the vectors cannot be more than half of the neighbours
        other = DenseIndex.build(range(rows), made(rows, seed=1))
        assert Sample(range(rows), vectors).recall(other) <= 1.0
