"""The summary in sentences: counts, shares and intervals that a reader can check by hand."""

from dataclasses import replace

from eval.questions import Question
from eval.records import Row, Run
from eval.reporting.findings import Finding, findings, unknown_models
from eval.scoring import score


def _told(run: Run) -> dict[str, Finding]:
    return {each.about: each for each in findings(run, score(run))}


def test_every_sentence_counts_what_happened(run: Run) -> None:
    told = _told(run)
    assert told["Failures"].text.startswith("1 question of 9 ended in an error. ")
    assert told["Overall"].text.startswith("Of 5 answerable questions, 1 was answered with a citation of the evidence")
    assert ": 20% (95% interval " in told["Overall"].text
    assert "For 2 it is not among the first 20 either." in told["Search"].text
    assert told["Refusals"].text.startswith("Of 5 answerable questions, 2 were refused: 40% (95% interval ")
    assert "For 1 of them the evidence had been handed over" in told["Refusals"].text
    assert told["Silence"].text.startswith("Of 2 questions that nothing answers, 1 was answered all the same: 50% (")
    assert told["Faithfulness"].text.endswith("Mean 50% over 1.")
    assert "Linux x86_64, 2 cores" in told["Speed"].text
    assert told["Certainty"].text.startswith("9 questions are few: a share near one half is known to ±33% only.")
    assert next(iter(told)) == "Failures"


def test_good_news_is_told_as_such(run: Run) -> None:
    good = [replace(run.rows[0], question=replace(run.rows[0].question, id=f"q{number}")) for number in range(120)]
    silent = [replace(run.rows[5], question=replace(run.rows[5].question, id=f"u{number}")) for number in range(30)]
    told = _told(replace(run, rows=(*good, *silent), judged=()))
    assert told["Refusals"] == Finding("Refusals", "good", "No answerable question was refused.")
    assert told["Silence"] == Finding("Silence", "good", "All 30 questions that nothing answers were refused.")
    assert told["Overall"].tone == told["Search"].tone == "good"
    assert "Failures" not in told
    assert "Certainty" not in told
    assert told["Slices"].text == "No slice of 8 questions or more is shown to be below the whole set."


def test_a_slice_that_is_below_the_whole_is_named(run: Run) -> None:
    def asked(row: Row, number: int, tag: str) -> Row:
        return replace(row, question=replace(row.question, id=f"{tag}{number}", tags=(tag,)))

    good = [asked(run.rows[0], number, "easy") for number in range(30)]
    bad = [asked(run.rows[3], number, "hard") for number in range(10)]
    told = _told(replace(run, rows=(*good, *bad), judged=()))["Slices"]
    assert told.tone == "poor"
    assert "tag hard (evidence found @5 0% against 75%)" in told.text
    assert "easy" not in told.text


def test_passages_alone_are_not_blamed_for_answers(run: Run) -> None:
    rows = tuple(replace(row, answer=None, answer_ms=None) for row in run.rows[:3])
    told = _told(replace(run, rows=rows, answered=False, judged=()))
    assert list(told) == ["Search", "Slices", "Speed", "Certainty"]
    assert "answer" not in told["Speed"].text


def test_a_run_of_nothing_has_nothing_to_tell_but_that(run: Run) -> None:
    row = Row(Question("q", "What?", lang="en"), ())
    told = _told(replace(run, rows=(row,), answered=False, judged=()))
    assert "Overall" not in told
    assert "Search" not in told


def test_another_model_that_took_over_is_told(run: Run) -> None:
    assert unknown_models(run) == ""
    assert unknown_models(replace(run, settings={"llm": {"model": "openai:x"}})) == "extractive answered 8 questions"
