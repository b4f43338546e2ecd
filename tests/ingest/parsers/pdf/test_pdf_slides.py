"""Decks of slides, and what looks like a heading elsewhere in the document."""

import io
from collections.abc import Callable

import pytest
from langchain_core.document_loaders import Blob
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from ingest.document import join
from ingest.elements import Kind, ParsedFile
from ingest.parsers.pdf.pdf_file import PdfParser

BLUE, BLACK = (0.2, 0.2, 0.7), (0.0, 0.0, 0.0)


def made(*pages: Callable[[Canvas], None], size: tuple[float, float] = landscape(A4)) -> ParsedFile:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=True)
    for page in pages:
        canvas.setFont("Helvetica", 20)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return PdfParser().parse_elements(Blob(data=buffer.getvalue(), path="deck.pdf"))


def slide(*lines: str, title: str = "", size: int = 20) -> Callable[[Canvas], None]:
    """A title in blue and the text's size, or a larger one, and lines of black text below it."""

    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(*BLUE)
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, 450, title)
        canvas.setFillColorRGB(*BLACK)
        canvas.setFont("Helvetica", 20)
        for at, line in enumerate(lines):
            canvas.drawString(60, 420 - 26 * at, line)

    return draw


def headings(parsed: ParsedFile) -> dict[str, tuple[str, ...]]:
    """The headings that each passage stands under."""
    document = join(parsed)
    return {document.text[unit.start : unit.end]: unit.heading for unit in document.units}


def test_no_slide_stands_under_the_title_of_another() -> None:
    found = headings(
        made(
            slide(title="Part one", size=30),
            slide("The first passage of this part.", title="Models", size=26),
            slide("A passage without any title."),
            slide("The passage of a small title.", title="What is simulation?"),
            slide("One more passage is on this slide.", title="Why do we learn it?"),
            slide("The last passage of the deck.", title="Summary of it"),
        )
    )
    assert found["The first passage of this part."] == ("Part one", "Models")
    assert found["A passage without any title."] == ("Part one",)
    assert found["The passage of a small title."] == ("Part one", "What is simulation?")
    assert found["The last passage of the deck."] == ("Part one", "Summary of it")


def test_pages_of_text_go_on_under_the_heading_before() -> None:
    upright = made(
        slide("A passage of the first page.", title="Models", size=26),
        *(slide(f"Passage number {word} goes on here.") for word in ("two", "three", "four")),
        size=A4,
    )
    assert set(headings(upright).values()) == {("Models",)}


def test_a_colour_of_links_is_not_that_of_titles() -> None:
    def text(canvas: Canvas) -> None:
        for at in range(4):
            canvas.setFillColorRGB(*BLACK)
            canvas.drawString(60, 460 - 60 * at, "This sentence leads to what you can")
            canvas.setFillColorRGB(*BLUE)
            canvas.drawString(60, 436 - 60 * at, "read at home")

    parsed = made(text, text, text, text)
    assert [element.kind for element in parsed.elements if element.kind is Kind.HEADING] == []


@pytest.mark.parametrize("last", ["Approval:", "Recommendations of us:"])
def test_lines_that_look_alike_are_headings_alike(last: str) -> None:
    def report(canvas: Canvas) -> None:
        def bold(y: float, text: str) -> None:
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(72, y, text)
            canvas.setFont("Helvetica", 10)

        for y, title in ((700, "Summary:"), (640, "Analysis:")):
            bold(y, title)
            canvas.drawString(72, y - 14, "The costs of this year were those of the year before, which is good news.")
        bold(580, last)

    parsed = made(report, size=A4)
    assert [element.text for element in parsed.elements if element.kind is Kind.HEADING] == [
        "Summary:",
        "Analysis:",
        last,
    ]


def test_a_header_that_says_the_section_in_capitals_is_removed() -> None:
    def page(number: int, title: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 9)
            canvas.drawString(400, 800, f"{title.upper()}  {number}")
            canvas.setFont("Helvetica-Bold", 16)
            canvas.drawString(72, 740, title)
            canvas.setFont("Helvetica", 10)
            for row in range(8):
                canvas.drawString(72, 700 - 13 * row, f"Sentence {number}{row} of this section is about its subject.")

        return draw

    parsed = made(*(page(at, f"{at} Section {name}") for at, name in enumerate(("Alpha", "Beta"), 1)), size=A4)
    found = [element.text for element in parsed.elements if element.kind is Kind.HEADING]
    assert found == ["1 Section Alpha", "2 Section Beta"]
    assert not any("SECTION" in element.text for element in parsed.elements)
