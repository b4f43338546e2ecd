"""FAISS on a GPU: same neighbours as on the CPU, and a file that any machine can open. Skipped without one."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from rag.index import gpu
from rag.index.dense import DenseIndex, unit
from rag.index.kinds import Kind

pytestmark = pytest.mark.skipif(
    not gpu.available(), reason="needs faiss-gpu (extra gpu instead of cpu) and a GPU that CUDA can see"
)

ROWS, DIMENSION = 20_000, 64


def made(rows: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(200, DIMENSION))
    return unit((centres[rng.integers(0, 200, rows)] + 0.5 * rng.normal(size=(rows, DIMENSION))).astype(np.float32))


@pytest.fixture(autouse=True)
def _few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "WORTHWHILE", 1)


def on_cpu(path: Path) -> DenseIndex:
    index = DenseIndex.open(path)
    index.__dict__["_gpu"] = None
    return index


@pytest.mark.parametrize("kind", ["flat", "fp16", "ivf"])
def test_the_gpu_finds_what_the_cpu_finds(kind: Kind, tmp_path: Path) -> None:
    index = DenseIndex.build(range(7, 7 + ROWS), made(ROWS, 1), kind)
    if index.efforts:
        index.set_effort(16)
    index.save(tmp_path / "vectors.faiss")
    opened, plain = DenseIndex.open(tmp_path / "vectors.faiss"), on_cpu(tmp_path / "vectors.faiss")
    assert isinstance(opened._gpu, gpu.GpuSearcher)
    assert opened.parameters == index.parameters
    common = 0
    for query in made(50, 2):
        there, here = opened.search(query, 10), plain.search(query, 10)
        assert there[1] == pytest.approx(here[1], abs=1e-3)
        common += len(set(there[0].tolist()) & set(here[0].tolist()))
    assert common >= 0.98 * 500


@pytest.mark.parametrize("kind", ["flat", "fp16", "ivf"])
def test_filters_and_very_many_hits_are_left_to_the_cpu(kind: Kind) -> None:
    vectors = made(ROWS, 1)
    index, exact = DenseIndex.build(range(ROWS), vectors, kind), DenseIndex.build(range(ROWS), vectors)
    exact.__dict__["_gpu"] = None
    query, within = made(1, 2)[0], list(range(0, ROWS, 7))
    rowids, similarity = index.search(query, 20, within=within)
    assert similarity == pytest.approx(exact.search(query, 20, within=within)[1], abs=1e-3)
    assert set(rowids.tolist()) <= set(within)
    assert len(index.search(query, 5_000)[0]) == 5_000


def test_lists_that_were_trained_on_the_gpu_are_a_cpu_index(tmp_path: Path) -> None:
    vectors = made(ROWS, 1)
    DenseIndex.build(range(ROWS), vectors, "ivf").save(tmp_path / "vectors.faiss")
    opened = on_cpu(tmp_path / "vectors.faiss")
    assert isinstance(opened._core, faiss.IndexIVFScalarQuantizer)
    assert (opened._core.by_residual, opened._core.sq.qtype) == (False, faiss.ScalarQuantizer.QT_fp16)
    opened.set_effort(opened._core.nlist)
    rowids, similarity = opened.search(vectors[17], 1)
    assert rowids.tolist() == [17]
    assert similarity == pytest.approx([1.0], abs=1e-3)
    assert opened.vectors([3, 17]) == pytest.approx(vectors[[3, 17]], abs=1e-3)
