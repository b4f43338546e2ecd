"""The benchmark: its table, its measurements, and the errors someone can meet."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench.course_sets import CourseSet
from eval.bench.figures import main, table
from eval.bench.launcher import main as launch
from eval.bench.measures import Figure, asking, held_in_place, indexed_evidence, retrieval
from eval.bench.processes import course_rag
from eval.questions import Question
from eval.records import Passage
from rag.errors import CourseRagError
from rag.settings import Settings


def test_figures_of_one_subject_share_a_line() -> None:
    figures = [
        Figure("korquad · hybrid", "recall@1", 0.9345, 1577, "≥ 0.93"),
        Figure("korquad · hybrid", "recall@5", 0.99, 1577, "≥ 0.99"),
        Figure("build", "passages/s", 1234.56, 900),
        Figure("refusals", "refusal_precision", None, 0),
    ]
    assert table(figures).splitlines() == [
        "| what | n | figures | asked |",
        "| --- | --- | --- | --- |",
        "| korquad · hybrid | 1577 | recall@1 0.934 · recall@5 0.990 | recall@1 ≥ 0.93, recall@5 ≥ 0.99 |",
        "| build | 900 | passages/s 1,234.6 |  |",
        "| refusals | 0 | refusal_precision – |  |",
    ]


def test_a_missing_data_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "none")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "Give the development data: --data DIR" in captured.err


def test_an_unknown_set_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--only", "none"])
    assert caught.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_the_launcher_measures_the_command_and_not_its_parent(tmp_path: Path) -> None:
    held = bytearray(300 * 2**20)  # a parent bigger than both children
    peaks = []
    for mib in (1, 120):
        code = f"held = b'x' * ({mib} * 2**20); import sys; sys.exit(3)"
        command = [sys.executable, "-I", "-S", str(Path(launch.__code__.co_filename)), str(tmp_path / "out.json")]
        done = subprocess.run([*command, sys.executable, "-I", "-S", "-c", code], check=False)
        assert done.returncode == 3
        measured = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert measured["wall_s"] > 0
        peaks.append(measured["peak_mib"])
    assert len(held) > 0
    assert peaks[0] < 60
    assert 110 < peaks[1] - peaks[0] < 130


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CourseRagError) as caught:
        course_rag(["build", str(tmp_path / "none"), "--index", str(tmp_path / "index")], folder=tmp_path)
    assert "ended with status" in caught.value.message
    assert caught.value.remedy == "Run that command by itself."


QUESTIONS = [
    Question(
        "a",
        "드롭아웃은 무엇을 무작위로 끄나요?",
        reference="뉴런",
        reference_contexts=("뉴런을 무작위로 끄는",),
        lang="ko",
        tags=("lookup",),
        sources=("regularization.md",),
    ),
    Question(
        "b",
        "BM25는 무엇으로 순위를 매기나요?",
        reference="빈도와 희귀도",
        reference_contexts=("빈도와 희귀도로",),
        lang="ko",
        tags=("lookup",),
        sources=("search.md",),
    ),
    Question("c", "Who won the world cup in 1966?", lang="en", tags=("unanswerable",), answerable=False),
]


def test_retrieval_is_measured_in_every_mode_over_what_can_be_answered(course_settings: Settings) -> None:
    figures = list(
        retrieval("set", CourseSet(Path(), QUESTIONS), course_settings.index.path, {"keyword recall@1": "≥ 0.9"})
    )
    assert [(each.subject, each.name, each.count) for each in figures[:3]] == [
        ("set · keyword", "recall@1", 2),
        ("set · keyword", "recall@5", 2),
        ("set · keyword", "search p50 ms", 2),
    ]
    assert [each.subject for each in figures[::3]] == ["set · keyword", "set · similarity", "set · hybrid"]
    assert (figures[0].value, figures[0].asked, figures[1].asked) == (1.0, "≥ 0.9", "")


def test_answers_and_times_are_measured(course_settings: Settings, course_files: Path) -> None:
    figures = {(each.subject, each.name): each for each in asking(QUESTIONS, course_settings.index.path, course_files)}
    supported = figures["answers (extractive)", "cited sentences supported"]
    assert supported.value == 1.0
    assert supported.count >= 2
    assert figures["answers (extractive)", "answers naming a contradiction"].value == 0
    assert figures["course-documents · all", "evidence-hit@5"].value == 1.0
    assert figures["course-documents · tag=lookup", "evidence-hit@10"].count == 2
    handed = figures["handed to an LLM · all", "evidence-hit@5"]
    assert (handed.value, handed.count) == (1.0, figures["course-documents · all", "evidence-hit@5"].count)
    assert figures["handed to an LLM · tag=lookup", "evidence-hit@5"].count == 2
    assert ("course-documents · tag=unanswerable", "evidence-hit@5") not in figures
    assert figures["questions that ended in an error", "questions"].value == 0
    p50, p95 = (figures["query, warm · search", name].value for name in ("p50 ms", "p95 ms"))
    assert p50 is not None
    assert p95 is not None
    assert 0 < p50 <= p95


def test_the_index_is_asked_what_it_holds_at_all(course_settings: Settings, tmp_path: Path) -> None:
    lost = replace(QUESTIONS[0], id="lost", reference_contexts=("이런 말은 없다",))
    held, _ = indexed_evidence([*QUESTIONS, lost], course_settings.index.path, tmp_path)
    assert (held.value, held.count) == (pytest.approx(2 / 3), 3)


@pytest.mark.parametrize(
    ("passage", "right"),
    [
        (Passage("week1.pdf", "evidence here", page=3), True),
        (Passage("week1.pdf", "evidence here", page=4), False),
        (Passage("week2.pdf", "evidence here", page=9, also_in=("week1.pdf, p. 3 (iii)",)), True),
        (Passage("week1.pdf", "something else", page=3), False),
    ],
)
def test_evidence_counts_on_its_own_page_only(passage: Passage, right: bool, tmp_path: Path) -> None:
    question = replace(QUESTIONS[0], sources=("week1.pdf",), page=3, also_in=())
    assert held_in_place(question, "evidence here", [passage], tmp_path) is right


@pytest.mark.parametrize(
    ("heading", "right"), [(("Course", "Search"), True), (("Course", "Other"), False), ((), False)]
)
def test_evidence_counts_under_its_own_heading_only(heading: tuple[str, ...], right: bool, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Course\n\n## Search\n\nevidence here\n\n## Other\n", encoding="utf-8")
    question = replace(QUESTIONS[0], sources=("notes.md",), page=None, also_in=())
    passages = [Passage("notes.md", "evidence here", heading=heading)]
    assert held_in_place(question, "evidence here", passages, tmp_path) is right


def test_figures_stand_beside_earlier_ones(tmp_path: Path) -> None:
    figures = [Figure("all", "evidence-hit@5", 0.75, 4), Figure("all", "new", 1.0, 4)]
    assert "evidence-hit@5 0.500 → 0.750 · new 1.000" in table(figures, {("all", "evidence-hit@5"): 0.5})


def test_a_file_without_figures_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "before.json").write_text("[1]", encoding="utf-8")
    assert main(["--data", str(tmp_path), "--before", str(tmp_path / "before.json")]) == 1
    assert "holds no figures" in capsys.readouterr().err
