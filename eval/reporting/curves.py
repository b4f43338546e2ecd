"""The figures behind the plots of a run: recall by depth, ranks, distributions, refusals by threshold, latency."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.metrics.evidence import evidence_hit, evidence_rank, ranked_sources, relevant_sources
from eval.metrics.ranking import recall_at_k
from eval.metrics.values import Value
from eval.records import Row, Run
from eval.scoring import Mean, Scores, mean_of

_DEPTHS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)
_RANKS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20))
_BINS = 10
_STEPS = 50
"""Thresholds between 0 and 1 at which refusals are counted."""

_QUANTILES = tuple(step / 40 for step in range(41))


@dataclass(frozen=True, slots=True)
class DepthCurve:
    """A mean by the number of passages that are read."""

    metric: str
    points: tuple[tuple[int, Mean], ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many questions have which value: ``(label, count)`` from the least value to the greatest."""

    metric: str
    bins: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """Shares of the answerable and of the unanswerable questions that a threshold refuses; None without any."""

    threshold: float
    answerable: float | None
    unanswerable: float | None


@dataclass(frozen=True, slots=True)
class LatencyCurve:
    """Milliseconds of a step by quantile, ``(share of the questions, within so many ms)``."""

    step: str
    points: tuple[tuple[float, float], ...]


def depth_curves(run: Run) -> list[DepthCurve]:
    """Mean of evidence-hit@k and recall@k at rising k, over the questions that have a reference."""
    rows = [row for row in run.rows if row.question.answerable and row.hits is not None]
    depths = [k for k in _DEPTHS if k <= run.depth]

    def hit(row: Row, k: int) -> float | None:
        return evidence_hit(row.question.reference_contexts, row.hits or (), k)

    def recall(row: Row, k: int) -> float | None:
        return recall_at_k(ranked_sources(row.question, row.hits or ()), relevant_sources(row.question), k)

    curves = [_curve("evidence_hit", rows, depths, hit), _curve("recall", rows, depths, recall)]
    return [curve for curve in curves if curve.points]


def _curve(
    metric: str, rows: Sequence[Row], depths: Sequence[int], value: Callable[[Row, int], float | None]
) -> DepthCurve:
    means = [(k, mean_of([Value(value(row, k)) for row in rows])) for k in depths]
    return DepthCurve(metric, tuple((k, mean) for k, mean in means if mean.mean is not None))


def rank_histogram(run: Run) -> Histogram | None:
    """With which passage the evidence is complete; None where no question has reference passages."""
    ranks = [
        evidence_rank(row.question.reference_contexts, row.hits)
        for row in run.rows
        if row.question.answerable and row.question.reference_contexts and row.hits is not None
    ]
    if not ranks:
        return None
    bins = [
        (f"{low}" if low == high else f"{low}–{high}", sum(rank is not None and low <= rank <= high for rank in ranks))
        for low, high in _RANKS
        if low <= run.depth
    ]
    return Histogram("evidence rank", (*bins, ("not found", ranks.count(None))))


def value_histograms(scores: Scores, metrics: Sequence[str]) -> list[Histogram]:
    """How the values of metrics that are not yes-or-no are distributed, in ten bins."""
    found = []
    for metric in metrics:
        values = [each.values[metric].value for each in scores.questions if metric in each.values]
        numbers = [value for value in values if value is not None]
        if numbers:
            found.append(Histogram(metric, _binned(numbers)))
    return found


def _binned(numbers: Sequence[float]) -> tuple[tuple[str, int], ...]:
    counts = [0] * _BINS
    for number in numbers:
        counts[min(int(number * _BINS + 1e-9), _BINS - 1)] += 1
    edges = pairwise(step / _BINS for step in range(_BINS + 1))
    return tuple((f"{low:.1f}–{high:.1f}", count) for (low, high), count in zip(edges, counts, strict=True))


def refusal_curve(run: Run) -> list[RefusalPoint]:
    """What share of the questions each threshold of the support score would refuse; empty where none was recorded.

    A question for which nothing was found at all is refused at every threshold.
    """
    supports: dict[bool, list[float]] = {True: [], False: []}
    for row in run.rows:
        if row.answer is None:
            continue
        if row.answer.support is not None:
            supports[row.question.answerable].append(row.answer.support)
        elif row.answer.refused and not row.answer.handed:
            supports[row.question.answerable].append(0.0)
    if not any(row.answer is not None and row.answer.support is not None for row in run.rows):
        return []
    return [
        RefusalPoint(threshold, _below(supports[True], threshold), _below(supports[False], threshold))
        for threshold in (step / _STEPS for step in range(_STEPS + 1))
    ]


def _below(supports: Sequence[float], threshold: float) -> float | None:
    return sum(support < threshold for support in supports) / len(supports) if supports else None


def latency_curves(run: Run) -> list[LatencyCurve]:
    """Within how many milliseconds which share of the questions was searched and answered."""
    steps = {
        "search": sorted(row.search_ms for row in run.rows if row.search_ms is not None),
        "answer": sorted(row.answer_ms for row in run.rows if row.answer_ms is not None),
    }
    return [
        LatencyCurve(step, tuple((share, _quantile(times, share)) for share in _QUANTILES))
        for step, times in steps.items()
        if times
    ]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
