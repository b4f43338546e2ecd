"""Made pages whose text, order and structure are known exactly."""

import io
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.pdf.pdf_file import PdfParser
from rag.errors import ParseError
from rag.settings import ParseSettings

KOREAN_FONT = "HYSMyeongJo-Medium"
SENTENCES = (
    "Gradient descent moves the weights",
    "of a model against the slope of its",
    "loss, a little at a time, and stops",
    "where the slope is nearly flat. The",
    "size of its steps is a number which",
    "has to be chosen with care, because",
)


def parsed(*draw: Callable[[Canvas], None]) -> ParsedFile:
    """The pages that the functions draw, read back."""
    return PdfParser().parse_elements(Blob(data=drawn(*draw), path="made.pdf"))


def drawn(*draw: Callable[[Canvas], None]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN_FONT))
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=A4, invariant=True)
    for one in draw:
        page.setFont("Helvetica", 10)
        one(page)
        page.showPage()
    page.save()
    return buffer.getvalue()


def texts(*draw: Callable[[Canvas], None]) -> list[str]:
    return [element.text for element in parsed(*draw).elements]


def columns(*lefts: float, by_row: bool, words: str = "abc") -> Callable[[Canvas], None]:
    """Columns of six lines each; the stream goes through them row by row, or column by column."""

    def draw(page: Canvas) -> None:
        places = [(column, row) for column in range(len(lefts)) for row in range(6)]
        for column, row in sorted(places, key=lambda place: place[1]) if by_row else places:
            page.drawString(lefts[column], 700 - 12 * row, f"{words[column]}{row} {SENTENCES[row][: 72 // len(lefts)]}")

    return draw


def in_order(text: str, words: str) -> bool:
    places = [text.index(f"{word}{row} ") for word in words for row in range(6)]
    return places == sorted(places)


@pytest.mark.parametrize("by_row", [True, False])
@pytest.mark.parametrize("lefts", [(72, 300), (60, 230, 400)])
def test_columns_are_read_one_after_the_other(lefts: Sequence[float], by_row: bool) -> None:
    assert in_order(" ".join(texts(columns(*lefts, by_row=by_row))), "abc"[: len(lefts)])


def test_a_title_over_both_columns_and_a_footnote_below_stay_where_they_are() -> None:
    def draw(page: Canvas) -> None:
        page.setFont("Helvetica", 20)
        page.drawString(72, 760, "A title that goes over both of the columns")
        page.setFont("Helvetica", 10)
        page.drawString(
            72, 735, "The authors of this paper and the place where they work, on one line over both columns."
        )
        columns(72, 300, by_row=True)(page)
        page.drawString(72, 600, "A footnote over both columns, which was printed below them on the very same page.")

    found = texts(draw)
    assert found[0] == "A title that goes over both of the columns"
    assert found[-1].endswith("on the very same page.")
    assert in_order(" ".join(found), "ab")


def test_a_table_whose_cells_hold_text_is_no_pair_of_columns() -> None:
    rows = [("Term", "Meaning")] + [(f"term {at}", SENTENCES[at]) for at in range(6)]

    def draw(page: Canvas) -> None:
        for at, cells in enumerate(rows):
            page.drawString(72, 700 - 14 * at, cells[0])
            page.drawString(200, 700 - 14 * at, cells[1])

    header, rule, *body = [f"| {left} | {right} |" for left, right in [rows[0], ("---", "---"), *rows[1:]]]
    assert texts(draw) == ["\n".join([header, rule, *body])]


def test_a_title_that_was_drawn_last_is_read_first() -> None:
    def draw(page: Canvas) -> None:
        for row, text in enumerate(SENTENCES):
            page.drawString(72, 600 - 12 * row, text)
        page.setFont("Helvetica", 24)
        page.drawString(72, 700, "Gradient descent")

    assert texts(draw) == ["Gradient descent", " ".join(SENTENCES)]


def test_boxes_beside_each_other_stay_in_the_order_of_the_stream() -> None:
    def draw(page: Canvas) -> None:
        for left, word in ((72, "Left"), (320, "Right")):
            for row in range(2):
                page.drawString(left, 600 - 12 * row, f"{word} box, line {row}")

    assert texts(draw) == ["Left box, line 0 Left box, line 1", "Right box, line 0 Right box, line 1"]


def test_lines_end_where_words_end_or_are_cut() -> None:
    def draw(page: Canvas) -> None:
        page.drawString(72, 700, "A model which has learned all of its training set by heart will not gener-")
        page.drawString(72, 688, "alize to what is new. It is a well-known fact about models, and state-of-the-")
        page.drawString(72, 676, "art models are no exception to it, as all of the well-known ones have shown.")

    assert texts(draw) == [
        "A model which has learned all of its training set by heart will not generalize to what is new. It is a "
        "well-known fact about models, and state-of-the-art models are no exception to it, as all of the well-known "
        "ones have shown."
    ]


