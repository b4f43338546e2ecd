"""``eval sweep`` as a command; what it computes is tested with ``eval``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [
        {
            "id": "q1",
            "user_input": "What does faithfulness measure?",
            "reference_contexts": ["how many claims of an answer are supported"],
            "source": "rag/02-evaluation.md",
        },
        {
            "id": "q2",
            "user_input": "청킹은 무엇인가요?",
            "reference_contexts": ["청킹은 문서를 작은 조각으로 나누는 일이다."],
            "source": "rag/01-검색.md",
        },
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_sweep_of_retrieval_settings(cli: Cli, index: Path, questions: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.toml"
    grid.write_text('[retrieval]\nmode = ["keyword", "hybrid"]\n', encoding="utf-8")
    options = ("--grid", grid, "--set", "retrieval.k=1,5", "--index", index)
    result = cli("eval", "sweep", questions, *options, "--out", tmp_path / "out", "--json")
    assert (result.code, result.err) == (0, "")
    assert [each["settings"] for each in result.json["trials"]] == [
        {"retrieval.mode": mode, "retrieval.k": k} for mode in ("keyword", "hybrid") for k in (1, 5)
    ]
    assert result.json["base"] == 4
    assert [each["quality"] for each in result.json["trials"]] == [1.0] * 4
    assert result.json["sweep"] == str(tmp_path / "out" / "sweep.json")
    assert (tmp_path / "out" / "sweep.html").read_text("utf-8").startswith("<!doctype html>")
    told = cli("eval", "sweep", questions, *options)
    assert told.out.startswith("# Sweep of 4 settings on set.jsonl")
    assert "Written: data/runs/" in told.out


def test_no_threshold_is_a_value_even_where_a_file_sets_one(
    cli: Cli, index: Path, questions: Path, tmp_path: Path
) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[retrieval]\nthreshold = 1000000.0\n", encoding="utf-8")
    options = ("--index", index, "--config", config, "--out", tmp_path / "out", "--json")
    result = cli("eval", "sweep", questions, "--set", "retrieval.threshold=none,1e6", *options)
    assert [each["quality"] for each in result.json["trials"]] == [1.0, 0.0]
    assert result.json["base"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "There is nothing to sweep."),
        (("--set", "retrieval.kk=1"), "There is no setting retrieval.kk."),
        (("--set", "retrieval.k=0"), "k is wrong"),
        (("--set", "llm.model=a"), "llm.model cannot be swept"),
        (("--set", "retrieval.k=1", "--metric", "best"), "has a value of best"),
        (("--grid", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_what_cannot_be_swept_is_told(
    cli: Cli, index: Path, questions: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = cli("eval", "sweep", questions, *options, "--index", index, "--out", tmp_path / "out")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert message in result.err
    assert not (tmp_path / "out").exists()


def test_without_index_and_documents_the_first_step_is_told(cli: Cli, questions: Path, tmp_path: Path) -> None:
    for values in ("retrieval.k=1,2", "chunk.max_tokens=64,128"):
        result = cli("eval", "sweep", questions, "--set", values, "--index", tmp_path / "none")
        assert (result.code, result.out) == (1, "")
        assert "course-rag build" in result.err
