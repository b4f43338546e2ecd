"""The figures behind the plots, on runs small enough to count by hand."""

from dataclasses import replace

import pytest

from eval.records import Passage, Run
from eval.reporting.curves import (
    depth_curves,
    latency_curves,
    rank_histogram,
    refusal_curve,
    value_histograms,
)
from eval.scoring import score


def test_recall_rises_with_depth(run: Run) -> None:
    evidence, documents = depth_curves(run)
    assert evidence.metric == "evidence_hit"
    # Of right, elsewhere, timid, lost and blind the first passage of two is evidence, the second of a third.
    assert [(k, mean.mean) for k, mean in evidence.points][:3] == [(1, 0.4), (2, 0.6), (3, 0.6)]
    assert [k for k, _ in evidence.points] == [1, 2, 3, 4, 5, 6, 8, 10, 15, 20]
    assert dict(documents.points)[1].count == 5
    shallow = depth_curves(replace(run, depth=3))[0]
    assert [k for k, _ in shallow.points] == [1, 2, 3]
    assert depth_curves(replace(run, rows=())) == []


def test_ranks_are_counted(run: Run) -> None:
    other = Passage("b.md", "nothing")
    deep = replace(run.rows[0], hits=(*[other] * 7, *(run.rows[0].hits or ())))
    histogram = rank_histogram(replace(run, rows=(*run.rows, deep)))
    assert histogram is not None
    assert dict(histogram.bins) == {
        "1": 2, "2": 1, "3": 0, "4–5": 0, "6–10": 1, "11–20": 0, "not found": 2,
    }  # fmt: skip
    assert rank_histogram(replace(run, rows=run.rows[5:7])) is None


def test_values_fall_into_ten_bins(run: Run) -> None:
    (histogram,) = value_histograms(score(run), ["faithfulness"])
    assert histogram.bins == tuple((f"{low / 10:.1f}–{(low + 1) / 10:.1f}", int(low == 5)) for low in range(10))
    assert value_histograms(score(run), ["nothing"]) == []


def test_a_threshold_refuses_what_has_less_support(run: Run) -> None:
    points = {point.threshold: point for point in refusal_curve(run)}
    assert (points[0.0].answerable, points[0.0].unanswerable) == (0.0, 0.0)
    # Supports of the answerable: .9, .5, .1, .2, .6 (one has none); of the unanswerable: .05, .7.
    assert (points[0.24].answerable, points[0.24].unanswerable) == (0.4, 0.5)
    assert (points[0.7].answerable, points[0.7].unanswerable) == (0.8, 0.5)
    assert (points[1.0].answerable, points[1.0].unanswerable) == (1.0, 1.0)


def test_without_support_there_is_no_refusal_curve(run: Run) -> None:
    rows = tuple(replace(row, answer=row.answer and replace(row.answer, support=None)) for row in run.rows)
    assert refusal_curve(replace(run, rows=rows)) == []
    unanswerable = [point.answerable for point in refusal_curve(replace(run, rows=run.rows[5:7]))]
    assert set(unanswerable) == {None}


def test_latency_is_the_share_done_within_a_time(run: Run) -> None:
    search, answer = latency_curves(run)
    assert (search.step, answer.step) == ("search", "answer")
    assert dict(search.points)[0.0] == 5
    assert dict(search.points)[1.0] == 9
    assert dict(answer.points)[0.5] == pytest.approx(85.0)  # of 50, 60, 70, 80, 90, 95, 99, 2000
    assert latency_curves(replace(run, rows=())) == []
