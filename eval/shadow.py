"""Shadow mode: a candidate configuration or index version answers logged questions beside the one in service.

Nobody knows the right answers, so nothing here says which is better; it says what would change for those who asked. A
person reads the changed answers before the candidate is published. Both are held at the version they were opened with,
and take turns at answering first, so that neither always finds what the other has just brought into memory.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from eval.agreement import Agreement, agreement_of, retrieval_overlap
from eval.making.logged import LoggedQuestion
from eval.metrics.evidence import squeeze
from eval.metrics.intervals import RESAMPLES, SEED, mean_interval
from eval.records import GivenAnswer, Passage
from eval.run import Progress
from rag.assistant import Assistant
from rag.errors import CourseRagError


class HeldAssistant(Assistant):
    """An assistant that stays at the version it was opened with, whatever is published meanwhile."""

    def _current(self) -> Any:
        return self._serving


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two made of a question; ``answer`` is None where there was an error."""

    answer: GivenAnswer | None
    hits: tuple[Passage, ...] = ()
    took_ms: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A logged question, how often it was asked, what was thought of its answers, and both sides.

    Attributes:
        question: as it was asked.
        times: how often it stands in the log.
        thumbs_up, thumbs_down: given to its answers.
        live, candidate: the two sides.
        agreement: None where one of them had an error.
        overlap: of the passages found, in [0, 1]; None if neither found any.
    """

    question: str
    times: int
    thumbs_up: int
    thumbs_down: int
    live: Side
    candidate: Side
    agreement: Agreement | None
    overlap: float | None

    @property
    def change(self) -> str:
        """What changes, in a word or two; empty if nothing does that matters."""
        if self.agreement is None:
            return "error"
        if not self.agreement.refusal:
            return "now refused" if self.candidate.answer and self.candidate.answer.refused else "now answered"
        return "other sources" if self.agreement.citations is False else ""


@dataclass(frozen=True, slots=True)
class Share:
    """A mean over the questions with its 95% interval; None for fewer than two."""

    mean: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Shadow:
    """A shadow run.

    Attributes:
        rows: the different questions, the most asked first.
        shares: same answer (text), same refusal, common citation (where both answered), retrieval overlap.
        changes: how many questions change in which way.
        liked_lost: questions whose answers had more thumbs up than down, and that the candidate refuses or answers from
            other sources.
        latency_ratio: median over the questions of the candidate's time over the one in service, with a 95% bootstrap
            interval; None for fewer than two.
    """

    rows: tuple[Shadowed, ...]
    shares: dict[str, Share]
    changes: dict[str, int]
    liked_lost: tuple[str, ...]
    latency_ratio: tuple[float, float, float] | None

    @property
    def changed(self) -> float:
        """Share of the different questions that change in a way that matters, errors of the candidate included."""
        return sum(self.changes.values()) / len(self.rows) if self.rows else 0.0


def shadow(
    live: Assistant,
    candidate: Assistant,
    log: Sequence[LoggedQuestion],
    *,
    k: int = 5,
    most: int | None = None,
    progress: Progress | None = None,
) -> Shadow:
    """Ask both every different question of a log.

    Args:
        live: as in service.
        candidate: what may be published.
        log: questions that were asked.
        k: passages that are compared.
        most: so many different questions at most, the most frequent.
        progress: told after each question.
    """
    by_question: dict[str, list[LoggedQuestion]] = {}
    for each in log:
        by_question.setdefault(squeeze(each.question), []).append(each)
    asked = sorted(by_question.values(), key=len, reverse=True)[:most]
    if asked:
        for assistant in (live, candidate):  # the first question loads models: that is not its own time
            _asked(assistant, asked[0][0].question, k)
    rows = []
    for number, records in enumerate(asked, start=1):
        rows.append(_shadowed(live, candidate, records, k, candidate_first=number % 2 == 0))
        if progress:
            progress(number, len(asked))
    return summary_of(rows)


def _shadowed(
    live: Assistant, candidate: Assistant, records: Sequence[LoggedQuestion], k: int, *, candidate_first: bool
) -> Shadowed:
    text = records[0].question
    order = (candidate, live) if candidate_first else (live, candidate)
    sides = [_asked(assistant, text, k) for assistant in order]
    one, other = reversed(sides) if candidate_first else sides
    both = agreement_of(one.answer, other.answer) if one.answer and other.answer else None
    return Shadowed(
        question=text,
        times=len(records),
        thumbs_up=sum(each.thumb == 1 for each in records),
        thumbs_down=sum(each.thumb == -1 for each in records),
        live=one,
        candidate=other,
        agreement=both,
        overlap=retrieval_overlap(one.hits, other.hits, k) if both else None,
    )


def _asked(assistant: Assistant, text: str, k: int) -> Side:
    try:
        started = time.perf_counter()
        answer = assistant.ask(text)
        took_ms = (time.perf_counter() - started) * 1000
        hits = tuple(map(Passage.of, assistant.search(text, k=k)))
        return Side(GivenAnswer.of(answer), hits, took_ms)
    except CourseRagError as error:
        return Side(None, error=f"{type(error).__name__}: {error.message} {error.remedy}")


def summary_of(rows: Sequence[Shadowed]) -> Shadow:
    """Counts and shares of what was asked."""
    found = [row.agreement for row in rows if row.agreement is not None]
    values = {
        "same answer": [float(each.text) for each in found],
        "same refusal": [float(each.refusal) for each in found],
        "common citation": [float(each.citations) for each in found if each.citations is not None],
        "retrieval overlap": [row.overlap for row in rows if row.overlap is not None],
    }
    changes: dict[str, int] = {}
    for row in rows:
        if row.change:
            changes[row.change] = changes.get(row.change, 0) + 1
    lost = [row.question for row in rows if row.thumbs_up > row.thumbs_down and row.change not in ("", "now answered")]
    ratios = [row.candidate.took_ms / row.live.took_ms for row in rows if row.agreement and row.live.took_ms]
    return Shadow(
        rows=tuple(rows),
        shares={name: _share(each) for name, each in values.items() if each},
        changes=changes,
        liked_lost=tuple(lost),
        latency_ratio=_median_ratio(ratios),
    )


def _share(values: Sequence[float]) -> Share:
    interval = mean_interval(values)
    low, high = interval or (None, None)
    return Share(sum(values) / len(values), low, high, len(values))


def _median_ratio(ratios: Sequence[float]) -> tuple[float, float, float] | None:
    """The median with its 95% bootstrap interval: a few slow questions say nothing of the usual one."""
    if len(ratios) < 2:
        return None
    sample = np.asarray(ratios, np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.quantile(np.median(sample[drawn], axis=1), [0.025, 0.975])
    return median(ratios), float(low), float(high)
