"""Vectors in groups, and dense indexes whose rowids have several vectors."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.index.dense import DenseIndex, unit
from rag.index.grouped import Grouped
from rag.index.kinds import KINDS, Kind
from rag.index.recall import Sample

DIMENSION = 8


def some_vectors(rows: int, seed: int = 0) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32))


def nearest(rowids: list[int], vectors: NDArray[np.float32], query: NDArray[np.float32]) -> dict[int, float]:
    """The best cosine of each rowid, one after the other."""
    found: dict[int, float] = {}
    for rowid, cosine in zip(rowids, (vectors @ unit(query[None])[0]).tolist(), strict=True):
        found[rowid] = max(found.get(rowid, -1.0), cosine)
    return found


def test_a_group_is_as_near_as_its_nearest_and_has_its_middle() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, -1], [0.6, 0.8]], np.float32)
    groups = Grouped.of(np.array([5, 7, 5, 9]), vectors)
    assert groups.rowids.tolist() == [5, 7, 9]
    assert groups.similarity(np.array([1, 0], np.float32)) == pytest.approx([1, 0, 0.6])
    assert groups.similarity(np.eye(2, dtype=np.float32)) == pytest.approx(np.array([[1, 0, 0.6], [0, 1, 0.8]]))
    half = 0.5**0.5
    assert groups.centres() == pytest.approx(np.array([[half, -half], [0, 1], [0.6, 0.8]]), abs=1e-6)
    some = groups.some(np.array([2, 0]))
    assert some.rowids.tolist() == [9, 5]
    assert some.similarity(np.array([0, -1], np.float32)) == pytest.approx([-0.8, 1])


@pytest.mark.parametrize("dimension", [1, 384, 896, 4096])
@pytest.mark.parametrize("rows", [0, 1, 7, 9, 75, 1000])
def test_a_question_has_the_cosines_of_a_product_whatever_the_size(rows: int, dimension: int) -> None:
    rng = np.random.default_rng(rows + dimension)
    vectors, query = (unit(rng.normal(size=(n, dimension)).astype(np.float32)) for n in (rows, 1))
    found = Grouped(np.arange(rows), vectors, [1] * rows).similarity(query[0])
    wanted = (vectors.astype(np.float64) * query.astype(np.float64)).sum(axis=1)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=3e-6)
    few = Grouped(np.arange(len(vectors[:8])), vectors[:8], [1] * len(vectors[:8])).similarity(query[0])
    np.testing.assert_array_equal(few[:4], found[:4])  # whatever else is compared


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(1, 15), st.data())
def test_a_search_finds_each_rowid_once_by_its_nearest(rowids: list[int], k: int, data: st.DataObject) -> None:
    vectors, query = some_vectors(len(rowids)), some_vectors(1, seed=9)[0]
    index = DenseIndex.build(rowids, vectors)
    within = data.draw(st.none() | st.lists(st.integers(1, 14), unique=True))
    wanted = {
        rowid: best for rowid, best in nearest(rowids, vectors, query).items() if within is None or rowid in within
    }
    best = sorted(wanted, key=lambda rowid: -wanted[rowid])[:k]
    found, similarity = index.search(query, k, within=within)
    assert found.tolist() == best
    assert similarity == pytest.approx([wanted[rowid] for rowid in best], abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_groups_also_after_it_was_opened(kind: Kind, tmp_path: Path) -> None:
    rowids, vectors = [1 + row // 3 for row in range(300)], some_vectors(300)
    DenseIndex.build(rowids, vectors, kind).save(tmp_path / "v.faiss")
    index = DenseIndex.open(tmp_path / "v.faiss")
    query = some_vectors(1, seed=4)[0]
    wanted = nearest(rowids, vectors, query)
    found, _ = index.search(query, 100, within=range(1, 101))
    assert sorted(found.tolist()) == list(range(1, 101))
    groups = index.grouped([40, 7])
    assert groups.similarity(unit(query[None])[0]) == pytest.approx([wanted[40], wanted[7]], abs=0.03)
    assert index.vectors([40]) == pytest.approx(unit(vectors[117:120].sum(axis=0, keepdims=True)), abs=0.03)


def test_vectors_are_added_in_place_of_all_that_a_rowid_had() -> None:
    index = DenseIndex.build([1, 1, 2], some_vectors(3))
    index.add([1], some_vectors(1, seed=3))
    assert len(index) == 2
    assert index.vectors([1]) == pytest.approx(some_vectors(1, seed=3), abs=1e-6)
    index.remove([1])
    with pytest.raises(KeyError, match="no vector has the rowid 1"):
        index.vectors([1])


def test_recall_counts_passages_not_vectors() -> None:
    rowids, vectors = [1 + row // 3 for row in range(300)], some_vectors(300)
    sample = Sample(rowids, vectors)
    assert sample.recall(DenseIndex.build(rowids, vectors)) == 1.0
    others = DenseIndex.build(rowids, some_vectors(300, seed=5))
    wanted = []
    for row in range(300):  # the same counted one by one
        truth = nearest(rowids, vectors, vectors[row])
        least = sorted((best for rowid, best in truth.items() if rowid != rowids[row]), reverse=True)[9]
        found = [rowid for rowid in others.search(vectors[row], 11)[0].tolist() if rowid != rowids[row]][:10]
        wanted.append(sum(truth[rowid] >= least - 1e-6 for rowid in found) / 10)
    assert sample.recall(others) == pytest.approx(float(np.mean(wanted)))
    assert 0.05 < sample.recall(others) < 0.2
