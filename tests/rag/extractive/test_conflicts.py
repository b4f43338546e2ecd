"""Contradictions between documents in the answers of the model, from passages to citations."""

import pytest

from rag.analyzer import Analyzer
from rag.answer import Hit
from rag.answering.citations import check_citations
from rag.answering.prompts import DIFFER, answer_prompt, render_passages
from rag.chunks import Chunk
from rag.extractive.model import ExtractiveChatModel
from rag.language import detect_language

MODEL = ExtractiveChatModel(threshold=0)
FILLER = "경사하강법은 손실이 줄어드는 쪽으로 가중치를 옮긴다."


def hits(*texts: tuple[str, str]) -> list[Hit]:
    return [
        Hit(n, Chunk(str(n), text, source, "", ("평가",)), 1.0, {}) for n, (source, text) in enumerate(texts, start=1)
    ]


def answer(question: str, found: list[Hit]) -> str:
    values = {"passages": render_passages(found), "question": question}
    return str(MODEL.invoke(answer_prompt(detect_language(question)).invoke(values)).text)


def test_two_documents_are_quoted_where_they_differ() -> None:
    found = hits(("2024.md", "중간고사는 30%입니다."), ("notes.md", FILLER), ("2025.md", "중간고사는 40%입니다."))
    raw = answer("중간고사는 몇 %인가요?", found)
    assert raw == f"{DIFFER['ko']}\n중간고사는 30%입니다. [1]\n중간고사는 40%입니다. [3]"
    checked = check_citations(raw, found, Analyzer())
    assert checked.text == raw
    assert [(each.mark, each.quote) for each in checked.citations] == [
        (1, "중간고사는 30%입니다."),
        (3, "중간고사는 40%입니다."),
    ]


def test_an_english_question_is_told_in_english() -> None:
    found = hits(
        ("a.md", "Early stopping is enabled by default."), ("b.md", "Early stopping is not enabled by default.")
    )
    raw = answer("Is early stopping enabled by default?", found)
    assert raw.splitlines()[0] == DIFFER["en"]
    assert {line[-3:] for line in raw.splitlines()[1:]} == {"[1]", "[2]"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a.pdf", "시험은 90분 동안 봅니다."), ("a.pdf", "시험은 60분 동안 봅니다.")),  # one document
        (("a.md", "시험은 90분 동안 봅니다."), ("b.md", "시험은 90분 동안 봅니다!")),  # the same
        (("a.md", "과제 1은 90분 동안 합니다."), ("b.md", "과제 2는 60분 동안 합니다.")),  # of two things
    ],
)
def test_nothing_is_named_where_nothing_contradicts(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert DIFFER["ko"] not in answer("시험은 몇 분 동안 보나요?", hits(first, second))


def test_the_item_of_a_list_is_told_apart_below_the_list() -> None:
    lists = [f"평가는 다음과 같다:\n- 중간고사: {share}%\n- 과제: 20%" for share in (30, 40)]
    raw = answer("평가의 종류는 무엇인가요?", hits(("2024.md", lists[0]), ("2025.md", lists[1])))
    assert raw.splitlines()[-3:] == [DIFFER["ko"], "- 중간고사: 30% [1]", "- 중간고사: 40% [2]"]


def test_headings_with_other_numbers_are_about_other_things() -> None:
    one, other = (
        Hit(n, Chunk(str(n), f"마감은 5월 {3 * n}일입니다.", f"{n}.md", "", (f"과제 {n}",)), 1.0, {}) for n in (1, 2)
    )
    assert DIFFER["ko"] not in answer("과제 마감은 언제인가요?", [one, other])
