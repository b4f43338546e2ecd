"""The builder's cache: what was made of a content once is not made again.

Content-addressed, so it never goes stale: prepared files by hash of bytes and settings, vectors and terms by hash of
the text and identity of what made them. Losing it costs time only.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.analyzer import Terms
from rag.errors import CorruptIndexError

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS prepared (key TEXT PRIMARY KEY, data BLOB NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
    maker TEXT NOT NULL, text_hash BLOB NOT NULL, data BLOB NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (maker, text_hash)
);
CREATE TABLE IF NOT EXISTS terms (
    maker TEXT NOT NULL, text_hash BLOB NOT NULL, data BLOB NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (maker, text_hash)
);
"""
"""In WAL with ``synchronous = NORMAL`` a commit waits for no disk, so each batch can be one: 0.2 ms instead of 4.

Tables with rowids, since a vector is larger than what a tree by key keeps well: measured at 384 dimensions, three
times as many rows per second and half the bytes. Files made WITHOUT ROWID by older versions work as they are.
"""
_TABLES = ("prepared", "vectors", "terms")
_MOST_VARIABLES = 500


class Artifacts:
    """Three tables, each row marked with the last version that used it, so that old ones can be swept out.

    What was stored is committed, and survives the end of this process, however it ends; a power failure may take the
    latest rows along, but no more than that. Threads may share it: one connection, one of them at a time.
    """

    def __init__(self, path: Path, version: int) -> None:
        """Open or create the file, for the build of a version.

        Raises:
            CorruptIndexError: the file is not a cache of ours.
        """
        self._version, self._lock = version, threading.Lock()
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False)
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise CorruptIndexError(
                f"The build cache {path} is damaged ({error}).",
                remedy="Delete that file; the next build makes it anew.",
            ) from error

    def close(self) -> None:
        """Write what is pending and release the file."""
        with self._lock:
            self._connection.commit()
            self._connection.close()

    def prepared(self, key: str) -> bytes | None:
        """A prepared file, or None."""
        with self._lock:
            row = self._connection.execute("SELECT data FROM prepared WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._connection.execute("UPDATE prepared SET used = ? WHERE key = ?", (self._version, key))
        return bytes(row[0])

    def store_prepared(self, key: str, data: bytes) -> None:
        """Keep a prepared file, at once."""
        with self._lock, self._connection:
            self._connection.execute("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?)", (key, data, self._version))

    def vectors(self, maker: str, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Known vectors (dimension,) by text."""
        return {text: np.frombuffer(data, np.float32) for text, data in self._known("vectors", maker, texts)}

    def store_vectors(self, maker: str, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors (n × dimension), in one transaction: they are there even if the build is killed thereafter."""
        self._store("vectors", maker, texts, [row.tobytes() for row in vectors])

    def terms(self, maker: str, texts: Sequence[str]) -> dict[str, Terms]:
        """Known index terms by text."""
        return {text: Terms(*json.loads(data)) for text, data in self._known("terms", maker, texts)}

    def store_terms(self, maker: str, texts: Sequence[str], terms: Sequence[Terms]) -> None:
        """Keep index terms."""
        rows = [json.dumps([each.words, each.bigrams], ensure_ascii=False).encode() for each in terms]
        self._store("terms", maker, texts, rows)

    def sweep(self, oldest: int) -> None:
        """Forget what no version from ``oldest`` on has used."""
        with self._lock, self._connection:
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table} WHERE used < ?", (oldest,))  # noqa: S608

    def _known(self, table: str, maker: str, texts: Sequence[str]) -> list[tuple[str, bytes]]:
        by_hash = {text_hash(text): text for text in texts}
        hashes = list(by_hash)
        known: list[tuple[str, bytes]] = []
        for first in range(0, len(hashes), _MOST_VARIABLES):
            some = hashes[first : first + _MOST_VARIABLES]
            where = f"maker = ? AND text_hash IN ({', '.join('?' * len(some))})"
            found = f"SELECT text_hash, data FROM {table} WHERE {where}"  # noqa: S608
            used = f"UPDATE {table} SET used = ? WHERE {where}"  # noqa: S608
            with self._lock:
                rows = self._connection.execute(found, (maker, *some)).fetchall()
                self._connection.execute(used, (self._version, maker, *some))
            known += [(by_hash[bytes(key)], bytes(data)) for key, data in rows]
        return known

    def _store(self, table: str, maker: str, texts: Sequence[str], rows: Sequence[bytes]) -> None:
        values = [(maker, text_hash(text), row, self._version) for text, row in zip(texts, rows, strict=True)]
        with self._lock, self._connection:
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)", values)  # noqa: S608


def text_hash(text: str) -> bytes:
    """What a text is known by: 16 bytes of its sha256."""
    return hashlib.sha256(text.encode()).digest()[:16]
