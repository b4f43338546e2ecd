"""``eval judge`` as a command: what it costs is told before, and a judging that was broken off goes on."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from judged_runs import CALLS, PASSAGE, ROWS, row_of, run_of

from eval.run import load_run, save_run

pytest.importorskip("langchain_community", reason="the extra 'eval' is not installed")
pytestmark = [pytest.mark.slow]
Run = Callable[..., Any]
ALL = sum(CALLS.values())


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    save_run(run_of(*ROWS), tmp_path / "runs" / "first" / "run.json")
    return tmp_path / "runs" / "first"


@pytest.fixture
def judge(judge_server: Any) -> tuple[str, ...]:
    return ("--judge", "openai:rules", "--judge-url", judge_server.url)


def test_the_verdicts_are_added_and_a_second_time_costs_nothing(
    cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any
) -> None:
    first = cli("eval", "judge", run_folder, *judge, "--yes", "--json", "--price-in", "1", "--price-out", "10")
    assert first.code == 0, first.err
    assert f"About {ALL} calls" in first.err
    assert "That costs about 0." in first.err
    assert first.json["means"]["faithfulness"]["mean"] == 0.5
    assert list(first.json["means"]) == ["faithfulness", "answer_relevancy", "context_recall", "context_precision"]
    assert first.json["spent"] == {
        "calls": ALL,
        "failed": 0,
        "tokens_in": 100 * ALL,
        "tokens_out": 20 * ALL,
        "uncounted": 0,
        "cached": 0,
        "cost_bound": pytest.approx(ALL * 300 / 1e6),
    }
    judged = load_run(run_folder / "run.json")
    assert (judged.judge, len(judged.judged)) == ("openai:rules", 4 * len(ROWS))
    assert {each.name for each in run_folder.iterdir()} == {"run.json", "report.html", "report.md", "report.json"}
    assert first.json["report"] == str(run_folder / "report.md")
    assert "faithfulness" in (run_folder / "report.md").read_text("utf-8")
    assert (run_folder.parent / "judge-cache.sqlite").is_file()

    # Neither the run that was judged nor a new one with the same answers: nobody is asked whether nothing may be spent.
    save_run(run_of(*ROWS), run_folder.parent / "second" / "run.json")
    for run in (run_folder, run_folder.parent / "second" / "run.json"):
        again = cli("eval", "judge", run, *judge)
        assert again.code == 0, again.err
        assert "Nothing has to be asked." in again.err
        assert "faithfulness       0.500 [" in again.out
        assert "Spent: 0 calls, 0 tokens in, 0 out" in again.out
    assert f"From the cache: {ALL} answers." in again.out
    assert len(judge_server.prompts) == ALL


def test_without_a_terminal_and_a_yes_nothing_is_spent(
    cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any
) -> None:
    before = (run_folder / "run.json").read_bytes()
    told = cli("eval", "judge", run_folder, *judge, "--json", input="y\n")
    assert (told.code, told.out) == (1, "")
    assert f"About {ALL} calls" in told.err  # it says what it would have cost
    assert "error: Judging may cost money, and nobody is there to be asked." in told.err
    assert "--yes" in told.err.splitlines()[-1]
    assert judge_server.prompts == []
    assert (run_folder / "run.json").read_bytes() == before


@pytest.mark.parametrize("answer", ["n", "y"])
def test_at_a_terminal_it_asks(run_folder: Path, judge: tuple[str, ...], judge_server: Any, answer: str) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [str(Path(sys.executable).with_name("course-rag")), "eval", "judge", str(run_folder), *judge]
    result = subprocess.run(
        [*command, "--metrics", "context_recall"], stdin=theirs, capture_output=True, encoding="utf-8", check=False
    )
    os.close(ours)
    os.close(theirs)
    assert "Go on? [y/N]" in result.stderr
    if answer == "y":
        assert (result.returncode, len(judge_server.prompts)) == (0, CALLS["context_recall"])
        assert "context_recall     0.500" in result.stdout
    else:
        assert (result.returncode, judge_server.prompts) == (1, [])
        assert "nothing was spent" in result.stderr


def test_a_bound_is_consent_and_is_kept(cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any) -> None:
    prices = ("--price-in", "1", "--price-out", "0")
    bounded = cli("eval", "judge", run_folder, *judge, *prices, "--max-cost", "0.006", "--json")
    assert bounded.code == 0, bounded.err
    assert "the bound will not do for all" in bounded.err
    calls = bounded.json["spent"]["calls"]
    assert 0 < calls == len(judge_server.prompts) < ALL
    assert bounded.json["spent"]["cost_bound"] <= 0.006
    reasons = {reason for counted in bounded.json["gaps"].values() for reason in counted}
    assert reasons == {"not judged: the next call could pass the bound of 0.006 on the cost"}
    rest = cli("eval", "judge", run_folder, *judge, *prices, "--max-cost", "1", "--json")
    assert (rest.json["spent"]["calls"], rest.json["gaps"]) == (ALL - calls, {})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--max-cost", "1"), "needs the price"),
        (("--max-cost", "1", "--price-in", "1"), "One price is missing"),
        (("--metrics", "faithfulness,truth"), "'truth' is not a judged metric"),
        (("--timeout", "0"), "out of range"),
        (("--judge-url", "nowhere"), "not one of a web server"),
        (("--judge", "gpt-5"), "'gpt-5' is not a judge"),
    ],
)
def test_wrong_options_are_told_before_anything_is_spent(
    cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any, options: tuple[str, ...], told: str
) -> None:
    result = cli("eval", "judge", run_folder, *judge, "--yes", *options)
    assert (result.code, result.out, judge_server.prompts) == (1, "", [])
    assert told in result.err
    assert "  → " in result.err
    assert [each.name for each in run_folder.parent.rglob("*") if each.is_file()] == ["run.json"]


def test_a_run_that_cannot_be_judged_is_told(cli: Run, tmp_path: Path, judge: tuple[str, ...]) -> None:
    missing = cli("eval", "judge", tmp_path / "nothing", *judge, "--yes")
    assert (missing.code, missing.out) == (1, "")
    assert "cannot be read" in missing.err
    assert cli("eval", "judge", tmp_path, "--yes").code == 2  # no --judge


def test_two_do_not_judge_one_run(cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any) -> None:
    with FileLock(run_folder / "run.lock"):
        second = cli("eval", "judge", run_folder, *judge, "--yes")
    assert (second.code, second.out, judge_server.prompts) == (1, "", [])
    assert "Another process is at work" in second.err


def test_gaps_are_told_with_their_reasons(
    cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any
) -> None:
    refused = row_of("refused", "The documents do not say.", "", [PASSAGE], refused=True, answerable=False)
    save_run(run_of(*ROWS, refused), run_folder / "run.json")
    judge_server.trouble = "400"
    result = cli("eval", "judge", run_folder, *judge, "--yes", "--metrics", "faithfulness")
    assert result.code == 0, result.err
    assert "faithfulness       –  0 values, 6 failed, 1 not due" in result.out
    assert "    6 × BadRequestError: Error code: 400" in result.out
    assert "    1 × refused" in result.out


def test_a_damaged_cache_is_told_and_the_run_is_judged(
    cli: Run, run_folder: Path, judge: tuple[str, ...], tmp_path: Path
) -> None:
    cache = tmp_path / "cache.sqlite"
    cache.write_bytes(b"no database")
    options = ("--yes", "--json", "--metrics", "context_recall", "--cache", cache)
    result = cli("eval", "judge", run_folder, *judge, *options)
    assert result.code == 0, result.err
    assert result.err.count("was damaged") == 1
    assert len(result.json["notes"]) == 1
    assert (tmp_path / "cache.sqlite.damaged-1").read_bytes() == b"no database"


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_broken_off_and_started_again_it_pays_for_nothing_twice(
    cli: Run, run_folder: Path, judge: tuple[str, ...], judge_server: Any, tmp_path: Path, end: int, code: int
) -> None:
    judge_server.delay_s = 0.1
    command = [str(Path(sys.executable).with_name("course-rag")), "eval", "judge", str(run_folder), *judge]
    with subprocess.Popen(
        [*command, "--yes", "--json", "--concurrency", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
    ) as process:
        deadline = time.monotonic() + 100
        while len(judge_server.prompts) < 12 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(end)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    asked = len(judge_server.prompts)
    assert 12 <= asked < ALL
    left = load_run(run_folder / "run.json")
    if end == signal.SIGINT:
        assert json.loads(out)["interrupted"] is True
        assert "the same command goes on from here" in err
        assert sum(row.value is not None for row in left.judged) >= 4
        assert {row.reason for row in left.judged if row.value is None} == {"not judged: interrupted"}
        assert len(left.judged) == 4 * len(ROWS)
    else:
        assert left.judged == ()

    judge_server.delay_s = 0.0
    second = cli("eval", "judge", run_folder, *judge, "--yes", "--json")
    assert (second.code, second.json["gaps"]) == (0, {}), second.err
    assert second.json["means"]["context_recall"]["mean"] == 0.5
    # The one call under way when it ended is all that can come twice.
    assert ALL <= len(judge_server.prompts) <= ALL + 1
    third = cli("eval", "judge", run_folder, *judge, "--json")
    assert (third.code, third.json["spent"]["calls"]) == (0, 0)
