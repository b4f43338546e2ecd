"""A question set: JSONL in RAGAS's own names, one question per line, every fault told by its line."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.language import detect_language

_KNOWN = frozenset(
    {
        "id",
        "user_input",
        "reference",
        "reference_contexts",
        "lang",
        "tags",
        "answerable",
        "source",
        "sources",
        "page",
        "also_in",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """A source and, where it has pages, a 1-based page."""

    source: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what is known of its answer.

    Attributes:
        id: unique in its set.
        user_input: the question.
        reference: the answer expected; empty if the set does not say, or if there is none.
        reference_contexts: passages that hold the answer, verbatim; all of them are needed.
        lang: "ko" or "en" (detected if the set does not say).
        tags: names of the slices it belongs to.
        answerable: whether the documents answer it.
        sources: documents that hold the answer; all of them are needed.
        page: page of the answer in the first source that has pages.
        also_in: other places where the same passage stands.
        extra: what else the set says.
    """

    id: str
    user_input: str
    reference: str = ""
    reference_contexts: tuple[str, ...] = ()
    lang: str = ""
    tags: tuple[str, ...] = ()
    answerable: bool = True
    sources: tuple[str, ...] = ()
    page: int | None = None
    also_in: tuple[Place, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_questions(path: Path) -> list[Question]:
    """Read a question set.

    ``id`` and ``user_input`` are required; ``sources`` may be written ``source``, as one name or as a list.

    Raises:
        InputError: the file cannot be read, holds no question, or a line is at fault; the line number is told.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The question set {path} cannot be read ({getattr(error, 'strerror', None) or error}).",
            remedy="Give an existing JSONL file in UTF-8.",
        ) from error
    questions: list[Question] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _Line(path, number).question(line)
        if question.id in line_of:
            raise InputError(
                f"{path}, line {number}: the id {question.id!r} is taken by line {line_of[question.id]}.",
                remedy="Give every question an id of its own.",
            )
        line_of[question.id] = number
        questions.append(question)
    if not questions:
        raise InputError(f"The question set {path} is empty.", remedy="Write one JSON object per line.")
    return questions


def sha256_of_set(path: Path) -> str:
    """Hash of a question set's bytes: two runs with the same hash answered the same questions."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Line:
    """One line of a question set, and how its faults are told."""

    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path, number

    def question(self, line: str) -> Question:
        try:
            row = json.loads(line)
        except ValueError as error:
            raise self._fault(f"not JSON ({error})", "Write one JSON object per line.") from error
        if not isinstance(row, dict):
            raise self._fault("not a JSON object", 'Write {"id": …, "user_input": …}.')
        text = self._text(row, "user_input", required=True)
        return Question(
            id=self._text(row, "id", required=True),
            user_input=text,
            reference=self._text(row, "reference"),
            reference_contexts=self._texts(row, "reference_contexts"),
            lang=self._text(row, "lang") or detect_language(text),
            tags=self._texts(row, "tags"),
            answerable=self._answerable(row),
            sources=self._sources(row),
            page=self._page(row),
            also_in=self._also_in(row),
            extra={key: value for key, value in row.items() if key not in _KNOWN},
        )

    def _text(self, row: dict[str, Any], key: str, *, required: bool = False) -> str:
        value = row.get(key)
        if value is None and not required:
            return ""
        if value is None:
            raise self._fault(f"{key} is missing", f'Add "{key}": "…".')
        if not isinstance(value, str):
            raise self._fault(f"{key} must be a text, not {_kind(value)}", f'Write "{key}": "…".')
        if required and not value.strip():
            raise self._fault(f"{key} is empty", f'Write something into "{key}".')
        return value

    def _texts(self, row: dict[str, Any], key: str) -> tuple[str, ...]:
        value = row.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._fault(f"{key} must be a list of texts", f'Write "{key}": ["…"].')
        return tuple(each for each in value if each.strip())

    def _answerable(self, row: dict[str, Any]) -> bool:
        value = row.get("answerable", True)
        if not isinstance(value, bool):
            raise self._fault(f"answerable must be true or false, not {_kind(value)}", 'Write "answerable": false.')
        return value

    def _sources(self, row: dict[str, Any]) -> tuple[str, ...]:
        if "source" in row and "sources" in row:
            raise self._fault("both source and sources are given", "Keep one of them.")
        key = "source" if "source" in row else "sources"
        if isinstance(row.get(key), str):
            return (row[key],) if row[key].strip() else ()
        return self._texts(row, key)

    def _page(self, row: dict[str, Any]) -> int | None:
        value = row.get("page")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._fault("page must be a number from 1 on, or null", 'Write "page": 3 or "page": null.')
        return value

    def _also_in(self, row: dict[str, Any]) -> tuple[Place, ...]:
        value = row.get("also_in")
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self._fault("also_in must be a list of objects", 'Write "also_in": [{"source": "a.pdf", "page": 3}].')
        return tuple(Place(self._text(each, "source", required=True), self._page(each)) for each in value)

    def _fault(self, what: str, remedy: str) -> InputError:
        return InputError(f"{self._path}, line {self._number}: {what}.", remedy=remedy)


def _kind(value: object) -> str:
    return {int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object"}.get(
        type(value), "something else"
    )
