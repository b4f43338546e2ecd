import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.figures import claimed, missing, stated


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3만 5천 명이 썼다.", {35_000}),
        ("1.5억 원", {150_000_000}),
        ("1,234,567개", {1_234_567}),
        ("2,500 million users", {2_500_000_000}),
        ("두 가지 방법과 세 단계", {2, 3}),
        ("이천이십년에 삼십 퍼센트", {2020, 30}),
        ("50%의 정확도는 0.5이다", {50, 0.5}),
        ("ResNet50은 GPT-4보다 작다.", {50, 4}),
        ("one of the three layers", {3}),
        ("1. 첫 단계는 열 번 한다.", {10}),
        ("2024-03-01", {2024, 3, 1}),
        ("세계 최초의 이 모델은 한 번에 배운다.", set()),
        ("No numbers at all.", set()),
    ],
)
def test_numbers_however_they_are_written(text: str, numbers: set[float]) -> None:
    assert claimed(text) == numbers


@pytest.mark.parametrize(
    ("sentence", "passage", "lacking"),
    [
        ("10,000개이다.", "모두 1만 개이다.", 0),
        ("정확도는 50%이다.", "accuracy of 0.5", 0),
        ("두 번째 층이다.", "It is the second layer.", 0),
        ("There are three methods.", "- BM25\n- dense\n- hybrid", 0),
        ("There are four methods.", "- BM25\n- dense\n- hybrid", 1),
        ("2017년에 나왔다.", "2018년에 나왔다.", 1),
        ("3.5배 빠르다.", "3.4배, 35배", 1),
        ("100만 명", "100명", 1),
        ("12 layers and 768 units", "12 layers and 786 units", 1),
    ],
)
def test_a_number_stands_in_a_passage_or_not(sentence: str, passage: str, lacking: int) -> None:
    assert missing(claimed(sentence), stated(passage)) == lacking


@given(st.text(st.sampled_from("0123456789.,%만천백두세열 two three가지개년\n-"), max_size=40))
def test_every_text_holds_its_own_numbers(text: str) -> None:
    assert missing(claimed(text), stated(text)) == 0
