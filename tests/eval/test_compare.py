"""Comparisons: what differs is found, what does not is not, and what cannot be compared is told."""

import random
from dataclasses import replace

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


def test_one_metric_by_chance_is_no_difference_among_many_but_is_one_as_a_gate() -> None:
    # 9 lost and 1 won: by itself 2·(1 + 10) / 2¹⁰ = .021; among many metrics of questions in two slices, more.
    a, b = [True] * 29 + [False], [False] * 9 + [True] * 21
    runs = [_with_noise(_run(*found), seed) for found, seed in ((a, 1), (b, 2))]
    comparison = compare(*runs, gates=["recall@1"])
    difference = comparison.differences["recall@1"]
    assert difference.p == pytest.approx(0.0215, abs=0.005)
    assert difference.p_adjusted > 0.05
    assert difference.high is not None
    assert difference.high < 0
    assert comparison.verdict == "No difference between A and B is shown on 30 questions."
    assert comparison.gates["recall@1"].p_adjusted == difference.p
    assert [each.metric for each in comparison.worse] == ["recall@1"]
    assert compare(*reversed(runs), gates=["recall@1"]).worse == []


def test_gates_are_adjusted_for_each_other() -> None:
    runs = [_with_noise(_run(*[True] * 30), seed) for seed in (1, 2)]
    names = [f"made {number}" for number in range(6)]
    together = compare(*runs, gates=names).gates
    for name in names:
        alone = compare(*runs, gates=[name]).gates[name]
        assert alone.p == alone.p_adjusted
        assert alone.p == pytest.approx(together[name].p, abs=1e-12)
    assert sum(each.p_adjusted > each.p for each in together.values()) >= 3


def test_an_unknown_gate_is_told_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"No question has a value of recal@1 in both runs") as told:
        compare(_run(True, True), _run(True, False), gates=["recal@1"])
    assert "recall@1" in told.value.remedy


def test_slices_are_compared_with_wins_ties_and_losses() -> None:
    a, b = _run(*[False] * 24), _run(*[True] * 12, *[False] * 12)
    tagged = [
        replace(run, rows=tuple(_tagged(row, "first" if at < 12 else "last") for at, row in enumerate(run.rows)))
        for run in (a, b)
    ]
    comparison = compare(*tagged)
    assert list(comparison.slices) == ["tag=first", "tag=last"]  # the others have all questions
    first, last = (comparison.slices[name]["recall@1"] for name in comparison.slices)
    assert (first.wins, first.ties, first.losses, first.verdict) == (12, 0, 0, "B is better")
    assert (last.wins, last.ties, last.losses, last.verdict) == (0, 12, 0, "no difference shown")
    assert comparison.slices_verdict.startswith("By slice B is better in tag=first: recall@1 (+1.000 [+1.000, +1.000])")
    assert "tag=last" not in comparison.slices_verdict


def test_time_is_told_as_a_ratio_without_verdict() -> None:
    a, b = _run(True, True), _run(True, True)
    slow = [
        replace(run, rows=tuple(replace(row, search_ms=time) for row, time in zip(run.rows, times, strict=True)))
        for run, times in ((a, (10.0, 20.0)), (b, (20.0, 40.0)))
    ]
    comparison = compare(*slow)
    assert comparison.latency["search"].ratio == pytest.approx(2.0)
    assert comparison.latency["search"].low == pytest.approx(2.0)
    assert "answer" not in comparison.latency
    assert comparison.verdict.startswith("No difference")


def _with_noise(run: Run, seed: int) -> Run:
    """The run with six metrics that say nothing."""
    drawn = random.Random(seed)
    judged = tuple(
        JudgedRow(row.question.id, f"made {number}", float(drawn.random() < 0.5))
        for row in run.rows
        for number in range(6)
    )
    rows = tuple(_tagged(row, str(at % 2)) for at, row in enumerate(run.rows))
    return replace(run, rows=rows, judged=judged)


def _tagged(row: Row, tag: str) -> Row:
    return replace(row, question=replace(row.question, tags=(tag,)))


def test_a_run_does_not_differ_from_itself() -> None:
    run = _run(True, False, True)
    comparison = compare(run, run)
    assert all(each.difference == each.low == each.high == 0 for each in comparison.differences.values() if each.count)
    assert all(each.p == each.p_adjusted == 1 for each in comparison.differences.values())
    assert comparison.flips == ()


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
