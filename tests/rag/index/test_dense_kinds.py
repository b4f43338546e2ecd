"""Every kind of vector index against brute force: same ids and scores to the kind's tolerance, in every situation."""

from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import CorruptIndexError
from rag.index import kinds
from rag.index.dense import DenseIndex, unit
from rag.index.kinds import KINDS, Kind

Vectors = NDArray[np.float32]

DIMENSION, ROWS = 32, 600
TOLERANCE: dict[Kind, float] = {"flat": 1e-6, "fp16": 5e-4, "sq8": 2e-2, "hnsw": 5e-4, "ivf": 5e-4}
"""What a stored cosine may be off by, as ``rag.index.kinds`` says or less."""

every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """On so few vectors the threads of k-means only wait for each other."""
    with kinds.one_thread():
        yield


def made(rows: int = ROWS, seed: int = 0) -> Vectors:
    """Of very different lengths; no two in the same direction."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(size=(rows, DIMENSION)) * rng.uniform(0.01, 100, size=(rows, 1)), np.float32)


ROWIDS = [5 + 2 * row for row in reversed(range(ROWS))]
"""Neither small nor in order."""


def built(kind: Kind, vectors: Vectors | None = None, rowids: list[int] | None = None) -> DenseIndex:
    """As thorough as it can be: what brute force finds is then found."""
    index = DenseIndex.build(rowids or ROWIDS, made() if vectors is None else vectors, kind)
    if index.efforts:
        index.set_effort(round(ROWS**0.5) if kind == "ivf" else index.efforts[-1])
    return index


def cosines(vectors: Vectors, query: Vectors) -> NDArray[np.float64]:
    """In double precision."""
    a, b = vectors.astype(np.float64), query.astype(np.float64)
    result: NDArray[np.float64] = (a @ b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b)
    return result


def assert_brute_force(
    index: DenseIndex, contents: dict[int, Vectors], k: int, within: list[int] | None = None
) -> None:
    """Ids are the best of brute force, but for those whose true cosines lie within the tolerance of each other."""
    among = list(contents) if within is None else [rowid for rowid in within if rowid in contents]
    for query in made(8, seed=9):
        true = dict(zip(among, cosines(np.stack([contents[rowid] for rowid in among]), query), strict=True))
        wanted = sorted(among, key=lambda rowid: -true[rowid])[:k]
        rowids, scores = index.search(query, k, within=within)
        tolerance = TOLERANCE[index.kind]
        assert len(set(rowids.tolist())) == len(wanted)
        assert scores == pytest.approx([true[rowid] for rowid in rowids.tolist()], abs=tolerance)
        assert (np.diff(scores) <= 0).all()
        assert [true[rowid] for rowid in rowids.tolist()] == pytest.approx(
            [true[rowid] for rowid in wanted], abs=2 * tolerance
        )
        if index.kind == "flat":
            assert rowids.tolist() == wanted


CONTENTS = dict(zip(ROWIDS, made(), strict=True))


@every_kind
@pytest.mark.parametrize("k", [1, 10, ROWS, 10 * ROWS])
def test_search_is_brute_force(kind: Kind, k: int) -> None:
    assert_brute_force(built(kind), CONTENTS, k)


@every_kind
def test_search_is_brute_force_after_save_and_load(kind: Kind, tmp_path: Path) -> None:
    index = built(kind)
    index.save(tmp_path / "vectors.faiss")
    opened = DenseIndex.open(tmp_path / "vectors.faiss")
    assert (opened.kind, len(opened), opened.dimension) == (kind, ROWS, DIMENSION)
    assert opened.parameters == index.parameters
    assert_brute_force(opened, CONTENTS, 10)
    assert_brute_force(opened, CONTENTS, 3, [7, 11, 1199, 400_000, 203])
    np.testing.assert_array_equal(opened.vectors([203, 5]), index.vectors([203, 5]))


@every_kind
def test_the_same_vectors_give_the_same_bytes(kind: Kind, tmp_path: Path) -> None:
    for name in ("one", "two"):
        built(kind).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@every_kind
def test_threads_do_not_change_the_bytes(kind: Kind, tmp_path: Path) -> None:
    before = faiss.omp_get_max_threads()
    try:
        for threads in (1, 3):
            faiss.omp_set_num_threads(threads)
            built(kind).save(tmp_path / str(threads))
            assert faiss.omp_get_max_threads() == threads
    finally:
        faiss.omp_set_num_threads(before)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "3").read_bytes()


@every_kind
def test_a_filter_is_exact_however_hastily_the_rest_is_searched(kind: Kind) -> None:
    index = DenseIndex.build(ROWIDS, made(), kind)
    if index.efforts:
        index.set_effort(index.efforts[0])
    for within in ([5], ROWIDS[::97], ROWIDS[:300], [*ROWIDS[:5], 400_000]):
        assert_brute_force(index, CONTENTS, 20, within)


@every_kind
def test_as_many_are_found_as_were_asked_for(kind: Kind) -> None:
    """Also where the lists that were read, or the graph, lead to fewer."""
    index = DenseIndex.build(ROWIDS, made(), kind)
    if index.efforts:
        index.set_effort(index.efforts[0])
    for k in (1, 50, 599, 600, 1_000):
        assert len(index.search(made(1, seed=3)[0], k)[0]) == min(k, ROWS)


@every_kind
def test_an_empty_index_finds_nothing(kind: Kind, tmp_path: Path) -> None:
    empty = DenseIndex(DIMENSION, kind)
    empty.save(tmp_path / "vectors.faiss")
    none_left = built(kind)
    none_left.remove(ROWIDS)
    for index in (empty, DenseIndex.open(tmp_path / "vectors.faiss"), none_left):
        assert (len(index), index.kind, index.dimension) == (0, kind, DIMENSION)
        rowids, scores = index.search(made(1)[0], 5)
        assert (rowids.tolist(), scores.tolist()) == ([], [])
        assert index.search(made(1)[0], 5, within=[5])[0].tolist() == []
        assert index.vectors([]).shape == (0, DIMENSION)


@every_kind
@pytest.mark.parametrize("from_file", [False, True])
def test_an_index_that_is_changed_is_brute_force_again(kind: Kind, from_file: bool, tmp_path: Path) -> None:
    index = built(kind)
    if from_file:
        index.save(tmp_path / "vectors.faiss")
        before = (tmp_path / "vectors.faiss").read_bytes()
        index = DenseIndex.open(tmp_path / "vectors.faiss")
    changed = made(3, seed=5)
    index.remove([7, 11, 400_000])
    index.add([203, 4, 11], changed)
    contents = {rowid: vector for rowid, vector in CONTENTS.items() if rowid != 7}
    contents |= {203: changed[0], 4: changed[1], 11: changed[2]}
    assert (len(index), index.kind) == (ROWS, kind)
    # Every list again: the number of probed ones is set anew when it is built anew.
    if kind == "ivf":
        index.set_effort(ROWS)
    elif kind == "hnsw":
        index.set_effort(512)
    assert_brute_force(index, contents, 10)
    if from_file:
        assert (tmp_path / "vectors.faiss").read_bytes() == before


@every_kind
def test_an_index_grows_from_nothing(kind: Kind) -> None:
    index = DenseIndex(DIMENSION, kind)
    index.add(ROWIDS[:400], made()[:400])
    index.add(ROWIDS[400:], made()[400:])
    if index.efforts:
        index.set_effort(ROWS)
    assert_brute_force(index, CONTENTS, 10)


@every_kind
def test_stored_vectors_are_unit_vectors_in_the_order_asked_for(kind: Kind) -> None:
    rowids = [203, 5, 1203]
    stored = built(kind).vectors(rowids)
    true = unit(np.stack([CONTENTS[rowid] for rowid in rowids]))
    assert np.linalg.norm(stored, axis=1) == pytest.approx([1.0] * 3, abs=1e-6)
    assert (stored * true).sum(axis=1) == pytest.approx([1.0] * 3, abs=TOLERANCE[kind])
    for query in unit(made(8, seed=9)):  # cosines from stored vectors, as hybrid search and MMR take them
        assert stored @ query == pytest.approx(true @ query, abs=TOLERANCE[kind])


@every_kind
def test_ties_are_in_order_of_rowid(kind: Kind) -> None:
    vectors = made()
    vectors[[3, 100, 599]] = vectors[50]
    rowids, _ = built(kind, vectors).search(vectors[50], 4)
    assert rowids.tolist() == sorted(ROWIDS[row] for row in (3, 50, 100, 599))


@every_kind
def test_zero_vectors_have_similarity_zero(kind: Kind) -> None:
    vectors = made()
    vectors[[0, 9]] = 0
    index = built(kind, vectors)
    rowids, scores = index.search(vectors[1], ROWS)
    by_rowid = dict(zip(rowids.tolist(), scores.tolist(), strict=True))
    # 8 bits have no exact zero: a step of each component's range.
    assert [by_rowid[ROWIDS[0]], by_rowid[ROWIDS[9]]] == pytest.approx([0.0, 0.0], abs=TOLERANCE[kind])
    assert index.search(np.zeros(DIMENSION, np.float32), 3)[1].tolist() == [0.0, 0.0, 0.0]


@every_kind
def test_a_few_vectors_are_enough_for_any_kind(kind: Kind, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for count in (1, 2, 3):
        index = DenseIndex.build(range(1, count + 1), made(count), kind)
        index.save(tmp_path / "vectors.faiss")
        rowids, scores = DenseIndex.open(tmp_path / "vectors.faiss").search(made(count)[count - 1], 5)
        assert (rowids[0], len(rowids)) == (count, count)
        assert scores[0] == pytest.approx(1.0, abs=TOLERANCE[kind])
    assert capfd.readouterr() == ("", "")  # FAISS warns of little to train on


@pytest.mark.parametrize(("kind", "at_first", "at_last"), [("ivf", 0.3, 0.6), ("hnsw", 0.99, 0.99)])
def test_more_effort_finds_more(kind: Kind, at_first: float, at_last: float) -> None:
    vectors, queries = made(4_000), made(30, seed=9)
    exact = DenseIndex.build(range(4_000), vectors)
    wanted = [set(exact.search(query, 10)[0].tolist()) for query in queries]
    index = DenseIndex.build(range(4_000), vectors, kind)
    shares = []
    for effort in index.efforts:
        index.set_effort(effort)
        found = [set(index.search(query, 10)[0].tolist()) for query in queries]
        shares.append(sum(len(a & b) for a, b in zip(found, wanted, strict=True)) / 300)
    assert shares[0] < at_first
    assert shares[-1] > at_last
    assert (np.diff(shares) >= -0.01).all()


def test_an_opened_index_outlives_its_file(tmp_path: Path) -> None:
    """A version may be pruned while it is read."""
    for kind in KINDS:
        built(kind).save(tmp_path / kind)
        opened = DenseIndex.open(tmp_path / kind)
        (tmp_path / kind).unlink()
        assert_brute_force(opened, CONTENTS, 10)


def test_parameters_are_those_in_the_file() -> None:
    assert [built(kind).parameters for kind in ("flat", "fp16", "sq8")] == [{}, {}, {}]
    assert built("ivf").parameters == {"lists": 24, "probed": 24}
    assert built("hnsw").parameters == {"links": 32, "build_candidates": 80, "candidates": 512}
    graph = built("hnsw")._core.hnsw
    assert (graph.nb_neighbors(1), graph.efConstruction) == (kinds.LINKS, kinds.BUILD_CANDIDATES)


@pytest.mark.parametrize(
    "foreign",
    [faiss.IndexFlatIP(4), faiss.IndexIDMap2(faiss.IndexLSH(4, 8)), faiss.IndexIDMap2(faiss.IndexPQ(4, 2, 4))],
)
def test_a_faiss_index_of_another_kind_is_told(foreign: faiss.Index, tmp_path: Path) -> None:
    faiss.write_index(foreign, str(tmp_path / "vectors.faiss"))
    with pytest.raises(CorruptIndexError, match="vectors.faiss is not a FAISS index of ours") as caught:
        DenseIndex.open(tmp_path / "vectors.faiss")
    assert "--full" in caught.value.remedy


def test_the_bytes_of_an_older_exact_index_are_read(tmp_path: Path) -> None:
    """As versions before there were kinds were written."""
    older = faiss.IndexIDMap2(faiss.IndexFlatIP(DIMENSION))
    older.add_with_ids(unit(made()), np.array(ROWIDS))
    faiss.write_index(older, str(tmp_path / "older"))
    assert_brute_force(DenseIndex.open(tmp_path / "older"), CONTENTS, 10)
    built("flat").save(tmp_path / "now")
    assert (tmp_path / "now").read_bytes() == (tmp_path / "older").read_bytes()
