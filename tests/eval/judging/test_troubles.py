"""Everything a judge's server can do wrong: each sample ends as a value or a counted gap, and nothing is paid twice."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from judged_runs import CALLS, PASSAGE, ROWS, judge_run, row_of, run_of

from eval.judging.cache import AnswerCache
from eval.judging.judge import Judging
from eval.judging.settings import METRICS, JudgeSettings, Prices
from eval.scoring import score

pytest.importorskip("langchain_community", reason="the extra 'eval' is not installed")
pytestmark = [pytest.mark.slow]


@pytest.fixture
def settings(judge_server: Any) -> JudgeSettings:
    return JudgeSettings("openai:rules", judge_server.url, timeout_s=20, max_retries=0, give_up_after=1000)


TROUBLES = {
    "garbage": ("no JSON in it", 2),
    "wrong shape": ("Field required", 2),
    "half": ("breaks off|Invalid JSON", 2),
    "nothing": ("answer is empty", 2),
    "empty lists": ("no statement to judge|does not fit", 2),
    "cut": ("cut off after 4096 tokens", 1),
    "filtered": ("refused to answer", 1),
    "no choice": ("no choice in it", 1),
    "broken body": ("reply is broken", 1),
    "half body": ("APIConnectionError.*without sending complete", 1),
    "hang up": ("APIConnectionError.*disconnected", 1),
    "429": ("RateLimitError.*the judge is ill", 1),
    "500": ("InternalServerError.*the judge is ill", 1),
    "400": ("BadRequestError.*the judge is ill", 1),
}
"""What each trouble is told as, and how often one thing is asked before that."""


@pytest.mark.parametrize(("trouble", "reason", "asks"), [(name, *told) for name, told in TROUBLES.items()])
def test_every_failure_is_a_counted_gap_and_the_run_goes_on_later(
    settings: JudgeSettings, judge_server: Any, tmp_path: Path, trouble: str, reason: str, asks: int
) -> None:
    rows = (ROWS[1], ROWS[4])
    run = run_of(*rows)
    judge_server.trouble = trouble
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        failed = Judging(run, settings, cache).judge()
        assert all(row.value is None and row.failed for row in failed.run.judged)
        assert len(failed.run.judged) == len(rows) * len(METRICS)
        for row in failed.run.judged:
            assert re.search(reason, row.reason), row
            assert len(row.reason) < 400
            assert "\n" not in row.reason
        assert len(judge_server.prompts) == asks * len(rows) * len(METRICS)
        mean = score(failed.run).means["faithfulness"]
        assert (mean.mean, mean.count, mean.failed) == (None, 0, len(rows))

        judge_server.trouble = ""
        judged = Judging(failed.run, settings, cache).judge()
    assert all(row.value is not None and not row.reason for row in judged.run.judged)
    assert judged.usage.calls == 2 * (2 + 3 + 1 + 2)
    assert max(count for prompt, count in judge_server.paid.items() if '"response"' not in prompt) == 1


def test_a_server_that_is_ill_now_and_then_is_paid_once_for_each_answer(
    settings: JudgeSettings, judge_server: Any, tmp_path: Path
) -> None:
    """Two calls of three fail, each time in another way; runs go on until everything has its verdict."""
    run = run_of(*ROWS)
    judge_server.troubles = [each for name in [*TROUBLES, "seven", "one verdict less"] for each in (name, "", name)] * 3
    sick = replace(settings, max_retries=1)
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for _ in range(20):
            run = Judging(run, sick, cache).judge().run
            assert all((row.value is None) == row.failed == bool(row.reason) for row in run.judged)
            if not any(row.failed for row in run.judged):
                break
    known = {"all": 1.0, "half": 0.5, "none": 0.0, "모두": 1.0, "반": 0.5, "없음": 0.0}
    for metric in ("faithfulness", "context_recall", "context_precision"):
        assert {row.id: row.value for row in run.judged if row.metric == metric} == known
    assert sum(judge_server.paid.values()) == sum(CALLS.values())


@pytest.mark.parametrize("trouble", ["fence", "thoughts"])
def test_what_models_put_around_their_json_costs_nothing(
    settings: JudgeSettings, judge_server: Any, trouble: str
) -> None:
    judge_server.trouble = trouble
    judged = judge_run(run_of(ROWS[1]), replace(settings, metrics=("faithfulness", "context_recall")))
    assert [row.value for row in judged] == [0.5, 0.5]
    assert len(judge_server.prompts) == 3  # statements, verdicts, attributions: nothing was asked twice


@pytest.mark.parametrize(
    ("trouble", "metric", "reason"),
    [
        ("seven", "faithfulness", "the judge's verdict is 7, neither 0 nor 1"),
        ("seven", "context_recall", "the judge's attributed is 7, neither 0 nor 1"),
        ("seven", "context_precision", "the judge's verdict is 7, neither 0 nor 1"),
        ("seven", "answer_relevancy", "the judge's noncommittal is 7, neither 0 nor 1"),
        ("one verdict less", "faithfulness", "the judge gave 1 verdicts on 2 statements"),
    ],
)
def test_what_ragas_would_count_wrong_is_a_gap(
    settings: JudgeSettings, judge_server: Any, trouble: str, metric: str, reason: str
) -> None:
    judge_server.trouble = trouble
    judged = judge_run(run_of(ROWS[1]), replace(settings, metrics=(metric,)))
    assert [(row.value, row.reason, row.failed) for row in judged] == [(None, reason, True)]


def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason(
    settings: JudgeSettings, judge_server: Any
) -> None:
    judge_server.troubles = ["wrong shape"]
    judged = judge_run(run_of(ROWS[0]), replace(settings, metrics=("context_recall",)))
    assert judged[0].value == 1.0
    said = [message["content"] for message in judge_server.bodies[1]["messages"]]
    assert said[1] == '{"verdicts": "all fine"}'
    assert "classifications: Field required" in said[2]


@pytest.mark.parametrize(("trouble", "took"), [("silence", 0.3), ("drip", 0.3)])
def test_a_judge_that_does_not_answer_in_time_is_given_up(judge_server: Any, trouble: str, took: float) -> None:
    """A byte now and then is no answer either: the time is that of the whole call."""
    judge_server.trouble = trouble
    settings = JudgeSettings("openai:rules", judge_server.url, timeout_s=took, max_retries=1)
    judged = judge_run(run_of(ROWS[0]), replace(settings, metrics=("context_recall", "context_precision")))
    assert [row.reason for row in judged] == ["Timeout: no answer within 0.3 s"] * 2
    assert all(600 <= row.took_ms < 8000 for row in judged), judged
    assert len(judge_server.prompts) == 4


def test_a_sample_has_a_limit_of_its_own(judge_server: Any) -> None:
    judge_server.trouble = "silence"
    settings = JudgeSettings("openai:rules", judge_server.url, timeout_s=20, sample_timeout_s=0.3)
    judged = judge_run(run_of(ROWS[0]), settings)
    assert [row.reason for row in judged] == ["Timeout: no verdict within 0.3 s"] * 4


def test_all_of_it_has_a_limit_and_keeps_what_was_judged(judge_server: Any, settings: JudgeSettings) -> None:
    judge_server.troubles = [""] * 5 + ["silence"] * 100
    limited = replace(settings, metrics=("context_recall",), total_timeout_s=6, concurrency=1)
    rows = [row_of(f"q{number}", "x.", "Dropout turns neurons off.", [PASSAGE, str(number)]) for number in range(9)]
    started = time.monotonic()
    judged = judge_run(run_of(*rows), limited)
    assert time.monotonic() - started < 60
    assert [row.value for row in judged[:5]] == [1.0] * 5
    assert {row.reason for row in judged[5:]} == {"not judged: the 6 s for all samples were over"}
    assert all(row.failed for row in judged[5:])


@pytest.mark.parametrize("headers", [{"Retry-After": "0.4"}, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}])
def test_a_rate_limit_is_waited_for(settings: JudgeSettings, judge_server: Any, headers: dict[str, str]) -> None:
    judge_server.headers, judge_server.troubles = headers, ["429", "503"]
    judged = judge_run(run_of(ROWS[0]), replace(settings, max_retries=2, metrics=("context_recall",)))
    assert (judged[0].value, len(judge_server.prompts)) == (1.0, 3)
    if "Retry-After" in headers:
        assert judged[0].took_ms >= 800


def test_a_server_that_asks_for_more_patience_than_there_is_is_given_up(
    settings: JudgeSettings, judge_server: Any
) -> None:
    judge_server.headers, judge_server.trouble = {"Retry-After": "3600"}, "429"
    judged = judge_run(run_of(ROWS[0]), replace(settings, max_retries=5, metrics=("context_recall",)))
    assert judged[0].reason.startswith("RateLimitError")
    assert len(judge_server.prompts) == 1


@pytest.mark.parametrize(("trouble", "told"), [("401", "AuthenticationError"), ("404", "NotFoundError")])
def test_a_refused_key_or_an_unknown_model_ends_the_asking(
    settings: JudgeSettings, judge_server: Any, trouble: str, told: str
) -> None:
    judge_server.trouble = trouble
    judged = judge_run(run_of(*ROWS), replace(settings, concurrency=1, max_retries=5))
    assert len(judge_server.prompts) == 1
    assert judged[0].reason.startswith(told)
    assert all(row.reason.startswith(f"not asked, because of an earlier call: {told}") for row in judged[1:])


def test_a_judge_that_never_answers_is_not_asked_for_ever(settings: JudgeSettings, judge_server: Any) -> None:
    judge_server.trouble = "500"
    judged = judge_run(run_of(*ROWS), replace(settings, concurrency=1, give_up_after=3))
    assert len(judge_server.prompts) == 3
    assert {row.reason.partition(" calls")[0] for row in judged[3:]} == {"not asked: 3"}


def test_no_server_is_a_told_failure_of_every_sample() -> None:
    settings = JudgeSettings("openai:rules", "http://127.0.0.1:9/v1", timeout_s=5, max_retries=0, prices=Prices(1, 1))
    judged = Judging(run_of(ROWS[0]), settings, None).judge()
    assert all(row.failed and "APIConnectionError" in row.reason for row in judged.run.judged), judged
    assert (judged.usage.uncounted, judged.usage.cost_bound) == (0, 0.0)  # nothing was sent


def test_one_bad_sample_leaves_the_others_their_values(settings: JudgeSettings, judge_server: Any) -> None:
    plain: Callable[[str], str] = judge_server.answer
    judge_server.answer = lambda prompt: '{"bad": 1}' if "1805" in prompt else plain(prompt)
    judged = judge_run(run_of(*ROWS), settings)
    by_key = {(row.id, row.metric): (row.value, row.failed) for row in judged}
    assert by_key["all", "faithfulness"] == (1.0, False)
    assert by_key["half", "faithfulness"] == (None, True)
    assert by_key["half", "context_recall"] == (0.5, False)


@pytest.mark.parametrize("option", ["response_format", "temperature", "top_p", "max_tokens"])
def test_an_option_that_a_server_does_not_take_is_left_out(
    settings: JudgeSettings, judge_server: Any, option: str
) -> None:
    judge_server.bad_options = (option,)
    judged = judge_run(run_of(*ROWS), replace(settings, concurrency=4))
    assert all(row.value is not None for row in judged), judged
    assert option not in judge_server.bodies[-1]
    assert ("max_completion_tokens" in judge_server.bodies[-1]) == (option == "max_tokens")
    assert len(judge_server.prompts) <= sum(CALLS.values()) + 4  # those under way when it was found out


def test_the_bound_of_the_cost_is_kept_and_the_rest_are_gaps(
    settings: JudgeSettings, judge_server: Any, tmp_path: Path
) -> None:
    """At a price of 1 for a million tokens read, each call here costs 0.0001, and could cost about 0.004."""
    bounded = replace(settings, prices=Prices(1.0, 0.0), max_cost=0.006)
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        judged = Judging(run_of(*ROWS), bounded, cache).judge()
        assert 0 < judged.usage.calls < sum(CALLS.values())
        assert judged.usage.cost_bound is not None
        assert judged.usage.cost_bound == pytest.approx(judged.usage.calls * 0.0001)
        assert judged.usage.cost_bound <= 0.006
        left = [row for row in judged.run.judged if row.value is None]
        assert left
        assert all(row.failed and "the bound of 0.006" in row.reason for row in left), left
        more = Judging(judged.run, replace(bounded, max_cost=1.0), cache).judge()
    assert all(row.value is not None for row in more.run.judged)
    assert judged.usage.calls + more.usage.calls == sum(CALLS.values()) == len(judge_server.prompts)


def test_a_server_that_does_not_count_is_charged_with_the_most(settings: JudgeSettings, judge_server: Any) -> None:
    judge_server.usage = None
    bounded = replace(settings, prices=Prices(0.0, 1.0), max_cost=2.5 * 4096 / 1e6, concurrency=1)
    judged = Judging(run_of(*ROWS), bounded, None).judge()
    assert (judged.usage.calls, judged.usage.uncounted) == (2, 2)
    assert judged.usage.cost_bound == pytest.approx(2 * 4096 / 1e6)


def test_a_cache_that_cannot_be_written_ends_the_spending(
    settings: JudgeSettings, judge_server: Any, tmp_path: Path
) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        cache._database.execute("PRAGMA query_only = 1")
        judged = Judging(run_of(*ROWS), replace(settings, concurrency=1), cache).judge()
    assert len(judge_server.prompts) == 1
    assert all("readonly database" in row.reason for row in judged.run.judged), judged.run.judged
