"""Small to big: what hits grow to, what is joined, and that citations stay those of the chunk."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ingest.build import Build
from ingest.workers import serial_map
from rag.analyzer import Analyzer
from rag.answer import Hit
from rag.answering.citations import check_citations
from rag.answering.contexts import contexts
from rag.assistant import Assistant
from rag.chunks import Chunk
from rag.index.course import Course
from rag.index.table import ChunkTable
from rag.retrieval.retriever import CourseRetriever
from rag.settings import Settings

Part = tuple[tuple[str, ...], str] | tuple[tuple[str, ...], str, dict[str, Any]]
"""Heading path, text, and what else a chunk has."""


@dataclass(frozen=True)
class Shelf:
    """Documents as a version holds them."""

    table: ChunkTable
    chunks: list[Chunk]
    texts: dict[str, str]

    def handed(self, *found: str, section: int = 10_000, room: int = 100_000, most: int | None = None) -> list[Hit]:
        """The contexts of the chunks with these texts, best first."""
        by_text = {chunk.text: chunk for chunk in self.chunks}
        hits = [Hit(rank, by_text[text], 1 / rank, {"hybrid": 1 / rank}) for rank, text in enumerate(found, start=1)]
        return contexts(hits, self.table, section_chars=section, context_chars=room, most=most)


def shelf(**documents: Sequence[Part]) -> Shelf:
    """Chunks one after the other, a new heading on a line of its own before what stands under it."""
    chunks: list[Chunk] = []
    texts: dict[str, str] = {}
    for source, parts in sorted(documents.items()):
        text = ""
        path: tuple[str, ...] = ()
        for heading, own, *more in parts:
            if heading != path and heading:
                text += f"{heading[-1]}\n\n"
            path = heading
            start = len(text)
            text += own
            known = more[0] if more else {}
            chunks.append(
                Chunk(f"{source}-{len(chunks)}", own, source, "", heading, start=start, end=len(text), **known)
            )
            text += "\n\n"
        texts[source] = text
    table = ChunkTable()
    table.add([chunk.to_document() for chunk in chunks])
    for source, text in texts.items():
        table.add_source(source, source, text, [])
    return Shelf(table, chunks, texts)


NOTES = shelf(
    a=[
        (("A",), "intro"),
        (("A", "B"), "b one"),
        (("A", "B"), "b two"),
        (("A", "B"), "b three"),
        (("A", "C"), "c one"),
        (("D",), "d one"),
    ],
    b=[((), "other document")],
)


def said(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.text for hit in hits]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        (0, "b two"),
        (4, "b two"),  # its own text is longer already
        (11, "b two"),
        (14, "b two\n\nb three"),  # what follows comes first
        (21, "b one\n\nb two\n\nb three"),  # all of its section
        (40, "b one\n\nb two\n\nb three"),  # the section above does not fit as a whole
        (42, "intro\n\nB\n\nb one\n\nb two\n\nb three\n\nC\n\nc one"),
        (52, "intro\n\nB\n\nb one\n\nb two\n\nb three\n\nC\n\nc one\n\nD\n\nd one"),  # never another document
    ],
)
def test_a_hit_grows_to_what_fits_as_a_whole(section: int, text: str) -> None:
    (hit,) = NOTES.handed("b two", section=section)
    assert hit.chunk.text == text
    assert (hit.chunk.id, hit.chunk.heading, hit.score) == ("a-2", ("A", "B"), 1.0)
    assert NOTES.texts["a"][hit.chunk.start : hit.chunk.end] == text


def test_a_heading_that_stands_before_is_told_with_it() -> None:
    (hit,) = NOTES.handed("b three", section=42)
    assert (hit.chunk.lead, hit.chunk.text.split()[0]) == ("A", "intro")
    assert NOTES.handed("b three", section=21)[0].chunk.lead == ""  # the hit's own is told anyway


def test_in_a_section_that_is_too_long_neighbours_come_in_turn() -> None:
    long = shelf(a=[(("S",), f"part {number}") for number in range(9)])
    assert said(long.handed("part 4", section=22)) == ["part 3\n\npart 4\n\npart 5"]
    assert said(long.handed("part 0", section=22)) == ["part 0\n\npart 1\n\npart 2"]
    assert said(long.handed("part 8", section=30)) == ["part 5\n\npart 6\n\npart 7\n\npart 8"]


def test_without_headings_the_page_is_the_section() -> None:
    pages = shelf(a=[((), f"p{page} {word}", {"page": page}) for page in (1, 2, 3) for word in ("one", "two")])
    assert said(pages.handed("p2 one", section=20)) == ["p2 one\n\np2 two"]
    assert said(pages.handed("p2 one", section=46)) == [pages.texts["a"].strip()]


def test_a_table_is_whole_before_its_section_is_and_its_header_is_read_once() -> None:
    header = "| a |\n|---|"
    rows = [(("S",), f"| {row} |", {"kind": "table", "lead": header}) for row in (2, 3)]
    cut = shelf(a=[(("S",), "before"), (("S",), f"{header}\n| 1 |", {"kind": "table"}), *rows, (("S",), "after")])
    (hit,) = cut.handed("| 2 |", section=35)
    assert (hit.chunk.text, hit.chunk.kind, hit.chunk.lead) == (f"{header}\n| 1 |\n\n| 2 |\n\n| 3 |", "table", "")
    (hit,) = cut.handed("| 3 |", section=14)  # not all of it fits
    assert (hit.chunk.text, hit.chunk.lead) == ("| 2 |\n\n| 3 |", header)
    (hit,) = cut.handed("| 2 |", section=100)
    assert (hit.chunk.kind, hit.chunk.text.count("|---|")) == ("text", 1)


def test_contexts_that_touch_or_overlap_are_one_under_the_better_rank() -> None:
    joined = NOTES.handed("b three", "other document", "b one", "c one", section=21)
    assert [(hit.rank, hit.chunk.id, hit.chunk.text) for hit in joined] == [
        (1, "a-3", "b one\n\nb two\n\nb three\n\nC\n\nc one"),
        (2, "b-6", "other document"),
    ]
    assert [part.text for part in joined[0].members] == ["b one", "b two", "b three", "c one"]
    assert joined[0].parts[0].text == "b three"


def test_hits_alone_stay_as_they_are() -> None:
    alone = NOTES.handed("b three", "b one", "b two", section=0)
    assert [(hit.rank, hit.chunk.text, hit.members) for hit in alone] == [
        (1, "b three", ()),
        (2, "b one", ()),
        (3, "b two", ()),
    ]


def test_what_was_joined_leaves_its_place_to_others() -> None:
    found = ("b three", "b one", "intro", "d one", "other document")
    assert len(NOTES.handed(*found, section=21, most=2)) == 2
    assert said(NOTES.handed(*found, section=21, most=2)) == ["intro\n\nB\n\nb one\n\nb two\n\nb three", "d one"]
    assert said(NOTES.handed(*found, section=0, most=2)) == ["b three", "b one"]


def test_no_hit_is_left_out_for_the_growth_of_another() -> None:
    assert said(NOTES.handed("b two", "d one", "other document", room=24)) == ["b two", "d one", "other document"]
    assert said(NOTES.handed("b two", "d one", "other document", room=33)) == [
        "b two\n\nb three",
        "d one",
        "other document",
    ]
    assert said(NOTES.handed("other document", "d one", room=3)) == ["other document"]  # the best one always


def test_chunks_without_a_place_do_not_grow() -> None:
    table = ChunkTable()
    foreign = [Chunk(str(number), f"text {number}", "", "") for number in range(3)]
    table.add([chunk.to_document() for chunk in foreign])
    hits = [Hit(1, foreign[1], 1.0, {})]
    assert contexts(hits, table, section_chars=1000, context_chars=1000) == hits


HEADINGS = st.sampled_from([(), ("A",), ("A", "B"), ("A", "C"), ("D",)])
PARTS = st.lists(
    st.tuples(
        HEADINGS, st.integers(1, 60), st.sampled_from([None, 1, 2]), st.sampled_from(["", "lead"]),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    """Up to three documents; every chunk has its own number in its text."""
    documents = {}
    for source in draw(st.sampled_from(["a", "ab", "abc"])):
        documents[source] = [
            (heading, f"{source}{number} {'x' * size}", {"page": page, "lead": lead})
            for number, (heading, size, page, lead) in enumerate(draw(PARTS))
        ]
    return shelf(**documents)


@given(shelves(), st.data())
@settings(max_examples=60)
def test_every_hit_is_handed_over_once_within_the_budget(books: Shelf, data: st.DataObject) -> None:
    found = data.draw(st.lists(st.sampled_from([chunk.text for chunk in books.chunks]), min_size=1, unique=True))
    section, room = data.draw(st.integers(0, 400)), data.draw(st.integers(1, 1500))
    most = data.draw(st.integers(1, len(found)))
    alone = books.handed(*found, section=0, room=room, most=most)
    handed = books.handed(*found, section=section, room=room, most=most)
    members = [part for hit in handed for part in hit.parts]
    assert len({part.id for part in members}) == len(members)
    assert {hit.chunk.id for hit in alone} <= {part.id for part in members}
    assert sum(len(hit.chunk.text) for hit in handed) <= max(room, len(found[0]))
    assert [hit.rank for hit in handed] == list(range(1, len(handed) + 1))
    assert len(handed) <= max(most, len(alone))
    order = [min(found.index(part.text) for part in hit.parts if part.text in found) for hit in handed]
    assert order == sorted(order)
    for hit, best in zip(handed, order, strict=True):
        chunk, parts = hit.chunk, hit.members or (hit.chunk,)
        assert hit.parts[0].text == found[best]
        assert {part.source for part in parts} == {chunk.source}
        assert [part.start for part in parts] == sorted(part.start for part in parts)
        assert (chunk.start, chunk.end) == (parts[0].start, parts[-1].end)
        assert books.texts[chunk.source][chunk.start : chunk.end] == chunk.text
        hits_inside = sum(part.text in found for part in parts)
        assert len(chunk.text) <= section or hits_inside > 1 or len(parts) == 1
        for part in parts:
            assert hit.holding(part.text) == part


def test_a_citation_is_of_the_chunk_that_holds_its_quote() -> None:
    pages = shelf(
        a=[
            (("S",), "Dropout switches off neurons.", {"page": 3}),
            (("S",), "It prevents overfitting.", {"page": 4}),
            (("S", "T"), "Momentum keeps the direction of a step.", {"page": 5}),
        ]
    )
    handed = pages.handed("It prevents overfitting.")
    assert len(handed) == 1
    for claim, page, heading, quote in (
        ("Momentum keeps the direction of a step [1].", 5, ("S", "T"), "Momentum keeps the direction of a step."),
        ("Neurons are switched off by dropout [1].", 3, ("S",), "Dropout switches off neurons."),
        ("It prevents overfitting [1].", 4, ("S",), "It prevents overfitting"),
    ):
        (citation,) = check_citations(claim, handed, Analyzer()).citations
        assert (citation.chunk.page, citation.chunk.heading) == (page, heading)
        assert citation.quote.rstrip(".") == quote.rstrip(".")
        assert citation.quote in citation.chunk.text


PDF_PAGES = [
    ("Learning rate schedules", "A schedule lowers the learning rate while the model is trained."),
    (None, "Cosine annealing follows half a period of the cosine and ends near zero."),
]


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A section that goes over two pages of a PDF, and notes with sections."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "documents").mkdir()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for heading, text in PDF_PAGES:
        if heading:
            canvas.setFont("Helvetica-Bold", 24)
            canvas.drawString(72, 740, heading)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    (folder / "documents" / "lecture.pdf").write_bytes(buffer.getvalue())
    notes = "\n".join(f"## 절 {number}\n\n{number}번째 절은 주제 {number}을 다룬다.\n" for number in range(40))
    (folder / "documents" / "notes.md").write_text(f"# 노트\n\n{notes}", encoding="utf-8")
    Build(Settings(index={"path": folder / "index"}), file_map=serial_map).run([folder / "documents"])
    return Course.open(folder / "index")


def test_rowids_are_in_the_order_of_the_documents(lecture: Course) -> None:
    table = lecture.store.table
    chunks = [Chunk.from_document(row) for row in table.stretch(1, len(table)).values()]
    assert chunks == sorted(chunks, key=lambda chunk: (chunk.source, chunk.start))
    assert len(chunks) > 20


def test_a_context_of_a_real_index_is_a_part_of_its_text(lecture: Course) -> None:
    table = lecture.store.table
    hits = CourseRetriever(course=lecture).search("7번째 절은 무엇을 다루나요?")
    handed = contexts(hits, table, section_chars=200, context_chars=2000)
    assert any(hit.members for hit in handed)
    for hit in handed:
        text = table.source_text(hit.chunk.source)
        assert text is not None
        assert text[hit.chunk.start : hit.chunk.end] == hit.chunk.text


@pytest.mark.parametrize(("sentence", "page"), [(text, page) for page, (_, text) in enumerate(PDF_PAGES, start=1)])
def test_the_answer_of_a_model_is_cited_by_the_page(
    lecture: Course, openai_server: Any, sentence: str, page: int
) -> None:
    pytest.importorskip("langchain_openai")
    openai_server.says(f"{sentence.removesuffix('.')} [1].")
    llm = {"model": "openai:gpt-test", "base_url": openai_server.base_url, "max_retries": 0}
    opened = Assistant(Settings(index={"path": lecture.folder.path}, llm=llm), course=lecture)  # type: ignore[arg-type]
    answer = opened.ask("What does a learning rate schedule lower?")
    handed = answer.hits[0]
    assert [part.page for part in handed.members] == [1, 2]
    assert all(text in handed.chunk.text for _, text in PDF_PAGES)
    (citation,) = answer.citations
    assert (citation.to_json()["page"], citation.to_json()["source"]) == (page, "lecture.pdf")
    assert citation.quote in sentence
    assert len(citation.quote) > len(sentence) - 2
    printed = handed.to_json()
    assert (printed["text"], printed["start"], printed["end"]) == (
        handed.chunk.text,
        handed.members[0].start,
        handed.members[1].end,
    )


def test_our_model_reads_the_hits_by_themselves(lecture: Course) -> None:
    opened = Assistant(Settings(index={"path": lecture.folder.path}), course=lecture)
    hits = opened.ask("What does a learning rate schedule lower?").hits
    assert len(hits) == 5
    assert [hit.members for hit in hits] == [()] * 5
