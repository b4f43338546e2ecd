"""HWPX: files made of the parts that Hangul writes, and what comes out of them."""

import made_hwpx as hwpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob

from ingest.elements import Element, Kind, ParsedFile, Skipped
from ingest.parsers.hangul.hwpx import HwpxParser
from ingest.parsers.hangul.numbering import Counter, Numbering, NumberLevel, number_text
from rag.errors import ParseError


def parse(data: bytes) -> ParsedFile:
    return HwpxParser().parse_elements(Blob.from_data(data, path="강의.hwpx"))


def paragraph(text: str) -> Element:
    return Element(Kind.PARAGRAPH, text)


def test_title_headings_with_their_numbers_and_sections_in_the_order_of_the_spine() -> None:
    first = hwpx.say("마치며", hwpx.OUTLINE_1) + hwpx.say("끝이다.")
    second = (
        hwpx.say("검색 증강 생성", hwpx.TITLE) + hwpx.say("서론", hwpx.OUTLINE_1) + hwpx.say("배경", hwpx.OUTLINE_2)
    )
    parsed = parse(hwpx.document(first, second, title=" 1주차\n강의 ", modified="2025-09-01T04:33:13Z", order=[1, 0]))
    assert [(element.kind, element.level, element.text) for element in parsed.elements] == [
        (Kind.HEADING, 1, "검색 증강 생성"),
        (Kind.HEADING, 2, "I. 서론"),
        (Kind.HEADING, 3, "I-1 배경"),
        (Kind.HEADING, 2, "II. 마치며"),
        (Kind.PARAGRAPH, 0, "끝이다."),
    ]
    assert (parsed.title, parsed.date, parsed.skipped) == ("1주차 강의", "2025-09-01", [])


def test_what_stands_inside_a_text() -> None:
    marks = "<hp:t>가<hp:tab width='1'/>나<hp:lineBreak/>다<hp:nbSpace/>라<hp:markpenBegin/>마<hp:markpenEnd/>바</hp:t>"
    deleted = "<hp:t>남은 <hp:deleteBegin/>지운 </hp:t><hp:t>글<hp:deleteEnd/>말</hp:t>"
    parsed = parse(hwpx.document(hwpx.p(marks) + hwpx.p(deleted)))
    assert parsed.elements == [paragraph("가\t나\n다 라마바"), paragraph("남은 말")]


def test_notes_equations_boxes_and_links_but_no_header_comment_or_memo() -> None:
    box = f"<hp:rect><hp:drawText><hp:subList>{hwpx.say('상자 속 글')}</hp:subList></hp:drawText></hp:rect>"
    equation = (
        "<hp:equation><hp:shapeComment>수식입니다.</hp:shapeComment><hp:script>{a} over {b}</hp:script></hp:equation>"
    )
    section = (
        hwpx.p(f"<hp:t>앞</hp:t>{hwpx.note('각주다.')}<hp:t> 뒤 </hp:t>{equation}")
        + hwpx.p(hwpx.control("header", hwpx.say("머리말")) + box)
        + hwpx.p(hwpx.control("hiddenComment", hwpx.say("숨긴 말")))
        + hwpx.p(hwpx.control("fieldBegin", hwpx.say("메모"), 'type="MEMO"'))
        + hwpx.p(hwpx.link("https://example.com/a?b=1", "누리집"))
    )
    parsed = parse(hwpx.document(section))
    assert [element.text for element in parsed.elements] == [
        "앞 뒤 ${a} over {b}$",
        "1) 각주다.",
        "상자 속 글",
        "누리집",
    ]
    assert parsed.metadata["links"] == ["https://example.com/a?b=1"]
    assert parsed.skipped == [Skipped("강의.hwpx", "2 hidden comments or memos are left out")]


def test_a_table_with_a_caption_a_merged_cell_and_a_table_inside() -> None:
    inner = hwpx.p(hwpx.table([[(0, hwpx.say("안"), 1), (1, hwpx.say("쪽"), 1)]]))
    rows = [
        [(0, hwpx.say("모델"), 1), (1, hwpx.say("점수"), 1)],
        [(0, hwpx.say("BM25"), 2), (1, hwpx.say("0.9"), 1)],
        [(1, hwpx.say("첫 줄") + inner, 1)],
    ]
    parsed = parse(hwpx.document(hwpx.p(hwpx.table(rows, caption=hwpx.say("표 1. 결과")))))
    assert [(element.kind, element.text) for element in parsed.elements] == [
        (Kind.PARAGRAPH, "표 1. 결과"),
        (Kind.TABLE, "| 모델 | 점수 |\n| --- | --- |\n| BM25 | 0.9 |\n| BM25 | 첫 줄 안, 쪽 |"),
    ]


def test_numbers_and_bullets_make_lists() -> None:
    section = hwpx.say("셋", hwpx.NUMBERED) + hwpx.say("넷", hwpx.NUMBERED) + hwpx.say("점", hwpx.BULLETED)
    assert parse(hwpx.document(section)).elements == [Element(Kind.LIST, "③ 셋\n④ 넷\n- 점")]


