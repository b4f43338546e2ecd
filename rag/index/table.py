"""Chunks with their provenance, and the texts they were cut from, in one SQLite file."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.documents import Document

from rag.chunks import Chunk
from rag.errors import CorruptIndexError, InputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (
    rowid INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    metadata TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
    source TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    units TEXT NOT NULL,
    facts TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS duplicates (
    place TEXT NOT NULL,
    source TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    cell INTEGER,
    label TEXT NOT NULL,
    heading TEXT NOT NULL,
    kept TEXT NOT NULL,
    similarity REAL NOT NULL
);
"""
_MOST_VARIABLES = 500
"""SQLite takes a limited number of variables in one statement."""

Filter = dict[str, Any]
"""Metadata key to the value it must have, or to a list of values of which it must have one."""


class StoredDuplicate(NamedTuple):
    """A passage that is not searched, as other chunks say the same.

    Attributes:
        place: as citations read it.
        source: the document it stands in.
        start: first character in the document's text.
        end: one past the last.
        heading: headings above it, outermost first.
        kept: ids of the chunks that say the same, the one with most of it first.
        similarity: in (0, 1], 1.0 if only white space and marks differ.
        text: the passage.
    """

    place: str
    source: str
    start: int
    end: int
    heading: tuple[str, ...]
    kept: list[str]
    similarity: float
    text: str


