"""RAGAS against a real server on this machine: known values, then everything a server can do wrong."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.judging.judge import JudgeSettings, in_korean, judge_run
from eval.judging.prompts import (
    ATTRIBUTIONS,
    ATTRIBUTIONS_EXAMPLES,
    STATEMENTS,
    STATEMENTS_EXAMPLES,
    VERDICTS,
    VERDICTS_EXAMPLES,
)
from eval.questions import Question
from eval.records import FORMAT, GivenAnswer, JudgedRow, Passage, Row, Run
from eval.run import load_run, save_run, with_verdicts
from eval.scoring import score
from rag.errors import LLMError, SettingsError

pytest.importorskip("langchain_community", reason="the extra 'eval' is not installed")
pytestmark = [pytest.mark.slow]


def _row(key: str, answer: str, reference: str, passages: list[str], *, refused: bool = False, lang: str = "en") -> Row:
    question = Question(key, f"What about {key}?", reference, lang=lang)
    handed = tuple(Passage("a.md", text) for text in passages)
    return Row(question, handed, GivenAnswer(answer, refused, (), handed))


def _run(*rows: Row, answered: bool = True) -> Run:
    return Run(FORMAT, "2025-01-01T00:00:00+00:00", "", "", answered, 20, {}, {}, {}, rows)


PASSAGE = "Dropout turns neurons off. Batch normalization allows higher learning rates"
ROWS = (
    _row("all", "Dropout turns neurons off [1].", "Dropout turns neurons off.", [PASSAGE]),
    _row(
        "half",
        "Dropout turns neurons off. Dropout was found in 1805.",
        "Batch normalization allows higher learning rates. It rains.",
        [PASSAGE],
    ),
    _row("none", "Dropout was found in 1805.", "It rains.", [PASSAGE]),
)


@pytest.fixture
def settings(judge_server: Any) -> JudgeSettings:
    return JudgeSettings("openai:rules", judge_server.url, timeout_s=5, max_retries=0)


def test_hand_made_cases_have_their_known_values(settings: JudgeSettings) -> None:
    seen: list[tuple[int, int]] = []
    judged = judge_run(_run(*ROWS), settings, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert [(row.id, row.metric, row.value, row.reason, row.failed) for row in judged] == [
        ("all", "faithfulness", 1.0, "", False),
        ("all", "context_recall", 1.0, "", False),
        ("half", "faithfulness", 0.5, "", False),
        ("half", "context_recall", 0.5, "", False),
        ("none", "faithfulness", 0.0, "", False),
        ("none", "context_recall", 0.0, "", False),
    ]


def test_verdicts_become_metrics_of_the_run_and_survive_its_file(settings: JudgeSettings, tmp_path: Path) -> None:
    run = _run(*ROWS)
    save_run(with_verdicts(run, settings.model, judge_run(run, settings)), tmp_path / "run.json")
    scores = score(load_run(tmp_path / "run.json"))
    assert scores.means["faithfulness"].mean == 0.5
    assert scores.means["context_recall"].count == 3
    assert [each.values["faithfulness"].value for each in scores.questions] == [1.0, 0.5, 0.0]


def test_a_code_fence_around_the_json_costs_nothing(settings: JudgeSettings, judge_server: Any) -> None:
    judge_server.trouble = "fence"
    judged = judge_run(_run(ROWS[1]), settings)
    assert [row.value for row in judged] == [0.5, 0.5]
    assert len(judge_server.prompts) == 3  # statements, verdicts, attributions: nothing was asked twice


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("garbage", "ValidationError"),
        ("500", "InternalServerError"),
        ("cut", "IncompleteOutputException"),
        ("empty", "no statement to judge"),
    ],
)
def test_every_failure_is_a_row_with_its_reason(
    settings: JudgeSettings, judge_server: Any, trouble: str, reason: str
) -> None:
    judge_server.trouble = trouble
    judged = judge_run(_run(ROWS[0]), settings)
    assert [(row.metric, row.value, row.failed) for row in judged] == [
        ("faithfulness", None, True),
        ("context_recall", None, True),
    ]
    assert all(reason in row.reason for row in judged), [row.reason for row in judged]
    assert all(len(row.reason) < 400 and "\n" not in row.reason for row in judged)
    mean = score(with_verdicts(_run(ROWS[0]), "openai:rules", judged)).means["faithfulness"]
    assert (mean.mean, mean.count, mean.failed) == (None, 0, 1)


def test_a_judge_that_does_not_answer_in_time_is_given_up(judge_server: Any) -> None:
    judge_server.delay_s = 1.5
    settings = JudgeSettings("openai:rules", judge_server.url, timeout_s=0.2, max_retries=0)
    judged = judge_run(_run(ROWS[0]), settings)
    assert all(row.failed and "imeout" in row.reason and row.took_ms < 1500 for row in judged), judged


def test_a_sample_has_a_limit_of_its_own(judge_server: Any) -> None:
    judge_server.delay_s = 1.5
    settings = JudgeSettings("openai:rules", judge_server.url, timeout_s=5, sample_timeout_s=0.3, max_retries=0)
    judged = judge_run(_run(ROWS[0]), settings)
    assert [row.reason for row in judged] == ["TimeoutError: no verdict within 0.3 s"] * 2


def test_one_bad_sample_leaves_the_others_their_values(settings: JudgeSettings, judge_server: Any) -> None:
    plain: Callable[[str], str] = judge_server.answer
    judge_server.answer = lambda prompt: "not JSON" if "1805" in prompt else plain(prompt)
    judged = judge_run(_run(*ROWS), settings)
    by_key = {(row.id, row.metric): (row.value, row.failed) for row in judged}
    assert by_key["all", "faithfulness"] == (1.0, False)
    assert by_key["half", "faithfulness"] == (None, True)
    assert by_key["half", "context_recall"] == (0.5, False)


def test_no_server_is_a_told_failure_of_every_sample() -> None:
    settings = JudgeSettings("openai:rules", "http://127.0.0.1:9/v1", timeout_s=2, max_retries=0)
    judged = judge_run(_run(ROWS[0]), settings)
    assert all(row.failed and row.reason.startswith("APIConnectionError") for row in judged), judged


def test_no_more_samples_at_a_time_than_asked(judge_server: Any) -> None:
    judge_server.delay_s = 0.05
    rows = [_row(f"q{number}", "Dropout turns neurons off.", "It rains.", [PASSAGE]) for number in range(8)]
    judge_run(_run(*rows), JudgeSettings("openai:rules", judge_server.url, concurrency=3))
    assert judge_server.most_at_once == 3


def test_what_does_not_apply_is_left_out_and_not_asked(settings: JudgeSettings, judge_server: Any) -> None:
    refused = _row("refused", "The course documents do not answer this question.", "", [PASSAGE], refused=True)
    failed = Row(Question("failed", "What?", "Something."), error="LLMError: no answer. Try again.")
    judged = judge_run(_run(refused, failed), settings)
    assert judge_server.prompts == []
    assert judged == [
        JudgedRow("refused", "faithfulness", reason="refused"),
        JudgedRow("refused", "context_recall", reason="no reference answer"),
        JudgedRow("failed", "faithfulness", reason="LLMError: no answer. Try again.", failed=True),
        JudgedRow("failed", "context_recall", reason="LLMError: no answer. Try again.", failed=True),
    ]


def test_nothing_found_recalls_nothing(settings: JudgeSettings, judge_server: Any) -> None:
    judged = judge_run(_run(_row("empty", "x", "It rains.", [], refused=True)), settings)
    assert (judged[1].value, judge_server.prompts) == (0.0, [])


def test_korean_questions_are_judged_in_korean_and_english_ones_in_english(
    settings: JudgeSettings, judge_server: Any
) -> None:
    passage = "드롭아웃은 뉴런을 끈다. 정규화의 하나이다"
    korean = _row("ko", "드롭아웃은 뉴런을 끈다. 1805년에 나왔다.", "정규화의 하나이다.", [passage], lang="ko")
    assert [row.value for row in judge_run(_run(korean), settings)] == [0.5, 1.0]
    assert {prompt.split("\nPlease return")[0] for prompt in judge_server.prompts} == {
        STATEMENTS,
        VERDICTS,
        ATTRIBUTIONS,
    }
    assert all("Einstein" not in prompt for prompt in judge_server.prompts)
    judge_server.prompts.clear()
    judge_run(_run(ROWS[0]), settings)
    assert not any("진술" in prompt for prompt in judge_server.prompts)


def test_the_judge_gets_room_for_korean_and_an_answer_without_marks(settings: JudgeSettings, judge_server: Any) -> None:
    judge_run(_run(ROWS[0]), settings)
    assert {body["max_tokens"] for body in judge_server.bodies} == {4096}
    assert {body["model"] for body in judge_server.bodies} == {"rules"}
    assert not any("[1]" in prompt for prompt in judge_server.prompts)


def test_korean_examples_fit_ragas_own_models() -> None:
    collections = pytest.importorskip("ragas.metrics.collections.faithfulness.util")
    recall = pytest.importorskip("ragas.metrics.collections.context_recall.util")
    for prompt, instruction, examples in (
        (collections.StatementGeneratorPrompt(), STATEMENTS, STATEMENTS_EXAMPLES),
        (collections.NLIStatementPrompt(), VERDICTS, VERDICTS_EXAMPLES),
        (recall.ContextRecallPrompt(), ATTRIBUTIONS, ATTRIBUTIONS_EXAMPLES),
    ):
        in_korean(prompt, instruction, examples)
        assert prompt.language == "korean"
        assert len(prompt.examples) == len(examples)
    # The class itself keeps its English words.
    assert "Albert Einstein" in str(collections.StatementGeneratorPrompt().examples)


@pytest.mark.parametrize("model", ["gpt-5-mini", "openai:", ":x", "anthropic:claude"])
def test_a_judge_that_is_not_supported_is_told(model: str) -> None:
    with pytest.raises(SettingsError):
        judge_run(_run(*ROWS), JudgeSettings(model))


def test_a_judge_without_a_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(LLMError, match="no key"):
        judge_run(_run(*ROWS), JudgeSettings("openai:rules"))


def test_a_run_without_answers_cannot_be_judged() -> None:
    with pytest.raises(LLMError, match="no answers"):
        judge_run(_run(*ROWS, answered=False), JudgeSettings("openai:rules", "http://127.0.0.1:9/v1"))


def test_telemetry_is_off_and_no_user_id_is_kept(
    settings: JudgeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_run(_run(ROWS[0]), settings)
    analytics = sys.modules["ragas._analytics"]
    assert analytics.do_not_track() is True
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    analytics.get_userid.cache_clear()
    judge_run(_run(ROWS[0]), settings)
    assert analytics.get_userid.cache_info().currsize == 1  # it was asked for
    assert list(tmp_path.iterdir()) == []
