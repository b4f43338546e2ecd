"""``status``, ``versions``, ``diff`` and ``rollback``: words, JSON, and what is in service afterwards."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
DOCUMENTS = ["deep-learning/optimisation.md", "deep-learning/신경망.txt", "rag/01-검색.md", "rag/02-evaluation.md"]


@pytest.fixture
def two(cli: Run, files: Path, index: Path) -> Path:
    """An index with a second version: one file more, one changed, one gone."""
    (files / "new.md").write_text("# 정규화\n\n정규화는 과적합을 줄인다.", encoding="utf-8")
    path = files / "deep-learning/optimisation.md"
    path.write_text(path.read_text("utf-8").replace("random neurons", "some neurons"), encoding="utf-8")
    (files / "deep-learning/신경망.txt").unlink()
    assert cli("build", files, "--index", index).code == 0
    return index


def test_status_json(cli: Run, index: Path) -> None:
    result = cli("status", "--json", "--index", index)
    assert (result.code, result.err) == (0, "")
    status = result.json
    assert list(status) == [
        "index",
        "version",
        "created",
        "documents",
        "chunks",
        "embedder",
        "analyzer",
        "vectors",
        "roots",
        "report",
    ]
    assert (status["index"], status["version"], status["chunks"]) == (str(index), 1, 7)
    assert status["documents"] == DOCUMENTS
    assert datetime.fromisoformat(status["created"]).utcoffset() is not None
    assert list(status["report"]) == ["version", "files", "chunks", "duplicates", "masked", "took_s"]
    assert "@" in status["embedder"]
    assert status["vectors"] == {"kind": "flat", "parameters": {}, "recall": 1.0, "queries": 0, "notes": []}


def test_status_in_words(cli: Run, index: Path) -> None:
    lines = cli("status", "--index", index).out.splitlines()
    assert lines[0].startswith(f"{index}: version 1 of 2")
    assert lines[1].startswith("4 documents, 7 passages, embedder ")
    assert lines[2] == "vectors: flat, exact"
    assert lines[3:] == [f"  {name}" for name in DOCUMENTS]


def test_versions(cli: Run, two: Path) -> None:
    rows = cli("versions", "--json", "--index", two).json
    assert [list(row) for row in rows] == [["version", "created", "documents", "chunks", "current"]] * 2
    assert [(row["version"], row["documents"], row["current"]) for row in rows] == [(1, 4, False), (2, 4, True)]
    lines = cli("versions", "--index", two).out.splitlines()
    assert [line[:6] for line in lines] == ["     1", "*    2"]


def test_diff(cli: Run, two: Path) -> None:
    result = cli("diff", "--json", "--index", two)
    assert result.json == {
        "old": 1,
        "new": 2,
        "sources_added": ["new.md"],
        "sources_removed": ["deep-learning/신경망.txt"],
        "sources_changed": ["deep-learning/optimisation.md"],
        "chunks_added": 2,
        "chunks_removed": 2,
        "chunks_unchanged": 5,
    }
    assert list(result.json)[:2] == ["old", "new"]
    assert cli("diff", "1", "2", "--json", "--index", two).json == result.json
    assert cli("diff", "--index", two).out.splitlines() == [
        "Version 1 → 2",
        "  + new.md",
        "  - deep-learning/신경망.txt",
        "  ~ deep-learning/optimisation.md",
        "Passages: 2 added, 2 removed, 5 unchanged",
    ]
    assert cli("diff", "2", "1", "--index", two).out.splitlines()[-1] == "Passages: 2 added, 2 removed, 5 unchanged"


def test_rollback_and_forth(cli: Run, two: Path) -> None:
    assert cli("search", "정규화", "--json", "--index", two).json["hits"][0]["source"] == "new.md"
    assert cli("rollback", "--json", "--index", two).json == {"version": 1, "previous": 2}
    assert cli("status", "--json", "--index", two).json["version"] == 1
    assert "new.md" not in {hit["source"] for hit in cli("search", "정규화", "--json", "--index", two).json["hits"]}
    assert cli("rollback", "2", "--index", two).out == "Version 2 is in service; it was 1.\n"
    assert cli("status", "--json", "--index", two).json["version"] == 2


@pytest.mark.parametrize("command", [("diff", "1", "9"), ("rollback", "9"), ("diff", "9")])
def test_versions_that_are_not_there(cli: Run, two: Path, command: tuple[str, ...]) -> None:
    result = cli(*command, "--index", two)
    assert (result.code, result.out) == (1, "")
    assert result.err == "error: There is no version 9; there are: 1, 2.\n  → Name one of them.\n"
    assert cli("status", "--json", "--index", two).json["version"] == 2


@pytest.mark.parametrize("command", ["diff", "rollback"])
def test_nothing_before_the_first(cli: Run, index: Path, command: str) -> None:
    result = cli(command, "--index", index)
    assert (result.code, result.out) == (1, "")
    assert "There is no version before 1." in result.err


@pytest.mark.parametrize("command", ["status", "versions", "diff", "rollback", "chat"])
def test_no_index(cli: Run, tmp_path: Path, command: str) -> None:
    result = cli(command, "--index", tmp_path / "none")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"error: There is no index in {tmp_path / 'none'}.\n  → Build one: course-rag build FOLDER_WITH_DOCUMENTS\n"
    )
    assert not (tmp_path / "none").exists()


def test_a_version_of_an_older_format_is_listed_and_not_searched(cli: Run, files: Path, index: Path) -> None:
    path = index / "versions/1/manifest.json"
    path.write_text(path.read_text("utf-8").replace('"format": 2', '"format": 1', 1), encoding="utf-8")
    for command in (["search", "dropout"], ["status"], ["duplicates"], ["ask", "dropout"]):
        result = cli(*command, "--index", index)
        assert (result.code, result.out) == (1, "")
        assert "has index format 1; this course-rag reads format 2" in result.err
        assert "course-rag build" in result.err
    assert cli("build", files, "--index", index).code == 0
    assert cli("search", "dropout", "--index", index).code == 0
    assert [(row["version"], row["current"]) for row in cli("versions", "--json", "--index", index).json] == [
        (1, False),
        (2, True),
    ]
    assert cli("rollback", "1", "--index", index).code == 1
