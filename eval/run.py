"""A run: every question put to an assistant, everything it gave recorded. Scored later, by ``eval.scoring``."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.journal import JOURNAL, encoded, forget, opened_journal, require_same
from eval.provenance import SEEDS, index_facts, machine, models_of, versions, without_secrets
from eval.questions import Question, sha256_of_set
from eval.records import FORMAT, GivenAnswer, JudgedRow, Passage, Row, Run
from rag.answer import Answer
from rag.answering.prompts import parse_passages, render_passages
from rag.assistant import Assistant
from rag.errors import CourseRagError, InputError
from rag.extractive.scoring import THRESHOLD
from rag.llm import EXTRACTIVE, extractive

DEPTH = 20
"""Hits recorded per question, enough for ten different sources or passages even where a few come twice."""

RUN_FILE = "run.json"

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

    Raises:
        InputError: another version of the index was published meanwhile.
    """
    head = _begun(assistant, answers, question_set, depth)
    rows = []
    for number, row in enumerate(_asked_all(assistant, questions, head, {}), start=1):
        rows.append(row)
        if progress:
            progress(number, len(questions))
    return replace(head, rows=tuple(rows))


def run_into(
    folder: Path,
    assistant: Assistant,
    questions: Sequence[Question],
    *,
    question_set: Path,
    restart: bool = False,
    retry_failed: bool = False,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
) -> Run:
    """As ``run_questions``, into a folder: what was answered there already is not asked again.

    Args:
        folder: gets ``run.json``; until then ``run.jsonl``, where each row stands as soon as it is there.
        assistant: with the settings under test.
        questions: as ``eval.questions.read_questions`` gives them.
        question_set: the file they were read from.
        restart: forget what is there, and ask everything.
        retry_failed: ask again what ended in an error.
        progress: told after each question, those that were answered before too.
        told: hears how much is not asked again.

    Raises:
        InputError: the folder holds a run of something else, or cannot be written; or another version of the index
            was published meanwhile.
    """
    head = _begun(assistant, True, question_set, DEPTH)
    if restart:
        forget(folder)
    earlier = load_run(folder / RUN_FILE) if (folder / RUN_FILE).exists() else None
    if earlier:
        require_same(earlier, head, folder)
    known = {row.question.id: row for row in earlier.rows} if earlier else {}
    with opened_journal(folder, replace(earlier, rows=()) if earlier else head, known=known) as journal:
        done = {key: row for key, row in journal.rows.items() if not (retry_failed and row.error)}
        if done and told:
            told(f"{len(done)} of {len(questions)} questions were answered before and are not asked again.")
        rows, new = [], set()
        for number, row in enumerate(_asked_all(assistant, questions, journal.head, done), start=1):
            rows.append(row)
            if done.get(row.question.id) is not row:
                journal.append(row)
                new.add(row.question.id)
            if progress:
                progress(number, len(questions))
        judged = tuple(each for each in journal.head.judged if each.id not in new)
        run = replace(journal.head, rows=tuple(rows), judged=judged)
        save_run(run, folder / RUN_FILE)
        (folder / JOURNAL).unlink()
    return run


def _begun(assistant: Assistant, answers: bool, question_set: Path | None, depth: int) -> Run:
    """A run without rows."""
    settings, manifest = assistant.settings, assistant.course.manifest
    return Run(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        question_set=question_set.name if question_set else "",
        question_set_sha256=sha256_of_set(question_set) if question_set else "",
        answered=answers,
        depth=depth,
        settings=without_secrets(settings),
        index=index_facts(manifest),
        libraries=versions(),
        rows=(),
        models=models_of(settings, manifest, answers=answers),
        seeds=dict(SEEDS),
        machine=machine(),
        threshold=THRESHOLD if answers and settings.llm.model == EXTRACTIVE else None,
    )


def _asked_all(
    assistant: Assistant, questions: Sequence[Question], head: Run, done: Mapping[str, Row]
) -> Iterator[Row]:
    """A row per question; one that is done already as it is."""
    if questions and not done:
        _warm(assistant, questions[0])
    for question in questions:
        before = done.get(question.id)
        if before is not None and before.question == question:
            yield before
            continue
        row = _asked(assistant, question, head.answered, head.depth)
        now = assistant.course.manifest
        if now.fingerprint != head.index.get("fingerprint"):
            raise InputError(
                f"Version {now.version} of the index was published while questions were put to version "
                f"{head.index.get('version')}.",
                remedy="Run again once the index is built, into another folder or with --restart.",
            )
        yield row


def _warm(assistant: Assistant, question: Question) -> None:
    """Search once, so that the time of the first question is not that of loading; not where a search costs money."""
    retrieval = assistant.settings.retrieval
    if not (retrieval.multi_query or retrieval.hyde):
        with suppress(CourseRagError):  # the question's own row tells it
            assistant.search(question.user_input)


def _asked(assistant: Assistant, question: Question, answers: bool, depth: int) -> Row:
    row = Row(question)
    try:
        started = time.perf_counter()
        hits = assistant.search(question.user_input, k=depth)
        row = replace(row, hits=tuple(map(Passage.of, hits)), search_ms=_ms_since(started))
        if answers:
            started = time.perf_counter()
            answer = assistant.ask(question.user_input)
            took = _ms_since(started)
            row = replace(row, answer=GivenAnswer.of(answer, _support(assistant, answer)), answer_ms=took)
    except CourseRagError as error:
        return replace(row, error=f"{type(error).__name__}: {error.message} {error.remedy}")
    return row


def _support(assistant: Assistant, answer: Answer) -> float | None:
    """What the extractive model decided by: the passages are read once more, because an answer does not tell it."""
    if answer.llm != EXTRACTIVE or not answer.hits:
        return None
    passages, _ = parse_passages(render_passages(answer.hits))
    return extractive(assistant.course).reading(answer.standalone, passages).support()


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
        staged.write_bytes(encoded(_RUN, run, indent=1) + b"\n")
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
