"""What is doubtful about a question set, with and without the index it is about."""

from typing import Any

import pytest

from eval.questions import Place, Question
from eval.set_check import warnings_of
from rag.index.course import Course

EVIDENCE = "청킹은 문서를 작은 조각으로 나누는 일이다."


def _question(**values: Any) -> Question:
    return Question(
        **({"id": "q1", "user_input": "청킹은 무엇인가요?", "reference": "나누는 일", "lang": "ko"} | values)
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"answerable": False, "reference_contexts": (EVIDENCE,)}, "not answerable, but has reference contexts"),
        ({"answerable": False, "sources": ("a.md",)}, "not answerable, but names a source"),
        ({"reference": ""}, "answerable, but has no reference, reference context or source to measure by"),
        ({"page": 3}, "has a page, but no source"),
        ({"lang": "fr"}, "the language 'fr' is neither ko nor en"),
        ({"lang": "en"}, "the language is said to be en, but it reads as ko"),
        ({"extra": {"reference_context": ["x"]}}, "the key 'reference_context' is not read; 'reference_contexts' is"),
    ],
)
def test_a_doubt_is_told_with_its_line(values: dict[str, Any], told: str) -> None:
    assert [(each.line, each.id, each.what) for each in warnings_of([(7, _question(**values))])] == [(7, "q1", told)]


def test_nothing_is_doubtful_about_a_sound_question() -> None:
    assert warnings_of([(1, _question(extra={"author": "kim"}))]) == []
    assert warnings_of([(1, _question(answerable=False, reference=""))]) == []


def test_a_question_asked_twice_is_told_at_the_later_line() -> None:
    again = _question(id="q2", user_input="  청킹은  무엇인가요? ")
    assert [(each.line, each.what) for each in warnings_of([(1, _question()), (4, again)])] == [
        (4, "the same question as line 1")
    ]


def test_sources_and_contexts_are_looked_up_in_the_index(course: Course) -> None:
    def doubts(**values: Any) -> list[str]:
        return [each.what for each in warnings_of([(1, _question(**values))], course.store.table)]

    right = {"sources": ("rag/01-검색.md",), "reference_contexts": (EVIDENCE,)}
    assert doubts(**right) == []
    # As a person copies it: another spacing, another emphasis.
    assert doubts(**right | {"reference_contexts": ("**청킹은** 문서를\n작은 조각으로 나누는 일이다.",)}) == []
    assert doubts(**right | {"reference_contexts": ("쿠버네티스는 컨테이너를 다룬다.",)}) == [
        "reference context 1 stands nowhere in the index: “쿠버네티스는 컨테이너를 다룬다.”"
    ]
    assert doubts(**right | {"sources": ("rag/02-evaluation.md",)}) == [
        "reference context 1 stands in 'rag/01-검색.md', not in 'rag/02-evaluation.md'"
    ]
    assert doubts(sources=("rag/01-검색.pdf",)) == [
        "the index has no source 'rag/01-검색.pdf'; it has 'rag/01-검색.md'"
    ]
    assert doubts(sources=("zzzz",)) == ["the index has no source 'zzzz'"]
    assert doubts(**right | {"also_in": (Place("b.md"),)}) == ["the index has no source 'b.md'"]
