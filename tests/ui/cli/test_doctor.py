"""``doctor``, as processes: it looks at torch, which takes a while to import."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from rag.settings import Settings

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


def test_a_sound_index(process: Run, index: Path) -> None:
    result = process("doctor", "--json", "--index", index)
    assert (result.code, result.err) == (0, "")
    facts = result.json
    assert list(facts) == ["course_rag", "libraries", "device", "embedder", "llm", "reading", "settings", "index"]
    assert facts["course_rag"] == version("course-rag")
    assert set(facts["libraries"]) == {"base", "cpu", "gpu", "formats", "neural", "llm", "eval"}
    assert facts["libraries"]["base"]["kiwipiepy"] == version("kiwipiepy")
    assert set(facts["settings"]) == set(Settings.model_fields)
    assert (facts["index"]["sound"], facts["index"]["version"], facts["index"]["chunks"]) == (True, 1, 7)
    assert facts["llm"] == "extractive"
    assert set(facts["reading"]) == {"ocr", "speech"}


def test_no_index_is_no_fault(process: Run, tmp_path: Path) -> None:
    result = process("doctor", "--index", tmp_path / "none")
    assert result.code == 0
    assert f"index {tmp_path / 'none'}: There is no index in {tmp_path / 'none'}." in result.out
    assert "  → Build one: course-rag build" in result.out


def test_a_damaged_index_is_exit_code_1(process: Run, index: Path) -> None:
    path = index / "versions/1/chunks.sqlite"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    result = process("doctor", "--json", "--index", index)
    assert result.code == 1
    assert result.json["index"]["sound"] is False
    assert "damaged" in result.json["index"]["problem"]
    assert "course-rag build" in result.json["index"]["remedy"]
