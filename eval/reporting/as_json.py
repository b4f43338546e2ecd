"""The scores of a run as JSON, for programs: everything the other reports say, and the values of every question."""

import json
from dataclasses import asdict
from typing import Any

from eval.records import Run
from eval.reporting.curves import depth_curves, latency_curves, refusal_curve
from eval.reporting.findings import findings
from eval.reporting.outcomes import handed_over, outcome_of, outcomes
from eval.reporting.reasons import failures, worst
from eval.scoring import QuestionScore, Scores

FORMAT = 1
"""Raise it when a program that reads the report would have to be changed."""


def run_as_json(run: Run, scores: Scores) -> str:
    """The report of a run as one JSON object, indented."""
    k = handed_over(run)
    report: dict[str, Any] = {
        "format": FORMAT,
        "run": _head(run),
        "findings": [asdict(each) for each in findings(run, scores)],
        "outcomes": {outcome.key: count for outcome, count in outcomes(run)},
        "means": {name: asdict(mean) for name, mean in scores.means.items()},
        "slices": {
            name: {metric: asdict(mean) for metric, mean in means.items()} for name, means in scores.slices.items()
        },
        "latency": {step: asdict(each) for step, each in scores.latency.items()},
        "gaps": scores.gaps,
        "failures": failures(scores.questions),
        "curves": _curves(run),
        "worst": [{"id": each.row.question.id, "why": list(each.why)} for each in worst(run, scores)],
        "questions": [
            {"id": row.question.id, "outcome": outcome_of(row, k).key, "error": row.error, **_values(scored)}
            for row, scored in zip(run.rows, scores.questions, strict=True)
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _head(run: Run) -> dict[str, Any]:
    """What the run was made with; the rows are in the run file."""
    left_out = ("rows", "judged")
    return {name: getattr(run, name) for name in run.__slots__ if name not in left_out} | {"questions": len(run.rows)}


def _curves(run: Run) -> dict[str, Any]:
    return {
        "depth": {
            curve.metric: [{"k": k, "mean": mean.mean, "low": mean.low, "high": mean.high} for k, mean in curve.points]
            for curve in depth_curves(run)
        },
        "refusal": [asdict(point) for point in refusal_curve(run)],
        "latency": {curve.step: [list(point) for point in curve.points] for curve in latency_curves(run)},
    }


def _values(scored: QuestionScore) -> dict[str, Any]:
    return {
        "values": {name: value.value for name, value in scored.values.items() if value.value is not None},
        "missing": {name: value.gap for name, value in scored.values.items() if value.value is None},
    }
