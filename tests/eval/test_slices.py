"""Slices of a question set."""

from eval.questions import Question
from eval.slices import by_slice, slices_of


def test_a_question_is_in_every_slice_once() -> None:
    question = Question("1", "?", lang="ko", tags=("table", "table", "page"), sources=("a/b.PDF",))
    assert slices_of(question) == [
        "lang=ko",
        "answerable=true",
        "tag=table",
        "tag=page",
        "source=a/b.PDF",
        "format=pdf",
    ]


def test_formats_that_differ_are_several_and_no_source_has_none() -> None:
    both = Question("1", "?", lang="en", sources=("a.pdf", "b.md"), answerable=False)
    assert slices_of(both)[1:] == ["answerable=false", "source=a.pdf", "source=b.md", "format=several"]
    assert slices_of(Question("2", "?", lang="en")) == ["lang=en", "answerable=true"]
    assert slices_of(Question("3", "?", lang="en", sources=("README",)))[-1] == "format=none"


def test_a_source_has_a_slice_from_three_questions_on() -> None:
    questions = [Question(str(at), "?", lang="en", sources=("a.md",)) for at in range(3)]
    questions += [Question(str(at), "?", lang="ko", sources=("b.md",)) for at in range(3, 5)]
    assert by_slice(questions) == {
        "answerable=true": [0, 1, 2, 3, 4],
        "format=md": [0, 1, 2, 3, 4],
        "lang=en": [0, 1, 2],
        "lang=ko": [3, 4],
        "source=a.md": [0, 1, 2],
    }
    assert by_slice([]) == {}
