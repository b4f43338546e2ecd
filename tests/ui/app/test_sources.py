"""Where a passage stands, in words; what unfolds below an answer; and an answer as it grows."""

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup

from rag.answer import Answer, Hit
from rag.chunks import Chunk
from ui.app import chat
from ui.app.sources import nearest_html, place
from ui.app.texts import ENGLISH, KOREAN

PDF = Chunk(
    "1",
    "| a | b |",
    "week1.pdf",
    "Week 1",
    ("Search", "BM25"),
    page=3,
    kind="table",
    lead="Table 1",
    also_in=("b.pdf, p. 2",),
)


def test_a_place_names_file_page_and_headings() -> None:
    assert place(PDF, ENGLISH) == "week1.pdf · p. 3 · Search › BM25"
    assert place(PDF, KOREAN) == "week1.pdf · 3쪽 · Search › BM25"
    assert place(Chunk("2", "x", "lab.ipynb", "Lab", cell=4), ENGLISH) == "lab.ipynb · cell 4"
    assert place(Chunk("3", "x", "notes.txt", "Notes"), ENGLISH) == "notes.txt"


def test_a_source_shows_its_lead_its_passage_and_where_else_it_stands() -> None:
    source = BeautifulSoup(nearest_html([Hit(1, PDF, 1.0, {})], ENGLISH), "html.parser").details
    assert source.summary.text == "week1.pdf · p. 3 · Search › BM25"
    assert source.find(class_="cr-lead").text == "Table 1"
    assert source.find(class_="cr-mono").text == "Table 1| a | b |"
    assert [item.text for item in source.find_all("li")] == ["b.pdf, p. 2"]


class _Slot:
    """Keeps what would be painted."""

    def __init__(self) -> None:
        self.painted: list[str] = []

    def html(self, body: str) -> None:
        self.painted.append(body)


def test_an_answer_grows_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "_REPAINT_S", 0.0)
    answer = Answer("q", "q", "a < b [1]", False, (), ())

    def steps() -> Iterator[dict[str, Any]]:
        yield {"question": "q"}
        yield {"hits": []}
        yield from ({"raw": token} for token in ("a <", " b", " [1]"))
        yield {"answer": answer}

    slot = _Slot()
    assert chat.stream_answer(steps(), slot, "extractive") is answer  # type: ignore[arg-type]
    texts = [BeautifulSoup(painted, "html.parser").text for painted in slot.painted]
    assert texts == ["a <", "a < b", "a < b [1]", "a < b [1]"]
