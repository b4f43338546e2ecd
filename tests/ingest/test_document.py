"""Elements to one text with units, and what masking does to both."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.document import SEPARATOR, SourceDocument, Unit, join, mask
from ingest.elements import Element, Kind, ParsedFile, Skipped
from ingest.masking.spans import MaskSpan, mask_label

WORDS = st.text(alphabet="가나다 abc01.\n", min_size=1, max_size=30).filter(str.strip)
SECRET = st.text(alphabet="\u2620\u2623", min_size=1, max_size=12)
"""Characters that occur nowhere else, so that what is left of a secret is seen."""

ELEMENTS = st.lists(
    st.builds(
        Element,
        kind=st.sampled_from(Kind),
        text=st.lists(WORDS | SECRET, min_size=1, max_size=4).map("".join).map(lambda text: text.strip() or "가"),
        level=st.integers(1, 4),
        page=st.none() | st.integers(1, 3),
        cell=st.none() | st.integers(1, 3),
    ),
    max_size=8,
)


def secrets_in(text: str) -> list[MaskSpan]:
    """Runs of secret characters; a run that is broken by white space only is one, so that it crosses units."""
    spans: list[MaskSpan] = []
    for position, character in enumerate(text):
        if character in "\u2620\u2623":
            if spans and not text[spans[-1].end : position].strip():
                spans[-1] = MaskSpan(spans[-1].start, position + 1, "api_key")
            else:
                spans.append(MaskSpan(position, position + 1, "api_key"))
    return spans


def texts_of(document: SourceDocument) -> list[str]:
    return [document.text[unit.start : unit.end] for unit in document.units]


def by_hand(text: str, spans: Sequence[MaskSpan]) -> str:
    for span in reversed(spans):
        text = text[: span.start] + mask_label(span.kind) + text[span.end :]
    return text


@given(ELEMENTS)
def test_a_unit_is_its_element(elements: list[Element]) -> None:
    document = join(ParsedFile(elements, title="Week 1"))
    assert texts_of(document) == [element.text for element in elements]
    assert document.text == SEPARATOR.join(element.text for element in elements)
    assert [(unit.kind, unit.page, unit.cell) for unit in document.units] == [
        (element.kind, element.page, element.cell) for element in elements
    ]


def test_the_heading_path_is_that_of_an_outline() -> None:
    parsed = ParsedFile(
        [
            Element(Kind.PARAGRAPH, "앞말"),
            Element(Kind.HEADING, "1. 검색", level=1),
            Element(Kind.HEADING, "1.1  BM25", level=3),
            Element(Kind.PARAGRAPH, "본문"),
            Element(Kind.HEADING, "1.2 벡터", level=2),
            Element(Kind.TABLE, "| a |"),
            Element(Kind.HEADING, "2. 평가", level=1),
            Element(Kind.CODE, "print(1)"),
        ],
        skipped=[Skipped("page 3", "no text")],
    )
    document = join(parsed)
    assert [unit.heading for unit in document.units] == [
        (),
        ("1. 검색",),
        ("1. 검색", "1.1 BM25"),
        ("1. 검색", "1.1 BM25"),
        ("1. 검색", "1.2 벡터"),
        ("1. 검색", "1.2 벡터"),
        ("2. 평가",),
        ("2. 평가",),
    ]
    assert document.skipped == [Skipped("page 3", "no text")]


def test_units_survive_json() -> None:
    unit = Unit(Kind.TABLE, 3, 9, ("가", "b"), page=2, cell=None)
    assert Unit.from_json(unit.to_json()) == unit


def test_nothing_to_mask_changes_nothing() -> None:
    document = join(ParsedFile([Element(Kind.PARAGRAPH, "text")]))
    assert mask(document, []) is document


@given(ELEMENTS)
def test_masked_spans_are_gone_and_units_move_along(elements: list[Element]) -> None:
    before = join(ParsedFile(elements, title="".join(element.text for element in elements[:1])))
    spans = secrets_in(before.text)
    after = mask(before, spans)

    assert after.text == by_hand(before.text, spans)
    kept = " ".join([after.text, after.title or "", *(part for unit in after.units for part in unit.heading)])
    assert "\u2620" not in kept
    assert "\u2623" not in kept
    edges = [edge for unit in after.units for edge in (unit.start, unit.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(after.text) for edge in edges)
    for old, new in zip(before.units, after.units, strict=True):
        assert (new.kind, new.page, new.cell) == (old.kind, old.page, old.cell)
        inside = [
            MaskSpan(span.start - old.start, span.end - old.start, span.kind)
            for span in spans
            if old.start <= span.start and span.end <= old.end
        ]
        crossing = [span for span in spans if span.start < old.end < span.end or span.start < old.start < span.end]
        if not crossing:
            assert after.text[new.start : new.end] == by_hand(before.text[old.start : old.end], inside)


def test_a_boundary_inside_a_secret_goes_behind_its_label() -> None:
    document = join(ParsedFile([Element(Kind.PARAGRAPH, "key ab"), Element(Kind.PARAGRAPH, "cd end")]))
    masked = mask(document, [MaskSpan(4, 10, "api_key")])
    assert masked.text == "key [masked: key] end"
    assert texts_of(masked) == ["key [masked: key]", " end"]


def test_a_secret_in_a_heading_leaves_the_path_below_it_too() -> None:
    parsed = ParsedFile(
        [Element(Kind.HEADING, "비밀번호 hunter22", level=1), Element(Kind.PARAGRAPH, "로그인 안내")],
        title="비밀번호 hunter22",
    )
    document = join(parsed)
    masked = mask(document, [MaskSpan(5, 13, "password")])
    assert [unit.heading for unit in masked.units] == [("비밀번호 [masked: password]",)] * 2
    assert masked.title == "비밀번호 [masked: password]"


def test_a_secret_that_begins_like_another_is_masked_whole_in_headings() -> None:
    parsed = ParsedFile([Element(Kind.PARAGRAPH, "abc12"), Element(Kind.HEADING, "Key abc12345", level=1)])
    masked = mask(join(parsed), [MaskSpan(0, 5, "api_key"), MaskSpan(11, 19, "api_key")])
    assert masked.units[1].heading == ("Key [masked: key]",)
