"""Rarity of terms: the course's own where it is large, the language's where it is small."""

import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.extractive.rarity import PRIOR, counted, rarities

NOWHERE = "-"


def course(size: int, counts: dict[str, int]) -> Callable[[Sequence[str]], list[float]]:
    """The idf of a course of so many passages."""

    def idf(terms: Sequence[str]) -> list[float]:
        return [math.log(1 + (size - counts.get(t, 0) + 0.5) / (counts.get(t, 0) + 0.5)) for t in terms]

    return idf


def test_in_a_small_course_a_common_word_is_not_as_rare_as_a_name() -> None:
    found = rarities(["lasso", "happen"], course(10, {}), NOWHERE, {"happen": 0.01})
    assert found["lasso"] == pytest.approx(math.log(1 + (10 + PRIOR + 0.5) / 0.5))
    assert found["happen"] == pytest.approx(math.log(1 + (10 + PRIOR - 10 + 0.5) / 10.5))


def test_a_large_course_tells_by_itself() -> None:
    size, counts = 1_000_000, {"common": 200_000, "rare": 20}
    idf = course(size, counts)
    found = rarities(list(counts), idf, NOWHERE, {"common": 0.5, "rare": 0.0})
    assert found == pytest.approx(dict(zip(counts, idf(list(counts)), strict=True)), abs=0.01)


def test_without_frequencies_it_is_the_courses_own() -> None:
    idf = course(10, {"a": 3})
    assert rarities(["a", "b"], idf, NOWHERE, None) == dict(zip("ab", idf(["a", "b"]), strict=True))


@given(st.integers(1, 100_000), st.data())
def test_it_is_positive_and_falls_with_the_count(size: int, data: st.DataObject) -> None:
    few, many = sorted(data.draw(st.lists(st.integers(0, size), min_size=2, max_size=2)))
    share = data.draw(st.floats(0, 1))
    found = rarities(
        ["few", "many"], course(size, {"few": few, "many": many}), NOWHERE, dict.fromkeys(["few", "many"], share)
    )
    assert 0 < found["many"] <= found["few"] + 1e-9


@pytest.mark.parametrize(
    ("question", "terms", "found"),
    [
        ("중간고사는 몇 퍼센트인가요?", ["중간고사", "퍼센트"], {"퍼센트"}),
        ("중간고사는 몇 주차에 봐요?", ["중간고사", "주", "차", "보다"], {"주", "차"}),
        ("몇번 결석하면 F인가요?", ["번", "결석", "f"], {"번"}),
        ("층은 몇 개의 층으로 되어 있나요?", ["층", "개"], {"개"}),
        ("퍼센트는 무엇인가요?", ["퍼센트"], set()),
        ("How many epochs?", ["epoch"], set()),
    ],
)
def test_what_a_question_counts(question: str, terms: list[str], found: set[str]) -> None:
    assert counted(question, terms) == found
