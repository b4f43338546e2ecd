"""Scores of a run made by hand: values, gaps, slices, intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.characters import chrf
from eval.metrics.intervals import bootstrap_interval, bootstrap_intervals, expanded_tail, mean_interval
from eval.metrics.values import Value
from eval.questions import Question
from eval.records import FORMAT, CitedPassage, GivenAnswer, JudgedRow, Passage, Row, Run
from eval.scoring import Mean, latency_of, mean_of, score


def _run(*rows: Row, answered: bool = True, judged: tuple[JudgedRow, ...] = ()) -> Run:
    return Run(FORMAT, "2025-01-01T00:00:00+00:00", "", "", answered, 20, {}, {}, {}, rows, judged=judged)


A, B = Passage("a.md", "Dropout turns neurons off."), Passage("b.md", "Rain falls.")
ASKED = Question(
    "asked",
    "What does dropout do?",
    reference="Dropout turns neurons off",
    reference_contexts=("turns neurons off",),
    lang="en",
    tags=("lookup",),
    sources=("a.md",),
)
UNANSWERABLE = Question("unanswerable", "Who won?", lang="en", tags=("unanswerable",), answerable=False)
ROWS = (
    Row(
        ASKED, (B, A), GivenAnswer("Neurons off [1].", False, (CitedPassage(1, "neurons off."),), (A,)), "", 10.0, 30.0
    ),
    Row(UNANSWERABLE, (B,), GivenAnswer("No.", True, (), (B,)), "", 20.0, 40.0),
)


def test_every_metric_of_a_run_by_hand() -> None:
    values = {name: each.value for name, each in score(_run(*ROWS)).questions[0].values.items()}
    assert values["recall@1"] == values["hit@1"] == values["evidence_hit@1"] == values["evidence_recall@1"] == 0.0
    assert values["recall@3"] == values["hit@5"] == values["evidence_hit@3"] == values["evidence_recall@10"] == 1.0
    assert values["mrr"] == 0.5
    assert values["ndcg@10"] == pytest.approx(0.6309297535714575)
    assert values["token_f1"] == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert values["answer_recall"] == 0.5
    assert values["citation_correctness"] == values["citation_evidence"] == 1.0
    assert values["claims_cited"] == values["citation_recall"] == values["citation_precision"] == 1.0
    assert values["evidence_cited"] == 1.0
    assert values["chrf"] == pytest.approx(chrf("Neurons off .", "Dropout turns neurons off"))
    assert values["refusal_accuracy"] == 1.0
    assert values["refusal_precision"] is values["refusal_recall"] is None


def test_an_unanswerable_question_counts_for_refusal_alone() -> None:
    values = score(_run(*ROWS)).questions[1].values
    assert {name: each.value for name, each in values.items() if each.value is not None} == {
        "refusal_precision": 1.0,
        "refusal_recall": 1.0,
        "refusal_accuracy": 1.0,
    }
    assert not any(each.failed for each in values.values())
    claims = {"claims_cited", "citation_recall", "citation_precision"}
    gaps = {name: each.gap for name, each in values.items() if each.value is None}
    assert {gaps.pop(name) for name in claims} == {"refused"}
    assert set(gaps.values()) == {"the question is unanswerable"}


def test_a_refusal_of_what_can_be_answered_has_none_of_the_answer() -> None:
    row = Row(ASKED, (A,), GivenAnswer("The course documents do not answer this question.", True, (), (A,)))
    values = score(_run(row)).questions[0].values
    assert (values["token_f1"].value, values["answer_recall"].value) == (0.0, 0.0)
    assert values["citation_correctness"] == values["citation_recall"] == Value(None, "refused")
    assert (values["chrf"].value, values["evidence_cited"].value) == (0.0, 0.0)
    assert (values["refusal_precision"].value, values["refusal_accuracy"].value) == (0.0, 0.0)


def test_claims_are_judged_whatever_the_question() -> None:
    invented = Row(UNANSWERABLE, (A,), GivenAnswer("Rain turns neurons off [1].", False, (CitedPassage(1, "r"),), (A,)))
    values = score(_run(invented)).questions[0].values
    assert (values["claims_cited"].value, values["citation_precision"].value) == (
        1.0,
        1.0,
    )  # 3 of 4 words: no name is seen
    silent = Row(ASKED, (A,), GivenAnswer("Yes.", False, (), (A,)))
    assert score(_run(silent)).questions[0].values["citation_recall"] == Value(None, "no claim")
    bare = Row(ASKED, (A,), GivenAnswer("Dropout turns neurons off.", False, (), (A,)))
    values = score(_run(bare)).questions[0].values
    assert (values["claims_cited"].value, values["citation_recall"].value) == (0.0, 0.0)
    assert values["citation_precision"] == Value(None, "no citation")


def test_a_question_without_reference_is_a_counted_gap() -> None:
    bare = Question("bare", "What?", lang="en")
    scores = score(_run(Row(bare, (A,), GivenAnswer("It is.", False, (CitedPassage(1, "off"),), (A,)))))
    assert scores.gaps["recall@5"] == {"no reference source": 1}
    assert scores.gaps["evidence_hit@5"] == {"no reference context": 1}
    assert scores.gaps["token_f1"] == {"no reference answer": 1}
    assert scores.gaps["citation_correctness"] == {"no reference source or context": 1}
    assert scores.means["recall@5"] == Mean(None, None, None, 0, 1, 0)


def test_a_failure_is_no_zero_and_no_silence() -> None:
    failed = Row(ASKED, (A,), None, "LLMError: no connection. Start the server.")
    lost = Row(UNANSWERABLE, None, None, "LLMError: no connection. Start the server.")
    scores = score(_run(failed, lost))
    assert scores.means["recall@1"].mean == 1.0  # the search had ended
    for name in ("token_f1", "answer_recall", "chrf", "citation_correctness", "citation_recall", "evidence_cited"):
        assert scores.means[name] == Mean(None, None, None, 0, 1, 1)
    assert (scores.means["refusal_accuracy"].failed, scores.means["refusal_recall"].failed) == (2, 1)
    assert scores.gaps["token_f1"]["LLMError: no connection. Start the server."] == 1


def test_verdicts_of_the_judge_are_metrics() -> None:
    judged = (
        JudgedRow("asked", "faithfulness", 0.5),
        JudgedRow("asked", "context_recall", None, "InternalServerError: ill", failed=True),
        JudgedRow("unanswerable", "faithfulness", None, "refused"),
    )
    means = score(_run(*ROWS, judged=judged)).means
    assert means["faithfulness"] == Mean(0.5, None, None, 1, 1, 0)
    assert means["context_recall"] == Mean(None, None, None, 0, 0, 1)


def test_slices_are_by_tag_language_and_answerable() -> None:
    scores = score(_run(*ROWS))
    assert list(scores.slices) == [
        "answerable=false",
        "answerable=true",
        "format=md",
        "lang=en",
        "tag=lookup",
        "tag=unanswerable",
    ]
    assert scores.slices["tag=lookup"]["mrr"].mean == 0.5
    assert scores.slices["answerable=false"]["refusal_recall"].mean == 1.0
    assert scores.slices["answerable=false"]["mrr"].count == 0


def test_korean_words_are_compared_as_morphemes() -> None:
    question = Question("ko", "무엇을 구하나요?", reference="기울기를 계산한다", lang="ko")
    row = Row(question, (), GivenAnswer("기울기는 층마다 계산되었다.", False, (), ()))
    assert score(_run(row)).questions[0].values["answer_recall"].value == 1.0


def test_latency_is_of_the_steps_that_ended() -> None:
    latency = score(_run(*ROWS)).latency
    assert (latency["search"].p50, latency["answer"].p50, latency["answer"].count) == (15.0, 35.0, 2)
    assert latency_of([float(number) for number in range(101)]).p95 == 95.0


def test_a_mean_knows_its_gaps() -> None:
    mean = mean_of([Value(1.0), Value(0.0), Value(None, "refused"), Value(None, "LLMError: …", failed=True)])
    assert (mean.mean, mean.count, mean.not_applicable, mean.failed) == (0.5, 2, 1, 1)
    assert (mean.low, mean.high) == pytest.approx((0.0945, 0.9055), abs=1e-4)  # Wilson's, of 1 in 2


numbers = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@given(numbers)
def test_an_interval_lies_within_the_values_and_repeats(values: list[float]) -> None:
    interval = bootstrap_interval(values, resamples=200)
    assert interval is not None
    assert min(values) - 1e-9 <= interval[0] <= interval[1] <= max(values) + 1e-9
    assert interval == bootstrap_interval(values, resamples=200)


def test_an_interval_covers_as_it_says() -> None:
    import numpy as np

    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        interval = bootstrap_interval([float(x) for x in generator.random(100) < 0.3], resamples=500)
        covered += interval is not None and interval[0] <= 0.3 <= interval[1]
    assert 0.91 <= covered / 300 <= 0.98


def test_a_share_of_all_or_none_is_not_sure() -> None:
    # Wilson 1927: p̂ = 1, n = 20: lower bound n / (n + z²).
    assert mean_interval([1.0] * 20) == pytest.approx((20 / (20 + 1.959964**2), 1.0), abs=1e-6)
    assert mean_interval([0.0] * 20) == pytest.approx((0.0, 1.959964**2 / (20 + 1.959964**2)), abs=1e-6)
    assert mean_interval([0.5] * 20) == (0.5, 0.5)
    assert mean_interval([1.0]) is None


@pytest.mark.parametrize(("count", "t"), [(5, 2.7764), (11, 2.2281), (101, 1.9840)])
def test_few_values_have_wider_intervals(count: int, t: float) -> None:
    from statistics import NormalDist

    assert expanded_tail(count) == pytest.approx(NormalDist().cdf(-((count / (count - 1)) ** 0.5) * t), rel=0.01)
    assert expanded_tail(count) < 0.025


@given(st.integers(2, 30), st.integers(1, 4))
def test_intervals_of_several_metrics_are_those_of_each(count: int, metrics: int) -> None:
    import numpy as np

    columns = np.random.default_rng(count).random((count, metrics))
    together = bootstrap_intervals(columns, resamples=200)
    for column in range(metrics):
        alone = bootstrap_interval(columns[:, column].tolist(), resamples=200)
        assert together[column] == pytest.approx(alone, abs=1e-12)


def test_one_value_says_nothing_about_its_spread() -> None:
    assert bootstrap_interval([0.5]) is None
    assert bootstrap_interval([]) is None
    assert bootstrap_interval([1.0] * 5) == (1.0, 1.0)
