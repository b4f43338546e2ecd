"""The log of questions that were asked: JSON lines, read for curating and for shadow runs.

One record a line. ``question`` is required, all else may be missing::

    {"question": "드롭아웃이 뭐예요?", "answer": "… [1]", "refused": false,
     "citations": [{"mark": 1, "source": "a.pdf", "page": 3, "heading": ["정규화"], "quote": "드롭아웃은 …"}],
     "thumb": 1, "comment": "", "at": "2026-03-02T09:30:00+09:00"}

``thumb`` is 1, -1 or null. Answers and citations are as ``course-rag ask --json`` prints them, so what
``ask --questions FILE --json`` prints is a log. A line that does not read is left out and told: a log may end in the
middle of one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from eval.questions import Fault
from rag.errors import InputError

Thumb = Literal[1, -1] | None


@dataclass(frozen=True, slots=True)
class LoggedCitation:
    """What an answer cited; ``quote`` is verbatim from the document."""

    source: str
    quote: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedQuestion:
    """A question that was asked, what was answered, and what the asker thought of it."""

    question: str
    answer: str = ""
    refused: bool = False
    citations: tuple[LoggedCitation, ...] = ()
    thumb: Thumb = None
    comment: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """What was read, in the order of the file, and the lines that were left out."""

    questions: tuple[LoggedQuestion, ...]
    left_out: tuple[Fault, ...]


def read_log(path: Path) -> Log:
    """Read a log.

    Raises:
        InputError: the file cannot be read, or no line of it is a record.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise InputError(
            f"The log {path} cannot be read ({error.strerror}).", remedy="Give an existing JSONL file in UTF-8."
        ) from error
    questions: list[LoggedQuestion] = []
    left_out: list[Fault] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            read = _record(line)
            if isinstance(read, LoggedQuestion):
                questions.append(read)
            else:
                left_out.append(Fault(number, read, 'Write {"question": "…", "answer": "…", …} on one line.'))
    if not questions:
        told = f" (line {left_out[0].line}: {left_out[0].what})" if left_out else ""
        raise InputError(f"The log {path} holds no question{told}.", remedy='Write one {"question": "…"} per line.')
    return Log(tuple(questions), tuple(left_out))


def _record(line: str) -> LoggedQuestion | str:
    """The record of a line, or what is wrong with it."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(row, dict):
        return "not a JSON object"
    if not isinstance(row.get("question"), str) or not row["question"].strip():
        return "question is missing"
    if row.get("thumb") not in (1, -1, None) or isinstance(row.get("thumb"), bool):
        return "thumb must be 1, -1 or null"
    citations = _citations(row.get("citations") or [])
    if citations is None:
        return "citations must be a list of objects with a source and a quote"
    return LoggedQuestion(
        question=row["question"].strip(),
        answer=_text(row, "answer"),
        refused=row.get("refused") is True,
        citations=citations,
        thumb=cast("Thumb", row.get("thumb")),
        comment=_text(row, "comment"),
        at=_text(row, "at"),
    )


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _citations(values: Any) -> tuple[LoggedCitation, ...] | None:
    if not isinstance(values, Sequence) or not all(isinstance(each, dict) for each in values):
        return None
    cited = []
    for each in values:
        page = each.get("page")
        paged = page if isinstance(page, int) and not isinstance(page, bool) and page > 0 else None
        cited.append(LoggedCitation(_text(each, "source"), _text(each, "quote"), paged))
    return tuple(each for each in cited if each.source)
