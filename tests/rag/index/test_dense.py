from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import CorruptIndexError
from rag.index.dense import DenseIndex, unit

DIMENSION = 16
ROWS = 200


def some_vectors(rows: int = ROWS, seed: int = 0) -> NDArray[np.float32]:
    """Of very different lengths: an index must not care."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(size=(rows, DIMENSION)) * rng.uniform(0.01, 100, size=(rows, 1)), np.float32)


def brute_force(
    vectors: dict[int, NDArray[np.float32]], query: NDArray[np.float32], k: int
) -> tuple[list[int], list[float]]:
    """Cosine of every vector in double precision, best first."""
    question = query.astype(np.float64)
    cosines = {
        rowid: float(vector.astype(np.float64) @ question / np.linalg.norm(vector.astype(np.float64)))
        / float(np.linalg.norm(question))
        for rowid, vector in vectors.items()
    }
    best = sorted(cosines, key=lambda rowid: -cosines[rowid])[:k]
    return best, [cosines[rowid] for rowid in best]


def assert_same(index: DenseIndex, vectors: dict[int, NDArray[np.float32]], k: int, within: object = None) -> None:
    for query in some_vectors(5, seed=9):
        wanted_ids, wanted_scores = brute_force(vectors, query, k)
        rowids, scores = index.search(query, k, within=within)  # type: ignore[arg-type]
        assert rowids.tolist() == wanted_ids
        assert scores == pytest.approx(wanted_scores, abs=1e-5)


@pytest.fixture
def vectors() -> dict[int, NDArray[np.float32]]:
    """By rowids that are neither dense nor small."""
    return {7 + 3 * row: vector for row, vector in enumerate(some_vectors())}


@pytest.fixture
def index(vectors: dict[int, NDArray[np.float32]]) -> DenseIndex:
    index = DenseIndex(DIMENSION)
    index.add(list(vectors), np.stack(list(vectors.values())))
    return index


@pytest.mark.parametrize("k", [1, 10, ROWS, 10 * ROWS])
def test_search_is_brute_force(index: DenseIndex, vectors: dict[int, NDArray[np.float32]], k: int) -> None:
    assert_same(index, vectors, k)


def test_search_is_brute_force_after_save_and_load(
    index: DenseIndex, vectors: dict[int, NDArray[np.float32]], tmp_path: Path
) -> None:
    index.save(tmp_path / "vectors.faiss")
    opened = DenseIndex.open(tmp_path / "vectors.faiss")
    assert (len(opened), opened.dimension) == (ROWS, DIMENSION)
    assert_same(opened, vectors, 10)


def test_search_within_is_brute_force_over_those(index: DenseIndex, vectors: dict[int, NDArray[np.float32]]) -> None:
    within = [7, 10, 100, 301, 400_000]
    assert_same(index, {rowid: vectors[rowid] for rowid in within if rowid in vectors}, 10, within)


def test_removed_vectors_are_not_found(index: DenseIndex, vectors: dict[int, NDArray[np.float32]]) -> None:
    index.remove([7, 10, 13, 400_000])
    assert len(index) == ROWS - 3
    assert_same(index, {rowid: vector for rowid, vector in vectors.items() if rowid > 13}, 10)


def test_a_vector_added_again_is_replaced(index: DenseIndex, vectors: dict[int, NDArray[np.float32]]) -> None:
    changed = some_vectors(2, seed=5)
    index.add([10, 7], changed)
    assert len(index) == ROWS
    assert_same(index, vectors | {10: changed[0], 7: changed[1]}, 10)


def test_an_empty_index_finds_nothing(index: DenseIndex, vectors: dict[int, NDArray[np.float32]]) -> None:
    query = some_vectors(1)[0]
    for empty, k, within in (
        (DenseIndex(DIMENSION), 5, None),
        (index, 0, None),
        (index, 5, []),
        (index, 5, [400_000]),
    ):
        rowids, scores = empty.search(query, k, within=within)
        assert (rowids.tolist(), scores.tolist()) == ([], [])
    index.remove(list(vectors))
    assert index.search(query, 5)[0].tolist() == []


def test_a_zero_vector_has_similarity_zero() -> None:
    index = DenseIndex(2)
    index.add([1, 2], np.array([[0, 0], [0, 5]], np.float32))
    rowids, scores = index.search(np.array([0, 2], np.float32), 5)
    assert (rowids.tolist(), scores.tolist()) == ([2, 1], [1.0, 0.0])
    assert index.search(np.zeros(2, np.float32), 5)[1].tolist() == [0.0, 0.0]


def test_similarity_stays_in_its_range() -> None:
    vectors = some_vectors()
    index = DenseIndex(DIMENSION)
    index.add(range(ROWS), vectors)
    tops = [float(index.search(vector, 1)[1][0]) for vector in vectors]
    bottoms = [float(index.search(-vector, ROWS)[1][-1]) for vector in vectors]
    assert max(tops) <= 1.0
    assert min(bottoms) >= -1.0
    assert tops == pytest.approx([1.0] * ROWS, abs=1e-5)


def test_stored_vectors_are_unit_vectors_in_the_order_asked_for(
    index: DenseIndex, vectors: dict[int, NDArray[np.float32]]
) -> None:
    wanted = unit(np.stack([vectors[100], vectors[7]]))
    assert index.vectors([100, 7]) == pytest.approx(wanted, abs=1e-6)
    assert index.vectors([]).shape == (0, DIMENSION)


@pytest.mark.parametrize("content", [b"", b"no index", b"IxF2" + b"\x00" * 40])
def test_a_file_that_is_no_index_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(content)
    with pytest.raises(CorruptIndexError, match="vectors.faiss is not a FAISS index") as caught:
        DenseIndex.open(path)
    assert "course-rag build" in caught.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorruptIndexError):
        DenseIndex.open(tmp_path / "none.faiss")
