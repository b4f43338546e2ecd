"""The same question in other words: every rule, and that none of them guesses."""

import pytest

from eval.making.definitions import Definition
from eval.making.passages import OtherNames, Sentence
from eval.variants import variants_of, yes_no_of
from rag.chunks import Chunk
from rag.query.bridge import TermPair


def _pair(one: str, other: str, score: float = 1.0) -> TermPair:
    return TermPair((one, other), ((one,), (other,)), score)


NAMES = OtherNames(
    [
        _pair("손실 함수", "loss function"),
        _pair("LSTM", "Long Short-Term Memory"),
        _pair("경사하강법", "경사 하강법"),
        _pair("오차", "error", 0.5),
        _pair("기울기", "그래디언트"),
    ]
)


def _of(question: str) -> dict[str, str]:
    return {variant.kind: variant.text for variant in variants_of(question, NAMES)}


@pytest.mark.parametrize(
    ("question", "variants"),
    [
        (
            "손실 함수는 무엇인가요?",
            {
                "politeness": "손실 함수는 무엇인가?",
                "wording": "손실 함수는 무엇인지 알려 주세요.",
                "language": "What does “loss function” mean?",
            },
        ),
        (
            "드롭아웃은 언제 쓰나요?",
            {"politeness": "드롭아웃은 언제 쓰나?", "wording": "드롭아웃은 언제 쓰는지 알려 주세요."},
        ),
        ("어디로 가요?", {"politeness": "어디로 가?"}),
        (
            "‘규정’에서 시간은 얼마인가요?",
            {
                "politeness": "‘규정’에서 시간은 얼마인가?",
                "wording": "‘규정’에서 시간은 얼마인지 알려 주세요.",
                "order": "시간은 ‘규정’에서 얼마인가요?",
            },
        ),
        (
            "기울기가 왜 사라지나요?",
            {
                "politeness": "기울기가 왜 사라지나?",
                "wording": "기울기가 왜 사라지는지 알려 주세요.",
                "synonym": "그래디언트가 왜 사라지나요?",
            },
        ),
        (
            "What is an LSTM?",
            {
                "politeness": "Can you tell me: what is an LSTM?",
                "wording": "Explain “LSTM”.",
                "synonym": "What is a Long Short-Term Memory?",
            },
        ),
        (
            "In “Costs”, what is the price?",
            {"politeness": "Can you tell me: in “Costs”, what is the price?", "order": "What is the price in “Costs”?"},
        ),
        ("오차", {}),
    ],
)
def test_rules(question: str, variants: dict[str, str]) -> None:
    found = _of(question)
    if "language" in variants:
        assert "loss function" in found.pop("language")
        variants = {kind: text for kind, text in variants.items() if kind != "language"}
    assert found == variants


def test_a_pair_that_is_not_sure_makes_no_variant() -> None:
    assert set(_of("오차는 무엇인가요?")) == {"politeness", "wording"}


def test_a_name_with_another_spacing_is_no_other_question() -> None:
    assert _of("경사하강법을 왜 쓰나요?").get("synonym") is None


@pytest.mark.parametrize(
    ("name", "article", "sentence", "asked"),
    [
        ("드롭아웃", "", "드롭아웃은 뉴런을 무작위로 끄는 정규화 기법이다.", "드롭아웃은 정규화 기법인가요?"),
        ("ViT", "", "ViT는 이미지를 조각으로 나누는 비전 모델을 의미한다.", "ViT는 비전 모델인가요?"),
        ("norm", "a", "A norm is a convex function that is never negative.", "Is a norm a convex function?"),
        ("epoch", "", "epoch: 모든 데이터를 한 번 통과하는 과정", None),
        ("X", "", "X는 값을 구하는 것이다.", None),
    ],
)
def test_a_definition_says_what_its_term_is(name: str, article: str, sentence: str, asked: str | None) -> None:
    found = yes_no_of(Definition(name, Sentence(sentence, Chunk("", sentence, "a.md", "")), article))
    assert (found.text if found else None) == asked
