"""What a user can get wrong: one sentence and its remedy on stderr, exit code 1, and the old version still serves."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.publish import builder_lock
from rag.index.folder import IndexFolder

Run = Callable[..., Any]


def assert_told(result: Any, *said: str) -> None:
    """One sentence, one remedy, nothing on stdout."""
    assert (result.code, result.out) == (1, "")
    lines = result.err.splitlines()
    assert len(lines) == 2, result.err
    assert lines[0].startswith("error: ")
    assert lines[0].rstrip().endswith((".", "?"))
    assert lines[1].startswith("  → ")
    assert len(lines[1]) > 10
    for words in said:
        assert words in result.err, result.err


def assert_still_serves(cli: Run, index: Path) -> None:
    answer = cli("ask", "What does faithfulness measure?", "--json", "--index", index)
    assert (answer.code, answer.json["refused"]) == (0, False)
    assert cli("status", "--json", "--index", index).json["version"] == 1


@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_a_missing_path(cli: Run, files: Path, index: Path, tmp_path: Path, json_option: tuple[str, ...]) -> None:
    result = cli("build", files, tmp_path / "nowhere", "--index", index, *json_option)
    assert_told(result, f"{tmp_path / 'nowhere'} does not exist.")
    assert_still_serves(cli, index)


def test_a_glob_that_matches_nothing(cli: Run, index: Path, tmp_path: Path) -> None:
    assert_told(cli("build", tmp_path / "*.none", "--index", index), "Nothing matches")


def test_a_folder_without_documents(cli: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_told(cli("build", tmp_path / "empty", "--index", index), "There are no documents in")
    (tmp_path / "empty" / "photo.jpg").write_bytes(b"\xff\xd8")
    assert_told(cli("build", tmp_path / "empty", "--index", index), "photo.jpg", ".jpg")
    assert_still_serves(cli, index)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported_and_the_others_are_read(cli: Run, files: Path, tmp_path: Path) -> None:
    (files / "rag/01-검색.md").chmod(0)
    result = cli("build", files, "--index", tmp_path / "new", "--json")
    assert result.json["files"]["indexed"] == 3
    assert [skip["source"] for skip in result.json["files"]["skipped"]] == ["rag/01-검색.md"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("garbage.pdf", b"\x00\x01garbage" * 200),
        ("truncated.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"),
        ("broken.ipynb", b'{"cells": ['),
        ("binary.txt", bytes(range(256)) * 20),
        ("blank.md", b" \n\n"),
    ],
)
def test_a_bad_file_costs_one_line_and_alone_it_is_told(
    cli: Run, files: Path, index: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / name).write_bytes(content)
    assert_told(cli("build", tmp_path / "alone", "--index", index), name)
    assert_told(cli("build", tmp_path / "alone" / name, "--index", index), name)
    (files / name).write_bytes(content)
    result = cli("build", files, "--index", index)
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[-2] == "Skipped: 1"
    assert lines[-1].startswith(f"  {name}: ")
    assert result.err == ""


@pytest.mark.parametrize(
    "name", ["CURRENT", "versions/1/manifest.json", "versions/1/chunks.sqlite", "versions/1/vectors.faiss"]
)
@pytest.mark.parametrize("damage", ["missing", "garbage"])
def test_a_corrupt_index(cli: Run, index: Path, name: str, damage: str) -> None:
    path = index / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"garbage")
    for command in (("ask", "question"), ("search", "question", "--json"), ("chat",)):
        assert_told(cli(*command, "--index", index), "course-rag ")


def test_the_remedies_for_a_corrupt_index_work(cli: Run, files: Path, index: Path) -> None:
    (files / "new.md").write_text("# New\n\nText.", encoding="utf-8")
    assert cli("build", files, "--index", index).code == 0
    (index / "versions/2/chunks.sqlite").write_bytes(b"garbage")
    told = cli("ask", "question", "--index", index)
    assert_told(told, "course-rag rollback 1", "course-rag build FOLDER --full")
    assert cli("rollback", "1", "--index", index).code == 0
    assert_still_serves(cli, index)
    (index / "CURRENT").write_text("two", encoding="utf-8")
    assert_told(cli("status", "--index", index), "course-rag rollback 2")
    assert_told(cli("rollback", "2", "--index", index), "damaged")
    assert cli("build", files, "--full", "--index", index).code == 0
    assert cli("ask", "What does faithfulness measure?", "--json", "--index", index).json["refused"] is False


def test_a_rollback_mends_current(cli: Run, index: Path) -> None:
    (index / "CURRENT").write_text("two", encoding="utf-8")
    assert_told(cli("status", "--index", index), "course-rag rollback 1")
    assert cli("rollback", "1", "--index", index, "--json").json == {"version": 1, "previous": None}
    assert_still_serves(cli, index)
    (index / "CURRENT").unlink()
    assert cli("rollback", "1", "--index", index).out == "Version 1 is in service; it was none that could be read.\n"
    assert_still_serves(cli, index)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mode", "fuzzy"), ("mode", "'hybrid', 'similarity', 'mmr' or 'keyword'")),
        (("-k", "0"), ("k",)),
        (("--llm", "gpt"), ("'gpt' is not a language model", "PROVIDER:MODEL")),
        (("--llm", "nobody:model"), ("nobody",)),
        (("--llm", "openai:"), ("'openai:' is not a language model",)),
    ],
)
def test_a_wrong_value(cli: Run, index: Path, arguments: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert_told(cli("ask", "question", *arguments, "--index", index), *said)


def test_a_missing_key(cli: Run, index: Path) -> None:
    assert_told(cli("ask", "What is chunking?", "--llm", "openai:gpt-5-mini", "--index", index), "OPENAI_API_KEY")


@pytest.mark.parametrize("question", ["", "  \n"])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question(cli: Run, index: Path, command: str, question: str) -> None:
    assert_told(cli(command, question, "--index", index), "The question is empty.")


@pytest.mark.parametrize("question", ["?", "!!!", "ㅋㅋㅋ", "\udcff", "a" * 20_000, "검색 " * 3_000, "👩🏽‍🎓", "\x00"])
def test_an_odd_question_is_answered_or_refused(cli: Run, index: Path, question: str) -> None:
    result = cli("ask", question, "--json", "--index", index)
    assert result.code == 0, result.err
    assert isinstance(result.json["refused"], bool)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[retrieval]\nkk = 3\n", "There is no setting retrieval.kk."),
        ("[retreival]\nk = 3\n", "There is no setting retreival."),
        ('[retrieval]\nk = "many"\n', "The setting retrieval.k is wrong"),
        ("[retrieval\n", "is not valid TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_settings_file(cli: Run, index: Path, tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "wrong.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert_told(cli("status", "--config", path, "--index", index), said)
    assert_told(cli("--config", path, "status", "--index", index), said)


@pytest.mark.parametrize(
    ("name", "value"),
    [("COURSE_RAG_RETRIEVAL__K", "many"), ("COURSE_RAG_RETRIEVAL__KK", "1"), ("COURSE_RAG_RETRIEVAL", "not json")],
)
def test_a_wrong_environment_variable(
    cli: Run, index: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert_told(cli("status", "--index", index), "etrieval")


def test_an_unknown_embedder(
    cli: Run, files: Path, index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COURSE_RAG_EMBEDDER__MODEL", str(tmp_path / "model"))
    assert_told(cli("build", files, "--full", "--index", index), f"There is no model in {tmp_path / 'model'}.")
    (tmp_path / "model").mkdir()
    assert_told(cli("build", files, "--full", "--index", index), "config.json")
    monkeypatch.undo()
    assert_still_serves(cli, index)


@pytest.mark.slow
def test_an_unknown_embedder_by_its_name(process: Run, files: Path, tmp_path: Path) -> None:
    env = {"COURSE_RAG_EMBEDDER__MODEL": "nobody/no-such-model", "HF_HUB_OFFLINE": "1"}
    assert_told(process("build", files, "--index", tmp_path / "new", env=env), "nobody/no-such-model", "static-ko-en")


def test_a_build_beside_another(cli: Run, files: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_RAG_INDEX__LOCK_TIMEOUT_S", "0")
    with builder_lock(IndexFolder(index), 0):
        assert_told(cli("build", files, "--index", index), "Another build is working on")
        assert_told(cli("rollback", "1", "--index", index), "Another build is working on")
        assert_still_serves(cli, index)


def test_an_index_that_is_a_file(cli: Run, files: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert_told(cli("build", files, "--index", tmp_path / "file"), "cannot be written")
    assert_told(cli("ask", "question", "--index", tmp_path / "file"))


def test_a_damaged_build_cache(cli: Run, files: Path, index: Path) -> None:
    shutil.rmtree(files / "rag")
    (index / "artifacts.sqlite").write_bytes(b"garbage" * 999)
    assert_told(cli("build", files, "--index", index), "artifacts.sqlite", "Delete that file")
    assert_still_serves(cli, index)


def test_a_document_of_a_name_that_is_not_utf8(process: Run, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    try:
        (folder / "bad\udcff.md").write_text("# Bad\n\nA name that is not UTF-8.", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert process("build", folder, "--index", tmp_path / "new").code == 0
    status = process("status", "--index", tmp_path / "new")
    assert status.out.splitlines()[-1] == "  bad\ufffd.md"
