"""Consistency tests against a real assistant, and the arithmetic of the rates."""

import pytest

from eval.agreement import Agreement
from eval.consistency import OVERALL, Case, Pair, cases_of, check_consistency, rates_of
from eval.making.passages import OtherNames
from eval.questions import Question
from eval.reporting.agreement import consistency_json, consistency_markdown
from eval.variants import Variant
from rag.assistant import Assistant

AGREE = Agreement(refusal=True, citations=True, text=True)
OTHERS = Agreement(refusal=True, citations=False, text=False)
REFUSES = Agreement(refusal=False, citations=None, text=False)


def _pair(name: str, kind: str, agreement: Agreement | None) -> Pair:
    return Pair(name, kind, "?", "!", None, None, agreement, "" if agreement else "LLMError: gone")


def test_rates_count_pairs_by_kind_and_questions_over_all() -> None:
    pairs = [
        _pair("1", "wording", AGREE),
        _pair("1", "order", REFUSES),
        _pair("2", "wording", OTHERS),
        _pair("3", "wording", None),
    ]
    rates = rates_of(pairs)
    assert list(rates) == [OVERALL, "wording", "order"]
    wording = rates["wording"]
    assert (wording.count, wording.agree, wording.refusal, wording.citations, wording.text, wording.errors) == (
        2,
        0.5,
        1.0,
        0.5,
        0.5,
        1,
    )
    assert (rates["order"].refusal, rates["order"].citations, rates["order"].low) == (0.0, None, None)
    # Question 1 agrees in half of its variants, question 2 in none.
    assert rates[OVERALL].agree == pytest.approx(0.25)
    assert rates[OVERALL].count == 3
    assert rates_of([]) == {}


def test_a_real_assistant_is_asked_and_disagreements_are_listed(assistant: Assistant) -> None:
    cases = [
        Case("same", "드롭아웃은 무엇인가요?", (Variant("politeness", "드롭아웃은 무엇인가?"),)),
        Case("not", "BM25는 무엇으로 순위를 매기나요?", (Variant("wording", "김치찌개는 어떻게 끓이나요?"),)),
        Case("empty", "BM25", (Variant("wording", " "),)),
        Case("none", "드롭아웃", ()),
    ]
    told: list[tuple[int, int]] = []
    found = check_consistency(assistant, cases, progress=lambda done, total: told.append((done, total)))
    assert [pair.id for pair in found.pairs] == ["same", "not", "empty"]
    assert found.pairs[0].agreement and found.pairs[0].agreement.agree
    assert [pair.id for pair in found.disagreements] == ["not"]
    assert found.without == ("none",)
    assert "The question is empty" in found.pairs[2].error
    assert told[-1] == (4, 4)

    report = consistency_markdown(found, title="set.jsonl")
    assert "3 questions in 3 other forms; 1 questions have no other form." in report
    assert "### not: wording" in report
    assert "김치찌개는 어떻게 끓이나요?" in report
    assert "The question is empty" in report
    values = consistency_json(found)
    assert [each["id"] for each in values["disagreements"]] == ["not"]
    assert [each["cites"] for each in values["disagreements"][0]["answers"]] == [["search.md"], []]
    assert values["rates"]["politeness"]["agree"] == 1.0
    assert values["errors"][0]["id"] == "empty"


def test_a_set_gives_a_case_for_each_question() -> None:
    questions = [Question("1", "언제 쓰나요?", lang="ko"), Question("2", "드롭아웃", lang="ko")]
    assert [(case.id, len(case.variants)) for case in cases_of(questions, OtherNames([]))] == [("1", 2), ("2", 0)]
