"""Every question searched under the settings of one index, and what was found."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.metrics.evidence import evidence_hit, evidence_recall, ranked_sources, relevant_sources
from eval.metrics.ranking import recall_at_k
from eval.metrics.values import Value, retrieval_values
from eval.questions import Question
from eval.records import Passage, Row
from eval.scoring import Latency, latency_of
from rag.errors import CourseRagError
from rag.index.course import Course
from rag.retrieval.retriever import CourseRetriever
from rag.settings import RetrievalSettings

_DEPTH = 10
_WARM = 3
"""Questions searched before time is taken: models load at the first."""


@dataclass(frozen=True, slots=True)
class Searched:
    """One setting searched.

    Attributes:
        values: by metric, per question, in order.
        search: milliseconds per question.
        handed_chars: mean length of the first k passages together.
        failed: questions whose search failed.
        took_s: all searches together.
    """

    values: list[dict[str, Value]]
    search: Latency
    handed_chars: float
    failed: int
    took_s: float


def search_all(
    course: Course, settings: Sequence[RetrievalSettings], questions: Sequence[Question], advance: Callable[[int], None]
) -> list[Searched]:
    """Search every question under every setting, as the product does; one that fails is a gap with its reason.

    Each question is searched under all settings, another one first each time, before the next question comes: what else
    the machine does then slows all of them alike.
    """
    retrievers = [CourseRetriever(course=course, settings=each) for each in settings]
    depths = [max(_DEPTH, each.k) for each in settings]
    for question in questions[:_WARM]:
        for retriever, depth in zip(retrievers, depths, strict=True):
            _row(retriever, question, depth)
    rows: list[list[Row]] = [[] for _ in settings]
    for number, question in enumerate(questions):
        for turn in range(len(settings)):
            place = (number + turn) % len(settings)
            rows[place].append(_row(retrievers[place], question, depths[place]))
        advance(len(settings))
    return [_searched(found, each.k, depth) for found, each, depth in zip(rows, settings, depths, strict=True)]


def _searched(rows: Sequence[Row], k: int, depth: int) -> Searched:
    times = [row.search_ms for row in rows if row.search_ms is not None]
    handed = [sum(len(hit.text) for hit in row.hits[:k]) for row in rows if row.hits is not None]
    return Searched(
        values=[_values(row, k, depth) for row in rows],
        search=latency_of(times) if times else Latency(0, 0.0, 0.0),
        handed_chars=sum(handed) / len(handed) if handed else 0.0,
        failed=sum(row.hits is None for row in rows),
        took_s=sum(times) / 1000,
    )


def _row(retriever: CourseRetriever, question: Question, depth: int) -> Row:
    started = time.perf_counter()
    try:
        hits = retriever.search(retriever.repaired(question.user_input), k=depth)
    except CourseRagError as error:
        return Row(question, error=f"{type(error).__name__}: {error.message} {error.remedy}")
    return Row(question, tuple(map(Passage.of, hits)), search_ms=(time.perf_counter() - started) * 1000)


def _values(row: Row, k: int, depth: int) -> dict[str, Value]:
    """The metrics of every run, and those at the setting's own k, which is what gets into an answer."""
    question, values = row.question, retrieval_values(row, depth)
    names = ("evidence_hit@k", "evidence_recall@k", "recall@k")
    if not question.answerable:
        found = Value(None, row.error, failed=True) if row.hits is None else Value(float(not row.hits))
        return values | dict.fromkeys(names, Value(None, "the question is unanswerable")) | {"nothing_found": found}
    answerable = {"nothing_found": Value(None, "the question is answerable")}
    if row.hits is None:
        return values | dict.fromkeys(names, Value(None, row.error, failed=True)) | answerable
    contexts, relevant = question.reference_contexts, relevant_sources(question)
    own = (
        evidence_hit(contexts, row.hits, k),
        evidence_recall(contexts, row.hits, k),
        recall_at_k(ranked_sources(question, row.hits[:k]), relevant, k),
    )
    return (
        values
        | answerable
        | {
            name: Value(value) if value is not None else Value(None, "no reference")
            for name, value in zip(names, own, strict=True)
        }
    )
