"""Reports: what someone must read in them stands there, and nothing breaks their tables."""

from dataclasses import replace

from eval.compare import compare
from eval.questions import Question
from eval.records import FORMAT, CitedPassage, GivenAnswer, JudgedRow, Passage, Row, Run
from eval.reporting.compared import render_comparison
from eval.reporting.markdown import render_run
from eval.reporting.reasons import why_bad
from eval.scoring import score

GOOD = Question("good", "What | is dropout?", "A trick", ("Dropout is a trick",), "en", ("lookup",), True, ("a.md",))
LOST = Question("lost", "What is rain?", "Water", ("Rain is water",), "en", ("lookup",), True, ("rain.pdf",), 7)
NOBODY = Question("nobody", "Who won?", lang="en", tags=("unanswerable",), answerable=False)
PASSAGE = Passage("a.md", "Dropout is a trick.\n| cell |", score=0.9)
ANSWER = GivenAnswer("A trick [1].", False, (CitedPassage(1, "a trick"),), (PASSAGE,))
RUN = Run(
    FORMAT,
    "2025-01-01T00:00:00+00:00",
    "set.jsonl",
    "ab" * 32,
    True,
    20,
    {"retrieval": {"mode": "hybrid", "k": 5}, "llm": {"model": "extractive"}},
    {"version": 3, "chunks": 12, "embedder": "static"},
    {"numpy": "2.0"},
    (
        Row(GOOD, (PASSAGE,), ANSWER, "", 5.0, 9.0),
        Row(LOST, (PASSAGE,), ANSWER, "", 5.0, 9.0),
        Row(NOBODY, (PASSAGE,), ANSWER, "", 5.0, 9.0),
    ),
)


def _line(report: str, start: str) -> list[str]:
    line = next(line for line in report.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_summary_has_means_intervals_and_gaps() -> None:
    report = render_run(RUN, score(RUN))
    assert report.startswith("# set.jsonl: 3 questions\n")
    assert "- Index: version 3, 12 passages, static" in report
    assert _line(report, "evidence_hit@5") == ["evidence_hit@5", "0.500", "[0.095, 0.905]", "2", "1", "0"]
    assert _line(report, "refusal_recall") == ["refusal_recall", "0.000", "–", "1", "2", "0"]
    assert _line(report, "search") == ["search", "5.0", "5.0", "3"]
    assert _line(report, "tag=unanswerable")[:2] == ["tag=unanswerable", "1"]


def test_the_worst_questions_say_what_was_expected_given_found_and_why() -> None:
    report = render_run(RUN, score(RUN))
    lost = report.split("### lost: What is rain?")[1].split("###")[0]
    assert "- Why: the evidence is not in the first 1 passages; citation_correctness 0.00; token_f1 0.00" in lost
    assert "- Expected: Water (rain.pdf, p. 7)" in lost
    assert "- Evidence: Rain is water" in lost
    assert "- Answer: A trick [1]." in lost
    assert "- Hit 1 (0.900) a.md: Dropout is a trick. \\| cell \\|" in lost
    assert "- Why: answered, though nothing does" in report.split("### nobody: Who won?")[1]
    assert "### good" not in report


def test_failures_are_listed_by_reason_and_come_first() -> None:
    failed = Row(GOOD, None, None, "LLMError: no connection. Start | the server.")
    run = replace(RUN, rows=(*RUN.rows[1:], failed))
    report = render_run(run, score(run))
    assert "## Failures" in report
    assert "| LLMError: no connection. Start \\| the server. | recall@1 (1)," in report
    assert report.split("## Worst questions")[1].strip().startswith("### good: What \\| is dropout?")


def test_a_failed_verdict_is_a_reason_too() -> None:
    run = replace(RUN, judged=(JudgedRow("good", "faithfulness", None, "Timeout: late", failed=True),))
    assert why_bad(run.rows[0], score(run).questions[0]) == ["faithfulness failed: Timeout: late"]


def test_without_faults_the_report_says_so() -> None:
    run = replace(RUN, rows=RUN.rows[:1])
    assert "None: every question found its evidence" in render_run(run, score(run))


def test_late_evidence_and_a_wrong_refusal_are_told() -> None:
    other = Passage("b.md", "something")
    row = Row(GOOD, (*[other] * 6, PASSAGE), GivenAnswer("No.", True, (), (other,)))
    run = replace(RUN, rows=(row,))
    assert why_bad(row, score(run).questions[0]) == [
        "the evidence is complete only with passage 7",
        "refused, though the documents answer it",
    ]


def test_a_set_without_contexts_is_judged_by_its_sources() -> None:
    question = Question("q", "What?", lang="en", sources=("z.md",))
    row = Row(question, (PASSAGE,))
    run = replace(RUN, answered=False, rows=(row,))
    report = render_run(run, score(run))
    assert "not among the sources of the first 5 passages: z.md" in report
    assert "- Answers: not asked for" in report


def test_a_comparison_shows_differences_and_flips() -> None:
    found = Passage("rain.pdf", "Rain is water.", page=7)
    better = replace(RUN, rows=(RUN.rows[0], replace(RUN.rows[1], hits=(found,)), RUN.rows[2]))
    report = render_comparison(compare(RUN, better), name_a="old.json", name_b="new.json")
    assert "A: old.json  \nB: new.json" in report
    assert "**No difference between A and B is shown on 3 questions.**" in report
    assert "3 questions compared, 0 left out" in report
    expected = ["evidence_hit@1", "2", "0.500", "1.000", "+0.500", "[+0.000, +1.000]", "1 / 1 / 0", "0"]
    assert _line(report, "evidence_hit@1")[:8] == expected
    assert _line(report, "lost")[:2] == ["lost", "What is rain?"]
    assert "No question changed sides" in render_comparison(compare(RUN, RUN))
