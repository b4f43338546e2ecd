"""chrF by hand, and on Korean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.characters import chrf

PLAIN = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다."
PARTICLES = "하이브리드 검색이 키워드 검색과 벡터 검색에서 점수를 합칩니다."
SWAPPED = "벡터 검색과 키워드 검색의 점수를 합치는 것이 하이브리드 검색이다."
OTHER = "드롭아웃은 학습할 때 뉴런을 무작위로 끈다."


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("가나", "가나", 1.0),
        ("가 나", "가나", 1.0),  # white space does not count
        # n = 1: 2 of 3 and 2 of 2; n = 2: 1 of 2 and 1 of 1. P = 7/12, R = 1, F2 = 5·(7/12) / (4·(7/12) + 1).
        ("가나다", "가나", 5 * (7 / 12) / (4 * (7 / 12) + 1)),
        # The other way round, recall has the gap: P = 1, R = 7/12.
        ("가나", "가나다", 5 * (7 / 12) / (4 + 7 / 12)),
        ("가나", "다라", 0.0),
        ("", "가", 0.0),
        ("가", "", 0.0),
    ],
)
def test_values_worked_by_hand(answer: str, reference: str, expected: float) -> None:
    assert chrf(answer, reference) == pytest.approx(expected, abs=1e-12)


def test_on_korean_it_means_what_it_should() -> None:
    same, particles, swapped, other = (chrf(each, PLAIN) for each in (PLAIN, PARTICLES, SWAPPED, OTHER))
    assert same == 1.0
    assert same > particles > 0.5 > other
    assert same > swapped > 0.5
    assert other < 0.1
    assert chrf(unicodedata.normalize("NFD", PLAIN), PLAIN) == 1.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_it_lies_between_0_and_1(answer: str, reference: str) -> None:
    assert 0.0 <= chrf(answer, reference) <= 1.0 + 1e-12
