import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.analyzer import Analyzer
from rag.extractive.differing import differ, statement

ANALYZER = Analyzer()


def apart(one: str, other: str, *, time_asked: bool = False) -> bool:
    a, b = statement(one), statement(other)
    return a is not None and b is not None and differ(a, b, ANALYZER, time_asked=time_asked)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("중간고사 30%", "중간고사 40%"),
        ("- 중간고사: 30%", "중간고사 40%"),
        ("| 중간고사 | 30% |", "| 중간고사 | 40% |"),
        ("제출 마감 5월 3일", "제출 마감: 5월 10일"),
        ("기말고사는 화요일에 봅니다.", "기말고사는 목요일에 봅니다."),
        ("지각은 세 번까지 허용한다", "지각은 두 번까지 허용한다"),
        ("수업 출석은 필수입니다.", "수업 출석은 선택입니다."),
        ("드롭아웃은 과적합을 막는다", "드롭아웃은 과적합을 막지 못한다"),
        ("The homework is due on May 3.", "The homework is due on June 3."),
        ("Lectures start at 10:00.", "Lectures start at 9:30."),
        ("Early stopping is enabled by default.", "Early stopping is not enabled by default."),
        ("Early stopping is enabled by default.", "Early stopping is disabled by default."),
        ("The dose is 10mg a day.", "The dose is 20mg a day."),
    ],
)
def test_what_cannot_both_be_true_differs(one: str, other: str) -> None:
    assert apart(one, other)
    assert apart(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("데이터는 3만 개이다.", "데이터는 30,000개이다."),
        ("Accuracy is 16.2 percent.", "Accuracy is 16 percent."),
        ("약 80%의 정확도를 냅니다", "83%의 정확도를 냅니다"),
        ("Homework 1 is due on May 3.", "Homework 2 is due on May 10."),
        ("1주차 과제는 10점이다", "2주차 과제는 20점이다"),
        ("ResNet-50 has 25 million parameters.", "ResNet-101 has 44 million parameters."),
        ("A 2D convolution slides over images.", "A 3D convolution slides over images."),
        ("2023년 홈런은 31개이다", "2024년 홈런은 35개이다"),
        ("The exam takes 90 minutes.", "The exam takes two hours."),
        ("Adam has a rate of 0.1.", "Momentum has a rate of 0.2."),
        ("예를 들어 학습률은 0.1이다", "예를 들어 학습률은 0.2이다"),
        ("이 그림은 층이 3개이다", "이 그림은 층이 4개이다"),
        ("x = 3", "x = 4"),
        ("층은 몇 개인가요? 3개?", "층은 몇 개인가요? 4개?"),
        ("Early stopping is enabled by default.", "Early stopping is enabled by default!"),
    ],
)
def test_what_may_both_be_true_does_not(one: str, other: str) -> None:
    assert not apart(one, other)
    assert not apart(other, one)


def test_another_year_differs_only_where_a_time_is_asked_for() -> None:
    one, other = "퍼셉트론은 1957년에 고안되었다", "퍼셉트론은 1958년에 고안되었다"
    assert not apart(one, other)
    assert apart(one, other, time_asked=True)


@given(st.integers(2, 99), st.integers(2, 99))
def test_numbers_differ_where_their_values_do(one: int, other: int) -> None:
    assert apart(f"The final exam has {one} questions.", f"The final exam has {other} questions.") == (one != other)
