"""A run: every question put to an assistant, everything it gave recorded. Scored later, by ``eval.scoring``."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from eval.questions import Question, sha256_of_set
from eval.records import FORMAT, GivenAnswer, JudgedRow, Passage, Row, Run
from rag.assistant import Assistant
from rag.errors import CourseRagError, InputError
from rag.settings import Settings

DEPTH = 20
"""Hits recorded per question, enough for ten different sources or passages even where a few come twice."""

_LIBRARIES = ("course-rag", "langchain-core", "numpy", "faiss-cpu", "faiss-gpu", "bm25s", "kiwipiepy", "tokenizers")

Progress = Callable[[int, int], None]
"""Called with how many questions are done, and how many there are."""


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
        depth=depth,
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
        values["llm"]["base_url"] = urlunsplit(
            (address.scheme, address.netloc.rpartition("@")[2], address.path, "", "")
        )
    return values


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # faiss comes as faiss-cpu or as faiss-gpu
    return found
