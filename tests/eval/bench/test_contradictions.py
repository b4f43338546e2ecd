import random
from pathlib import Path

import pytest

from eval.bench.contradictions import changed, contradicting, copies, main
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.index.course import Course


def chunk(source: str, text: str) -> Chunk:
    return Chunk(source, text, source, source)


def test_a_number_is_changed_and_no_marker() -> None:
    chance = random.Random(1)
    assert changed("1. It takes 3 days.", chance) in {f"1. It takes {3 + more} days." for more in (1, 2, 7, 10)}
    assert changed("- 0.5 of it", chance) == "- 1.10 of it"


def test_changed_copies_are_named_and_reworded_ones_are_not(course: Course) -> None:
    chunks = [
        chunk("a.md", "중간고사는 두 시간 동안 시행합니다. 전체 배점은 모두 더해서 30점입니다."),
        chunk("b.md", "The final exam of the course has 25 questions in total."),
    ]
    counts = copies(course, chunks, 10)
    assert (counts.asked, counts.named, counts.reworded_named) == (2, 2, 0)
    assert counts.statements == counts.statements_named == 2


def test_pairs_of_different_documents_are_compared() -> None:
    chunks = [
        chunk("a.md", "The exam has 25 questions."),
        chunk("b.md", "The exam has 30 questions."),
        chunk("c.md", "The quiz has 30 questions."),
    ]
    assert list(contradicting(chunks, Analyzer())) == [
        ("a.md: the exam has 25 questions.", "b.md: the exam has 30 questions.")
    ]


def test_the_command_prints_counts(course_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(course_index), "--limit", "3"]) == 0
    assert "changed copies named: " in capsys.readouterr().out
    assert main([str(course_index / "none")]) == 1