def test_larger_type_makes_headings_where_no_style_does() -> None:
    section = hwpx.say("큰 제목", chars=1) + hwpx.say("본문은 십 포인트로 쓴 보통의 문단이며 가장 길다.")
    assert parse(hwpx.document(section)).elements[0] == Element(Kind.HEADING, "큰 제목", level=1)


def test_code_that_was_pasted_in_is_one_piece() -> None:
    section = "".join(hwpx.say(line) for line in ("def f(x):", "    y = x + 1", "    return y"))
    assert parse(hwpx.document(section)).elements == [Element(Kind.CODE, "def f(x):\n    y = x + 1\n    return y")]


def test_a_broken_section_is_named_and_the_others_are_read() -> None:
    data = hwpx.document(hwpx.say("하나."), "", extra={"Contents/section1.xml": "<hs:sec><hp:p>"})
    parsed = parse(data)
    assert parsed.elements == [paragraph("하나.")]
    assert parsed.skipped == [
        Skipped("강의.hwpx, Contents/section1.xml", "is damaged: the XML of Contents/section1.xml is broken")
    ]


def test_without_a_package_file_sections_come_by_number() -> None:
    sections = [hwpx.say(f"{number}번 구역.") for number in range(11)]
    parsed = parse(hwpx.document(*sections, extra={"Contents/content.hpf": "broken"}))
    assert [element.text for element in parsed.elements] == [f"{number}번 구역." for number in range(11)]
    assert [skip.source for skip in parsed.skipped] == ["강의.hwpx, Contents/content.hpf"]


ENTITIES = '<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><s>&b;</s>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"no zip", "no complete zip file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old format"),
        (hwpx.document(""), "holds no text"),
        (hwpx.document("", extra={"META-INF/manifest.xml": "<odf:encryption-data/>"}), "protected by a password"),
        (hwpx.document("", extra={"Contents/section0.xml": ENTITIES}), "defines XML entities"),
        (hwpx.document("<hp:p>" * 5000 + "</hp:p>" * 5000), "broken"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        parse(data)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (3, "HANGUL_SYLLABLE", "다"),
        (14, "ROMAN_SMALL", "xiv"),
        (49, "ROMAN_CAPITAL", "XLIX"),
        (26, "LATIN_CAPITAL", "Z"),
        (27, "LATIN_SMALL", "27"),
        (2, "CIRCLED_HANGUL_SYLLABLE", "㉯"),
        (10, "IDEOGRAPH", "十"),
        (0, "ROMAN_SMALL", "0"),
        (7, "SYMBOL", "7"),
    ],
)
def test_numbers_as_they_are_printed(number: int, style: str, text: str) -> None:
    assert number_text(number, style) == text


def test_a_deeper_level_begins_anew_under_each_higher_one() -> None:
    levels = (NumberLevel("^1."), NumberLevel("^2)", "HANGUL_SYLLABLE"), NumberLevel("^n"))
    counter = Counter({"1": Numbering(levels)})
    said = [counter.marker("number", "1", level) for level in (0, 1, 1, 2, 0, 1, 2, 2)]
    assert said == ["1.", "가)", "나)", "1.2.1", "2.", "가)", "2.1.1", "2.1.2"]
    assert [counter.marker("number", "9", 0), counter.marker("number", "1", 7), counter.marker("", "1", 0)] == [""] * 3


SEED = hwpx.document(
    hwpx.say("제목", hwpx.TITLE)
    + hwpx.p(f"<hp:t>글</hp:t>{hwpx.note('각주')}")
    + hwpx.p(hwpx.table([[(0, hwpx.say("가"), 1), (1, hwpx.say("나"), 1)]]))
)


@settings(max_examples=100)
@given(st.data())
def test_damage_comes_out_as_a_reason(data: st.DataObject) -> None:
    damaged = bytearray(SEED[: data.draw(st.integers(1, len(SEED)))])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=10)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        parsed = parse(bytes(damaged))
    except ParseError as error:
        assert error.message and error.remedy
    else:
        assert all(element.text.strip() for element in parsed.elements)


@settings(max_examples=100)
@given(
    st.recursive(
        st.just(""),
        lambda inner: st.builds(
            lambda tag, a: f"<hp:{tag}>{''.join(a)}</hp:{tag}>",
            st.sampled_from(
                [
                    "p",
                    "run",
                    "t",
                    "tbl",
                    "tr",
                    "tc",
                    "subList",
                    "ctrl",
                    "footNote",
                    "switch",
                    "case",
                    "equation",
                    "caption",
                    "rect",
                    "autoNum",
                    "dutmal",
                    "fieldBegin",
                ]
            ),
            st.lists(inner, max_size=3),
        ),
        max_leaves=30,
    )
)
def test_any_nesting_of_its_elements_is_read(section: str) -> None:
    """Elements where they do not belong are no reason to fail."""
    parsed = parse(hwpx.document(hwpx.say("처음."), section))
    assert parsed.elements[0].text.startswith("처음.")
