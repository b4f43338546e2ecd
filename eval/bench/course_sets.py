"""A retrieval set (``corpus.jsonl`` and ``queries.jsonl``) made into a course: a folder of files and its questions."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.questions import Place, Question
from rag.errors import InputError
from rag.language import detect_language


@dataclass(frozen=True, slots=True)
class CourseSet:
    """A folder with one text file per passage, and the questions on it."""

    documents: Path
    questions: list[Question]


def make_course(source: Path, out: Path) -> CourseSet:
    """Write the passages of a set as text files and read its questions.

    Where one question is asked of several passages, each of them answers it: texts that were translated twice have
    every sentence of the original twice.

    Args:
        source: folder with ``corpus.jsonl`` (id, title, text) and ``queries.jsonl`` (id, text, answer, positive,
            answerable).
        out: folder for the files: the title, if there is one, on the first line, then the text.

    Raises:
        InputError: a file of the set is missing or not as described.
    """
    try:
        corpus, queries = _read_jsonl(source / "corpus.jsonl"), _read_jsonl(source / "queries.jsonl")
        names = _file_names(row["id"] for row in corpus)
        questions = _sharing([_question(row, names) for row in queries])
        out.mkdir(parents=True, exist_ok=True)
        for row in corpus:
            text = "\n".join(part for part in (row["title"], row["text"]) if part)
            (out / names[row["id"]]).write_text(text + "\n", encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The set {source} cannot be used ({type(error).__name__}: {error}).",
            remedy="Give a folder with corpus.jsonl and queries.jsonl.",
        ) from error
    return CourseSet(out, questions)


def _read_jsonl(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _question(row: dict[str, Any], names: dict[str, str]) -> Question:
    return Question(
        id=row["id"],
        user_input=row["text"],
        reference=row["answer"][0] if row["answer"] else "",
        lang=detect_language(row["text"]),
        answerable=row["answerable"],
        sources=tuple(names[key] for key in row["positive"]),
    )


def _sharing(questions: Sequence[Question]) -> list[Question]:
    """A question that is asked twice of two passages is answered by either, and neither search nor reader can tell."""
    asked: dict[str, dict[str, None]] = {}
    for question in questions:
        asked.setdefault(question.user_input, {}).update(dict.fromkeys(question.sources))
    return [
        replace(question, also_in=tuple(Place(source) for source in others)) if others else question
        for question in questions
        for others in [[source for source in asked[question.user_input] if source not in question.sources]]
    ]


def _file_names(ids: Iterable[str]) -> dict[str, str]:
    """A safe file name for every id; names that would be one on a disk that ignores case get a number."""
    names: dict[str, str] = {}
    used: set[str] = set()
    for key in ids:
        stem = re.sub(r"[^\w-]+", "_", key).strip("_")[:60] or "document"
        name, number = f"{stem}.txt", 2
        while name.casefold() in used:
            name, number = f"{stem}_{number}.txt", number + 1
        used.add(name.casefold())
        names[key] = name
    return names
