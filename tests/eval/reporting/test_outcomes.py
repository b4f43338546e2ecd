"""What becomes of a question is told from what was found, answered and cited."""

from dataclasses import replace

import pytest

from eval.records import Run
from eval.reporting.outcomes import OUTCOMES, handed_over, outcome_of, outcomes


def test_each_question_has_the_outcome_it_is_named_after(run: Run) -> None:
    names = {"silent": "refused"}
    for row in run.rows:
        assert outcome_of(row, 5).key == names.get(row.question.id, row.question.id)


def test_outcomes_are_counted_in_their_order(run: Run) -> None:
    counted = {outcome.key: count for outcome, count in outcomes(replace(run, rows=(*run.rows, run.rows[0])))}
    assert counted == {"right": 2} | dict.fromkeys(
        ("refused", "elsewhere", "timid", "lost", "blind", "invented", "failed", "unknown"), 1
    )
    assert list(counted) == [key for key in OUTCOMES if key in counted]


@pytest.mark.parametrize(("name", "k", "expected"), [("elsewhere", 1, "missing"), ("elsewhere", 2, "found")])
def test_without_answers_it_is_the_first_k_that_count(run: Run, name: str, k: int, expected: str) -> None:
    row = next(row for row in run.rows if row.question.id == name)
    assert outcome_of(replace(row, answer=None), k).key == expected


def test_a_set_without_passages_is_judged_by_its_documents(run: Run) -> None:
    by_name = {row.question.id: row for row in run.rows}
    without = {
        name: replace(row, question=replace(row.question, reference_contexts=())) for name, row in by_name.items()
    }
    assert outcome_of(without["right"], 5).key == "right"
    assert outcome_of(without["elsewhere"], 5).key == "elsewhere"
    assert outcome_of(without["blind"], 5).key == "blind"


def test_how_many_are_handed_over_is_a_setting(run: Run) -> None:
    assert handed_over(replace(run, settings={"retrieval": {"k": 8}})) == 8
    assert handed_over(replace(run, settings={})) == 5
