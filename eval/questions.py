"""A question set: JSONL in RAGAS's own names, one question per line, every fault told by its line."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.language import detect_language

KNOWN_KEYS = frozenset(
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
"""What the product reads of a question; the rest is kept as ``Question.extra``."""

_MOST_TOLD = 50


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


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of a question set, and what to do about it; ``line`` is 1-based."""

    line: int
    what: str
    remedy: str


def read_questions(path: Path) -> list[Question]:
    """Read a question set.

    ``id`` and ``user_input`` are required; ``sources`` may be written ``source``, as one name or as a list.

    Raises:
        InputError: the file cannot be read, holds no question, or lines are at fault; every fault is told with its
            line number.
    """
    numbered, faults = inspect_questions(path)
    if len(faults) == 1:
        raise InputError(f"{path}, line {faults[0].line}: {faults[0].what}.", remedy=faults[0].remedy)
    if faults:
        told = [f"line {fault.line}: {fault.what}" for fault in faults[:_MOST_TOLD]]
        more = [f"and {len(faults) - _MOST_TOLD} more"] if len(faults) > _MOST_TOLD else []
        raise InputError(
            f"{path} has {len(faults)} faults:\n  " + "\n  ".join(told + more),
            remedy="Mend these lines; `course-rag eval check FILE` says how.",
        )
    return [question for _, question in numbered]


def inspect_questions(path: Path) -> tuple[list[tuple[int, Question]], list[Fault]]:
    """The questions of a set with their lines, and every fault; a line at fault gives no question.

    Raises:
        InputError: the file cannot be read, or holds no question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The question set {path} cannot be read ({getattr(error, 'strerror', None) or error}).",
            remedy="Give an existing JSONL file in UTF-8.",
        ) from error
    if not any(line.strip() for line in lines):
        raise InputError(f"The question set {path} is empty.", remedy="Write one JSON object per line.")
    questions: list[tuple[int, Question]] = []
    faults: list[Fault] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        read = _Line(number)
        question = read.question(line)
        if question and question.id and line_of.setdefault(question.id, number) != number:
            read.fault(f"the id {question.id!r} is taken by line {line_of[question.id]}", "Give it an id of its own.")
        faults += read.faults
        if question and not read.faults:
            questions.append((number, question))
    return questions, faults


def sha256_of_set(path: Path) -> str:
    """Hash of a question set's bytes: two runs with the same hash answered the same questions."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Line:
    """One line of a question set; what is wrong with it is gathered, not raised."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.faults: list[Fault] = []

    def question(self, line: str) -> Question | None:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            self.fault(f"not JSON ({error})", "Write one JSON object per line.")
            return None
        if not isinstance(row, dict):
            self.fault("not a JSON object", 'Write {"id": …, "user_input": …}.')
            return None
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
            extra={key: value for key, value in row.items() if key not in KNOWN_KEYS},
        )

    def fault(self, what: str, remedy: str) -> None:
        """Note what is wrong."""
        self.faults.append(Fault(self._number, what, remedy))

    def _text(self, row: dict[str, Any], key: str, *, required: bool = False) -> str:
        value = row.get(key)
        if isinstance(value, str):
            if required and not value.strip():
                self.fault(f"{key} is empty", f'Write something into "{key}".')
            return value
        if value is not None:
            self.fault(f"{key} must be a text, not {_kind(value)}", f'Write "{key}": "…".')
        elif required:
            self.fault(f"{key} is missing", f'Add "{key}": "…".')
        return ""

    def _texts(self, row: dict[str, Any], key: str) -> tuple[str, ...]:
        value = row.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.fault(f"{key} must be a list of texts", f'Write "{key}": ["…"].')
            return ()
        return tuple(each for each in value if each.strip())

    def _answerable(self, row: dict[str, Any]) -> bool:
        value = row.get("answerable", True)
        if not isinstance(value, bool):
            self.fault(f"answerable must be true or false, not {_kind(value)}", 'Write "answerable": false.')
            return True
        return value

    def _sources(self, row: dict[str, Any]) -> tuple[str, ...]:
        if "source" in row and "sources" in row:
            self.fault("both source and sources are given", "Keep one of them.")
        key = "source" if "source" in row else "sources"
        if isinstance(row.get(key), str):
            return (row[key],) if row[key].strip() else ()
        return self._texts(row, key)

    def _page(self, row: dict[str, Any]) -> int | None:
        value = row.get("page")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.fault("page must be a number from 1 on, or null", 'Write "page": 3 or "page": null.')
            return None
        return value

    def _also_in(self, row: dict[str, Any]) -> tuple[Place, ...]:
        value = row.get("also_in")
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.fault("also_in must be a list of objects", 'Write "also_in": [{"source": "a.pdf", "page": 3}].')
            return ()
        return tuple(Place(self._text(each, "source", required=True), self._page(each)) for each in value)


def _kind(value: object) -> str:
    return {int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object"}.get(
        type(value), "something else"
    )