class ChunkTable:
    """Rows of chunks under an integer rowid, which is also their id in the dense index.

    One connection, shared among threads behind a lock: reads take microseconds.
    """

    def __init__(self, path: Path | None = None, *, read_only: bool = False) -> None:
        """Open a file, or a table in memory when no path is given.

        A published version is opened immutable: SQLite then takes no locks and writes nothing beside the file.

        Raises:
            CorruptIndexError: the file is not a table of chunks.
        """
        self._lock = threading.Lock()
        self.read_only = read_only
        name = ":memory:" if path is None else f"{path.absolute().as_uri()}{'?immutable=1' if read_only else ''}"
        try:
            self._connection = sqlite3.connect(name, uri=True, check_same_thread=False)
            if read_only:
                self._connection.execute("SELECT count(*) FROM chunks").fetchone()
                self._connection.execute("SELECT count(*) FROM duplicates").fetchone()
            else:
                self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise CorruptIndexError(f"{path} is not a table of chunks ({error}).", remedy=_REBUILD) from error

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __len__(self) -> int:
        """Number of chunks."""
        return int(self._rows("SELECT count(*) FROM chunks")[0][0])

    def add(self, documents: Sequence[Document]) -> list[int]:
        """Insert chunks, replacing those with the same id; returns their rowids in order.

        Every document must have an id.
        """
        with self._lock, self._connection:
            rowids = []
            for document in documents:
                metadata = json.dumps(document.metadata, ensure_ascii=False)
                rows = self._connection.execute(
                    "INSERT INTO chunks (id, text, metadata) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE "
                    "SET text = excluded.text, metadata = excluded.metadata RETURNING rowid",
                    (document.id, document.page_content, metadata),
                ).fetchall()  # to the end: a statement half read would not be committed
                rowids.append(int(rows[0][0]))
        return rowids

    def remove(self, ids: Iterable[str]) -> list[int]:
        """Delete chunks by id; returns the rowids that were there."""
        with self._lock, self._connection:
            removed = [
                self._connection.execute("DELETE FROM chunks WHERE id = ? RETURNING rowid", (id_,)).fetchall()
                for id_ in ids
            ]
        return [int(rows[0][0]) for rows in removed if rows]

    def ids(self) -> set[str]:
        """The ids of all chunks."""
        return {str(row[0]) for row in self._rows("SELECT id FROM chunks")}

    def get(self, rowids: Sequence[int]) -> list[Document]:
        """Chunks by rowid, in the order asked for; unknown rowids are left out."""
        return self._get("rowid", rowids)

    def rowids(self, ids: Sequence[str]) -> list[int]:
        """Rowids of chunks by id, in the order asked for; unknown ids are left out."""
        found: dict[str, int] = {}
        for some in _parts(ids):
            sql = f"SELECT id, rowid FROM chunks WHERE id IN ({_marks(some)})"  # noqa: S608
            found.update((id_, rowid) for id_, rowid in self._rows(sql, some))
        return [found[id_] for id_ in ids if id_ in found]

    def stretch(self, first: int, last: int) -> dict[int, Document]:
        """The chunks from one rowid to another, both included; a published version has them in document order."""
        rows = self._rows("SELECT rowid, id, text, metadata FROM chunks WHERE rowid BETWEEN ? AND ?", [first, last])
        return {
            rowid: Document(id=id_, page_content=text, metadata=json.loads(data)) for rowid, id_, text, data in rows
        }

    def languages(self, rowids: Sequence[int]) -> list[str]:
        """Language of each chunk, in the order asked for; "" for one that does not say or is unknown."""
        found: dict[int, str] = {}
        for some in _parts(rowids):
            sql = f"SELECT rowid, json_extract(metadata, '$.lang') FROM chunks WHERE rowid IN ({_marks(some)})"  # noqa: S608
            found.update((rowid, lang or "") for rowid, lang in self._rows(sql, some))
        return [found.get(rowid, "") for rowid in rowids]

    def get_by_ids(self, ids: Sequence[str]) -> list[Document]:
        """Chunks by id, in the order asked for; unknown ids are left out."""
        return self._get("id", ids)

    def matching(self, filter_: Filter) -> list[int]:
        """Rowids of the chunks whose metadata fits.

        Raises:
            InputError: a key that is no plain name.
        """
        clauses, values = [], []
        for key, wanted in filter_.items():
            if not key.replace("_", "").isalnum():
                raise InputError(f"{key!r} is not a metadata key.", remedy="Use a plain name such as source or page.")
            options = list(wanted) if isinstance(wanted, list | tuple | set) else [wanted]
            clauses.append(f"json_extract(metadata, '$.{key}') IN ({', '.join('?' * len(options))})")
            values += options
        where = " AND ".join(clauses) or "TRUE"
        return [int(row[0]) for row in self._rows(f"SELECT rowid FROM chunks WHERE {where} ORDER BY rowid", values)]  # noqa: S608

    def add_source(
        self, source: str, title: str, text: str, units: list[dict[str, Any]], facts: dict[str, Any] | None = None
    ) -> None:
        """Store the text a source's chunks were cut from, with its units.

        ``facts`` are what else is known: ``day`` and ``known_by`` (how new it is), ``links``.
        """
        values = (json.dumps(value, ensure_ascii=False) for value in (units, facts or {}))
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", (source, title, text, *values)
            )

    def units(self, source: str) -> list[dict[str, Any]]:
        """Which part of a source's text is what, in order; nothing if it is not indexed."""
        rows = self._rows("SELECT units FROM documents WHERE source = ?", [source])
        return list(json.loads(rows[0][0])) if rows else []

    def facts(self, source: str) -> dict[str, Any]:
        """What is known about a source besides its text; nothing if it is not indexed."""
        rows = self._rows("SELECT facts FROM documents WHERE source = ?", [source])
        return dict(json.loads(rows[0][0])) if rows else {}

    def add_duplicate(self, passage: Chunk, kept: Sequence[str], similarity: float) -> None:
        """Store where a passage stood that was left out, and the ids of the chunks that say the same."""
        row = (passage.place, passage.source, passage.start, passage.end, passage.page, passage.cell, passage.label)
        lists = (json.dumps(value, ensure_ascii=False) for value in (passage.heading, kept))
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT INTO duplicates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *lists, similarity)
            )

    def duplicates(self) -> list[StoredDuplicate]:
        """The passages that were left out, by source and position."""
        rows = self._rows(
            'SELECT place, source, "start", "end", heading, kept, similarity FROM duplicates ORDER BY source, "start"'
        )
        texts = {source: self.source_text(source) or "" for source in dict.fromkeys(row[1] for row in rows)}
        return [
            StoredDuplicate(
                place,
                source,
                start,
                end,
                tuple(json.loads(heading)),
                json.loads(kept),
                similarity,
                texts[source][start:end],
            )
            for place, source, start, end, heading, kept, similarity in rows
        ]

    def source_text(self, source: str) -> str | None:
        """Text of a source as it was parsed, cleaned and masked; None if it is not indexed."""
        rows = self._rows("SELECT text FROM documents WHERE source = ?", [source])
        return str(rows[0][0]) if rows else None

    def passages(self, source: str, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Parts of a source's text, each from a character to one past the last; nothing if it is not indexed."""
        columns = ", ".join("substr(text, ?, ?)" for _ in spans)
        values = [value for start, end in spans for value in (start + 1, end - start)]
        rows = self._rows(f"SELECT {columns} FROM documents WHERE source = ?", [*values, source]) if spans else []  # noqa: S608
        return list(rows[0]) if rows else []

    def sources(self) -> list[tuple[str, str]]:
        """Source and title of every indexed document, by source."""
        return [(str(row[0]), str(row[1])) for row in self._rows("SELECT source, title FROM documents ORDER BY source")]

    def _get(self, column: str, keys: Sequence[Any]) -> list[Document]:
        found: dict[Any, Document] = {}
        for some in _parts(keys):
            sql = f"SELECT {column}, id, text, metadata FROM chunks WHERE {column} IN ({_marks(some)})"  # noqa: S608
            for key, id_, text, metadata in self._rows(sql, some):
                found[key] = Document(id=id_, page_content=text, metadata=json.loads(metadata))
        return [found[key] for key in keys if key in found]

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def _parts(keys: Sequence[Any]) -> Iterator[list[Any]]:
    """The keys in lists short enough for one statement."""
    for first in range(0, len(keys), _MOST_VARIABLES):
        yield list(keys[first : first + _MOST_VARIABLES])


def _marks(keys: Sequence[Any]) -> str:
    return ", ".join("?" * len(keys))


_REBUILD = "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"
