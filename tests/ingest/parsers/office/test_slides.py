"""PowerPoint decks, made with python-pptx."""

import io

import pytest
from langchain_core.document_loaders import Blob
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.presentation import Presentation as Deck
from pptx.util import Inches

from ingest.document import join
from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.office.slides import PptxParser
from rag.errors import ParseError

TITLE_AND_BODY, TWO_CONTENTS, BLANK = 1, 3, 6


def parsed(deck: Deck) -> ParsedFile:
    buffer = io.BytesIO()
    deck.save(buffer)
    return PptxParser().parse_elements(Blob.from_data(buffer.getvalue(), path="a.pptx"))


def texts(deck: Deck) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in parsed(deck).elements]


def titled(deck: Deck, title: str, lines: list[tuple[int, str]]) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY])
    slide.shapes.title.text = title
    frame = slide.placeholders[1].text_frame
    for number, (level, text) in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level


def box(deck: Deck, texts: list[tuple[float, float, str]]) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    for left, top, text in texts:
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text


def test_titles_bullets_and_notes() -> None:
    deck = Presentation()
    titled(deck, "과적합\v이란", [(0, "훈련 오차"), (1, "작다"), (1, "줄어든다"), (0, "시험 오차")])
    deck.slides[0].notes_slide.notes_text_frame.text = "여기서 질문 받기"
    assert parsed(deck).elements == [
        Element(Kind.HEADING, "과적합 이란", level=1, page=1),
        Element(Kind.LIST, "- 훈련 오차\n  - 작다\n  - 줄어든다\n- 시험 오차", page=1),
        Element(Kind.PARAGRAPH, "Notes: 여기서 질문 받기", page=1),
    ]


def test_a_slide_without_title_does_not_stand_under_the_one_before() -> None:
    deck = Presentation()
    titled(deck, "첫 장", [(0, "하나")])
    box(deck, [(1, 1, "제목 없는 장"), (1, 3, "둘째 글")])
    titled(deck, "셋째 장", [(0, "셋")])
    document = join(parsed(deck))
    assert [(unit.page, unit.heading) for unit in document.units] == [
        (1, ("첫 장",)),
        (1, ("첫 장",)),
        (2, ()),
        (2, ()),
        (3, ("셋째 장",)),
        (3, ("셋째 장",)),
    ]


def test_boxes_are_read_from_top_to_bottom_and_left_to_right() -> None:
    deck = Presentation()
    box(deck, [(5, 1.1, "2"), (1, 4, "3"), (1, 1, "1"), (5, 3.9, "4")])
    assert [text for _, text in texts(deck)] == ["1", "2", "3", "4"]


def test_two_columns_are_read_one_after_the_other() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[TWO_CONTENTS])
    slide.shapes.title.text = "비교"
    slide.placeholders[2].text_frame.text = "오른쪽"
    slide.placeholders[1].text_frame.text = "왼쪽 위\n왼쪽 아래"
    assert texts(deck) == [
        (Kind.HEADING, "비교"),
        (Kind.LIST, "- 왼쪽 위\n- 왼쪽 아래"),
        (Kind.LIST, "- 오른쪽"),
    ]


def test_tables_charts_and_groups() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "모둠 안"
    table = slide.shapes.add_table(2, 2, 0, Inches(2), Inches(4), Inches(1)).table
    for at, text in enumerate(["모델", "점수", "kNN", "0.9"]):
        table.cell(at // 2, at % 2).text = text
    data = CategoryChartData()
    data.categories = ["1월", "2월"]
    data.add_series("판매", (0.1 + 0.2, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, Inches(4), Inches(4), Inches(3), data)
    assert texts(deck) == [
        (Kind.PARAGRAPH, "모둠 안"),
        (Kind.TABLE, "| 모델 | 점수 |\n| --- | --- |\n| kNN | 0.9 |"),
        (Kind.TABLE, "|  | 판매 |\n| --- | --- |\n| 1월 | 0.3 |\n| 2월 | 2 |"),
    ]


def test_code_and_links() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    frame = slide.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame
    frame.text = "for x in data:\n    print(x)"
    for paragraph in frame.paragraphs:
        paragraph.runs[0].font.name = "Consolas"
    linked = slide.shapes.add_textbox(0, Inches(3), Inches(3), Inches(1)).text_frame.paragraphs[0].add_run()
    linked.text, linked.hyperlink.address = "자료", "https://example.org/a"
    result = parsed(deck)
    assert [(element.kind, element.text) for element in result.elements] == [
        (Kind.CODE, "for x in data:\n    print(x)"),
        (Kind.PARAGRAPH, "자료"),
    ]
    assert result.metadata == {"links": ["https://example.org/a"], "pages": 1}


def test_hidden_slides_footers_and_pictures() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "png")
    picture.seek(0)
    deck = Presentation()
    titled(deck, "숨은 장", [(0, "읽힌다")])
    slide = deck.slides[0]
    slide._element.set("show", "0")
    slide.shapes.add_picture(picture, 0, 0)
    footer = next(
        shape for shape in deck.slide_layouts[TITLE_AND_BODY].placeholders if shape.placeholder_format.idx == 11
    )
    slide.shapes._spTree.append(etree.fromstring(etree.tostring(footer._element)))
    slide.shapes[-1].text_frame.text = "꼬리말"
    result = parsed(deck)
    assert [element.text for element in result.elements] == ["숨은 장", "- 읽힌다"]
    assert [(skip.source, skip.why) for skip in result.skipped] == [
        ("a.pptx, slide 1", "the slide is hidden; it was read all the same"),
        ("a.pptx", "1 picture not read"),
    ]


def test_sections_are_headings_above_their_slides() -> None:
    deck = Presentation()
    titled(deck, "하나", [(0, "a")])
    titled(deck, "둘", [(0, "b")])
    ids = [each.get("id") for each in deck.part._element.sldIdLst]
    p14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"
    section = (
        f'<x xmlns:p14="{p14}"><p14:sectionLst><p14:section name="2부"><p14:sldIdLst><p14:sldId id="{ids[1]}"/>'
        "</p14:sldIdLst></p14:section></p14:sectionLst></x>"
    )
    deck.part._element.append(etree.fromstring(section))
    headings = [(each.level, each.text, each.page) for each in parsed(deck).elements if each.kind is Kind.HEADING]
    assert headings == [(2, "하나", 1), (1, "2부", 2), (2, "둘", 2)]


def test_a_deck_without_text_is_refused() -> None:
    deck = Presentation()
    box(deck, [(1, 1, " ")])
    with pytest.raises(ParseError, match="no text"):
        parsed(deck)
