"""Which questions are the worst, and why their metrics are what they are."""

from dataclasses import replace

from eval.metrics.holding import Holding
from eval.records import Row, Run
from eval.reporting.cards import card_of
from eval.reporting.explaining import explained
from eval.reporting.reasons import failures, left_out, varied, worst
from eval.scoring import score
from rag.analyzer import Analyzer


def _why(run: Run, name: str) -> dict[str, str]:
    analyzer = Analyzer()
    return explained(_row(run, name), analyzer, Holding(analyzer))


def _row(run: Run, name: str) -> Row:
    return next(row for row in run.rows if row.question.id == name)


def test_failures_come_first_then_wrong_answers_then_what_was_lost(run: Run) -> None:
    names = [each.row.question.id for each in worst(run, score(run))]
    assert names[0] == "failed"
    assert set(names[1:3]) == {"invented", "blind"}
    assert set(names[3:5]) == {"timid", "lost"}
    assert "silent" not in names
    assert {each.number for each in worst(run, score(run)) if each.row.question.id == "timid"} == {3}


def test_some_of_every_outcome_are_shown(run: Run) -> None:
    invented = [replace(run.rows[6], question=replace(run.rows[6].question, id=f"i{number}")) for number in range(9)]
    many = replace(run, rows=(*invented, *run.rows[3:5]), judged=())
    bad = worst(many, score(many))
    assert [each.row.question.id for each in bad[:5]] != [each.row.question.id for each in varied(bad, 5)]
    assert [each.outcome.key for each in varied(bad, 5)].count("invented") == 3
    assert {each.outcome.key for each in varied(bad, 5)} == {"invented", "blind", "lost"}
    assert varied(bad, 99) == bad


def test_each_metric_is_explained(run: Run) -> None:
    assert _why(run, "elsewhere")["evidence_hit"] == "complete with passage 2"
    assert _why(run, "elsewhere")["recall"] == "a.md is document 2 found"
    assert _why(run, "elsewhere")["citation_correctness"] == "[1] holds no evidence"
    assert _why(run, "elsewhere")["evidence_cited"] == "1 of 1 reference passages stand in no cited passage"
    assert (
        _why(run, "elsewhere")["answer_recall"]
        == "4 of 4 words of the reference are missing: dropout, turn, neuron, off"
    )
    assert _why(run, "lost")["evidence_hit"] == "0 of 1 reference passages in the first 1 passages"
    assert _why(run, "lost")["mrr"] == "a.md was not found"
    assert _why(run, "lost")["refusal_accuracy"] == "it was refused, and the evidence was not at hand"
    assert _why(run, "timid")["refusal_accuracy"] == "it was refused, with the evidence at hand"
    assert _why(run, "timid")["token_f1"] == "it was refused"
    assert _why(run, "invented")["refusal_recall"] == "it was answered, and no document answers it"
    assert _why(run, "failed") == {}


def test_claims_without_support_are_quoted(run: Run) -> None:
    answer = _row(run, "right").answer
    assert answer is not None
    text = "Gradient descent climbs mountains quickly [1].\nBananas are yellow fruit."
    row = replace(_row(run, "right"), answer=replace(answer, text=text))
    analyzer = Analyzer()
    why = explained(row, analyzer, Holding(analyzer))
    assert why["claims_cited"] == "without a mark: “Bananas are yellow fruit.”"
    assert "not in the words of what is cited: “Gradient descent climbs mountains quickly" in why["citation_recall"]


def test_a_card_has_values_below_one_with_reasons_and_the_rest_in_short(run: Run) -> None:
    scores = score(run)
    bad = next(each for each in worst(run, scores) if each.row.question.id == "timid")
    analyzer = Analyzer()
    card = card_of(bad, analyzer, Holding(analyzer), run.threshold)
    metrics = {metric.label: metric for metric in card.metrics}
    assert metrics["Refusal accuracy"].values == (("", "0.00"),)
    assert "Evidence found" in card.fine
    assert card.left_out["refused"][0] == "Citations right"
    assert [(passage.rank, passage.holds, passage.handed) for passage in card.passages] == [(1, True, True)]
    assert card.places == ("a.md",)


def test_missing_values_are_counted_by_reason(run: Run) -> None:
    scores = score(run)
    reason = "LLMError: the server is gone. Start it."
    assert list(failures(scores.questions)) == [reason]
    assert failures(scores.questions)[reason]["recall@1"] == 1
    assert left_out(scores.questions)["the question is unanswerable"]["mrr"] == 2
