"""``eval run``, ``eval compare`` and ``eval generate`` as commands; what they compute is tested with ``eval``."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant

Run = Callable[..., Any]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [
        {
            "id": "q1",
            "user_input": "What does faithfulness measure?",
            "reference": "How many claims of an answer are supported by the retrieved context.",
            "reference_contexts": [
                "Faithfulness measures how many claims of an answer are supported by the retrieved context."
            ],
            "lang": "en",
            "tags": ["fact"],
            "answerable": True,
        },
        {
            "id": "q2",
            "user_input": "김치찌개는 어떻게 끓이나요?",
            "reference": "",
            "reference_contexts": [],
            "lang": "ko",
            "tags": [],
            "answerable": False,
        },
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.slow
def test_run_with_a_judge(
    cli: Run, index: Path, questions: Path, tmp_path: Path, judge_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-of-the-judge-0123456789")
    options = ("--judge", "openai:rules", "--judge-url", judge_server.url, "--yes", "--json", "--index", index)
    judged = cli("eval", "run", questions, "--out", tmp_path / "judged", *options)
    assert judged.code == 0, judged.err
    faithfulness = judged.json["means"]["faithfulness"]
    assert (faithfulness["mean"], faithfulness["count"], faithfulness["failed"]) == (1.0, 1, 0)
    # The reference begins with a capital letter where the passage has none, and this judge reads to the letter.
    assert judged.json["means"]["context_recall"]["mean"] == 0.0
    handed = json.loads((tmp_path / "judged" / "run.json").read_text("utf-8"))["rows"][0]["answer"]["handed"]
    assert len(judge_server.prompts) == 2 + 3 + 1 + len(handed)  # of the one question that is answered
    assert "sk-test-of-the-judge" not in (tmp_path / "judged" / "run.json").read_text("utf-8")

    judge_server.trouble = "500"
    failed = cli("eval", "run", questions, "--out", tmp_path / "failed", *options, "--cache", tmp_path / "new.sqlite")
    assert failed.code == 0, failed.err
    assert failed.json["means"]["faithfulness"]["failed"] == 1
    assert "the judge is ill" in (tmp_path / "failed" / "report.md").read_text("utf-8")


def test_run_and_compare(cli: Run, index: Path, questions: Path, tmp_path: Path) -> None:
    first = cli("eval", "run", questions, "--out", tmp_path / "a", "--json", "--index", index)
    assert (first.code, first.err) == (0, "")
    assert list(first.json) == ["run", "report", "html", "json", "means"]
    assert first.json["run"] == str(tmp_path / "a" / "run.json")
    rows = json.loads((tmp_path / "a" / "run.json").read_text("utf-8"))["rows"]
    assert [row["question"]["user_input"] for row in rows] == [
        "What does faithfulness measure?",
        "김치찌개는 어떻게 끓이나요?",
    ]
    assert (tmp_path / "a" / "report.md").read_text("utf-8").startswith("# ")

    second = cli("--index", index, "eval", "run", questions, "--out", tmp_path / "b", "--mode", "keyword")
    assert second.code == 0
    assert f"Report: {tmp_path / 'b/report.html'}\n" in second.out
    assert "Silence: All 1 questions that nothing answers were refused.\n" in second.out
    assert sorted(each.name for each in (tmp_path / "b").iterdir()) == [
        "report.html",
        "report.json",
        "report.md",
        "run.json",
    ]

    compared = cli("eval", "compare", tmp_path / "a", tmp_path / "b" / "run.json", "--json")
    assert compared.code == 0
    assert isinstance(compared.json, dict)
    assert cli("eval", "compare", tmp_path / "a", tmp_path / "b").out.startswith("# ")


def test_a_run_is_reported_anew_without_asking(cli: Run, index: Path, questions: Path, tmp_path: Path) -> None:
    assert cli("eval", "run", questions, "--out", tmp_path / "a", "--index", index).code == 0
    made = {each.name: each.read_bytes() for each in (tmp_path / "a").iterdir()}
    for name in ("report.html", "report.md", "report.json"):
        (tmp_path / "a" / name).unlink()
    shutil.rmtree(index)  # nothing is asked
    again = cli("eval", "report", tmp_path / "a")
    assert (again.code, again.err) == (0, "")
    assert {each.name: each.read_bytes() for each in (tmp_path / "a").iterdir()} == made
    elsewhere = cli("eval", "report", tmp_path / "a" / "run.json", "--out", tmp_path / "b", "--json")
    assert elsewhere.json["html"] == str(tmp_path / "b" / "report.html")
    assert (tmp_path / "b" / "report.html").read_bytes() == made["report.html"]
    assert elsewhere.json["means"]["refusal_recall"]["mean"] == 1.0


def test_a_run_that_is_broken_off_goes_on(
    cli: Run, index: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = Assistant.ask, []

    def breaking(self: Assistant, question: str, *rest: Any) -> Any:
        asked.append(question)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return ask(self, question, *rest)

    monkeypatch.setattr(Assistant, "ask", breaking)
    broken = cli("eval", "run", questions, "--out", tmp_path / "a", "--index", index)
    assert (broken.code, broken.out) == (130, "")
    assert broken.err.startswith("note: stopped after 1 of 2 questions; the same command with --out ")
    assert sorted(each.name for each in (tmp_path / "a").iterdir()) == ["run.jsonl"]
    other = cli("eval", "run", questions, "--out", tmp_path / "a", "--index", index, "-k", "3")
    assert (other.code, other.out) == (1, "")
    assert "retrieval.k was 5 and is 3" in other.err
    went_on = cli("eval", "run", questions, "--out", tmp_path / "a", "--index", index)
    assert went_on.code == 0
    assert went_on.err == "note: 1 of 2 questions were answered before and are not asked again.\n"
    assert asked == ["What does faithfulness measure?", "김치찌개는 어떻게 끓이나요?", "김치찌개는 어떻게 끓이나요?"]
    assert cli("eval", "run", questions, "--out", tmp_path / "a", "--index", index, "-k", "3", "--restart").code == 0


def test_runs_go_to_data_runs_by_default(cli: Run, index: Path, questions: Path) -> None:
    result = cli("eval", "run", questions, "--json", "--index", index)
    assert Path(result.json["run"]).parts[:2] == ("data", "runs")
    assert Path(result.json["run"]).is_file()


def test_generated_questions_can_be_run(cli: Run, index: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "generated.jsonl"
    assert cli("eval", "generate", "--out", out, "--count", "2", "--index", index).code == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert 1 <= len(rows) <= 2
    keys = {"id", "user_input", "reference", "reference_contexts", "lang", "tags", "answerable"}
    assert all(set(row) >= keys for row in rows)
    assert cli("eval", "run", out, "--out", tmp_path / "run", "--index", index).code == 0


@pytest.mark.parametrize("content", [b"not json\n", b"", b'{"id": "1"}\n', None])
def test_a_question_set_that_cannot_be_used(cli: Run, index: Path, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content)
    result = cli("eval", "run", path, "--out", tmp_path / "run", "--index", index)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert "bad.jsonl" in result.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("content", [b"not json", b"{}", None])
def test_a_run_that_cannot_be_read(cli: Run, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content)
    result = cli("eval", "compare", path, path)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert "  → " in result.err


@pytest.mark.parametrize(("host", "port"), [("0.0.0.0", "0"), ("nowhere", "0")])  # noqa: S104 - it is refused
def test_the_chat_listens_on_this_machine_alone(cli: Run, host: str, port: str) -> None:
    result = cli("ui", "--host", host, "--port", port, "--no-browser")
    assert (result.code, result.out) == (1, "")
    assert "Set ui.host to 127.0.0.1" in result.err
