"""HWP 5.0: files made as the format description says, and what comes out of them."""

import struct
from datetime import UTC, datetime

import made_hwp as hwp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob
from made_compound import compound

from ingest.elements import Element, Kind, ParsedFile, Skipped
from ingest.parsers.hangul.hwp import HwpParser
from rag.errors import ParseError

SCORES = {(0, 0): "모델", (0, 1): "점수", (0, 2): "비고", (1, 0): "BM25", (1, 1): "0.9", (1, 2): "a|b"}


def parse(data: bytes) -> ParsedFile:
    return HwpParser().parse_elements(Blob.from_data(data, path="강의.hwp"))


def shapes(parsed: ParsedFile) -> list[tuple[Kind, int, str]]:
    return [(element.kind, element.level, element.text) for element in parsed.elements]


def paragraph(text: str) -> Element:
    return Element(Kind.PARAGRAPH, text)


def test_title_headings_with_their_numbers_and_text_of_two_sections() -> None:
    data = hwp.document(
        [hwp.say("검색 증강 생성", hwp.TITLE), hwp.say("서론", hwp.OUTLINE_1), hwp.say("문단이다.")],
        [hwp.say("배경", hwp.OUTLINE_2), hwp.say("방법", hwp.OUTLINE_1), hwp.say("끝이다.")],
        title="1주차 강의",
        saved=datetime(2025, 9, 1, 3, 30, tzinfo=UTC),
    )
    parsed = parse(data)
    assert shapes(parsed) == [
        (Kind.HEADING, 1, "검색 증강 생성"),
        (Kind.HEADING, 2, "1. 서론"),
        (Kind.PARAGRAPH, 0, "문단이다."),
        (Kind.HEADING, 3, "가. 배경"),
        (Kind.HEADING, 2, "2. 방법"),
        (Kind.PARAGRAPH, 0, "끝이다."),
    ]
    assert (parsed.title, parsed.date, parsed.skipped) == ("1주차 강의", "2025-09-01", [])


def test_an_outline_paragraph_as_long_as_a_sentence_is_no_heading() -> None:
    parsed = parse(hwp.document([hwp.say("이것은 개요 모양을 쓴 본문 문장이다.", hwp.OUTLINE_1)]))
    assert shapes(parsed) == [(Kind.LIST, 0, "1. 이것은 개요 모양을 쓴 본문 문장이다.")]


def test_without_styles_short_lines_of_larger_type_are_headings() -> None:
    body = hwp.say("본문은 십 포인트로 쓴 보통의 문단이며 가장 길다.")
    parsed = parse(hwp.document([hwp.say("큰 제목", chars=hwp.LARGE), body]))
    assert shapes(parsed)[0] == (Kind.HEADING, 1, "큰 제목")
    assert parsed.title == "큰 제목"


def test_controls_take_eight_characters_and_leave_the_text_around_them() -> None:
    content = ["앞", hwp.header("머리말"), "\t가운데 😀", hwp.note("각주다."), "\n뒤", hwp.note("미주다.", "en  ", 2)]
    parsed = parse(hwp.document([hwp.Paragraph(content)]))
    assert [element.text for element in parsed.elements] == ["앞\t가운데 😀\n뒤", "1) 각주다.", "2) 미주다."]


def test_equations_boxes_links_and_hidden_comments() -> None:
    parsed = parse(
        hwp.document(
            [
                hwp.Paragraph(["비는 ", hwp.equation("{a} over {b}"), " 이다."]),
                hwp.Paragraph([hwp.box(hwp.say("상자 속 글"))]),
                hwp.Paragraph([hwp.link("https://example.com/a?b=1"), "누리집", hwp.comment("숨긴 말")]),
            ]
        )
    )
    assert parsed.elements == [paragraph("비는 ${a} over {b}$ 이다."), paragraph("상자 속 글"), paragraph("누리집")]
    assert parsed.metadata["links"] == ["https://example.com/a?b=1"]
    assert parsed.skipped == [Skipped("강의.hwp", "1 hidden comments (숨은 설명) are left out")]


def test_a_table_with_merged_cells_and_a_table_inside() -> None:
    inner = hwp.Paragraph([hwp.table({(0, 0): "안", (0, 1): "쪽"}, {})])
    cells = SCORES | {(2, 1): "1.0", (2, 2): [hwp.say("첫 줄"), inner]}
    parsed = parse(hwp.document([hwp.Paragraph([hwp.table(cells, {(1, 0): (2, 1)})])]))
    assert [element.text.split("\n") for element in parsed.elements] == [
        [
            "| 모델 | 점수 | 비고 |",
            "| --- | --- | --- |",
            "| BM25 | 0.9 | a\\|b |",
            "| BM25 | 1.0 | 첫 줄 안, 쪽 |",
        ]
    ]


def test_a_table_of_one_cell_is_a_box_of_text() -> None:
    parsed = parse(hwp.document([hwp.Paragraph([hwp.table({(0, 0): [hwp.say("하나."), hwp.say("둘.")]}, {})])]))
    assert parsed.elements == [paragraph("하나."), paragraph("둘.")]


