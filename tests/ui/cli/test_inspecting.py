"""``course-rag inspect``: every format of the sample course, told errors, no secret shown."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.workers import serial_map

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
FILES = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and not path.name.startswith("."))
UNIT = {"kind", "heading", "page", "cell", "label", "start", "end", "tokens", "text"}
CHUNK = UNIT | {"place", "embedded_tokens", "lead", "begins", "ends"}
SECRET = "hunter22x!"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.inspection.ProcessMap", lambda *limits: serial_map)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    items = "\n".join(f"- 단계 {number}은 자료를 조금 더 읽고 값을 고치는 일이다." for number in range(60))
    path.write_text(
        f"# 검색\n\npassword: {SECRET}\n\n[링크](https://example.org/a)를 보라.\n\n"
        f"## 순서\n\n순서는 다음과 같다.\n\n{items}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_format_is_shown_as_it_is_built(cli: Callable[..., Any], path: Path) -> None:
    seen = cli("inspect", path, "--json").json
    assert seen["source"] == unicodedata.normalize("NFC", path.name)
    assert all(set(unit) == UNIT for unit in seen["units"])
    assert all(set(chunk) == CHUNK for chunk in seen["chunks"])
    assert seen["chunks"]
    assert seen["chunks"][0]["begins"] == "start of the document"
    assert seen["chunks"][-1]["ends"] == "end of the document"
    for before, after in zip(seen["chunks"], seen["chunks"][1:], strict=False):
        assert before["ends"] == after["begins"]
        assert before["end"] <= after["start"]
    for chunk in seen["chunks"]:
        assert chunk["end"] - chunk["start"] == len(chunk["text"])
        assert 0 < chunk["tokens"] <= seen["max_tokens"] * 1.5
        assert chunk["tokens"] <= chunk["embedded_tokens"]


def test_it_tells_sizes_borders_leads_and_what_was_masked(cli: Callable[..., Any], notes: Path) -> None:
    seen = cli("inspect", notes, "--json").json
    assert (seen["title"], seen["links"], seen["masked"]) == ("검색", 1, {"password": 1})
    listed = [chunk for chunk in seen["chunks"] if chunk["heading"] == ["검색", "순서"]]
    assert len(listed) > 2
    assert [chunk["lead"] for chunk in listed[1:]] == ["순서는 다음과 같다."] * (len(listed) - 1)
    assert [chunk["begins"] for chunk in listed] == ["new section"] + ["full, within a list"] * (len(listed) - 1)
    told = cli("inspect", notes)
    assert told.code == 0
    assert "notes.md › 검색 › 순서" in told.out
    assert "begins: new section; ends: full, within a list" in told.out
    assert "lead: 순서는 다음과 같다." in told.out
    assert "Masked: 1 password" in told.out
    assert SECRET not in told.out


def test_the_passages_are_those_of_a_build(cli: Callable[..., Any], notes: Path, tmp_path: Path) -> None:
    cli("build", notes, "--index", tmp_path / "index")
    hits = cli("search", "순서는 단계 값", "-k", "50", "--index", tmp_path / "index", "--json").json["hits"]
    shown = {(chunk["text"], chunk["start"]) for chunk in cli("inspect", notes, "--json").json["chunks"]}
    assert hits
    assert {(hit["text"], hit["start"]) for hit in hits} <= shown


def test_settings_count(cli: Callable[..., Any], notes: Path, tmp_path: Path) -> None:
    config = tmp_path / "small.toml"
    config.write_text("[chunk]\nmax_tokens = 64\n", encoding="utf-8")
    seen = cli("inspect", notes, "--json", "--config", config).json
    assert seen["max_tokens"] == 64
    assert 32 < max(chunk["tokens"] for chunk in seen["chunks"]) <= 64


def test_a_terminal_cannot_be_steered(cli: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("red \x1b[31mtext\x1b[0m and \u202eback\n", encoding="utf-8")
    told = cli("inspect", path)
    assert told.code == 0
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.md", b"", "empty.md"),
        ("broken.ipynb", b"{", "notebook"),
        ("data.xyz", b"text", "data.xyz"),
        ("missing.md", None, "does not exist"),
    ],
)
def test_what_cannot_be_read_is_told(
    cli: Callable[..., Any], tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for options in ([], ["--json"]):
        ran = cli("inspect", tmp_path / name, *options)
        assert (ran.code, ran.out) == (1, "")
        assert told in ran.err
        assert "→" in ran.err


def test_a_folder_is_told(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("inspect", tmp_path)
    assert ran.code == 1
    assert "is a folder" in ran.err
    assert "course-rag build FOLDER" in ran.err


def test_a_file_that_takes_too_long_is_stopped(process: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("과적합은 훈련 자료를 외우는 것이다. " * 200_000, encoding="utf-8")
    ran = process("inspect", path, env={"COURSE_RAG_PARSE__TIMEOUT_S": "0.5"})
    assert ran.code == 1
    assert "it took longer than 0.5 s" in ran.err
