"""Ranking metrics: cases worked by hand, then what must hold of any ranking."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.ranking import hit_at_k, ndcg_at_k, recall_at_k, reciprocal_rank

RANKED = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("relevant", "k", "recall", "hit", "ndcg"),
    [
        ({"a"}, 1, 1.0, 1.0, 1.0),
        ({"b"}, 1, 0.0, 0.0, 0.0),
        ({"b"}, 3, 1.0, 1.0, 1 / math.log2(3)),
        ({"a", "d"}, 3, 0.5, 1.0, 1 / (1 + 1 / math.log2(3))),
        ({"b", "d"}, 5, 1.0, 1.0, (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))),
        # More relevant sources than places: the ideal list fills the places, so a full list is 1.
        ({"a", "b", "z"}, 2, 2 / 3, 1.0, 1.0),
        ({"z"}, 5, 0.0, 0.0, 0.0),
    ],
)
def test_values_worked_by_hand(relevant: set[str], k: int, recall: float, hit: float, ndcg: float) -> None:
    wanted = frozenset(relevant)
    assert recall_at_k(RANKED, wanted, k) == pytest.approx(recall, abs=1e-12)
    assert hit_at_k(RANKED, wanted, k) == hit
    assert ndcg_at_k(RANKED, wanted, k) == pytest.approx(ndcg, abs=1e-12)


@pytest.mark.parametrize(("relevant", "expected"), [({"a"}, 1.0), ({"c", "e"}, 1 / 3), ({"z"}, 0.0)])
def test_reciprocal_rank_is_of_the_first(relevant: set[str], expected: float) -> None:
    assert reciprocal_rank(RANKED, frozenset(relevant)) == pytest.approx(expected, abs=1e-12)


def test_without_a_reference_there_is_no_value() -> None:
    nothing: frozenset[str] = frozenset()
    assert recall_at_k(RANKED, nothing, 5) is None
    assert hit_at_k(RANKED, nothing, 5) is None
    assert ndcg_at_k(RANKED, nothing, 5) is None
    assert reciprocal_rank(RANKED, nothing) is None


def test_an_empty_list_finds_nothing() -> None:
    assert recall_at_k([], frozenset("a"), 5) == 0.0
    assert ndcg_at_k([], frozenset("a"), 5) == 0.0
    assert reciprocal_rank([], frozenset("a")) == 0.0


rankings = st.lists(st.integers(0, 30).map(str), unique=True, max_size=20)
relevants = st.frozensets(st.integers(0, 30).map(str), min_size=1, max_size=8)


@given(rankings, relevants, st.integers(1, 25))
def test_values_lie_between_0_and_1_and_grow_with_k(ranked: list[str], relevant: frozenset[str], k: int) -> None:
    values = (
        recall_at_k(ranked, relevant, k),
        hit_at_k(ranked, relevant, k),
        ndcg_at_k(ranked, relevant, k),
        reciprocal_rank(ranked, relevant),
    )
    assert all(value is not None and 0 <= value <= 1 + 1e-12 for value in values)
    more = (recall_at_k(ranked, relevant, k + 1), hit_at_k(ranked, relevant, k + 1))
    assert all(a is not None and b is not None and b >= a for a, b in zip(values[:2], more, strict=True))
    # Someone relevant is among the first k exactly if the first relevant one is.
    assert values[1] == float(values[3] is not None and values[3] >= 1 / k)


@given(rankings, relevants, st.integers(1, 25), st.permutations([str(number) for number in range(31)]))
def test_names_do_not_matter(ranked: list[str], relevant: frozenset[str], k: int, names: list[str]) -> None:
    renamed, wanted = [names[int(each)] for each in ranked], frozenset(names[int(each)] for each in relevant)
    assert recall_at_k(renamed, wanted, k) == recall_at_k(ranked, relevant, k)
    assert ndcg_at_k(renamed, wanted, k) == ndcg_at_k(ranked, relevant, k)
    assert reciprocal_rank(renamed, wanted) == reciprocal_rank(ranked, relevant)


@given(rankings, relevants, st.integers(1, 25))
def test_what_comes_after_k_does_not_matter(ranked: list[str], relevant: frozenset[str], k: int) -> None:
    longer = [*ranked[:k], *(f"x{number}" for number in range(5))] if len(ranked) >= k else ranked
    assert recall_at_k(longer, relevant, k) == recall_at_k(ranked, relevant, k)
    assert ndcg_at_k(longer, relevant, k) == ndcg_at_k(ranked, relevant, k)
