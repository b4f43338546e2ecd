from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from eval.bench.support import CitedSentence, citation_support, cited_sentences
from eval.records import CitedPassage, GivenAnswer, Passage
from rag.answering.prompts import DIFFER


def given(text: str, *passages: Passage) -> GivenAnswer:
    citations = tuple(CitedPassage(mark, "") for mark in range(1, len(passages) + 1))
    return GivenAnswer(text, refused=False, citations=citations, handed=passages)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("# One\n\nThe stack is very fast.\n\n# Two\n\nThe heap is slow.\n", encoding="utf-8")
    canvas = Canvas(str(tmp_path / "b.pdf"))
    for text in ("Dropout prevents overfitting.", "Momentum keeps a direction."):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return tmp_path


def test_each_line_is_compared_with_its_own_passage() -> None:
    answer = given(
        f"{DIFFER['en']}\n- It takes\n  - 3 days [1]\nThe heap is slow. [2]\nNever said. [2]",
        Passage("a.md", "It takes\n- 3  days"),
        Passage("b.md", "Once. The heap\nis slow."),
    )
    sentences = cited_sentences(answer)
    assert sentences == [
        CitedSentence("- It takes", 1, verbatim=True, place=None),
        CitedSentence("- 3 days", 1, verbatim=True, place=None),
        CitedSentence("The heap is slow.", 2, verbatim=True, place=None),
        CitedSentence("Never said.", 2, verbatim=False, place=None),
    ]
    assert citation_support(sentences) == 3 / 4
    assert citation_support([]) is None


def test_what_must_be_read_with_a_passage_is_part_of_it() -> None:
    answer = given("| a | b |\n| 1 | 2 | [1]", Passage("a.md", "| 1 | 2 |", lead="| a | b |\n| - | - |"))
    assert [each.verbatim for each in cited_sentences(answer)] == [True, True]


@pytest.mark.parametrize(
    ("passage", "text", "place"),
    [
        (Passage("a.md", "The heap is slow.", heading=("Two",)), "The heap is slow.", True),
        (Passage("a.md", "The heap is slow.", heading=("One",)), "The heap is slow.", False),
        (Passage("b.pdf", "Momentum keeps a direction.", page=2), "Momentum keeps a direction.", True),
        (Passage("b.pdf", "Momentum keeps a direction.", page=1), "Momentum keeps a direction.", False),
        (Passage("b.pdf", "Momentum keeps a direction.", page=9), "Momentum keeps a direction.", False),
        (Passage("b.pdf", "A scanned sentence.", page=1), "A scanned sentence.", None),
        (Passage("gone.pdf", "A lost sentence.", page=1), "A lost sentence.", None),
        (Passage("a.md", "slow.", heading=("One",)), "slow.", None),  # so short that it stands anywhere
    ],
)
def test_the_place_is_the_one_of_the_source(documents: Path, passage: Passage, text: str, place: bool | None) -> None:
    (sentence,) = cited_sentences(given(f"{text} [1]", passage), documents)
    assert sentence.verbatim
    assert sentence.place is place
    assert sentence.supported is (place is not False)
