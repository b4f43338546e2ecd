"""A typo, and what must not be taken for one."""

import pytest

from ingest.dedup.typos import differ_in_typo, words_of


@pytest.mark.parametrize(
    ("old", "new", "context"),
    [
        ("가증치를 옮긴다.", "가중치를 옮긴다.", "가중치는 벡터이다."),
        ("the gradeint of it", "the gradient of it", "The gradient is a vector: gradient descent."),
        ("the gradientt of it", "the gradient of it", "take the gradient"),
        ("the **gradint** of it", "the **gradient** of it", "take the gradient"),
    ],
)
def test_a_typo_that_the_document_elsewhere_writes_right(old: str, new: str, context: str) -> None:
    assert differ_in_typo(old, new, words_of(f"{old} {context}"))
    assert not differ_in_typo(old, new, words_of(old))
    assert not differ_in_typo(old, new, words_of(f"{old} {old} {context}"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("use the encoder", "use the decoder"),
        ("is symmetric here", "is asymmetric here"),
        ("값이 있다", "값이 없다"),
        ("값은 12이다", "값은 13이다"),
        ("최댓값을 찾는다", "최솟값을 찾는다"),
        ("신청은 5월부터 받는다", "신청은 5월까지 받는다"),
        ("a cat", "a cut"),
        ("가중치를 옮긴다", "가중치를 조금 옮긴다"),
    ],
)
def test_another_word_is_no_typo(old: str, new: str) -> None:
    assert not differ_in_typo(old, new, words_of(f"{old} {new} {new}"))
