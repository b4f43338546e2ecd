"""A run as it comes about: every row is written as it ends, so that a run which was killed goes on where it stopped.

``run.jsonl`` holds the run without rows in its first line, then a row in each. Once the last question is answered,
``run.json`` takes its place.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from eval.records import Row, Run
from rag.errors import InputError

JOURNAL = "run.jsonl"

_RUN, _ROW = TypeAdapter(Run), TypeAdapter(Row)
_SHAPED_THE_INDEX = frozenset({"index", "parse", "mask", "chunk", "dedup"})
"""Sections of the settings that count only through the index they made, which has a fingerprint."""

_MEANINGLESS = frozenset({"ui"})
_TOLD = 5
"""Changes that are named one by one."""


class Journal:
    """The file that grows while a run goes on."""

    def __init__(self, file: BinaryIO, head: Run, rows: dict[str, Row]) -> None:
        """Take the opened file, what it begins with, and the rows it has."""
        self._file, self.head, self.rows = file, head, rows

    def append(self, row: Row) -> None:
        """Write a row; a process that is killed loses at most the row that it was writing."""
        self._file.write(encoded(_ROW, row) + b"\n")
        self._file.flush()
        self.rows[row.question.id] = row


@contextmanager
def opened_journal(folder: Path, head: Run, *, known: Mapping[str, Row] | None = None) -> Iterator[Journal]:
    """The journal of a folder, open for more rows, and nobody else's until it is closed.

    Args:
        folder: of the run; it is made if it is not there.
        head: the run that is to be made, without rows.
        known: rows of an earlier run of the same that is already complete.

    Raises:
        InputError: the folder cannot be written, another process writes there, or what the journal began with has
            changed since.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder), (folder / JOURNAL).open("a+b") as file:
            begun, rows = _read(file, folder / JOURNAL)
            if begun is None:
                file.write(encoded(_RUN, head) + b"\n")
                file.flush()
            else:
                require_same(begun, head, folder)
            yield Journal(file, begun or head, {**(known or {}), **rows})
    except OSError as error:
        raise InputError(
            f"The run cannot be written to {folder} ({error.strerror}).", remedy="Give another folder with --out."
        ) from error


def encoded(adapter: TypeAdapter[Any], value: Any, *, indent: int | None = None) -> bytes:
    """A record as JSON; half a character, which somebody's JSON may hold and UTF-8 cannot, becomes a question mark."""
    try:
        return adapter.dump_json(value, indent=indent)
    except PydanticSerializationError:
        text = json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False, indent=indent)
        return text.encode("utf-8", errors="replace")


def forget(folder: Path) -> None:
    """Remove what an earlier run has left in a folder: its journal and its run file."""
    for name in (JOURNAL, "run.json"):
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def require_same(before: Run, now: Run, folder: Path) -> None:
    """Refuse to mix rows of two different runs.

    Raises:
        InputError: questions, index, settings or libraries are not what they were.
    """
    changes = changes_of(before, now)
    if changes:
        more = f"; and {len(changes) - _TOLD} more" if len(changes) > _TOLD else ""
        raise InputError(
            f"{folder} holds a run of something else: {'; '.join(changes[:_TOLD])}{more}.",
            remedy="Give another folder with --out, or --restart to ask everything again.",
        )


def changes_of(before: Run, now: Run) -> list[str]:
    """What makes rows of two runs incomparable, each as ``name was this and is that``; empty if nothing does."""
    left_out = _SHAPED_THE_INDEX | _MEANINGLESS
    return [
        f"{name} was {old} and is {new}"
        for name, (old, new) in differing(before, now).items()
        if name.partition(".")[0] not in left_out
    ]


def differing(before: Run, now: Run) -> dict[str, tuple[Any, Any]]:
    """What two runs do not have in common of questions, index, settings and libraries: name, the one's, the other's."""
    pairs: dict[str, tuple[Any, Any]] = {
        "the question set": (before.question_set_sha256[:12], now.question_set_sha256[:12]),
        "the index": (_index(before), _index(now)),
        "answers": (before.answered, now.answered),
        "passages recorded": (before.depth, now.depth),
    }
    for kind, old, new in (
        ("", _named(before.settings), _named(now.settings)),
        ("library ", before.libraries, now.libraries),
    ):
        pairs |= {f"{kind}{name}": (old.get(name), new.get(name)) for name in sorted({*old, *new})}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _index(run: Run) -> str:
    """Equal fingerprints are equal indexes, whatever their versions."""
    return str(run.index.get("fingerprint", ""))[:12]


def _named(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by their full names."""
    return {
        f"{section}.{name}": value
        for section, values in settings.items()
        if isinstance(values, Mapping)
        for name, value in values.items()
    }


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a run's folder while it is written: nobody else asks into it or judges it meanwhile.

    Raises:
        InputError: somebody does, or the folder cannot be written.
    """
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(
            f"Another process is at work in {folder}.",
            remedy="Wait until it has ended, or take another folder (--out, or a copy of the run).",
        ) from error
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be written ({error.strerror}).",
            remedy="Take another folder (--out, or a copy of the run).",
        ) from error
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _read(file: BinaryIO, path: Path) -> tuple[Run | None, dict[str, Row]]:
    """What a journal holds; a last line that was torn by a crash is cut off."""
    file.seek(0)
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.truncate(len(whole))
    lines = whole.splitlines()
    if not lines:
        return None, {}
    try:
        head = _RUN.validate_json(lines[0])
        rows = [_ROW.validate_json(line) for line in lines[1:]]
    except ValidationError as error:
        raise InputError(
            f"{path} is damaged: {error.errors()[0]['msg']}.",
            remedy="Give another folder with --out, or --restart to ask everything again.",
        ) from error
    return replace(head, rows=()), {row.question.id: row for row in rows}
