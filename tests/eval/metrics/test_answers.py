"""Answer metrics, worked by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.answers import (
    CheckedCitation,
    answer_recall,
    check_citations_of,
    citation_correctness,
    citation_evidence,
    refusal_accuracy,
    refusal_precision,
    refusal_recall,
    token_f1,
    without_marks,
)
from eval.questions import Place, Question
from eval.records import CitedPassage, GivenAnswer, Passage
from rag.answer import Answer, Citation, Hit
from rag.answering.prompts import DIFFER
from rag.chunks import Chunk

words = st.lists(st.sampled_from(["기울기", "소실", "loss", "rate"]), max_size=8)


@pytest.mark.parametrize(
    ("answer", "reference", "f1", "recall"),
    [
        ("a b c", "a b c", 1.0, 1.0),
        ("a b", "a b c d", 2 / 3, 0.5),
        ("a a b", "a b b", 2 / 3, 2 / 3),  # bags: the second a finds no partner
        ("x", "a", 0.0, 0.0),
        ("", "a", 0.0, 0.0),
        ("a", "", 0.0, 0.0),
    ],
)
def test_words_in_common(answer: str, reference: str, f1: float, recall: float) -> None:
    assert token_f1(answer.split(), reference.split()) == pytest.approx(f1, abs=1e-12)
    assert answer_recall(answer.split(), reference.split()) == pytest.approx(recall, abs=1e-12)


@given(words, words)
def test_f1_is_symmetric_and_blind_to_order(answer: list[str], reference: list[str]) -> None:
    value = token_f1(answer, reference)
    assert 0 <= value <= 1
    assert value == pytest.approx(token_f1(reference, answer), abs=1e-12)
    assert value == token_f1(sorted(answer), reference)
    assert (value == 1.0) == (sorted(answer) == sorted(reference) != [])


def test_marks_are_no_words_of_the_answer() -> None:
    assert without_marks("켠다 [1]. 끈다 [2, 3].").split() == ["켠다", ".", "끈다", "."]


def test_what_frames_a_quote_is_no_word_of_the_answer() -> None:
    assert without_marks(f"{DIFFER['ko']}\n30% [1]\n40% [2]").split() == ["30%", "40%"]
    assert without_marks("Yes.\nIt is. Yes. [1]").split() == ["It", "is.", "Yes."]


QUESTION = Question(
    "q",
    "What does dropout do?",
    reference_contexts=("Dropout turns neurons off.",),
    sources=("a.pdf",),
    page=3,
    also_in=(Place("b.md"),),
)


@pytest.mark.parametrize(
    ("passage", "quote", "verbatim", "evidence", "place"),
    [
        (Passage("a.pdf", "Dropout turns\nneurons off. So.", page=3), "neurons off.", True, True, True),
        (Passage("a.pdf", "Dropout turns neurons off.", page=3), "Neurons off.", False, True, True),
        (Passage("a.pdf", "Something else.", page=3), "Something", True, False, True),
        (Passage("a.pdf", "Something else.", page=4), "Something", True, False, False),
        (Passage("a.pdf", "Something else."), "Something", True, False, True),  # a passage that knows no page
        (Passage("b.md", "Something else."), "Something", True, False, True),
        (Passage("c.md", "Dropout turns neurons off."), "Dropout", True, True, False),
        (Passage("c.md", "Something.", also_in=("a.pdf, p. 3",)), "Something", True, False, True),
        (Passage("c.md", "Something."), "", False, False, False),
        (Passage("c.md", "Dropout turns neurons"), "Dropout", True, False, False),  # 19 characters: too little
        (Passage("c.md", "Dropout turns neurons o"), "Dropout", True, True, False),  # a part that says enough
    ],
)
def test_a_citation_is_checked(passage: Passage, quote: str, verbatim: bool, evidence: bool, place: bool) -> None:
    answer = GivenAnswer("…", False, (CitedPassage(1, quote),), (passage,))
    checked = check_citations_of(QUESTION, answer)
    assert checked == [CheckedCitation(1, verbatim=verbatim, evidence=evidence, place=place)]
    assert checked[0].correct == (verbatim and (evidence or place))


def test_the_mark_names_the_passage_that_was_handed_over() -> None:
    handed = (Passage("c.md", "nothing"), Passage("a.pdf", "Dropout turns neurons off.", page=3))
    answer = GivenAnswer("…", False, (CitedPassage(2, "neurons"), CitedPassage(1, "nothing")), handed)
    checked = check_citations_of(QUESTION, answer)
    assert [(each.mark, each.correct) for each in checked] == [(2, True), (1, False)]
    assert citation_correctness(checked) == 0.5
    assert citation_evidence(checked) == 0.5


def test_of_a_context_the_chunk_counts_that_is_cited() -> None:
    right = Chunk("1", "Dropout turns neurons off.", "a.pdf", "", page=3)
    wrong = Chunk("2", "Something else.", "a.pdf", "", page=4)
    whole = replace(wrong, text=f"{right.text}\n\n{wrong.text}")
    hits = (Hit(1, whole, 1.0, {}, (right, wrong)),)
    for chunk, correct in ((right, True), (wrong, False)):
        cited = (Citation(1, chunk, chunk.text),)
        given = GivenAnswer.of(Answer("?", "?", "… [1]", False, cited, hits))
        assert [each.correct for each in check_citations_of(QUESTION, given)] == [correct]
    alone = GivenAnswer.of(Answer("?", "?", "… [1]", False, (Citation(1, whole, "Dropout"),), hits))
    assert alone.citations == (CitedPassage(1, "Dropout"),)


def test_in_a_source_without_pages_the_strict_metric_is_stricter() -> None:
    question = Question("q", "?", reference_contexts=("Dropout turns neurons off.",), sources=("a.md",))
    answer = GivenAnswer("…", False, (CitedPassage(1, "else"),), (Passage("a.md", "Something else."),))
    checked = check_citations_of(question, answer)
    assert (citation_correctness(checked), citation_evidence(checked)) == (1.0, 0.0)


def test_without_citations_there_is_no_value() -> None:
    assert citation_correctness([]) is None
    assert citation_evidence([]) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_means_over_a_set_are_precision_and_recall(cases: list[tuple[bool, bool]]) -> None:
    both = sum(refused and not answerable for refused, answerable in cases)
    precisions = [refusal_precision(refused=refused, answerable=answerable) for refused, answerable in cases]
    recalls = [refusal_recall(refused=refused, answerable=answerable) for refused, answerable in cases]
    given_precisions = [value for value in precisions if value is not None]
    given_recalls = [value for value in recalls if value is not None]
    assert (len(given_precisions), sum(given_precisions)) == (sum(refused for refused, _ in cases), both)
    assert (len(given_recalls), sum(given_recalls)) == (sum(not answerable for _, answerable in cases), both)


@pytest.mark.parametrize(
    ("refused", "answerable", "right"), [(True, False, 1), (False, True, 1), (True, True, 0), (False, False, 0)]
)
def test_refusing_is_right_exactly_when_nothing_answers(refused: bool, answerable: bool, right: float) -> None:
    assert refusal_accuracy(refused=refused, answerable=answerable) == right
