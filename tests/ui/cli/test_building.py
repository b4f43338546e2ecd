"""``course-rag build``: the report in words and as JSON."""

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_the_report_as_json_is_the_contract(cli: Run, files: Path, tmp_path: Path) -> None:
    (files / "empty.md").write_bytes(b"")
    (files / "copy.md").write_text(
        (files / "deep-learning/optimisation.md").read_text("utf-8") + "\npassword: hunter22x!\n", encoding="utf-8"
    )
    result = cli("build", files, "--json", "--index", tmp_path / "new")
    assert result.code == 0
    report = result.json
    assert list(report) == ["version", "files", "chunks", "duplicates", "masked", "took_s"]
    assert report["version"] == 1
    assert list(report["files"]) == ["indexed", "unchanged", "skipped"]
    assert (report["files"]["indexed"], report["files"]["unchanged"]) == (5, 0)
    assert [(skip["source"], sorted(skip)) for skip in report["files"]["skipped"]] == [("empty.md", ["source", "why"])]
    assert isinstance(report["chunks"], int)
    assert [sorted(each) for each in report["duplicates"]] == [["kept", "similarity", "source"]] * 2
    assert {each["source"] for each in report["duplicates"]} == {"deep-learning/optimisation.md"}
    assert report["masked"] == {"password": 1}
    assert isinstance(report["took_s"], float)


def test_the_report_in_words(cli: Run, files: Path, tmp_path: Path) -> None:
    (files / "slides.odp").write_bytes(b"PK")
    (files / "secret.md").write_text("# Access\n\npassword: hunter22x!", encoding="utf-8")
    result = cli("build", files, "--index", tmp_path / "new")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].startswith("Version 1: 5 files (5 read, 0 unchanged), 8 passages (8 newly embedded), ")
    assert re.fullmatch(r"Embedded on cpu: [\d,]+ tokens/s, 0% padding, [\d,]+ MiB, 1 batch", lines[1])
    assert lines[2:] == [
        "Masked: 1 password (secret.md: 1)",
        "Skipped: 1",
        "  slides.odp: the format .odp is not read yet: save it as .pptx or PDF",
    ]
    assert result.err == ""
    again = cli("build", files, "--index", tmp_path / "new")
    lines = again.out.splitlines()
    assert lines[0] == "Nothing has changed; version 1 stays in service."
    assert lines[1].startswith("Version 1: 5 files (0 read, 5 unchanged), 8 passages (0 newly embedded), ")
    assert not any("Embedded on" in line for line in lines)


def test_many_skipped_files_are_cut_short_in_words_and_whole_in_status(cli: Run, files: Path, tmp_path: Path) -> None:
    for number in range(25):
        (files / f"{number:02d}.pdf").write_bytes(b"PK")
    lines = cli("build", files, "--index", tmp_path / "new").out.splitlines()
    assert lines[2] == "Skipped: 25"
    assert len(lines) == 3 + 20 + 1
    assert lines[-1] == "  … and 5 more; all of them: course-rag status --json"
    status = cli("status", "--json", "--index", tmp_path / "new").json
    assert [skip["source"] for skip in status["report"]["files"]["skipped"]] == [f"{n:02d}.pdf" for n in range(25)]


def test_incremental_full_and_without_paths(cli: Run, files: Path, index: Path) -> None:
    same = cli("build", files, "--index", index, "--json").json
    assert (same["version"], same["files"]["indexed"], same["files"]["unchanged"]) == (1, 0, 4)
    path = files / "rag/02-evaluation.md"
    path.write_text(path.read_text("utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    changed = cli("build", files, "--index", index, "--json").json
    assert (changed["version"], changed["files"]["indexed"], changed["files"]["unchanged"]) == (2, 1, 3)
    path.unlink()
    pathless = cli("build", "--index", index, "--json").json
    assert (pathless["version"], pathless["files"]["indexed"], pathless["files"]["unchanged"]) == (3, 0, 3)
    full = cli("build", "--full", "--index", index, "--json").json
    assert (full["version"], full["files"]["indexed"], full["files"]["unchanged"]) == (4, 3, 0)


def test_sources_are_relative_and_nfc(cli: Run, tmp_path: Path) -> None:
    folder = tmp_path / "course" / unicodedata.normalize("NFD", "둘째 주")
    folder.mkdir(parents=True)
    name = unicodedata.normalize("NFD", "강의노트.md")
    (folder / name).write_text("# 역전파\n\n역전파는 연쇄 법칙이다.", encoding="utf-8")
    cli("build", tmp_path / "course", "--index", tmp_path / "one")
    hit = cli("search", "역전파", "--index", tmp_path / "one", "--json").json["hits"][0]
    assert hit["source"] == unicodedata.normalize("NFC", "둘째 주/강의노트.md")
    cli("build", folder / name, "--index", tmp_path / "two")
    asked = cli("ask", "역전파는 무엇인가요?", "--index", tmp_path / "two", "--json").json
    assert asked["citations"][0]["source"] == unicodedata.normalize("NFC", "강의노트.md")


def test_several_paths_and_globs(cli: Run, files: Path, tmp_path: Path) -> None:
    result = cli("build", files / "rag", files / "deep-learning" / "*.txt", "--index", tmp_path / "new", "--json")
    assert result.json["files"]["indexed"] == 3
    documents = cli("status", "--index", tmp_path / "new", "--json").json["documents"]
    assert documents == ["01-검색.md", "02-evaluation.md", "신경망.txt"]


@pytest.mark.slow
def test_as_a_process_nothing_but_json_is_on_stdout(process: Run, files: Path, tmp_path: Path) -> None:
    (files / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage" * 200)
    result = process("build", files, "--index", tmp_path / "new", "--json")
    assert result.code == 0
    assert json.loads(result.out)["files"]["indexed"] == 4
    assert [skip["source"] for skip in result.json["files"]["skipped"]] == ["broken.pdf"]
    assert result.err == ""  # no bars where nobody watches, no noise of libraries


def test_ctrl_c_leaves_the_index_as_it_was(cli: Run, files: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(function: object, jobs: object) -> object:
        raise KeyboardInterrupt

    (files / "new.md").write_text("# New\n\nA new file.\n", encoding="utf-8")
    monkeypatch.setattr("ingest.build.ProcessMap", lambda *limits: interrupted)
    stopped = cli("build", files, "--index", index)
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.startswith("Stopped: the index is as it was.")
    assert cli("status", "--json", "--index", index).json["version"] == 1
