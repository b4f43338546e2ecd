"""The builder's cache: what goes in comes out, what is not used goes, damage is told."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from ingest.artifacts import Artifacts
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