def test_korean_words_that_a_line_cuts_are_joined() -> None:
    def draw(page: Canvas) -> None:
        page.setFont(KOREAN_FONT, 10)
        page.drawString(72, 700, "경사 하강법은 손실 함수의 기울기를 따라 가중치를 옮긴다. 이때 가중치")
        page.drawString(72, 685, "를 한 번에 옮기는 크기를 학습률이라고 하고, 기울기가 0에 가까워지면")
        page.drawString(72, 670, "멈춘다.")

    assert texts(draw) == [
        "경사 하강법은 손실 함수의 기울기를 따라 가중치를 옮긴다. 이때 가중치를 한 번에 옮기는 크기를 학습률이라고 "
        "하고, 기울기가 0에 가까워지면 멈춘다."
    ]


def chapters(page_count: int) -> list[Callable[[Canvas], None]]:
    """A book: on left pages its title, on right ones the chapter, the number outside, as ``3 / 12`` below."""

    def one(number: int) -> Callable[[Canvas], None]:
        def draw(page: Canvas) -> None:
            page.setFont("Helvetica", 8)
            if number % 2:
                page.drawRightString(523, 810, f"Chapter {1 + number // 6}   {number}")
            else:
                page.drawString(72, 810, f"{number}   The Book of Models")
            page.drawCentredString(297, 30, f"{number} / {page_count}")
            page.setFont("Helvetica", 10)
            for row, text in enumerate(SENTENCES):
                page.drawString(72, 740 - 12 * row, f"{number * 100 + row} {text}")

        return draw

    return [one(number) for number in range(1, page_count + 1)]


def test_running_lines_go_on_left_and_right_pages() -> None:
    found = parsed(*chapters(12))
    assert [" ".join(element.text.split()) for element in found.elements] == [
        " ".join(f"{number * 100 + row} {text}" for row, text in enumerate(SENTENCES)) for number in range(1, 13)
    ]
    assert {"2 The Book of Models", "Chapter 1 3", "7 / 12"} <= set(found.metadata["running_lines"])


def test_a_heading_that_repeats_in_larger_type_is_kept() -> None:
    def draw(page: Canvas) -> None:
        page.setFont("Helvetica", 24)
        page.drawString(72, 790, "Backpropagation (continued)")
        page.setFont("Helvetica", 10)
        for row, text in enumerate(SENTENCES):
            page.drawString(72, 700 - 12 * row, text)

    assert texts(draw, draw, draw) == ["Backpropagation (continued)", " ".join(SENTENCES)] * 3


def grid(page: Canvas, xs: Sequence[float], top: float, rows: Sequence[Sequence[str]]) -> None:
    """A ruled table with rows of 20 points, each of its vertical lines drawn anew in each row, as LaTeX does."""
    for at, cells in enumerate(rows):
        y = top - 20 * at
        page.line(xs[0], y, xs[-1], y)
        for x in xs:
            page.line(x, y, x, y - 20)
        for x, cell in zip(xs, cells, strict=False):
            page.drawString(x + 4, y - 14, cell)
    page.line(xs[0], top - 20 * len(rows), xs[-1], top - 20 * len(rows))


def test_a_table_that_goes_on_over_the_page_repeats_its_header() -> None:
    def first(page: Canvas) -> None:
        page.drawString(72, 120, "The models and their errors are these:")
        grid(page, (72, 200, 330), 100, [("Model", "Error"), ("kNN", "0.16"), ("SVM", "0.12")])

    def second(page: Canvas) -> None:
        grid(page, (72, 200, 330), 800, [("MLP", "0.14"), ("CNN", "0.08")])
        page.drawString(72, 700, "All of them were trained on the same data.")

    assert parsed(first, second).elements[1:3] == [
        Element(Kind.TABLE, "| Model | Error |\n| --- | --- |\n| kNN | 0.16 |\n| SVM | 0.12 |", page=1),
        Element(Kind.TABLE, "| Model | Error |\n| --- | --- |\n| MLP | 0.14 |\n| CNN | 0.08 |", page=2),
    ]


def test_a_table_that_begins_a_page_with_names_of_its_own_is_another_one() -> None:
    def one(*rows: tuple[str, str]) -> Callable[[Canvas], None]:
        return lambda page: grid(page, (72, 200, 330), 700, rows)

    assert texts(one(("Model", "Error"), ("kNN", "0.16")), one(("Step", "Minutes"), ("Training", "12"))) == [
        "| Model | Error |\n| --- | --- |\n| kNN | 0.16 |",
        "| Step | Minutes |\n| --- | --- |\n| Training | 12 |",
    ]


