"""When two answers agree, and when two passages are the same place."""

from typing import Any

import pytest

from eval.agreement import agreement_of, retrieval_overlap, same_place
from eval.records import CitedPassage, GivenAnswer, Passage


def _passage(start: int = 0, end: int = 100, source: str = "a.md", **values: Any) -> Passage:
    return Passage(source, values.pop("text", "text"), start=start, end=end, **values)


def _answer(text: str = "Yes. [1]", *cited: Passage, refused: bool = False) -> GivenAnswer:
    citations = tuple(CitedPassage(number, "", None) for number in range(1, len(cited) + 1))
    return GivenAnswer(text, refused, citations, cited)


REFUSED = _answer("No answer.", refused=True)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (_passage(0, 100), True),
        (_passage(50, 250), True),  # half of the shorter one
        (_passage(51, 251), False),
        (_passage(20, 30), True),  # a part of it
        (_passage(0, 100, "b.md", text="other"), False),
        (_passage(0, 100, "b.md", also_in=("a.md, p. 3",)), True),  # a copy of it was kept
        (_passage(0, 100, "b.md", text="quite another", also_in=("a.md",)), False),
    ],
)
def test_the_same_place_of_a_document_however_it_was_cut(other: Passage, same: bool) -> None:
    assert same_place(_passage(), other) is same
    assert same_place(other, _passage()) is same


def test_answers_agree_if_they_cite_a_passage_in_common() -> None:
    one = _answer("Yes. [1]", _passage(), _passage(500, 600))
    assert agreement_of(one, _answer("Yes! [2]", _passage(510, 600))).agree
    found = agreement_of(one, _answer("Yes. [1]", _passage(1000, 1100)))
    assert (found.refusal, found.citations, found.text, found.agree) == (True, False, True, False)


def test_a_refusal_agrees_with_a_refusal_alone() -> None:
    both = agreement_of(REFUSED, _answer("자료에 없습니다.", refused=True))
    assert (both.refusal, both.citations, both.text, both.agree) == (True, None, False, True)
    one = agreement_of(REFUSED, _answer("Yes. [1]", _passage()))
    assert (one.refusal, one.citations, one.agree) == (False, None, False)


def test_only_the_part_that_is_cited_counts() -> None:
    whole, part = _passage(0, 1000), _passage(900, 1000)
    one = GivenAnswer("x", False, (CitedPassage(1, "", part),), (whole,))
    other = GivenAnswer("y", False, (CitedPassage(1, "", _passage(0, 100)),), (whole,))
    assert agreement_of(one, other).citations is False


def test_overlap_is_the_lesser_share_of_the_two() -> None:
    a, b, c = (_passage(at, at + 100) for at in (0, 200, 400))
    assert retrieval_overlap([a, b], [b, a], 2) == 1.0
    assert retrieval_overlap([a, b], [b, c], 2) == 0.5
    assert retrieval_overlap([a, b], [a, c, b], 2) == 0.5
    assert retrieval_overlap([a], [a, b], 5) == 0.5
    assert retrieval_overlap([a], [], 5) == 0.0
    assert retrieval_overlap([], [], 5) is None
