"""RAGAS's real prompts against a real server on this machine whose verdicts are known."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_runs import CALLS, KOREAN_PASSAGE, PASSAGE, ROWS, judge_run, row_of, run_of

from eval.judging.cache import AnswerCache
from eval.judging.judge import EMBEDDER, Judging
from eval.judging.prompts import PROMPTS
from eval.judging.ragas_metrics import in_korean
from eval.judging.settings import METRICS, JudgeSettings, Prices
from eval.questions import Question
from eval.records import JudgedRow, Row, Run
from eval.run import load_run, save_run
from eval.scoring import score
from rag.embeddings.loading import load_embedder
from rag.errors import InputError, LLMError, LLMKeyError, SettingsError
from rag.settings import EmbedderSettings

pytest.importorskip("langchain_community", reason="the extra 'eval' is not installed")
pytestmark = [pytest.mark.slow]


@pytest.fixture
def settings(judge_server: Any) -> JudgeSettings:
    return JudgeSettings("openai:rules", judge_server.url, timeout_s=30, max_retries=0)


def values_of(judged: tuple[JudgedRow, ...], metric: str) -> dict[str, float | None]:
    return {row.id: row.value for row in judged if row.metric == metric}


def cosine(one: str, other: str) -> float:
    a, b = load_embedder(EmbedderSettings(model=EMBEDDER)).embed_array([one, other]).astype(float)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_hand_made_cases_have_their_known_values(settings: JudgeSettings, judge_server: Any) -> None:
    seen: list[tuple[int, int]] = []
    judged = judge_run(run_of(*ROWS), settings, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(number, 6) for number in range(1, 7)]
    assert [(row.id, row.metric) for row in judged] == [(row.question.id, name) for row in ROWS for name in METRICS]
    known = {"all": 1.0, "half": 0.5, "none": 0.0, "모두": 1.0, "반": 0.5, "없음": 0.0}
    for metric in ("faithfulness", "context_recall", "context_precision"):
        assert values_of(judged, metric) == known, metric
    assert not any(row.reason or row.failed for row in judged)
    assert len(judge_server.prompts) == sum(CALLS.values())


def test_precision_looks_at_the_order_of_the_passages(settings: JudgeSettings) -> None:
    """Average precision: useful passages 1 and 3 of 4 make (1/1 + 2/3) / 2."""
    passages = [PASSAGE, "It snows", PASSAGE + "!", "It thunders"]
    row = row_of("order", "x.", "Dropout turns neurons off. It rains.", passages)
    judged = judge_run(run_of(row), replace(settings, metrics=("context_precision",)))
    assert judged[0].value == pytest.approx((1 + 2 / 3) / 2, abs=1e-9)


def test_relevancy_is_the_cosine_of_our_embedder(settings: JudgeSettings) -> None:
    rows = [
        row_of("same", "dropout. More of it.", "", [], question="What about dropout"),
        row_of("near", "Dropout turns neurons off.", "", [], question="What does dropout do?"),
        row_of("가까움", "드롭아웃은 뉴런을 끈다.", "", [], question="드롭아웃은 무엇을 하나요?", lang="ko"),
        row_of("evasive", "I don't know. It depends.", "", [], question="What about I don't know"),
        row_of("모름", "잘 모르겠습니다.", "", [], question="무엇인가: 잘 모르겠습니다", lang="ko"),
    ]
    judged = judge_run(run_of(*rows), replace(settings, metrics=("answer_relevancy",)))
    values = values_of(judged, "answer_relevancy")
    near = cosine("What does dropout do?", "What about Dropout turns neurons off")
    korean = cosine("드롭아웃은 무엇을 하나요?", "무엇인가: 드롭아웃은 뉴런을 끈다")
    assert 0.2 < near < 0.9
    assert 0.2 < korean < 0.9
    expected = {"same": 1.0, "near": near, "가까움": korean, "evasive": 0.0, "모름": 0.0}
    assert values == {key: pytest.approx(value, abs=1e-6) for key, value in expected.items()}


def test_relevancy_asks_as_often_as_it_is_told(settings: JudgeSettings, judge_server: Any) -> None:
    one = replace(settings, metrics=("answer_relevancy",), relevancy_questions=1)
    judged = judge_run(run_of(ROWS[0]), one)
    three = judge_run(run_of(ROWS[0]), replace(one, relevancy_questions=3))
    assert judged[0].value == pytest.approx(three[0].value)
    assert len(judge_server.prompts) == 1 + 3


def test_verdicts_become_metrics_of_the_run_and_survive_its_file(settings: JudgeSettings, tmp_path: Path) -> None:
    judged = Judging(run_of(*ROWS), replace(settings, prices=Prices(1.0, 10.0)), None).judge()
    save_run(judged.run, tmp_path / "run.json")
    run = load_run(tmp_path / "run.json")
    assert (run, run.judge) == (judged.run, "openai:rules")
    scores = score(run)
    assert [scores.means[name].mean for name in METRICS if name != "answer_relevancy"] == [0.5] * 3
    assert all(scores.means[name].count == 6 for name in METRICS)
    calls = sum(CALLS.values())
    assert run.judging["spent"] == {
        "calls": calls,
        "failed": 0,
        "tokens_in": 100 * calls,
        "tokens_out": 20 * calls,
        "uncounted": 0,
        "cached": 0,
        "cost_bound": pytest.approx(calls * 300 / 1e6),
    }


def test_a_run_that_was_judged_costs_nothing_more(settings: JudgeSettings, judge_server: Any, tmp_path: Path) -> None:
    run = run_of(*ROWS)
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        first = Judging(run, settings, cache).judge()
        asked = len(judge_server.prompts)
        for before, again in ((run, False), (first.run, False), (first.run, True)):
            judging = Judging(before, settings, cache, again=again)
            assert judging.plan().calls == 0
            second = judging.judge()
            assert [(row.id, row.metric, row.value) for row in second.run.judged] == [
                (row.id, row.metric, row.value) for row in first.run.judged
            ]
            assert second.usage.calls == 0
    assert Judging(first.run, settings, None).judge().run.judged == first.run.judged  # nor without the cache
    assert len(judge_server.prompts) == asked


def test_another_model_or_server_is_another_judge(settings: JudgeSettings, judge_server: Any, tmp_path: Path) -> None:
    one = replace(settings, metrics=("context_recall",))
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        Judging(run_of(ROWS[0]), one, cache).judge()
        for other in (replace(one, model="openai:other"), replace(one, base_url=judge_server.url + "/")):
            Judging(run_of(ROWS[0]), other, cache).judge()
    # The same address with a stroke at its end is the same.
    assert [body["model"] for body in judge_server.bodies] == ["rules", "other"]


def test_verdicts_of_another_judge_are_not_lost_unasked(settings: JudgeSettings) -> None:
    first = Judging(run_of(*ROWS[:1]), settings, None).judge().run
    other = replace(settings, model="openai:other", metrics=("faithfulness",))
    with pytest.raises(InputError, match="openai:rules") as told:
        Judging(first, other, None)
    assert "--again" in told.value.remedy
    second = Judging(first, other, None, again=True).judge().run
    assert (second.judge, [row.metric for row in second.judged]) == ("openai:other", ["faithfulness"])


def test_a_metric_can_be_added(settings: JudgeSettings, judge_server: Any) -> None:
    refused = row_of("refused", "The documents do not say.", "It rains.", [PASSAGE], refused=True)
    first = Judging(run_of(*ROWS, refused), replace(settings, metrics=("faithfulness",)), None).judge().run
    judge_server.prompts.clear()
    added = Judging(first, replace(settings, metrics=("context_recall",)), None).judge().run
    assert len(judge_server.prompts) == CALLS["context_recall"] + 1
    assert [row for row in added.judged if row.metric == "faithfulness"] == list(first.judged)
    assert added.judging["metrics"] == ["faithfulness", "context_recall"]
    assert added.judging["spent"]["calls"] == CALLS["faithfulness"] + CALLS["context_recall"] + 1


def test_rows_that_are_alike_are_paid_for_once(settings: JudgeSettings, judge_server: Any, tmp_path: Path) -> None:
    twins = [replace(ROWS[0], question=replace(ROWS[0].question, id=f"twin {number}")) for number in range(5)]
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        judging = Judging(run_of(*twins), settings, cache)
        assert judging.plan().calls == 2 + 3 + 1 + 1
        judged = judging.judge()
    assert len(judge_server.prompts) == 2 + 3 + 1 + 1
    assert judged.usage.cached == 4 * 7
    assert {row.value for row in judged.run.judged if row.metric != "answer_relevancy"} == {1.0}


def test_an_answer_in_the_cache_that_does_not_read_is_asked_again(settings: JudgeSettings, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with AnswerCache(path) as cache:
        Judging(run_of(ROWS[0]), settings, cache).judge()
        with cache._database as database:
            database.execute("UPDATE answers SET answer = '{\"statements\": 7}'")
        judged = Judging(run_of(ROWS[0]), settings, cache).judge()
    assert (judged.usage.cached, judged.usage.calls) == (0, 7)
    assert values_of(judged.run.judged, "faithfulness") == {"all": 1.0}


def test_a_cache_that_breaks_under_way_is_renewed_and_told(settings: JudgeSettings, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with AnswerCache(path) as cache:
        Judging(run_of(ROWS[0]), settings, cache).judge()
        path.write_bytes(b"\xff" * 20_000)
        judged = Judging(run_of(*ROWS), settings, cache).judge()
        assert len(judged.notes) == 1
        assert "damaged-1" in judged.notes[0]
    assert all(row.value is not None for row in judged.run.judged)


def test_the_plan_counts_the_calls_that_come(settings: JudgeSettings, judge_server: Any, tmp_path: Path) -> None:
    priced = replace(settings, prices=Prices(1.0, 10.0))
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        judging = Judging(run_of(*ROWS), priced, cache)
        plan = judging.plan()
        assert judge_server.prompts == []
        assert {name: each.calls for name, each in plan.metrics.items()} == CALLS
        assert plan.cost == pytest.approx((plan.tokens_in + 10 * plan.tokens_out) / 1e6)
        Judging(run_of(*ROWS[:3]), priced, cache).judge()
        half = Judging(run_of(*ROWS), priced, cache).plan()
        assert (half.calls, half.cached) == (22, 22)
    sent = sum(len(prompt) for prompt in judge_server.prompts) / 4
    assert sent * 0.9 < plan.tokens_in - half.tokens_in < sent * 1.5  # English: about four letters a token


def test_no_more_samples_at_a_time_than_asked(judge_server: Any) -> None:
    judge_server.delay_s = 0.05
    rows = [row_of(f"q{number}", "Dropout turns neurons off.", "It rains.", [PASSAGE]) for number in range(8)]
    judge_run(run_of(*rows), JudgeSettings("openai:rules", judge_server.url, concurrency=3))
    assert judge_server.most_at_once == 3


def test_what_does_not_apply_is_left_out_and_not_asked(settings: JudgeSettings, judge_server: Any) -> None:
    refused = row_of("refused", "The documents do not answer this.", "", [PASSAGE], refused=True, answerable=False)
    failed = Row(Question("failed", "What?", "Something."), error="LLMError: no answer. Try again.")
    empty = row_of("empty", " [1] ", "", [PASSAGE])
    judged = judge_run(run_of(refused, failed, empty), settings)
    assert judge_server.prompts == []
    assert list(judged) == [
        JudgedRow("refused", "faithfulness", reason="refused"),
        JudgedRow("refused", "answer_relevancy", reason="refused"),
        JudgedRow("refused", "context_recall", reason="no reference answer"),
        JudgedRow("refused", "context_precision", reason="no reference answer"),
        *[JudgedRow("failed", name, reason="LLMError: no answer. Try again.", failed=True) for name in METRICS],
        JudgedRow("empty", "faithfulness", reason="the answer is empty", failed=True),
        JudgedRow("empty", "answer_relevancy", reason="the answer is empty", failed=True),
        JudgedRow("empty", "context_recall", reason="no reference answer"),
        JudgedRow("empty", "context_precision", reason="no reference answer"),
    ]


def test_nothing_found_recalls_nothing_and_a_refusal_is_not_relevant(
    settings: JudgeSettings, judge_server: Any
) -> None:
    judged = judge_run(run_of(row_of("empty", "x", "It rains.", [], refused=True)), settings)
    assert [row.value for row in judged] == [None, 0.0, 0.0, 0.0]
    assert judge_server.prompts == []


def test_korean_questions_are_judged_in_korean_and_english_ones_in_english(
    settings: JudgeSettings, judge_server: Any
) -> None:
    judge_run(run_of(ROWS[3]), settings)
    instructions = {text for prompts in PROMPTS.values() for text, _ in prompts.values()}
    assert {prompt.split("\nPlease return")[0] for prompt in judge_server.prompts} == instructions
    assert len(instructions) == 5
    assert all("Einstein" not in prompt for prompt in judge_server.prompts)
    judge_server.prompts.clear()
    judge_run(run_of(ROWS[0]), settings)
    assert not any("진술" in prompt or "질문" in prompt for prompt in judge_server.prompts)


def test_the_judge_gets_room_for_korean_and_an_answer_without_marks(settings: JudgeSettings, judge_server: Any) -> None:
    judge_run(run_of(ROWS[3]), settings)
    assert {body["max_tokens"] for body in judge_server.bodies} == {4096}
    assert {body["model"] for body in judge_server.bodies} == {"rules"}
    assert {body["response_format"]["type"] for body in judge_server.bodies} == {"json_object"}
    assert not any("[1]" in prompt for prompt in judge_server.prompts)
    assert any(KOREAN_PASSAGE in prompt for prompt in judge_server.prompts)


def test_korean_examples_fit_ragas_own_models() -> None:
    faithfulness = pytest.importorskip("ragas.metrics.collections.faithfulness.util")
    for prompt, (instruction, examples) in (
        (faithfulness.StatementGeneratorPrompt(), PROMPTS["faithfulness"]["statement_generator_prompt"]),
        (faithfulness.NLIStatementPrompt(), PROMPTS["faithfulness"]["nli_statement_prompt"]),
    ):
        in_korean(prompt, instruction, examples)
        assert prompt.language == "korean"
        assert len(prompt.examples) == len(examples)
    # The class itself keeps its English words.
    assert "Albert Einstein" in str(faithfulness.StatementGeneratorPrompt().examples)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "gpt-5-mini"},
        {"model": "openai:"},
        {"model": ":x"},
        {"model": "anthropic:claude"},
        {"metrics": ()},
        {"metrics": ("faithfulness", "truth")},
        {"concurrency": 0},
        {"timeout_s": 0},
        {"sample_timeout_s": float("nan")},
        {"total_timeout_s": float("inf")},
        {"max_retries": -1},
        {"max_wait_s": -1},
        {"relevancy_questions": 0},
        {"max_cost": 1.0},
        {"max_cost": -1.0, "prices": Prices(1, 1)},
        {"prices": Prices(-1, 1)},
        {"base_url": "localhost:8000/v1"},
        {"base_url": "http://"},
        {"base_url": "http://[::1/v1"},
    ],
)
def test_a_judge_that_is_not_supported_is_told(change: dict[str, Any]) -> None:
    settings = replace(JudgeSettings("openai:rules", "http://127.0.0.1:9/v1"), **change)
    with pytest.raises(SettingsError):
        Judging(run_of(*ROWS), settings, None)


def test_a_judge_without_a_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in (None, "", "  "):
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        with pytest.raises(LLMKeyError, match="no key"):
            Judging(run_of(*ROWS), JudgeSettings("openai:rules"), None)


def test_a_run_without_answers_cannot_be_judged() -> None:
    with pytest.raises(LLMError, match="no answers"):
        Judging(run_of(*ROWS, answered=False), JudgeSettings("openai:rules", "http://127.0.0.1:9/v1"), None)


def test_keys_are_kept_nowhere(judge_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a key nor the secret in an address, though the server says the key and the judge repeats it."""
    key = "sk-test-of-the-judge-0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    address = judge_server.url.replace("http://", "http://user:secret-word@")
    settings = JudgeSettings("openai:rules", address, timeout_s=30, max_retries=0)
    row = row_of("key", f"Dropout turns {key} off.", "Dropout turns neurons off.", [PASSAGE])
    judge_server.troubles = ["500", "401"]
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        failed = Judging(run_of(row), replace(settings, give_up_after=1), cache).judge().run
        judged = Judging(failed, settings, cache).judge().run
    assert any("the judge is ill" in each.reason for each in failed.judged)
    assert values_of(judged.judged, "context_recall") == {"key": 1.0}
    for run in (failed, judged):
        save_run(replace(run, rows=()), tmp_path / "run.json")
        for path in tmp_path.iterdir():
            assert key.encode() not in path.read_bytes(), path
            assert b"secret-word" not in path.read_bytes(), path


def test_telemetry_is_off_and_no_user_id_is_kept(
    settings: JudgeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_run(run_of(ROWS[0]), settings)
    analytics = sys.modules["ragas._analytics"]
    assert analytics.do_not_track() is True
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    analytics.get_userid.cache_clear()
    analytics.get_userid()
    assert list(tmp_path.iterdir()) == []


def test_a_run_file_of_before_still_reads(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    save_run(run_of(*ROWS[:1]), path)
    text = path.read_text("utf-8").replace(',\n "judging": {}', "")
    assert "judging" not in text
    path.write_text(text, encoding="utf-8")
    run: Run = load_run(path)
    assert run.judging == {}
