"""What a run file holds: questions, passages, answers, verdicts, and what they were made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eval.questions import Question
from rag.answer import Answer, Citation, Hit

FORMAT = 1
"""Raise it when older code could not read a run file any more."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit as it was: where it stands and what it says; the fields are those of ``rag.chunks.Chunk``."""

    source: str
    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    lead: str = ""
    also_in: tuple[str, ...] = ()
    score: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, hit: Hit) -> "Passage":
        """Record a hit."""
        chunk = hit.chunk
        return cls(
            source=chunk.source,
            text=chunk.text,
            page=chunk.page,
            heading=chunk.heading,
            start=chunk.start,
            end=chunk.end,
            lead=chunk.lead,
            also_in=chunk.also_in,
            score=hit.score,
            scores=dict(hit.scores),
        )


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A citation: its mark is the 1-based number of the passage among those handed to the language model.

    ``passage`` is the part of that which is cited, where it is not the whole.
    """

    mark: int
    quote: str
    passage: Passage | None = None

    @classmethod
    def of(cls, citation: Citation, handed: Sequence[Hit]) -> "CitedPassage":
        """Record a citation."""
        whole = citation.chunk == handed[citation.mark - 1].chunk
        cited = None if whole else Passage.of(replace(handed[citation.mark - 1], chunk=citation.chunk))
        return cls(citation.mark, citation.quote, cited)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What the assistant answered, and the passages that were handed to the language model.

    Attributes:
        text: the answer.
        refused: whether it says that the documents do not answer.
        citations: the marks that hold.
        handed: the passages.
        unknown_marks: marks that the model made up.
        llm: the model that answered: not that of the settings where another took over.
        notes: what the reader was told of how the answer came about.
        support: probability in [0, 1] that the passages answer the question, as the extractive model judges it; it
            refuses below a threshold. None of an answer that another model gave, and in older runs.
    """

    text: str
    refused: bool
    citations: tuple[CitedPassage, ...]
    handed: tuple[Passage, ...]
    unknown_marks: tuple[int, ...] = ()
    llm: str = ""
    notes: tuple[str, ...] = ()
    support: float | None = None

    @classmethod
    def of(cls, answer: Answer, support: float | None = None) -> "GivenAnswer":
        """Record an answer."""
        return cls(
            text=answer.text,
            refused=answer.refused,
            citations=tuple(CitedPassage.of(each, answer.hits) for each in answer.citations),
            handed=tuple(Passage.of(hit) for hit in answer.hits),
            unknown_marks=answer.unknown_marks,
            llm=answer.llm,
            notes=answer.notes,
            support=support,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a run.

    Attributes:
        question: as the set has it.
        hits: passages found, best first; None if the search failed.
        answer: None if none was asked for, or if it failed.
        error: why search or answer failed, with the remedy; empty if they did not.
        search_ms, answer_ms: wall-clock milliseconds; None where that step did not end.
    """

    question: Question
    hits: tuple[Passage, ...] | None = None
    answer: GivenAnswer | None = None
    error: str = ""
    search_ms: float | None = None
    answer_ms: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """The verdict of a language model on one question by one metric.

    Attributes:
        id: of the question.
        metric: one of ``eval.judging.settings.METRICS``.
        value: in [0, 1], or None.
        reason: why there is no value; empty if there is one.
        failed: whether a value was due; False where the metric does not apply, such as to a refusal.
        took_ms: wall-clock milliseconds of the judge.
    """

    id: str
    metric: str
    value: float | None = None
    reason: str = ""
    failed: bool = False
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a score can be computed from.

    Attributes:
        format: of the run file.
        created: ISO 8601, UTC.
        question_set: name of the file with the questions.
        question_set_sha256: of its bytes; empty if the questions came from no file.
        answered: whether answers were asked for, or passages alone.
        depth: most passages recorded per question.
        settings: without secrets.
        index: version, fingerprint, embedder, analyzer, number of chunks.
        libraries: versions, by name.
        rows: one per question, in the order of the set.
        judge: PROVIDER:MODEL that judged; empty if none did.
        judged: its verdicts.
        models: what embeds, what answers, by role; older runs have them in ``settings`` and ``index`` alone.
        seeds: of everything random, by name.
        machine: operating system, processor and cores: what the times are to be held against.
        threshold: least ``GivenAnswer.support`` of an answer; None where nothing was refused by it.
        judging: how it was judged, and what was spent on that, as ``eval.judging.judge`` puts it down.
    """

    format: int
    created: str
    question_set: str
    question_set_sha256: str
    answered: bool
    depth: int
    settings: dict[str, Any]
    index: dict[str, Any]
    libraries: dict[str, str]
    rows: tuple[Row, ...]
    judge: str = ""
    judged: tuple[JudgedRow, ...] = ()
    models: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    machine: str = ""
    threshold: float | None = None
    judging: dict[str, Any] = field(default_factory=dict)
