"""Answers of judges, on disk, so that nothing is paid for twice: SQLite, one file for the runs of a folder."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.errors import InputError

FILE = "judge-cache.sqlite"
_VERSION = 1
_APPLICATION = 0x6A756467  # "judg", so that another program's database is not taken for ours
_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, judge TEXT NOT NULL, answer TEXT NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, made TEXT NOT NULL
) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, and what it cost when it was given."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0


def cache_key(judge: str, server: str, prompt: str, shape: str, ask: int) -> str:
    """What an answer is known by: the judge, where it is, the prompt with the texts in it, and which ask it is.

    Answer relevancy asks the same several times, and means to.
    """
    said = json.dumps([_VERSION, judge, server, prompt, shape, ask], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class AnswerCache:
    """Good answers by key. Each is on disk before the next question is asked.

    A file that is damaged is set aside under another name, what can still be read of it is taken over, and ``notes``
    tells so.
    """

    def __init__(self, path: Path) -> None:
        """Open or make it.

        Raises:
            InputError: it cannot be written, or is another program's.
        """
        self.path = path
        self.notes: list[str] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._opened()
        except sqlite3.OperationalError as error:
            raise self._unusable(str(error)) from error
        except sqlite3.DatabaseError as error:
            self._database = self._renewed(str(error))
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def get(self, key: str) -> Known | None:
        """The answer, if there is one. A file that turns out to be damaged is renewed."""
        try:
            row = self._database.execute(
                "SELECT answer, tokens_in, tokens_out FROM answers WHERE key = ?", (key,)
            ).fetchone()
        except sqlite3.OperationalError as error:
            raise self._unusable(str(error)) from error
        except sqlite3.DatabaseError as error:
            self._database.close()
            self._database = self._renewed(str(error))
            return self.get(key)
        return Known(*row) if row else None

    def put(self, key: str, judge: str, known: Known) -> None:
        """Keep an answer; it is on disk when this returns.

        Raises:
            InputError: the disk does not take it.
        """
        made = datetime.now(UTC).isoformat(timespec="seconds")
        row = (key, judge, known.text, known.tokens_in, known.tokens_out, made)
        try:
            with self._database:
                self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error

    def forget(self, key: str) -> None:
        """Leave out an answer that does not read as it should any more."""
        try:
            with self._database:
                self._database.execute("DELETE FROM answers WHERE key = ?", (key,))
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=30)
        database.text_factory = _text
        try:
            application = database.execute("PRAGMA application_id").fetchone()[0]
            version = database.execute("PRAGMA user_version").fetchone()[0]
            tables = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
            if tables and (application, version) != (_APPLICATION, _VERSION):
                raise self._unusable("it is another program's, or another version's")
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            with database:
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
                database.execute(f"PRAGMA user_version = {_VERSION}")
                database.execute(_TABLE)
        except BaseException:
            database.close()
            raise
        return database

    def _renewed(self, problem: str) -> sqlite3.Connection:
        """A new file in place of a damaged one, with what can be read of that."""
        try:
            aside = self._set_aside()
            database = self._opened()
            rows = _readable(aside)
            with database:
                database.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(f"damaged, and cannot be set aside: {error}") from error
        one_line = " ".join(problem.split())[:120]
        self.notes.append(
            f"the judge's cache {self.path} was damaged ({one_line}); it is kept as {aside.name}, "
            f"and {len(rows)} answers of it go on being used"
        )
        return database

    def _set_aside(self) -> Path:
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        self.path.replace(aside)
        journal = self.path.with_name(f"{self.path.name}-journal")
        if journal.exists():  # it belongs to the damaged file, and would be played back into the new one
            journal.replace(aside.with_name(f"{aside.name}-journal"))
        return aside

    def _unusable(self, why: str) -> InputError:
        return InputError(
            f"The judge's cache {self.path} cannot be used ({why}).",
            remedy="Give another file with --cache; without a cache every answer would be paid for again.",
        )


def _text(stored: bytes) -> str:
    """A bit that has flipped in a text makes one answer unreadable, and that is asked again."""
    return stored.decode("utf-8", "replace")


def _readable(path: Path) -> list[tuple[object, ...]]:
    """Rows of a damaged file, up to the place of the damage."""
    rows: list[tuple[object, ...]] = []
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.text_factory = _text
    try:
        for row in database.execute("SELECT key, judge, answer, tokens_in, tokens_out, made FROM answers"):
            if all(isinstance(value, str) for value in (row[0], row[1], row[2], row[5])):
                rows.append(row)
    except sqlite3.Error:
        return rows
    finally:
        database.close()
    return rows