def test_numbers_and_bullets_make_lists() -> None:
    parsed = parse(
        hwp.document(
            [
                hwp.say("하나", hwp.NUMBERED),
                hwp.say("둘", hwp.NUMBERED),
                hwp.say("점", hwp.BULLETED),
                hwp.say("○ 동그라미"),
            ]
        )
    )
    assert parsed.elements == [Element(Kind.LIST, "(1) 하나\n(2) 둘\n- 점\n- 동그라미")]


def test_streams_that_are_not_compressed_are_read_too() -> None:
    assert parse(hwp.document([hwp.say("그대로 담긴 글이다.")], flags=0)).elements == [paragraph("그대로 담긴 글이다.")]


def test_a_text_longer_than_a_record_header_can_say() -> None:
    text = "긴 문단이다. " * 2000
    assert parse(hwp.document([hwp.say(text)])).elements == [paragraph(text.strip())]


@pytest.mark.parametrize(
    ("flags", "message"),
    [(1 | 2, "protected by a password"), (1 | 4, "distribution document"), (1 | 16, "DRM"), (1 | 256, "certificate")],
)
def test_a_protected_document_is_refused_with_its_reason(flags: int, message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        parse(hwp.document([hwp.say("비밀")], flags=flags))
    assert "HWPX or PDF" in caught.value.remedy


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"HWP Document File V3.00 \x1a" + b"\0" * 100, "old format HWP 3"),
        (b"PK\x03\x04" + b"\0" * 100, "HWPX with the name of HWP"),
        (b'<?xml version="1.0"?><HWPML Version="2.8">', "HWPML"),
        (b"", "not a Hangul document"),
        (b"plain text", "not a Hangul document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "storage cannot be read"),
        (compound({"WordDocument": b"x" * 5000}), "not an HWP 5.0 document"),
    ],
)
def test_what_is_no_hwp_5_is_told(data: bytes, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse(data)


def test_a_lost_body_is_replaced_by_the_preview_and_said() -> None:
    broken = {"BodyText/Section0": b"\xff" * 400}
    parsed = parse(hwp.document([hwp.say("본문")], preview="<첫 줄>\r\n둘째 줄\r\n", replaced=broken))
    assert parsed.elements == [paragraph("<첫 줄>"), paragraph("둘째 줄")]
    assert [skip.source for skip in parsed.skipped] == ["강의.hwp, section 1", "강의.hwp"]
    assert "only the preview" in parsed.skipped[1].why
    with pytest.raises(ParseError, match="no text can be read"):
        parse(hwp.document([hwp.say("본문")], replaced=broken))


def test_a_section_that_ends_early_keeps_its_beginning() -> None:
    whole = b"".join(hwp.say(f"문단 {number} 이다.").records() for number in range(2000))
    cut = hwp.deflated(whole)[:-500]
    parsed = parse(hwp.document([], replaced={"BodyText/Section0": cut}))
    assert parsed.elements[0] == paragraph("문단 0 이다.")
    assert len(parsed.elements) > 1000
    assert parsed.skipped == [Skipped("강의.hwp, section 1", "its data ends early")]


def test_a_stream_that_unpacks_without_measure_is_refused() -> None:
    with pytest.raises(ParseError, match="times its size"):
        parse(hwp.document([], replaced={"BodyText/Section0": hwp.deflated(b"\0" * (64 << 20))}))


def test_tables_in_tables_are_read_to_a_depth_and_no_deeper() -> None:
    inner = hwp.say("가장 안쪽")
    for _ in range(40):
        inner = hwp.Paragraph([hwp.table({(0, 0): [inner], (0, 1): "곁"}, {})])
    parsed = parse(hwp.document([inner]))
    assert parsed.elements[0].text.count("곁") == 12
    assert parsed.skipped == [Skipped("강의.hwp", "1 tables or boxes are nested too deeply")]


def test_a_summary_that_announces_endless_lists_takes_no_time() -> None:
    vector = struct.pack("<HHI16sI16sIIIIIII", 0xFFFE, 0, 0, b"", 1, b"", 48, 32, 1, 2, 16, 0x101F, 0xFFFFFFFF)
    parsed = parse(hwp.document([hwp.say("글이다.")], replaced={"\x05HwpSummaryInformation": vector}))
    assert (parsed.title, parsed.date) == (None, None)


SEED = hwp.document(
    [
        hwp.say("제목", hwp.TITLE),
        hwp.Paragraph(["글", hwp.note("각주"), hwp.equation("x"), hwp.table(SCORES, {})]),
        hwp.say("하나", hwp.NUMBERED),
    ],
    flags=0,
    title="강의",
)


@settings(max_examples=150)
@given(st.data())
def test_damage_comes_out_as_a_reason(data: st.DataObject) -> None:
    """Flipped bytes and cuts: either elements or a ``ParseError``, and nothing else."""
    damaged = bytearray(SEED[: data.draw(st.integers(1, len(SEED)))])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=20)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        parsed = parse(bytes(damaged))
    except ParseError as error:
        assert error.message and error.remedy
    else:
        assert all(element.text.strip() for element in parsed.elements)


@given(
    st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=60), max_size=8)
)
def test_every_text_comes_back(texts: list[str]) -> None:
    parsed = parse(hwp.document([*map(hwp.say, texts), hwp.say("끝.")]))
    said = "".join("".join(element.text.split()) for element in parsed.elements)
    for text in texts:
        letters = "".join(char for char in text if char.isalnum())
        assert letters in "".join(char for char in said if char.isalnum())
