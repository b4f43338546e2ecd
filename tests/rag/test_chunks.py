from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.chunks import Chunk, embedded_text, indexed_text, with_ids

TEXT = st.text(max_size=30)
CHUNKS = st.builds(
    Chunk,
    id=st.text(min_size=1, max_size=8),
    text=TEXT,
    source=TEXT,
    title=TEXT,
    heading=st.lists(TEXT, max_size=3).map(tuple),
    page=st.none() | st.integers(1, 500),
    cell=st.none() | st.integers(1, 500),
    kind=st.sampled_from(["text", "table", "code"]),
    start=st.integers(0, 1000),
    end=st.integers(0, 1000),
    lead=TEXT,
    also_in=st.lists(TEXT, max_size=2).map(tuple),
)


@given(CHUNKS)
def test_a_chunk_survives_the_way_through_langchain(chunk: Chunk) -> None:
    assert Chunk.from_document(chunk.to_document()) == chunk


def test_a_document_of_others_becomes_a_chunk_without_provenance() -> None:
    chunk = Chunk.from_document(Document(page_content="text", metadata={"source": "a.md", "author": "Kim"}))
    assert chunk == Chunk(id="", text="text", source="a.md", title="a.md")
    assert Chunk.from_document(Document(page_content="text")) == Chunk(id="", text="text", source="", title="")


def test_indexed_text_is_path_lead_and_passage() -> None:
    chunk = Chunk("1", "| a | b |", "s.md", "Metrics", heading=("Metrics", "Scores"), lead="| x | y |")
    assert indexed_text(chunk) == "Metrics › Scores\n| x | y |\n| a | b |"


def test_indexed_text_does_not_repeat_what_the_passage_says() -> None:
    assert indexed_text(Chunk("1", "Metrics matter.", "s.md", "Metrics", heading=("Scores",))) == (
        "Scores\nMetrics matter."
    )
    assert indexed_text(Chunk("1", "passage", "s.md", "")) == "passage"


def test_a_file_s_name_is_matched_by_words_but_not_embedded() -> None:
    untitled = Chunk("1", "Metrics matter.", "week3/ch03_final.v2.txt", "ch03_final.v2", heading=("Scores",))
    assert indexed_text(untitled) == "ch03_final.v2 › Scores\nMetrics matter."
    assert embedded_text(untitled) == "Scores\nMetrics matter."
    titled = Chunk("1", "Metrics matter.", "week3/ch03.md", "Evaluation", heading=("Scores",))
    assert embedded_text(titled) == indexed_text(titled) == "Evaluation › Scores\nMetrics matter."


def test_place_names_page_before_cell() -> None:
    chunk = Chunk("1", "text", "week1.pdf", "")
    assert chunk.place == "week1.pdf"
    assert replace(chunk, cell=4).place == "week1.pdf, cell 4"
    assert replace(chunk, page=3, cell=4).place == "week1.pdf, p. 3"


@given(st.lists(CHUNKS, max_size=8))
def test_ids_are_unique_and_stable(chunks: list[Chunk]) -> None:
    chunks = [replace(chunk, source="one.md") for chunk in chunks]
    ids = [chunk.id for chunk in with_ids(chunks)]
    assert len(set(ids)) == len(ids)
    assert [chunk.id for chunk in with_ids(chunks)] == ids


def test_ids_do_not_change_when_something_is_put_before() -> None:
    first, second = Chunk("", "first", "a.md", "A"), Chunk("", "second", "a.md", "A", start=10, end=16)
    before = {chunk.text: chunk.id for chunk in with_ids([first, second])}
    shifted = [Chunk("", "new", "a.md", "A"), replace(first, start=4), replace(second, start=14, end=20, page=2)]
    after = {chunk.text: chunk.id for chunk in with_ids(shifted)}
    assert {text: after[text] for text in before} == before


def test_ids_depend_on_source_heading_text_and_number() -> None:
    chunk = Chunk("", "text", "a.md", "A", heading=("H",))
    others = [
        chunk,
        replace(chunk, source="b.md"),
        replace(chunk, heading=("H", "I")),
        replace(chunk, text="texts"),
    ]
    ids = {with_ids([other])[0].id for other in others} | {with_ids([chunk, chunk])[1].id}
    assert len(ids) == 5
    assert with_ids([chunk])[0].id == "90fae571bf53addd2d0de504"
