"""Chunks of random documents: provenance, coverage, limits, ids; and some by hand."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import ChunkSpan, chunk_document
from ingest.document import SourceDocument, Unit, join
from ingest.elements import Element, Kind, ParsedFile
from rag.chunks import Chunk, with_ids

SENTENCE = st.sampled_from(
    [
        "손실 함수의 기울기를 따라 가중치를 조금씩 옮기는 방법을 경사 하강법이라고 합니다.",
        "이것을 과적합이라 한다.",
        "A model that has learned its training set by heart will not generalize.",
        "RAG는 retrieval과 generation을 합친 것이다!",
        "See e.g. Fig. 3.",
        "👩🏽‍🎓 시험은 5월 12일입니다",
        "가" * 150,
        "https" * 40,
        "`code` and **bold** ~ 기호 | 파이프",
    ]
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6).map(" ".join)
LIST = st.lists(SENTENCE.map(lambda text: f"- {text}") | SENTENCE.map(lambda text: f"  - {text}"), min_size=1).map(
    "\n".join
)
ROW = st.lists(
    st.sampled_from(["0.91", "재현율", "BM25 hybrid", "긴 칸 " * 8, "이것은 된다. 저것은 안 된다."]),
    min_size=2,
    max_size=3,
).map(lambda cells: f"| {' | '.join(cells)} |")
TABLE = st.lists(ROW, min_size=1, max_size=20).map(lambda rows: "\n".join(["| 방법 | 값 |", "| --- | --- |", *rows]))
CODE = st.lists(
    st.sampled_from(["def f(x):", "    return x  # 주석", "", "print('안녕')", "y = [" + "1, " * 60 + "]"]), min_size=1
).map(lambda lines: "\n".join(lines).strip("\n") or "pass")
PLACE = st.sampled_from([(None, None), (1, None), (2, None), (None, 1)])


def element(kind: Kind, text: str, place: tuple[int | None, int | None], level: int = 0) -> Element:
    return Element(kind, text, level=level, page=place[0], cell=place[1])


BODY = st.one_of(
    st.builds(element, st.just(Kind.PARAGRAPH), PARAGRAPH, PLACE),
    st.builds(element, st.just(Kind.LIST), LIST, PLACE),
    st.builds(element, st.just(Kind.TABLE), TABLE, PLACE),
    st.builds(element, st.just(Kind.CODE), CODE, PLACE),
)
HEADING = st.builds(
    element, st.just(Kind.HEADING), st.sampled_from(["1. 검색", "Search", "평가 " * 60, "a"]), PLACE, st.integers(1, 3)
)
ELEMENTS = st.lists(BODY | HEADING, max_size=10)
LIMIT = st.integers(100, 400)


def document_of(elements: list[Element]) -> SourceDocument:
    return join(ParsedFile(elements))


def named(document: SourceDocument, spans: list[ChunkSpan]) -> list[Chunk]:
    return with_ids(
        Chunk("", document.text[span.start : span.end], "a.md", "A", span.heading, span.page, span.cell, span.kind)
        for span in spans
    )


def headings_with_content(document: SourceDocument) -> set[int]:
    """Positions in the text of headings that something stands below."""
    found: set[int] = set()
    for unit, following in pairwise(document.units):
        deeper = len(following.heading) > len(unit.heading) and following.heading[: len(unit.heading)] == unit.heading
        if unit.kind is Kind.HEADING and (following.kind is not Kind.HEADING or deeper):
            found.update(range(unit.start, unit.end))
    return found


@given(ELEMENTS, LIMIT)
def test_every_character_is_in_exactly_one_chunk(elements: list[Element], limit: int) -> None:
    document = document_of(elements)
    spans = chunk_document(document, max_chars=limit)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)  # in order, no overlap
    covered = {position for span in spans for position in range(span.start, span.end)}
    expected = {
        position for position, character in enumerate(document.text) if not character.isspace()
    } - headings_with_content(document)
    assert {position for position in covered if not document.text[position].isspace()} == expected


@given(ELEMENTS, LIMIT)
def test_a_chunk_fits_and_lies_in_one_section_page_and_cell(elements: list[Element], limit: int) -> None:
    document = document_of(elements)
    for span in chunk_document(document, max_chars=limit):
        assert 0 < span.end - span.start <= limit
        text = document.text[span.start : span.end]
        assert text == text.rstrip()
        assert text.strip()
        touched = [unit for unit in document.units if unit.start < span.end and unit.end > span.start]
        assert {(unit.heading, unit.page, unit.cell) for unit in touched} == {(span.heading, span.page, span.cell)}
        kinds = {unit.kind for unit in touched}
        assert (span.kind == "table") == (kinds == {Kind.TABLE})
        assert (span.kind == "code") == (kinds == {Kind.CODE})


@given(ELEMENTS, LIMIT)
def test_code_and_rows_are_cut_only_where_one_is_too_long(elements: list[Element], limit: int) -> None:
    document = document_of(elements)
    spans = chunk_document(document, max_chars=limit)
    for unit in document.units:
        if unit.kind is Kind.CODE and unit.end - unit.start <= limit:
            assert len(chunks_on(spans, unit.start, unit.end)) == 1
        if unit.kind is Kind.TABLE:
            assert_rows_are_whole(document, unit, spans, limit)


def assert_rows_are_whole(document: SourceDocument, unit: Unit, spans: list[ChunkSpan], limit: int) -> None:
    position = unit.start
    for row in document.text[unit.start : unit.end].split("\n"):
        if len(row) <= limit:
            assert len(chunks_on(spans, position, position + len(row))) == 1
        position += len(row) + 1


def chunks_on(spans: list[ChunkSpan], start: int, end: int) -> list[ChunkSpan]:
    return [span for span in spans if span.start < end and span.end > start]


@given(ELEMENTS, LIMIT)
def test_a_chunk_that_begins_within_a_table_leads_with_its_header(elements: list[Element], limit: int) -> None:
    document = document_of(elements)
    for span in chunk_document(document, max_chars=limit):
        inside = [unit for unit in document.units if unit.start < span.start < unit.end and unit.kind is Kind.TABLE]
        assert (span.lead == "| 방법 | 값 |\n| --- | --- |") == bool(inside)


@given(ELEMENTS, LIMIT)
def test_chunking_is_deterministic_and_survives_json(elements: list[Element], limit: int) -> None:
    spans = chunk_document(document_of(elements), max_chars=limit)
    assert chunk_document(document_of(elements), max_chars=limit) == spans
    assert [ChunkSpan.from_json(span.to_json()) for span in spans] == spans


@settings(max_examples=40)
@given(ELEMENTS, ELEMENTS, PARAGRAPH, LIMIT)
def test_ids_stay_when_a_section_is_put_in_elsewhere(
    before: list[Element], after: list[Element], text: str, limit: int
) -> None:
    after = [Element(Kind.HEADING, "2. 뒤", level=1), *after]
    inserted = [Element(Kind.HEADING, "1.5 새 절", level=1), Element(Kind.PARAGRAPH, text)]
    old, new = document_of([*before, *after]), document_of([*before, *inserted, *after])
    old_chunks = named(old, chunk_document(old, max_chars=limit))
    new_chunks = named(new, chunk_document(new, max_chars=limit))
    assert len({chunk.id for chunk in new_chunks}) == len(new_chunks)
    assert {chunk.id for chunk in old_chunks} <= {chunk.id for chunk in new_chunks}


def test_sections_become_chunks_under_their_path() -> None:
    document = document_of(
        [
            Element(Kind.HEADING, "검색", level=1),
            Element(Kind.HEADING, "BM25", level=2),
            Element(Kind.PARAGRAPH, "단어로 찾는다."),
            Element(Kind.CODE, "score(q, d)"),
            Element(Kind.HEADING, "빈 절", level=2),
        ]
    )
    spans = chunk_document(document, max_chars=100)
    assert [(document.text[span.start : span.end], span.heading, span.kind) for span in spans] == [
        ("단어로 찾는다.\n\nscore(q, d)", ("검색", "BM25"), "text"),
        ("빈 절", ("검색", "빈 절"), "text"),
    ]


def test_two_sections_with_the_same_heading_stay_apart() -> None:
    example = Element(Kind.HEADING, "예제", level=2)
    document = document_of([example, Element(Kind.PARAGRAPH, "하나"), example, Element(Kind.PARAGRAPH, "둘")])
    spans = chunk_document(document, max_chars=100)
    assert [(document.text[span.start : span.end], span.heading) for span in spans] == [
        ("하나", ("예제",)),
        ("둘", ("예제",)),
    ]


def test_a_section_is_cut_into_even_parts() -> None:
    sentences = [f"문장 {number:02d}은 서른 글자가 되도록 길게 늘여 쓴 것이다." for number in range(12)]
    document = document_of([Element(Kind.PARAGRAPH, "\n".join(sentences))])
    sizes = [span.end - span.start for span in chunk_document(document, max_chars=250)]
    assert len(sizes) == 2
    assert max(sizes) - min(sizes) <= len(sentences[0]) + 1


def test_a_list_leads_with_the_sentence_that_introduces_it() -> None:
    items = "\n".join(f"- 항목 {number} " + "글" * 60 for number in range(4))
    document = document_of([Element(Kind.PARAGRAPH, "장점은 다음과 같다:"), Element(Kind.LIST, items)])
    spans = chunk_document(document, max_chars=150)
    assert [span.lead for span in spans] == ["", *["장점은 다음과 같다:"] * (len(spans) - 1)]
    assert len(spans) > 1
