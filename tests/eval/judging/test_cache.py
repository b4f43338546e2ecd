"""The judge's answers on disk: kept, found, and not lost with a damaged file."""

import sqlite3
from pathlib import Path

import pytest

from eval.judging.cache import AnswerCache, Known, cache_key
from rag.errors import InputError

KNOWN = Known('{"질문": "무엇인가?"}', 100, 20)


def test_an_answer_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cache.sqlite"
    with AnswerCache(path) as cache:
        cache.put("key", "openai:rules", KNOWN)
        assert cache.get("other") is None
    with AnswerCache(path) as cache:
        assert (cache.get("key"), cache.notes) == (KNOWN, [])
        cache.forget("key")
        assert cache.get("key") is None
    assert [each.name for each in path.parent.iterdir()] == ["cache.sqlite"]


def test_an_answer_is_on_disk_at_once(tmp_path: Path) -> None:
    """Another process sees it while the first is still there."""
    with AnswerCache(tmp_path / "cache.sqlite") as cache, AnswerCache(tmp_path / "cache.sqlite") as other:
        cache.put("key", "openai:rules", KNOWN)
        assert other.get("key") == KNOWN


def test_a_key_is_of_judge_server_prompt_shape_and_turn() -> None:
    said = ("openai:a", "http://b/v1", "prompt", "Shape")
    keys = {cache_key(*said[:at], "other", *said[at + 1 :], 0) for at in range(4)}
    keys |= {cache_key(*said, 0), cache_key(*said, 1)}
    assert len(keys) == 6
    assert cache_key(*said, 0) == cache_key(*said, 0)
    assert len(cache_key("openai:a", "", "half a character: \ud800", "Shape", 0)) == 64


@pytest.mark.parametrize("content", [b"no database at all", b"\x00" * 5000])
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(content)
    with AnswerCache(path) as cache:
        assert len(cache.notes) == 1
        assert "was damaged" in cache.notes[0]
        assert "cache.sqlite.damaged-1" in cache.notes[0]
        cache.put("key", "openai:rules", KNOWN)
    assert (tmp_path / "cache.sqlite.damaged-1").read_bytes() == content
    path.write_bytes(content)
    AnswerCache(path).__exit__(None, None, None)
    assert (tmp_path / "cache.sqlite.damaged-2").read_bytes() == content


def test_what_can_be_read_of_a_damaged_file_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with AnswerCache(path) as cache:
        for number in range(300):
            cache.put(f"key {number:04}", "openai:rules", Known(f"answer {number}" * 60, number, number))
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half : half + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    with AnswerCache(path) as cache:
        assert "was damaged" in cache.notes[0]
        known = [number for number in range(300) if cache.get(f"key {number:04}")]
        assert f"and {len(known)} answers" in cache.notes[0]
        assert 50 < len(known) < 300
        for number in known:
            assert cache.get(f"key {number:04}") == Known(f"answer {number}" * 60, number, number)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="another program's"):
        AnswerCache(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "cache.sqlite"):
        with pytest.raises(InputError, match="cannot be used") as told:
            AnswerCache(path)
        assert "--cache" in told.value.remedy
