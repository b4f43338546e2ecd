"""The three reports lie beside the run; the JSON says everything the others say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.records import Run
from eval.reporting.files import write_reports
from eval.scoring import score
from rag.errors import InputError


def test_reports_are_written_and_written_anew(run: Run, tmp_path: Path) -> None:
    scores = score(run)
    for _ in range(2):
        reports = write_reports(run, scores, tmp_path / "new")
        assert sorted(each.name for each in (tmp_path / "new").iterdir()) == ["report.html", "report.json", "report.md"]
    assert reports.html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert reports.markdown.read_text(encoding="utf-8").startswith("# set.jsonl: 9 questions\n")


def test_the_json_has_values_gaps_curves_and_outcomes(run: Run, tmp_path: Path) -> None:
    told = json.loads(write_reports(run, score(run), tmp_path).json.read_text(encoding="utf-8"))
    assert told["run"]["question_set"] == "set.jsonl"
    assert told["run"]["questions"] == 9
    assert "rows" not in told["run"]
    assert told["outcomes"]["timid"] == 1
    assert told["means"]["recall@1"]["count"] == 5
    assert told["slices"]["lang=en"]["recall@1"] == told["means"]["recall@1"]
    assert told["curves"]["depth"]["evidence_hit"][1]["mean"] == 0.6
    assert told["curves"]["latency"]["search"][0] == [0.0, 5]
    assert [point["unanswerable"] for point in told["curves"]["refusal"]][:1] == [0.0]
    questions = {each["id"]: each for each in told["questions"]}
    assert questions["timid"]["values"]["refusal_accuracy"] == 0
    assert questions["timid"]["missing"]["refusal_recall"] == "the question is answerable"
    assert questions["failed"]["error"].startswith("LLMError")
    assert told["worst"][0]["id"] == "failed"
    assert told["findings"][0]["about"] == "Failures"


def test_hostile_texts_break_no_report(hostile: Run, tmp_path: Path) -> None:
    reports = write_reports(hostile, score(hostile), tmp_path)
    assert json.loads(reports.json.read_text(encoding="utf-8"))["run"]["machine"] == hostile.machine
    markdown = reports.markdown.read_text(encoding="utf-8")
    assert "<script" not in markdown
    assert "](javascript" not in markdown
    assert "\u202e" not in markdown
    half = replace(hostile, machine="\ud800")
    assert write_reports(half, score(half), tmp_path).json.read_bytes()


def test_a_blocked_place_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_reports(run, score(run), tmp_path / "file")
