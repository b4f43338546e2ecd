"""A run: every question put to an assistant, everything it gave recorded. Scored later, by ``eval.scoring``."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from eval.questions import Question, sha256_of_set
from rag.answer import Answer, Hit
from rag.assistant import Assistant
from rag.errors import CourseRagError, InputError
from rag.settings import Settings

FORMAT = 1
"""Raise it when older code could not read a run file any more."""

DEPTH = 20
"""Hits recorded per question, enough for ten different sources or passages even where a few come twice."""

_LIBRARIES = ("course-rag", "langchain-core", "numpy", "faiss-cpu", "faiss-gpu", "bm25s", "kiwipiepy", "tokenizers")

Progress = Callable[[int, int], None]
"""Called with how many questions are done, and how many there are."""


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
    """A citation: its mark is the 1-based number of the passage among those handed to the language model."""

    mark: int
    quote: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What the assistant answered, and the passages that were handed to the language model."""

    text: str
    refused: bool
    citations: tuple[CitedPassage, ...]
    handed: tuple[Passage, ...]
    unknown_marks: tuple[int, ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> "GivenAnswer":
        """Record an answer."""
        return cls(
            text=answer.text,
            refused=answer.refused,
            citations=tuple(CitedPassage(each.mark, each.quote) for each in answer.citations),
            handed=tuple(Passage.of(hit) for hit in answer.hits),
            unknown_marks=answer.unknown_marks,
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
        metric: "faithfulness" or "context_recall".
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
        settings: without secrets.
        index: version, fingerprint, embedder, analyzer, number of chunks.
        libraries: versions, by name.
        rows: one per question, in the order of the set.
        judge: PROVIDER:MODEL that judged; empty if none did.
        judged: its verdicts.
    """

    format: int
    created: str
    question_set: str
    question_set_sha256: str
    answered: bool
    settings: dict[str, Any]
    index: dict[str, Any]
    libraries: dict[str, str]
    rows: tuple[Row, ...]
    judge: str = ""
    judged: tuple[JudgedRow, ...] = ()


_RUN = TypeAdapter(Run)


def run_questions(
    assistant: Assistant,
    questions: Sequence[Question],
    *,
    answers: bool = True,
    question_set: Path | None = None,
    depth: int = DEPTH,
    progress: Progress | None = None,
) -> Run:
    """Put every question to the assistant, one at a time; an error of one becomes a row with its reason.

    Args:
        assistant: with the settings under test.
        questions: as ``eval.questions.read_questions`` gives them.
        answers: ask for answers too; False records passages alone.
        question_set: the file they were read from, recorded by name and hash.
        depth: passages recorded per question; the answer is given from as many as the settings say.
        progress: told after each question.
    """
    rows = []
    for number, question in enumerate(questions, start=1):
        rows.append(_asked(assistant, question, answers, depth))
        if progress:
            progress(number, len(questions))
    manifest = assistant.course.manifest
    return Run(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        question_set=question_set.name if question_set else "",
        question_set_sha256=sha256_of_set(question_set) if question_set else "",
        answered=answers,
        settings=_without_secrets(assistant.settings),
        index={
            "version": manifest.version,
            "fingerprint": manifest.fingerprint,
            "embedder": manifest.embedder,
            "analyzer": manifest.analyzer,
            "chunks": manifest.chunks,
        },
        libraries=_versions(),
        rows=tuple(rows),
    )


def _asked(assistant: Assistant, question: Question, answers: bool, depth: int) -> Row:
    row = Row(question)
    try:
        started = time.perf_counter()
        hits = assistant.search(question.user_input, k=depth)
        row = replace(row, hits=tuple(map(Passage.of, hits)), search_ms=_ms_since(started))
        if answers:
            started = time.perf_counter()
            answer = assistant.ask(question.user_input)
            row = replace(row, answer=GivenAnswer.of(answer), answer_ms=_ms_since(started))
    except CourseRagError as error:
        return replace(row, error=f"{type(error).__name__}: {error.message} {error.remedy}")
    return row


def with_verdicts(run: Run, judge: str, judged: Sequence[JudgedRow]) -> Run:
    """The run with the verdicts of a judge, which replace those of an earlier one."""
    return replace(run, judge=judge, judged=tuple(judged))


def save_run(run: Run, path: Path) -> None:
    """Write a run file; a reader sees the whole file or none.

    Raises:
        InputError: the place cannot be written.
    """
    staged = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(_RUN.dump_json(run, indent=1) + b"\n")
        staged.replace(path)
    except OSError as error:
        raise InputError(
            f"The run cannot be written to {path} ({error.strerror}).", remedy="Give another folder with --out."
        ) from error


def load_run(path: Path) -> Run:
    """Read a run file.

    Raises:
        InputError: it is missing, no run file, or of another format.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"The run {path} cannot be read ({error.strerror}).", remedy="Make one: course-rag eval run FILE.jsonl"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{path} is not a run file: {where}: {first['msg']}.",
            remedy="Give a JSON file that `course-rag eval run` has written.",
        ) from error
    if run.format != FORMAT:
        raise InputError(
            f"{path} has run format {run.format}; this course-rag reads format {FORMAT}.",
            remedy="Run the questions again: course-rag eval run FILE.jsonl",
        )
    return run


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings; of the server's address, only where it is, for a key may stand in the rest."""
    values = settings.model_dump(mode="json")
    if values["llm"]["base_url"]:
        address = urlsplit(values["llm"]["base_url"])
        values["llm"]["base_url"] = urlunsplit((address.scheme, address.netloc.rpartition("@")[2], address.path, "", ""))
    return values


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # faiss comes as faiss-cpu or as faiss-gpu
    return found
