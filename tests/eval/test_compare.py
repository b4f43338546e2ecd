"""Comparisons: what differs is found, what does not is not, and what cannot be compared is told."""

from dataclasses import replace

import numpy as np
import pytest

from eval.compare import compare
from eval.questions import Question
from eval.records import FORMAT, JudgedRow, Passage, Row, Run
from rag.errors import InputError

FOUND, MISSED = (Passage("a.md", "x"),), (Passage("b.md", "x"),)


def _run(*found: bool, first: int = 0, judged: tuple[JudgedRow, ...] = ()) -> Run:
    """One question per value: whether its source was found."""
    rows = tuple(
        Row(Question(f"q{number}", f"Question {number}?", lang="en", sources=("a.md",)), FOUND if hit else MISSED)
        for number, hit in enumerate(found, start=first)
    )
    return Run(FORMAT, "2025-01-01T00:00:00+00:00", "", "", False, 1, {}, {}, {}, rows, judged=judged)


def test_wins_ties_and_losses_by_hand() -> None:
    comparison = compare(_run(True, True, False, False), _run(True, False, True, True))
    difference = comparison.differences["recall@1"]
    assert (difference.wins, difference.ties, difference.losses) == (2, 1, 1)
    assert (difference.mean_a, difference.mean_b, difference.difference) == (0.5, 0.75, 0.25)
    assert (difference.direction, difference.verdict) == (0, "no difference shown")
    assert comparison.verdict == "No difference between A and B is shown on 4 questions."
    assert [(flip.id, "recall@1" in flip.rose, "recall@1" in flip.fell) for flip in comparison.flips] == [
        ("q1", False, True),
        ("q2", True, False),
        ("q3", True, False),
    ]


def test_a_clear_difference_is_named_with_its_interval() -> None:
    better = compare(_run(*[False] * 20), _run(*[True] * 18, False, False))
    assert better.differences["recall@1"].direction == 1
    assert better.verdict.startswith("On 20 questions B is better in recall@1 (+0.900 [+0.750, +1.000])")
    worse = compare(_run(*[True] * 18, False, False), _run(*[False] * 20))
    assert worse.differences["recall@1"].verdict == "B is worse"
    assert worse.differences["recall@1"].difference == -better.differences["recall@1"].difference


def test_a_run_does_not_differ_from_itself() -> None:
    run = _run(True, False, True)
    comparison = compare(run, run)
    assert all(each.difference == each.low == each.high == 0 for each in comparison.differences.values() if each.count)
    assert comparison.flips == ()


@pytest.mark.slow
def test_runs_of_one_distribution_seldom_seem_to_differ_and_a_true_difference_is_mostly_found() -> None:
    generator = np.random.default_rng(11)
    same = found = 0
    for _ in range(40):
        base = generator.random(400)
        noise = generator.random((2, 400)) < 0.15  # pairs agree on most questions, as runs of one set do
        first = (base < 0.7) ^ noise[0]
        second = (base < 0.7) ^ noise[1]
        better = second | (generator.random(400) < 0.3)
        same += compare(_run(*first), _run(*second)).differences["recall@1"].direction == 0
        found += compare(_run(*first), _run(*better)).differences["recall@1"].direction == 1
    assert same >= 36
    assert found >= 36


def test_questions_of_one_run_alone_are_counted() -> None:
    comparison = compare(_run(True, True, True), _run(True, True, True, first=1))
    assert (comparison.paired, comparison.only_a, comparison.only_b) == (2, ("q0",), ("q3",))


def test_the_same_id_with_another_question_is_not_compared() -> None:
    a, b = _run(True, True), _run(True, True)
    other = replace(b.rows[0], question=replace(b.rows[0].question, user_input="Something else?"))
    comparison = compare(a, replace(b, rows=(other, b.rows[1])))
    assert (comparison.paired, comparison.changed) == (1, ("q0",))


def test_runs_without_a_common_question_are_told() -> None:
    with pytest.raises(InputError, match=r"in common: 2 in A \(no file\), 1 in B \(no file\), 0 ids shared"):
        compare(_run(True, True), _run(True, first=5))


def test_a_gap_in_one_run_is_counted_and_not_compared() -> None:
    judged_a = (JudgedRow("q0", "faithfulness", 1.0), JudgedRow("q1", "faithfulness", 0.0))
    judged_b = (JudgedRow("q0", "faithfulness", 0.5), JudgedRow("q1", "faithfulness", None, "ill", failed=True))
    difference = compare(_run(True, True, judged=judged_a), _run(True, True, judged=judged_b)).differences[
        "faithfulness"
    ]
    assert (difference.count, difference.one_sided, difference.difference) == (1, 1, -0.5)
    assert difference.low is None
