"""Chunks of random documents: provenance, coverage, limits, ids; and some by hand."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking.chunk_spans import ChunkSpan, chunk_document
from ingest.chunking.leads import lead_in
from ingest.chunking.sections import Boundary
from ingest.chunking.sizes import Characters, Measure, Tokens
from ingest.document import SourceDocument, Unit, join
from ingest.elements import Element, Kind, ParsedFile
from rag.chunks import Chunk, indexed_text, with_ids
from rag.embeddings.tokens import TokenCounter, TokenRule, bundled_rule, counter_of

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
LEAD_IN = st.sampled_from(["장점은 다음과 같다.", "쓰는 방법은 여러 가지가 있습니다:", "**단점**", "There are three:"])
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6).map(" ".join) | LEAD_IN
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
TOKENS = Tokens(counter_of(bundled_rule()))
SIZES = st.tuples(st.just(Characters()), st.integers(100, 400)) | st.tuples(st.just(TOKENS), st.integers(32, 200))
Sizes = tuple[Measure, int]


def document_of(elements: list[Element]) -> SourceDocument:
    return join(ParsedFile(elements))


def chunked(document: SourceDocument, sizes: Sizes) -> list[ChunkSpan]:
    measure, limit = sizes
    return chunk_document(document, max_size=limit, measure=measure)


def texts_of(elements: list[Element], limit: int) -> list[str]:
    document = document_of(elements)
    return [document.text[span.start : span.end] for span in chunked(document, (Characters(), limit))]


def named(document: SourceDocument, spans: list[ChunkSpan], title: str = "A") -> list[Chunk]:
    return with_ids(
        Chunk(
            "",
            document.text[span.start : span.end],
            "a.md",
            title,
            span.heading,
            span.page,
            span.cell,
            span.kind,
            lead=span.lead,
        )
        for span in spans
    )


def touched(document: SourceDocument, span: ChunkSpan) -> list[Unit]:
    return [unit for unit in document.units if unit.start < span.end and unit.end > span.start]


def positions_below_which_something_stands(document: SourceDocument) -> set[int]:
    """Positions in the text of headings that are in the path of something other than a heading."""
    found: set[int] = set()
    for number, unit in enumerate(document.units):
        if unit.kind is not Kind.HEADING:
            continue
        for below in document.units[number + 1 :]:
            if below.heading[: len(unit.heading)] != unit.heading:
                break
            if below.kind is Kind.HEADING and len(below.heading) <= len(unit.heading):
                break
            if below.kind is not Kind.HEADING:
                found.update(range(unit.start, unit.end))
                break
    return found


@given(ELEMENTS, SIZES)
def test_every_character_is_in_exactly_one_chunk(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    spans = chunked(document, sizes)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)  # in order, no overlap
    covered = {position for span in spans for position in range(span.start, span.end)}
    visible = {position for position, character in enumerate(document.text) if not character.isspace()}
    in_paths = positions_below_which_something_stands(document)
    assert visible - in_paths <= covered
    for span in spans:  # a heading of a path is in the text of a chunk only between two other parts of it
        assert span.start not in in_paths
        assert span.end - 1 not in in_paths


@given(ELEMENTS, SIZES)
def test_a_chunk_fits(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    measure, limit = sizes
    size = measure.of(document.text)
    for span in chunked(document, sizes):
        text = document.text[span.start : span.end]
        assert text.strip()
        assert text == text.rstrip()
        most = limit * 3 // 2 if Kind.CODE in {unit.kind for unit in touched(document, span)} else limit
        assert size(span.start, span.end) + measure.of(span.lead)(0, len(span.lead)) <= most


@given(ELEMENTS, SIZES)
def test_a_chunk_lies_in_one_section_page_and_cell(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    for span in chunked(document, sizes):
        body = [unit for unit in touched(document, span) if unit.kind is not Kind.HEADING]
        if not body:
            continue
        assert {(unit.heading, unit.page, unit.cell) for unit in body} == {(span.heading, span.page, span.cell)}
        kinds = {unit.kind for unit in body}
        assert (span.kind == "table") == (kinds == {Kind.TABLE})
        assert (span.kind == "code") == (kinds == {Kind.CODE})


@given(ELEMENTS, SIZES)
def test_a_heading_is_never_alone(elements: list[Element], sizes: Sizes) -> None:
    """But one as long as a paragraph, or where there is nothing else."""
    document = document_of(elements)
    size = sizes[0].of(document.text)
    if all(unit.kind is Kind.HEADING for unit in document.units):
        return
    crowds = [
        list(group) for kind, group in groupby(document.units, key=lambda unit: unit.kind) if kind is Kind.HEADING
    ]
    for span in chunked(document, sizes):
        units = touched(document, span)
        if {unit.kind for unit in units} == {Kind.HEADING}:
            crowd = next(crowd for crowd in crowds if units[0] in crowd)
            assert len(crowd) > 1 or size(crowd[0].start, crowd[-1].end) > sizes[1] // 5


@given(ELEMENTS, SIZES)
def test_code_and_rows_are_cut_only_where_one_is_too_long(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    spans, size = chunked(document, sizes), sizes[0].of(document.text)
    for unit in document.units:
        if unit.kind is Kind.CODE and size(unit.start, unit.end) <= sizes[1]:
            assert len(chunks_on(spans, unit.start, unit.end)) == 1
        if unit.kind is Kind.TABLE:
            position = unit.start
            for row in document.text[unit.start : unit.end].split("\n"):
                # A row shares its chunk with the header or a heading, which take half of it at the most.
                if size(position, position + len(row)) <= sizes[1] // 2 - sizes[1] // 5 * 2:
                    assert len(chunks_on(spans, position, position + len(row))) == 1
                position += len(row) + 1


def chunks_on(spans: list[ChunkSpan], start: int, end: int) -> list[ChunkSpan]:
    return [span for span in spans if span.start < end and span.end > start]


@given(ELEMENTS, SIZES)
def test_a_chunk_that_begins_within_a_table_leads_with_its_header(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    for span in chunked(document, sizes):
        inside = [unit for unit in document.units if unit.start < span.start < unit.end and unit.kind is Kind.TABLE]
        assert not inside or span.lead == "| 방법 | 값 |\n| --- | --- |"
        if span.kind == "table" and not inside:
            assert span.lead == ""
            assert document.text[span.start : span.end].count("\n") >= 2  # never the header without a row


@given(ELEMENTS, SIZES)
def test_a_list_is_read_with_what_introduces_it(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    measure, limit = sizes
    for span in chunked(document, sizes):
        first = touched(document, span)[0]
        before = [unit for unit in document.units if unit.end <= first.start]
        if first.kind is Kind.LIST and before and before[-1].kind is Kind.PARAGRAPH:
            lead = lead_in(document.text[before[-1].start : before[-1].end])
            fits = measure.of(lead)(0, len(lead)) <= limit // 2
            assert span.lead == (lead if fits else "")


@given(ELEMENTS, SIZES)
def test_chunking_is_deterministic_and_survives_json(elements: list[Element], sizes: Sizes) -> None:
    spans = chunked(document_of(elements), sizes)
    assert chunked(document_of(elements), sizes) == spans
    assert [ChunkSpan.from_json(span.to_json()) for span in spans] == spans


@given(ELEMENTS, SIZES)
def test_a_chunk_tells_why_it_ends(elements: list[Element], sizes: Sizes) -> None:
    document = document_of(elements)
    spans = chunked(document, sizes)
    assert [span.boundary for span in spans[-1:]] == [Boundary.END] * len(spans[-1:])
    for span, following in zip(spans, spans[1:], strict=False):
        last, first = touched(document, span)[-1], touched(document, following)[0]
        within = {Kind.TABLE: Boundary.IN_TABLE, Kind.CODE: Boundary.IN_CODE, Kind.LIST: Boundary.IN_LIST}
        if last is first:
            assert span.boundary is within.get(last.kind, Boundary.IN_TEXT)
        elif span.boundary is Boundary.FULL:
            assert (last.page, last.cell) == (first.page, first.cell) or Kind.HEADING in (last.kind, first.kind)
        else:
            between = document.units[document.units.index(last) : document.units.index(first) + 1]
            changed = any(unit.kind is Kind.HEADING for unit in between)
            page = Boundary.PAGE if last.page != first.page else Boundary.CELL
            assert span.boundary is (Boundary.SECTION if changed else page)


@given(ELEMENTS, st.integers(48, 128), st.integers(32, 200))
def test_what_is_embedded_fits_the_model(elements: list[Element], most: int, limit: int) -> None:
    """With title and headings, unless these alone take half of it."""
    counter = TokenCounter(TokenRule(bundled_rule().tokenizer, most))
    document = document_of(elements)
    spans = chunk_document(document, max_size=limit, measure=Tokens(counter), title="강의 노트 1")
    for chunk in named(document, spans, "강의 노트 1"):
        if counter.count(" › ".join((chunk.title, *chunk.heading))) < most // 2 - 4:
            assert counter.count(indexed_text(chunk)) <= most


@settings(max_examples=40)
@given(ELEMENTS, ELEMENTS, PARAGRAPH, SIZES)
def test_ids_stay_when_a_section_is_put_in_elsewhere(
    before: list[Element], after: list[Element], text: str, sizes: Sizes
) -> None:
    """A heading with nothing below it goes with what is beside it, so a page with text is put in, between others."""
    end = Element(Kind.PARAGRAPH, "끝에 있는 글이다.", page=9)
    before, after = [*before, end], [Element(Kind.HEADING, "2. 뒤", level=1), *after, end]
    inserted = [Element(Kind.HEADING, "1.5 새 절", level=1, page=8), Element(Kind.PARAGRAPH, text, page=8)]
    old, new = document_of([*before, *after]), document_of([*before, *inserted, *after])
    old_chunks, new_chunks = named(old, chunked(old, sizes)), named(new, chunked(new, sizes))
    assert len({chunk.id for chunk in new_chunks}) == len(new_chunks)
    assert {chunk.id for chunk in old_chunks} <= {chunk.id for chunk in new_chunks}


def heading(text: str, level: int = 1, page: int | None = None) -> Element:
    return Element(Kind.HEADING, text, level=level, page=page)


def paragraph(text: str, page: int | None = None) -> Element:
    return Element(Kind.PARAGRAPH, text, page=page)


def test_sections_become_chunks_under_their_path() -> None:
    document = document_of(
        [heading("검색"), heading("BM25", 2), paragraph("단어로 찾는다."), Element(Kind.CODE, "score(q, d)")]
    )
    spans = chunked(document, (Characters(), 100))
    assert [(document.text[span.start : span.end], span.heading, span.kind) for span in spans] == [
        ("단어로 찾는다.\n\nscore(q, d)", ("검색", "BM25"), "text")
    ]


@pytest.mark.parametrize(
    ("elements", "chunks"),
    [
        # It opens the next section; the section's own heading is then between the two.
        (
            [heading("1장"), paragraph("하나"), heading("빈 절", 2), heading("둘째 절", 2), paragraph("둘")],
            [("하나", ("1장",), None), ("빈 절\n\n둘째 절\n\n둘", ("1장", "둘째 절"), None)],
        ),
        # What it stands below alone is not lost with it.
        (
            [heading("1장"), heading("빈 절", 2), heading("2장"), paragraph("글")],
            [("1장\n\n빈 절\n\n2장\n\n글", ("2장",), None)],
        ),
        # The last of all closes what is before it, on whatever page that is.
        (
            [heading("1장", page=1), paragraph("하나", page=1), heading("감사합니다", page=2)],
            [("하나\n\n감사합니다", ("1장",), 1)],
        ),
        # A line on this page does not go to the next.
        (
            [heading("가", page=1), paragraph("하나", page=1), heading("맺음", page=1), heading("나", page=2)]
            + [paragraph("둘", page=2)],
            [("하나\n\n맺음", ("가",), 1), ("둘", ("나",), 2)],
        ),
        # A slide that is a title alone opens the next one.
        (
            [heading("2부 평가", page=1), heading("재현율", page=2), paragraph("찾은 비율", page=2)],
            [("2부 평가\n\n재현율\n\n찾은 비율", ("재현율",), 2)],
        ),
        # Several of them are a chunk.
        (
            [heading("강의", page=1), heading("목차", page=2), heading("재현율", page=3), paragraph("글", page=3)],
            [("강의\n\n목차", (), 1), ("글", ("재현율",), 3)],
        ),
        # There is nothing else.
        ([heading("과목"), heading("1장", 2), heading("2장", 2)], [("과목\n\n1장\n\n2장", ("과목",), None)]),
        ([heading("과목")], [("과목", ("과목",), None)]),
    ],
)
def test_where_a_heading_goes_that_has_nothing_below_it(
    elements: list[Element], chunks: list[tuple[str, tuple[str, ...], int | None]]
) -> None:
    document = document_of(elements)
    spans = chunked(document, (Characters(), 200))
    assert [(document.text[span.start : span.end], span.heading, span.page) for span in spans] == chunks


def test_two_sections_with_the_same_heading_stay_apart() -> None:
    example = heading("예제", 2)
    document = document_of([example, paragraph("하나"), example, paragraph("둘")])
    spans = chunked(document, (Characters(), 100))
    assert [(document.text[span.start : span.end], span.heading) for span in spans] == [
        ("하나", ("예제",)),
        ("둘", ("예제",)),
    ]


def test_a_section_is_cut_into_even_parts() -> None:
    sentences = [f"문장 {number:02d}은 서른 글자가 되도록 길게 늘여 쓴 것이다." for number in range(12)]
    sizes = [len(text) for text in texts_of([paragraph("\n".join(sentences))], 250)]
    assert len(sizes) == 2
    assert max(sizes) - min(sizes) <= len(sentences[0]) + 1


@pytest.mark.parametrize("end", ["다음과 같다:", "다음과 같다.", "있습니다:", "아래와 같습니다.", "세 가지다"])
def test_a_list_leads_with_the_sentence_that_introduces_it(end: str) -> None:
    items = "\n".join(f"- 항목 {number} " + "글" * 60 for number in range(4))
    document = document_of([paragraph(f"앞의 글이다. 이 방법의 장점은 {end}"), Element(Kind.LIST, items)])
    spans = chunked(document, (Characters(), 150))
    assert [span.lead for span in spans[1:]] == [spans[1].lead] * 3
    assert spans[1].lead.endswith(f"이 방법의 장점은 {end}")
    assert document.text[spans[0].start : spans[0].end].count("- 항목") == 1  # the sentence keeps its first item


def test_a_list_that_goes_on_overleaf_keeps_its_sentence() -> None:
    document = document_of(
        [paragraph("단계는 이렇다:", 1), Element(Kind.LIST, "1. 읽기", page=1), Element(Kind.LIST, "2. 쓰기", page=2)]
    )
    spans = chunked(document, (Characters(), 150))
    assert [(span.page, span.lead, span.boundary) for span in spans] == [
        (1, "", Boundary.PAGE),
        (2, "단계는 이렇다:", Boundary.END),
    ]


def test_code_stays_whole_up_to_half_more_and_keeps_its_sentence() -> None:
    code = "\n\n".join(f"def function_{number}():\n    return {number}" for number in range(4))
    assert len(code) == 126
    assert texts_of([paragraph("글" * 60 + "."), paragraph("이렇게 쓴다."), Element(Kind.CODE, code)], 100) == [
        "글" * 60 + ".",
        f"이렇게 쓴다.\n\n{code}",
    ]
    assert [text.count("def") for text in texts_of([Element(Kind.CODE, code)], 80)] == [2, 2]


def test_a_cut_table_repeats_caption_and_header_and_keeps_its_footnote() -> None:
    header = "| 모델 | 값 |\n| --- | --- |"
    rows = "\n".join(f"| 모델 {number} | 0.{number} |" for number in range(12))
    document = document_of(
        [paragraph("표 1. 모델별 값"), Element(Kind.TABLE, f"{header}\n{rows}"), paragraph("* 2025년")]
    )
    spans = chunked(document, (Characters(), 120))
    texts = [document.text[span.start : span.end] for span in spans]
    assert texts[0].startswith(f"표 1. 모델별 값\n\n{header}\n| 모델 0 | 0.0 |")
    assert texts[-1].endswith("| 모델 11 | 0.11 |\n\n* 2025년")
    assert [span.lead for span in spans] == ["", *[f"표 1. 모델별 값\n{header}"] * (len(spans) - 1)]
    assert {span.boundary for span in spans[:-1]} == {Boundary.IN_TABLE}


def test_a_line_without_end_is_cut_in_little_time() -> None:
    text = "data" * 100_000
    document = document_of([paragraph(text)])
    spans = chunk_document(document, max_size=256, measure=TOKENS)
    assert "".join(document.text[span.start : span.end] for span in spans) == text
    assert max(span.end - span.start for span in spans) <= 256 * 8