def test_a_title_of_a_slide_may_be_a_sentence() -> None:
    def draw(page: Canvas) -> None:
        page.setFont("Helvetica", 16)
        page.drawString(72, 780, "Three properties of models, and of their errors.")
        page.setFont("Helvetica", 10)
        for row, text in enumerate(SENTENCES):
            page.drawString(72, 740 - 12 * row, text)

    assert [element.kind for element in parsed(draw).elements] == [Kind.HEADING, Kind.PARAGRAPH]


def test_titles_of_slides_with_hardly_any_text() -> None:
    def slide(title: str, text: str) -> Callable[[Canvas], None]:
        def draw(page: Canvas) -> None:
            page.setFont("Helvetica", 28)
            page.drawString(72, 760, title)
            page.setFont("Helvetica", 18)
            page.drawString(72, 700, text)

        return draw

    found = parsed(slide("Regularization of large models", "L2"), slide("Early stopping of the training", "10 epochs"))
    assert [(element.kind, element.text) for element in found.elements] == [
        (Kind.HEADING, "Regularization of large models"),
        (Kind.PARAGRAPH, "L2"),
        (Kind.HEADING, "Early stopping of the training"),
        (Kind.PARAGRAPH, "10 epochs"),
    ]


def test_a_column_without_a_name_has_a_header_all_the_same() -> None:
    rows = [("", "Train", "Test"), ("kNN", "0.91", "0.84"), ("SVM", "0.95", "0.88")]
    assert texts(lambda page: grid(page, (72, 150, 230, 310), 700, rows)) == [
        "|  | Train | Test |\n| --- | --- | --- |\n| kNN | 0.91 | 0.84 |\n| SVM | 0.95 | 0.88 |"
    ]


def test_a_header_of_two_rows_is_one() -> None:
    def draw(page: Canvas) -> None:
        page.grid([72, 150, 230, 310], [620, 640])
        for y in (680, 620, 640):
            page.line(72, y, 310, y)
        page.line(150, 660, 310, 660)
        for x, low in ((72, 620), (150, 620), (230, 660 - 40), (310, 620)):
            page.line(x, low, x, 660 if x == 230 else 680)
        for x, y, text in ((76, 664, "Model"), (200, 666, "Error"), (154, 646, "train"), (234, 646, "test")):
            page.drawString(x, y, text)
        for x, text in ((76, "kNN"), (154, "0.09"), (234, "0.16")):
            page.drawString(x, 626, text)

    assert texts(draw) == ["| Model | Error train | Error test |\n| --- | --- | --- |\n| kNN | 0.09 | 0.16 |"]


def test_cells_of_several_lines_are_one_cell() -> None:
    def draw(page: Canvas) -> None:
        page.grid([72, 200, 400], [560, 600, 620])
        for x, y, text in (
            (76, 606, "Method"),
            (204, 606, "What it does"),
            (76, 586, "Dropout"),
            (204, 586, "leaves out units, so that"),
            (204, 572, "they do not co-adapt"),
        ):
            page.drawString(x, y, text)

    assert texts(draw) == [
        "| Method | What it does |\n| --- | --- |\n| Dropout | leaves out units, so that they do not co-adapt |"
    ]


def test_bullets_and_numbers_that_are_drawn_make_lists() -> None:
    def draw(page: Canvas) -> None:
        page.drawString(72, 720, "What we need:")
        for y, left, text in ((700, 90, "data"), (686, 110, "for training"), (672, 90, "a model")):
            page.circle(left - 8, y + 3, 2, fill=1)
            page.drawString(left, y, text)
        for number, y in ((1, 640), (2, 626)):
            page.circle(76, y + 3.5, 5)
            page.drawString(73.2, y, str(number))
            page.drawString(90, y, f"step {number} of the training")

    assert [(element.kind, element.text) for element in parsed(draw).elements] == [
        (Kind.PARAGRAPH, "What we need:"),
        (Kind.LIST, "- data\n  - for training\n- a model\n① step 1 of the training\n② step 2 of the training"),
    ]


def test_headings_by_weight_and_number_but_no_captions_and_no_bold_words() -> None:
    def draw(page: Canvas) -> None:
        def bold(y: float, text: str) -> None:
            page.setFont("Helvetica-Bold", 10)
            page.drawString(72, y, text)
            page.setFont("Helvetica", 10)

        page.setFont("Helvetica", 16)
        page.drawString(72, 780, "1 Training of models that are")
        page.drawString(72, 762, "larger than memory")
        page.setFont("Helvetica", 10)
        bold(730, "1.1 Regularization")
        page.drawString(
            72, 714, "It keeps the weights of a model small, and that is what makes it generalize to what is new."
        )
        bold(690, "Early stopping")
        page.drawString(
            72, 676, "It stops where the error on the validation set begins to grow, whatever the training set says."
        )
        bold(640, "Figure 1: The error of a model")
        page.drawString(
            72, 626, "Its axis is the number of epochs, and its lines are those of the training and validation sets."
        )

    found = [(element.text, element.level) for element in parsed(draw).elements if element.kind is Kind.HEADING]
    assert found == [
        ("1 Training of models that are larger than memory", 1),
        ("1.1 Regularization", 2),
        ("Early stopping", 2),
    ]


