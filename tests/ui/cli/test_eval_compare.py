"""``eval compare`` as a command: what it prints, and when it fails a pipeline."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.questions import Question
from eval.records import FORMAT, Passage, Row, Run
from eval.run import save_run

Cli = Callable[..., Any]


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Run A finds the source of 24 questions, run B of 12."""
    paths = []
    for name, lost in (("a", 0), ("b", 12)):
        rows = tuple(
            Row(
                Question(f"q{at}", f"Question {at}?", lang="en", tags=(f"t{at % 2}",), sources=("a.md",)),
                (Passage("b.md" if at < lost else "a.md", "x"),),
            )
            for at in range(24)
        )
        run = Run(FORMAT, "2025-01-01T00:00:00+00:00", "set.jsonl", "", False, 1, {}, {}, {}, rows)
        save_run(run, tmp_path / name / "run.json")
        paths.append(tmp_path / name)
    return paths[0], paths[1]


def test_a_comparison_says_metrics_slices_and_flips(cli: Cli, runs: tuple[Path, Path]) -> None:
    result = cli("eval", "compare", *runs)
    assert (result.code, result.err) == (0, "")
    assert "**On 24 questions B is worse in recall@1 (-0.500" in result.out
    row = next(line for line in result.out.splitlines() if line.startswith("| recall@1 "))
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert cells[:5] == ["recall@1", "24", "1.000", "0.500", "-0.500"]
    assert (cells[6], cells[-1]) == ("0 / 12 / 12", "**B is worse**")
    assert "| tag=t0 | recall@1 | 12 |" in result.out
    assert "## Questions that flipped: 12" in result.out
    assert "## Gates" not in result.out


def test_json_has_all_of_it(cli: Cli, runs: tuple[Path, Path]) -> None:
    found = cli("eval", "compare", *runs, "--json").json
    assert found["differences"]["hit@1"]["verdict"] == "B is worse"
    assert found["slices"]["tag=t1"]["hit@1"]["losses"] == 6
    assert (found["gates"], found["worse"], len(found["flips"])) == ({}, [], 12)


def test_a_gate_that_b_fails_ends_with_1_and_one_sentence(cli: Cli, runs: tuple[Path, Path]) -> None:
    result = cli("eval", "compare", *runs, "--fail-if-worse", "recall@1", "--fail-if-worse", "mrr", "--json")
    assert result.code == 1
    assert result.json["worse"] == ["recall@1", "mrr"]
    assert result.err.startswith("error: B is worse in recall@1 (-0.500 [")
    assert len(result.err.splitlines()) == 2
    assert "## Gates" in cli("eval", "compare", *runs, "--fail-if-worse", "mrr").out


def test_a_gate_that_b_passes_ends_with_0(cli: Cli, runs: tuple[Path, Path]) -> None:
    better = cli("eval", "compare", runs[1], runs[0], "--fail-if-worse", "recall@1")
    same = cli("eval", "compare", runs[0], runs[0], "--fail-if-worse", "recall@1")
    assert (better.code, better.err) == (same.code, same.err) == (0, "")


def test_an_unknown_gate_is_a_told_error(cli: Cli, runs: tuple[Path, Path]) -> None:
    result = cli("eval", "compare", *runs, "--fail-if-worse", "recal@1")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: No question has a value of recal@1 in both runs.\n  → Name one of: recall@1")


def test_reports_are_written_where_it_is_said(cli: Cli, runs: tuple[Path, Path], tmp_path: Path) -> None:
    result = cli("eval", "compare", *runs, "--out", tmp_path / "out")
    assert result.code == 0
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert sorted(written) == ["comparison.html", "comparison.json", "comparison.md"]
    assert result.out.startswith(written["comparison.md"].rstrip())
    assert json.loads(written["comparison.json"]) == cli("eval", "compare", *runs, "--json").json
    assert "B is worse in recall@1" in written["comparison.html"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = cli("eval", "compare", *runs, "--out", tmp_path / "file")
    assert (refused.code, refused.out) == (1, "")
    assert "cannot be written" in refused.err
