"""``eval check``, ``generate``, ``curate``, ``consistency``, ``shadow`` as commands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
EVIDENCE = "Faithfulness measures how many claims of an answer are supported by the retrieved context."
GOOD: dict[str, Any] = {
    "id": "q1",
    "user_input": "What does faithfulness measure?",
    "reference_contexts": [EVIDENCE],
    "source": "rag/02-evaluation.md",
}


def _file(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_check_tells_faults_and_warnings(cli: Run, index: Path, tmp_path: Path) -> None:
    path = _file(tmp_path / "set.jsonl", GOOD, "{", GOOD | {"id": "q3", "source": "none.md"})
    found = cli("eval", "check", path, "--json", "--index", index)
    assert (found.code, found.json["questions"]) == (1, 2)
    assert [(fault["line"], bool(fault["remedy"])) for fault in found.json["faults"]] == [(2, True)]
    assert {(each["line"], each["id"]) for each in found.json["warnings"]} == {(3, "q3")}
    assert found.json["slices"]["format=md"] == 2
    told = cli("eval", "check", path, "--index", index)
    assert "line 2: fault: not JSON" in told.out
    assert "line 3 (q3): the index has no source 'none.md'" in told.out


def test_check_without_an_index_and_strictly(cli: Run, tmp_path: Path) -> None:
    sound = _file(tmp_path / "sound.jsonl", GOOD)
    assert cli("eval", "check", sound).code == 0
    assert cli("eval", "check", sound, "--strict").code == 0
    doubtful = _file(tmp_path / "doubtful.jsonl", GOOD | {"answerable": False})
    assert cli("eval", "check", doubtful).code == 0
    assert cli("eval", "check", doubtful, "--strict").code == 1
    assert cli("eval", "check", tmp_path / "none.jsonl").err.startswith("error: ")


def test_generate_by_kind_is_told_in_json_and_passes_the_check(cli: Run, index: Path, tmp_path: Path) -> None:
    out = tmp_path / "made.jsonl"
    made = cli("eval", "generate", "--kind", "heading", "--kind", "table", "--out", out, "--json", "--index", index)
    assert made.code == 0, made.err
    rows = _rows(out)
    assert made.json["kinds"] == {"table": 2, "heading": len(rows) - 2}
    assert {row["tags"][1] for row in rows} == {"heading", "table"}
    assert cli("eval", "check", out, "--strict", "--index", index).code == 0
    wrong = cli("eval", "generate", "--kind", "nonsense", "--index", index)
    assert (wrong.code, wrong.err.startswith("error: There is no kind of question")) == (1, True)


def test_generate_by_a_model_tells_the_cost_and_asks_first(
    cli: Run, index: Path, tmp_path: Path, openai_server: Any
) -> None:
    openai_server.says(json.dumps({"query": "What does it measure?", "answer": EVIDENCE}))
    out = tmp_path / "made.jsonl"
    command = ("eval", "generate", "--llm", "openai:x", "--llm-url", openai_server.base_url, "--out", out)
    refused = cli(*command, "--index", index, input="n\n")
    assert (refused.code, out.exists(), openai_server.requests) == (1, False, [])
    assert "calls, about" in refused.err
    made = cli(*command, "--yes", "--json", "--price-in", "1", "--price-out", "2", "--index", index)
    assert made.code == 0, made.err
    assert "in money" in made.err
    assert [row["reference_contexts"] for row in _rows(out)] == [[EVIDENCE]]
    assert made.json["usage"]["calls"] == len(openai_server.requests)
    assert len(made.json["dropped"]) + made.json["questions"] == len(openai_server.requests)
    openai_server.says("nothing")
    elsewhere = tmp_path / "elsewhere" / "made.jsonl"  # with a cache of its own
    failed = cli(*command[:-1], elsewhere, "--yes", "--count", "1", "--index", index)
    assert (failed.code, elsewhere.exists()) == (1, False)
    assert "error: The language model made no question that holds." in failed.err


def test_curate_and_accept(cli: Run, tmp_path: Path) -> None:
    log = _file(
        tmp_path / "log.jsonl",
        {"question": "드롭아웃은 무엇인가요?", "answer": "끄는 것", "thumb": 1},
        {"question": "드롭아웃이 뭐예요?", "refused": True},
        '{"question": "tor',
    )
    out, into = tmp_path / "candidates.jsonl", tmp_path / "set.jsonl"
    made = cli("eval", "curate", log, "--out", out, "--json")
    assert made.code == 0, made.err
    assert "line 3 of the log is left out: not JSON" in made.err
    assert (made.json["records"], made.json["candidates"]) == (2, 1)
    assert cli("eval", "curate", "--accept", out, "--into", into, "--json").json["added"] == []
    assert not into.exists()
    (row,) = _rows(out)
    _file(out, row | {"accepted": True})
    told = cli("eval", "curate", "--accept", out, "--into", into)
    assert told.out.rstrip().endswith(f"1 questions added to {into}")
    assert [each["user_input"] for each in _rows(into)] == [row["user_input"]]
    assert cli("eval", "check", into).code == 0
    assert "2 times, 0 down, 1 up, 1 refused" in cli("eval", "curate", log, "--out", out).out


@pytest.mark.parametrize("arguments", [(), ("log.jsonl", "--accept", "x"), ("--accept", "x"), ("log", "--into", "x")])
def test_curate_takes_a_log_or_candidates(cli: Run, arguments: tuple[str, ...]) -> None:
    assert cli("eval", "curate", *arguments).code == 2


def test_consistency_of_a_set(cli: Run, index: Path, tmp_path: Path) -> None:
    path = _file(tmp_path / "set.jsonl", GOOD, {"id": "q2", "user_input": "Dropout"})
    found = cli("eval", "consistency", path, "--json", "--out", tmp_path / "out", "--index", index)
    assert found.code == 0, found.err
    assert (found.json["pairs"], found.json["without_variant"]) == (1, ["q2"])
    assert json.loads((tmp_path / "out" / "consistency.json").read_text("utf-8")) == found.json
    assert (tmp_path / "out" / "consistency.md").read_text("utf-8").startswith("# Consistency: set.jsonl")
    assert found.json["rates"]["all"]["agree"] == 1.0
    assert cli("eval", "consistency", path, "--min-agree", "1", "--index", index).code == 0
    assert cli("eval", "consistency", "--index", index).code == 2
    nothing = _file(tmp_path / "nothing.jsonl", {"id": "q2", "user_input": "Dropout"})
    assert cli("eval", "consistency", nothing, "--index", index).err.startswith("error: No question has another form")


def test_shadow_of_a_configuration(cli: Run, index: Path, tmp_path: Path) -> None:
    log = _file(tmp_path / "log.jsonl", {"question": GOOD["user_input"], "thumb": 1}, {"question": "{"}, "{")
    blind = tmp_path / "blind.toml"
    blind.write_text("[retrieval]\nthreshold = 9.0\n", encoding="utf-8")
    command = ("eval", "shadow", log, "--index", index)
    found = cli(*command, "--candidate-config", blind, "--out", tmp_path / "out", "--json", "--most", "1")
    assert found.code == 0, found.err
    assert "line 3 of the log is left out: not JSON" in found.err
    assert found.json["changes"] == {"now refused": 1}
    assert found.json["liked_lost"] == [GOOD["user_input"]]
    assert json.loads((tmp_path / "out" / "shadow.json").read_text("utf-8")) == found.json
    gate = cli(*command, "--candidate-config", blind, "--most", "1", "--max-changed", "0.5")
    assert (gate.code, "now refused" in gate.out) == (1, True)
    same = cli(*command, "--candidate-version", "1", "--max-changed", "0")
    assert (same.code, "**0% of the questions change**" in same.out) == (0, True)
    missing = cli(*command, "--candidate-version", "7")
    assert (missing.code, "has no version 7" in missing.err) == (1, True)
    assert cli(*command).code == 2
