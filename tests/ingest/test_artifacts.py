"""The builder's cache: what goes in comes out, what is not used goes, damage is told."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest.artifacts import Artifacts, text_hash
from rag.analyzer import Terms
from rag.errors import CorruptIndexError


def test_what_was_stored_is_there_when_opened_again(tmp_path: Path) -> None:
    vectors = np.array([[1, 2, 3], [-0.5, 0, 0.25]], np.float32)
    terms = [Terms(["경사", "하강"], ["경사", "사하"]), Terms([], [])]
    first = Artifacts(tmp_path / "a.sqlite", 1)
    first.store_prepared("key", b"\x00bytes")
    first.store_vectors("model@1", ["하나", ""], vectors)
    first.store_terms("kiwi", ["하나", ""], terms)
    first.close()

    again = Artifacts(tmp_path / "a.sqlite", 2)
    assert again.prepared("key") == b"\x00bytes"
    found = again.vectors("model@1", ["", "하나", "unknown"])
    assert set(found) == {"하나", ""}
    np.testing.assert_array_equal(found["하나"], vectors[0])
    np.testing.assert_array_equal(found[""], vectors[1])
    assert again.terms("kiwi", ["하나", "", "unknown"]) == {"하나": terms[0], "": terms[1]}
    again.close()


def test_another_maker_or_key_finds_nothing(tmp_path: Path) -> None:
    cache = Artifacts(tmp_path / "a.sqlite", 1)
    cache.store_vectors("model@1", ["text"], np.ones((1, 2), np.float32))
    cache.store_terms("kiwi", ["text"], [Terms(["a"], [])])
    assert cache.vectors("model@2", ["text"]) == {}
    assert cache.terms("other", ["text"]) == {}
    assert cache.prepared("key") is None
    cache.close()


def test_storing_again_replaces(tmp_path: Path) -> None:
    cache = Artifacts(tmp_path / "a.sqlite", 1)
    cache.store_prepared("key", b"old")
    cache.store_prepared("key", b"new")
    assert cache.prepared("key") == b"new"
    cache.close()


def test_more_texts_than_a_statement_takes(tmp_path: Path) -> None:
    texts = [f"글 {number}" for number in range(1203)]
    vectors = np.arange(1203 * 2, dtype=np.float32).reshape(-1, 2)
    cache = Artifacts(tmp_path / "a.sqlite", 1)
    cache.store_vectors("model", texts, vectors)
    found = cache.vectors("model", [*texts, *texts[:3]])
    np.testing.assert_array_equal(np.stack([found[text] for text in texts]), vectors)
    cache.close()


def test_a_sweep_forgets_what_no_kept_version_used(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    for version in (1, 2, 3):
        cache = Artifacts(path, version)
        cache.store_prepared(f"key {version}", b"data")
        cache.store_vectors("model", [f"text {version}"], np.ones((1, 2), np.float32))
        cache.store_terms("kiwi", [f"text {version}"], [Terms([], [])])
        if version == 3:  # a hit is a use
            assert cache.prepared("key 1") == b"data"
            assert set(cache.vectors("model", ["text 1"])) == {"text 1"}
            assert set(cache.terms("kiwi", ["text 1"])) == {"text 1"}
            cache.sweep(3)
        cache.close()
    cache = Artifacts(path, 4)
    assert [cache.prepared(f"key {version}") for version in (1, 2, 3)] == [b"data", None, b"data"]
    texts = ["text 1", "text 2", "text 3"]
    assert set(cache.vectors("model", texts)) == {"text 1", "text 3"}
    assert set(cache.terms("kiwi", texts)) == {"text 1", "text 3"}
    cache.close()


def test_what_was_stored_survives_a_process_that_never_closes(tmp_path: Path) -> None:
    cache = Artifacts(tmp_path / "a.sqlite", 1)
    cache.store_prepared("key", b"data")
    cache.store_vectors("model", ["text"], np.ones((1, 2), np.float32))
    reader = sqlite3.connect(tmp_path / "a.sqlite")
    assert reader.execute("SELECT count(*) FROM prepared").fetchone() == (1,)
    assert reader.execute("SELECT count(*) FROM vectors").fetchone() == (1,)
    reader.close()
    cache.close()


def test_threads_share_it(tmp_path: Path) -> None:
    cache = Artifacts(tmp_path / "a.sqlite", 1)
    rows = np.arange(400, dtype=np.float32).reshape(200, 2)

    def store(first: int) -> None:
        for number in range(first, first + 100):
            cache.store_vectors("model", [f"text {number}"], rows[number : number + 1])
            cache.store_prepared(f"key {number}", b"data")
            assert cache.prepared(f"key {number}") == b"data"

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(store, [0, 100]))
    found = cache.vectors("model", [f"text {number}" for number in range(200)])
    np.testing.assert_array_equal(np.stack([found[f"text {number}"] for number in range(200)]), rows)
    cache.close()


def test_a_cache_of_an_older_layout_goes_on(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "a.sqlite")
    for table in ("vectors", "terms"):
        old.execute(
            f"CREATE TABLE {table} (maker TEXT, text_hash BLOB, data BLOB NOT NULL, used INTEGER NOT NULL, "
            "PRIMARY KEY (maker, text_hash)) WITHOUT ROWID"
        )
    vector = np.array([[1, 2]], np.float32)
    old.execute("INSERT INTO vectors VALUES (?, ?, ?, 1)", ("model", text_hash("old"), vector.tobytes()))
    old.commit()
    old.close()
    cache = Artifacts(tmp_path / "a.sqlite", 2)
    cache.store_vectors("model", ["new", "old"], np.array([[3, 4], [5, 6]], np.float32))
    assert {text: row.tolist() for text, row in cache.vectors("model", ["old", "new"]).items()} == {
        "new": [3, 4],
        "old": [5, 6],
    }
    cache.close()


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be read as one" * 50, b"SQLite format 3\x00" * 90]
)
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "artifacts.sqlite"
    path.write_bytes(content)
    with pytest.raises(CorruptIndexError) as error:
        Artifacts(path, 1)
    assert str(path) in error.value.message
    assert error.value.remedy == "Delete that file; the next build makes it anew."
