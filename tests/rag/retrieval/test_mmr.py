import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.retrieval.mmr import maximal_marginal_relevance


def by_definition(relevance: list[float], vectors: NDArray[np.float64], k: int, lambda_mult: float) -> list[int]:
    """Carbonell & Goldstein's formula, candidate by candidate."""
    chosen: list[int] = []
    while len(chosen) < min(k, len(relevance)):
        values = {}
        for candidate in range(len(relevance)):
            if candidate in chosen:
                continue
            likeness = max((float(vectors[candidate] @ vectors[other]) for other in chosen), default=0.0)
            penalty = (1 - lambda_mult) * likeness if chosen else 0.0
            values[candidate] = (lambda_mult if chosen else 1.0) * relevance[candidate] - penalty
        chosen.append(max(values, key=lambda candidate: values[candidate]))
    return chosen


def unit_rows(seed: int, rows: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(rows, 5)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("lambda_mult", [0.0, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_same_as_the_definition(seed: int, lambda_mult: float) -> None:
    vectors = unit_rows(seed, 12)
    relevance = np.random.default_rng(seed + 100).random(12).astype(np.float32)
    wanted = by_definition(relevance.tolist(), vectors.astype(np.float64), 6, lambda_mult)
    assert maximal_marginal_relevance(relevance, vectors, k=6, lambda_mult=lambda_mult) == wanted


def test_a_copy_comes_last() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    relevance = np.array([0.9, 0.8, 0.5], np.float32)
    assert maximal_marginal_relevance(relevance, vectors, k=3, lambda_mult=0.5) == [0, 2, 1]


@given(st.integers(0, 1000), st.integers(0, 10), st.integers(0, 12), st.floats(0, 1))
def test_a_permutation_of_k_that_begins_with_the_best(seed: int, rows: int, k: int, lambda_mult: float) -> None:
    relevance = np.random.default_rng(seed).random(rows).astype(np.float32)
    chosen = maximal_marginal_relevance(relevance, unit_rows(seed, rows), k=k, lambda_mult=lambda_mult)
    assert len(chosen) == min(k, rows)
    assert set(chosen) <= set(range(rows))
    assert len(set(chosen)) == len(chosen)
    if chosen:
        assert chosen[0] == int(np.argmax(relevance))


@given(st.integers(0, 1000), st.integers(1, 10))
def test_lambda_one_is_the_ranking(seed: int, rows: int) -> None:
    relevance = np.random.default_rng(seed).random(rows).astype(np.float32)
    chosen = maximal_marginal_relevance(relevance, unit_rows(seed, rows), k=rows, lambda_mult=1.0)
    assert chosen == np.argsort(-relevance, kind="stable").tolist()
