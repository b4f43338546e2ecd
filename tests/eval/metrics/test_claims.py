"""Citations claim by claim, worked by hand in both languages."""

import pytest

from eval.metrics.claims import (
    citation_precision,
    citation_recall,
    claims_cited,
    evidence_cited,
    judge_claims,
)
from eval.metrics.holding import Holding
from eval.records import CitedPassage, GivenAnswer, Passage
from rag.answering.prompts import DIFFER, NOT_SHOWN

KOREAN = Passage("a.md", "드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다. 보통 비율은 0.5이다.")
BATCH = Passage("b.md", "배치 정규화는 더 높은 학습률을 쓸 수 있게 한다.")
DROPS, LEARNS = KOREAN.text.split(".")[0], BATCH.text.removesuffix(".")
ENGLISH = Passage(
    "c.md", "Dropout switches off random neurons during training. It is not used when the model is evaluated."
)


@pytest.fixture(scope="module")
def holding() -> Holding:
    return Holding()


def _answer(text: str, *handed: Passage) -> GivenAnswer:
    marks = [mark for mark in range(1, len(handed) + 1) if f"[{mark}]" in text]
    return GivenAnswer(text, False, tuple(CitedPassage(mark, "") for mark in marks), handed)


def _measured(holding: Holding, text: str, *handed: Passage) -> tuple[float | None, float | None, float | None]:
    claims = judge_claims(_answer(text, *handed), holding)
    return claims_cited(claims), citation_recall(claims), citation_precision(claims)


@pytest.mark.parametrize(
    ("sentence", "passage", "held"),
    [
        ("드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.", KOREAN, True),
        (
            "드롭아웃이란 학습하면서 뉴런들을 무작위로 끄는 정규화 기법입니다.",
            KOREAN,
            True,
        ),  # other particles and endings
        ("드롭아웃은 뉴런을 무작위로 끄지 않는 정규화 기법이다.", KOREAN, False),  # negated
        ("드롭아웃의 보통 비율은 0.3이다.", KOREAN, False),  # another number
        ("드롭아웃의 보통 비율은 0.5이다.", KOREAN, True),
        ("배치 정규화는 은닉층의 분산을 줄인다.", KOREAN, False),
        ("Dropout switches off random neurons in training.", ENGLISH, True),
        ("Dropout is used when the model is evaluated.", ENGLISH, False),
        ("Dropout switches off random neurons during training.", KOREAN, None),  # words cannot tell
        ("드롭아웃은 뉴런을 무작위로 끈다.", ENGLISH, None),
    ],
)
def test_what_a_passage_holds(holding: Holding, sentence: str, passage: Passage, held: bool | None) -> None:
    assert holding.held(sentence, [passage]) is held


def test_nothing_is_held_by_no_passage(holding: Holding) -> None:
    assert holding.held("드롭아웃은 뉴런을 끈다.", []) is False


def test_each_claim_held_by_what_it_cites(holding: Holding) -> None:
    text = f"{DROPS} [1]. {LEARNS} [2]."
    assert _measured(holding, text, KOREAN, BATCH) == (1.0, 1.0, 1.0)


def test_marks_that_were_swapped(holding: Holding) -> None:
    text = f"{DROPS} [2]. {LEARNS} [1]."
    assert _measured(holding, text, KOREAN, BATCH) == (1.0, 0.0, 0.0)


def test_a_claim_without_mark_lowers_recall_alone(holding: Holding) -> None:
    text = f"{DROPS} [1].\n{LEARNS}."
    assert _measured(holding, text, KOREAN, BATCH) == (0.5, 0.5, 1.0)


def test_quoted_sentences_share_the_mark_behind_them(holding: Holding) -> None:
    claims = judge_claims(_answer(f"{KOREAN.text} [1]", KOREAN), holding)
    assert [(each.held, [mark.mark for mark in each.citations]) for each in claims] == [(True, [1]), (True, [1])]
    # In other words, from another passage, or behind the mark, a sentence has to be cited for itself.
    assert _measured(holding, "드롭아웃은 뉴런을 무작위로 끈다. 보통 비율은 0.5이다. [1]", KOREAN) == (0.5, 0.5, 1.0)
    assert _measured(holding, f"{LEARNS}. 보통 비율은 0.5이다. [1]", KOREAN, BATCH) == (0.5, 0.5, 1.0)
    assert _measured(holding, f"{DROPS} [1]. 보통 비율은 0.5이다.", KOREAN) == (0.5, 0.5, 1.0)


def test_a_mark_too_many_lowers_precision_alone(holding: Holding) -> None:
    text = f"{DROPS} [1][2]."
    assert _measured(holding, text, KOREAN, BATCH) == (1.0, 1.0, 0.5)


def test_two_passages_that_hold_a_claim_together_are_both_needed(holding: Holding) -> None:
    first = Passage("a.md", "시험은 화요일 오전 강의실에서 치른다.")
    second = Passage("b.md", "과제는 금요일 저녁 온라인으로 제출한다.")
    text = "시험은 화요일 오전 강의실에서 치르고 과제는 금요일 저녁 온라인으로 제출한다 [1][2]."
    assert _measured(holding, text, first, second) == (1.0, 1.0, 1.0)


def test_frames_headings_and_assent_claim_nothing(holding: Holding) -> None:
    text = f"네.\n\n## 드롭아웃\n\n{DIFFER['ko']}\n- 보통 비율은 0.5이다 [1].\n\n{NOT_SHOWN['ko'][:-1]} [1]."
    claims = judge_claims(_answer(text, KOREAN), holding)
    assert [each.text for each in claims] == ["보통 비율은 0.5이다."]


def test_without_claims_there_is_no_value(holding: Holding) -> None:
    assert _measured(holding, "네.", KOREAN) == (None, None, None)


def test_claims_over_another_language_are_not_judged(holding: Holding) -> None:
    text = "드롭아웃은 뉴런을 무작위로 끈다 [1]. 보통 비율은 0.5이다 [2]."
    assert _measured(holding, text, ENGLISH, KOREAN) == (1.0, 1.0, 1.0)  # of the second alone
    assert _measured(holding, "드롭아웃은 뉴런을 무작위로 끈다 [1].", ENGLISH) == (1.0, None, None)


def test_a_mark_of_no_passage_carries_nothing(holding: Holding) -> None:
    assert _measured(holding, "보통 비율은 0.5이다 [7].", KOREAN) == (1.0, 0.0, 0.0)


def test_evidence_counts_where_it_is_cited() -> None:
    contexts = ("보통 비율은 0.5이다", "더 높은 학습률을 쓸 수 있게 한다")
    assert evidence_cited(contexts, _answer("… [1]", KOREAN, BATCH)) == 0.5
    assert evidence_cited(contexts, _answer("… [1][2]", KOREAN, BATCH)) == 1.0
    assert evidence_cited(contexts, GivenAnswer("없습니다.", True, (), (KOREAN, BATCH))) == 0.0
    assert evidence_cited((), _answer("… [1]", KOREAN)) is None