def test_the_pieces_of_a_formula_are_one_line_in_their_order() -> None:
    def draw(page: Canvas) -> None:
        page.drawString(72, 700, "The mean of the values which were measured is given by the sum of all of them:")
        page.setFont("Helvetica", 10)
        page.drawString(250, 670, "m =")
        page.drawString(276, 676, "1")
        page.drawString(276, 664, "n")
        page.drawString(290, 670, "(x")
        page.setFont("Helvetica", 7)
        page.drawString(299, 668, "1")
        page.setFont("Helvetica", 10)
        page.drawString(306, 670, "+ y)")
        page.drawString(
            72, 640, "It is also called the average of these values, and it is the best guess of another one."
        )

    assert texts(draw)[1] == "m = 1 n (x1 + y)"


def test_a_table_of_contents_has_a_line_per_entry() -> None:
    entries = [
        "1.1 Introduction . . . . . . . . . . . . . . . . . . 2",
        "1.2 Models . . . . . . . . . . . . . . . . . . . . . 3",
    ]

    def draw(page: Canvas) -> None:
        page.setFont("Helvetica-Bold", 10)
        page.drawString(72, 720, "1 Supervised Learning   2")
        page.setFont("Helvetica", 10)
        for at, entry in enumerate(entries):
            page.drawString(84, 704 - 14 * at, entry)

    assert texts(draw) == ["1 Supervised Learning 2\n1.1 Introduction … 2\n1.2 Models … 3"]


def test_an_address_that_a_line_cuts_is_whole() -> None:
    def draw(page: Canvas) -> None:
        page.drawString(72, 700, "All templates for these slides are being kept at https://example.org/teaching/te")
        page.drawString(72, 688, "mplates/slides?year=2025 where all of them can be had, for each of the weeks.")

    assert "https://example.org/teaching/templates/slides?year=2025 where" in texts(draw)[0]


def content(page: Canvas) -> None:
    page.setFont("Helvetica", 20)
    page.drawString(72, 500, "Gradient descent")
    page.setFont("Helvetica", 10)
    for row, text in enumerate(SENTENCES):
        page.drawString(72, 450 - 12 * row, text)
    grid(page, (72, 150, 230), 300, [("Model", "Error"), ("kNN", "0.16"), ("SVM", "0.12")])


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(turn: int) -> None:
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=(842, 595) if turn % 180 == 0 else (595, 842), invariant=True)
    page.translate(*{0: (0, 0), 90: (595, 0), 180: (842, 595), 270: (0, 842)}[turn])
    page.rotate(turn)
    content(page)
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    writer.pages[0].rotate(turn)
    turned = io.BytesIO()
    writer.write(turned)
    found = PdfParser().parse_elements(Blob(data=turned.getvalue(), path="turned.pdf"))
    assert [(element.kind, element.text) for element in found.elements] == [
        (Kind.HEADING, "Gradient descent"),
        (Kind.PARAGRAPH, " ".join(SENTENCES)),
        (Kind.TABLE, "| Model | Error |\n| --- | --- |\n| kNN | 0.16 |\n| SVM | 0.12 |"),
    ]


def test_the_corner_of_a_page_may_be_anywhere() -> None:
    draws = chapters(4)
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=A4, invariant=True)
    for draw in draws:
        page.translate(1000, -3000)
        draw(page)
        page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    for each in writer.pages:
        each.mediabox = RectangleObject((1000, -3000, 1000 + A4[0], -3000 + A4[1]))
    moved = io.BytesIO()
    writer.write(moved)
    found = PdfParser().parse_elements(Blob(data=moved.getvalue(), path="moved.pdf"))
    assert found.elements == parsed(*draws).elements
    assert found.metadata["running_lines"] == parsed(*draws).metadata["running_lines"] != []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.floats(0, 1), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20))
def test_a_damaged_file_is_read_or_told(made: int, kept: float, flips: list[tuple[float, int]]) -> None:
    pages: Sequence[Callable[[Canvas], None]] = ([content], chapters(3), [columns(72, 300, by_row=True)])[made]
    data = bytearray(drawn(*pages))
    data = data[: round(len(data) * (0.5 + kept / 2))]
    for place, byte in flips:
        data[int(place * (len(data) - 1))] = byte
    try:
        found = PdfParser(ParseSettings(ocr="off")).parse_elements(Blob(data=bytes(data), path="damaged.pdf"))
    except ParseError as error:
        assert error.remedy
    else:
        assert all(element.text.strip() for element in found.elements)
