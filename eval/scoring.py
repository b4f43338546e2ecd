"""A run to numbers: values per question, means with intervals, slices. A pure function of the run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics.answers import without_marks
from eval.metrics.holding import Holding
from eval.metrics.intervals import mean_interval
from eval.metrics.values import Value, answer_values, retrieval_values
from eval.questions import Question
from eval.records import Row, Run
from eval.slices import by_slice
from rag.analyzer import Analyzer


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """The values of one question, by metric."""

    question: Question
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric over a set or a slice.

    Attributes:
        mean: over the questions that have a value; None if none has.
        low, high: 95% interval; None for fewer than two values.
        count: questions that have a value.
        not_applicable: questions the metric does not apply to.
        failed: questions that should have a value and have none; ``mean`` is blind to them.
    """

    mean: float | None
    low: float | None
    high: float | None
    count: int
    not_applicable: int
    failed: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall-clock milliseconds of a step over the questions where it ended."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Scores:
    """A scored run.

    Attributes:
        questions: in the order of the set.
        means: by metric.
        slices: by slice (``tag=…``, ``lang=…``, ``answerable=…``, ``source=…``, ``format=…``), then by metric.
        gaps: per metric how often each reason for a gap occurred.
        latency: of "search" and "answer", where they were measured.
    """

    questions: tuple[QuestionScore, ...]
    means: dict[str, Mean]
    slices: dict[str, dict[str, Mean]]
    gaps: dict[str, dict[str, int]]
    latency: dict[str, Latency]


def score(run: Run) -> Scores:
    """Score a run. The same run always gives the same scores."""
    questions = question_scores(run)
    return Scores(
        questions=tuple(questions),
        means=_means(questions),
        slices={
            name: _means([questions[place] for place in places])
            for name, places in by_slice([each.question for each in questions]).items()
        },
        gaps=_gaps(questions),
        latency=_latencies(run.rows),
    )


def question_scores(run: Run) -> list[QuestionScore]:
    """The values of every question, without the means."""
    analyzer = Analyzer()
    bags, holding = _bags_of_words(run, analyzer), Holding(analyzer)
    judged: dict[str, dict[str, Value]] = {}
    for verdict in run.judged:
        judged.setdefault(verdict.id, {})[verdict.metric] = Value(verdict.value, verdict.reason, verdict.failed)
    questions = []
    for row, (answer, reference) in zip(run.rows, bags, strict=True):
        values = retrieval_values(row, run.depth)
        if run.answered:
            values |= answer_values(row, answer, reference, holding)
        questions.append(QuestionScore(row.question, values | judged.get(row.question.id, {})))
    return questions


def _bags_of_words(run: Run, analyzer: Analyzer) -> list[tuple[list[str], list[str]]]:
    """Words of the answer and of the reference of every row; one call, because Kiwi is faster on many texts."""
    texts: list[str] = []
    for row in run.rows:
        texts += [without_marks(row.answer.text) if row.answer else "", row.question.reference]
    words = [terms.words for terms in analyzer.analyze(texts)]
    return list(zip(words[::2], words[1::2], strict=True))


def _means(questions: Sequence[QuestionScore]) -> dict[str, Mean]:
    by_metric: dict[str, list[Value]] = {}
    for each in questions:
        for name, value in each.values.items():
            by_metric.setdefault(name, []).append(value)
    return {name: mean_of(values) for name, values in by_metric.items()}


def mean_of(values: Sequence[Value]) -> Mean:
    """The mean of the values there are, with its interval and the counted gaps."""
    numbers = [each.value for each in values if each.value is not None]
    interval = mean_interval(numbers)
    failed = sum(each.failed for each in values)
    return Mean(
        mean=sum(numbers) / len(numbers) if numbers else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        count=len(numbers),
        not_applicable=len(values) - len(numbers) - failed,
        failed=failed,
    )


def _gaps(questions: Sequence[QuestionScore]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {}
    for each in questions:
        for name, value in each.values.items():
            if value.value is None:
                counted.setdefault(name, Counter())[value.gap] += 1
    return {name: dict(reasons.most_common()) for name, reasons in counted.items()}


def _latencies(rows: Sequence[Row]) -> dict[str, Latency]:
    steps = {
        "search": [row.search_ms for row in rows if row.search_ms is not None],
        "answer": [row.answer_ms for row in rows if row.answer_ms is not None],
    }
    return {step: latency_of(times) for step, times in steps.items() if times}


def latency_of(times: Sequence[float]) -> Latency:
    """Median and 95th percentile (linear between neighbours) of at least one time."""
    p50, p95 = np.percentile(times, [50, 95])
    return Latency(len(times), float(p50), float(p95))
