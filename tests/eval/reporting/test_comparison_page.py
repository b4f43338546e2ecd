"""The HTML of a comparison: verdict, differences, slices and flips, and what the runs do not have in common."""

from dataclasses import replace

from eval.compare import compare
from eval.records import Run
from eval.reporting.comparison_page import render_comparison_html


def _better(run: Run) -> Run:
    """The same run, where the lost question is found and answered."""
    right = run.rows[0]
    rows = tuple(
        replace(row, hits=right.hits, answer=right.answer) if row.question.id == "lost" else row for row in run.rows
    )
    return replace(run, rows=rows, settings={"retrieval": {"mode": "keyword", "k": 5}, "llm": {"model": "extractive"}})


def _words(html: str) -> str:
    return " ".join(html.split())


def test_a_comparison_shows_what_changed_and_where(run: Run) -> None:
    other = _better(run)
    comparison = compare(run, other, gates=["evidence_hit@5"])
    page = _words(render_comparison_html(comparison, run, other, name_a="old/run", name_b="new/run"))
    assert "old/run" in page
    assert comparison.verdict in page
    assert comparison.slices_verdict in page
    assert "retrieval.mode: hybrid → keyword" in page
    assert "<code>evidence_hit@5</code>" in page
    assert "0.600 → 0.800" in page
    assert "What of lost?" in page
    assert "Evidence not found, refused" in page
    assert "Answered from the evidence" in page
    assert "Rose to 1: recall@1" in page
    assert "<b>Gate</b>" in page


def test_equal_runs_have_nothing_to_show(run: Run) -> None:
    page = _words(render_comparison_html(compare(run, run), run, run))
    assert "No question changed sides in a yes-or-no metric." in page
    assert "Nothing that was recorded: same questions, index, settings, libraries." in page
    assert "<b>Gate</b>" not in page


def test_what_was_written_is_never_markup(hostile: Run) -> None:
    other = replace(hostile, rows=(replace(hostile.rows[0], hits=()), *hostile.rows[1:]))
    html = render_comparison_html(compare(hostile, other), hostile, other, name_a="<script>", name_b="{{ 1 }}")
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 1 }}" in html
    assert "\u202e" not in html
