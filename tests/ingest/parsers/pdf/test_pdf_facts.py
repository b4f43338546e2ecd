"""What a made PDF says about itself."""

import io

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from ingest.parsers.pdf.facts import date, links, outline, page_labels, stated


def document(
    pages: int = 1, links_of: tuple[tuple[str, ...], ...] = (), labels: bool = False, info: dict[str, str] | None = None
) -> pypdfium2.PdfDocument:
    buffer = io.BytesIO()
    page = Canvas(buffer, invariant=True)
    for number in range(pages):
        page.drawString(72, 700, f"page {number + 1}")
        for at, address in enumerate(links_of[number] if number < len(links_of) else ()):
            page.linkURL(address, (72, 600 - 20 * at, 200, 615 - 20 * at))
        page.bookmarkPage(f"page{number}")
        page.linkRect("", "page0", (72, 100, 200, 120))
        page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    if labels:
        writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(2, pages - 1, style=PageLabelStyle.DECIMAL, prefix="A-", start=7)
    writer.metadata = None
    if info:
        writer.add_metadata({NameObject(f"/{key}"): TextStringObject(value) for key, value in info.items()})
    made = io.BytesIO()
    writer.write(made)
    return pypdfium2.PdfDocument(made.getvalue())


def test_printed_page_numbers() -> None:
    assert page_labels(document(4, labels=True)) == ["i", "ii", "A-7", "A-8"]
    assert page_labels(document(2)) == ["", ""]


def test_addresses_once_each_and_no_places_inside_the_file() -> None:
    made = document(
        3,
        (
            ("https://example.org/a?b=c#d", "mailto:someone@example.org"),
            (),
            ("http://example.org/b", "https://example.org/a?b=c#d", "javascript:alert(1)"),
        ),
    )
    assert links(made) == ["https://example.org/a?b=c#d", "http://example.org/b"]


@pytest.mark.parametrize(
    ("info", "day"),
    [
        ({"CreationDate": "D:20240302101112+09'00'", "ModDate": "D:20250901123000+09'00'"}, "2025-09-01"),
        ({"CreationDate": "D:20240302101112Z"}, "2024-03-02"),
        ({"CreationDate": "D:20240302", "ModDate": "D:20250231000000"}, "2024-03-02"),
        ({"ModDate": "yesterday"}, None),
        ({}, None),
    ],
)
def test_day(info: dict[str, str], day: str | None) -> None:
    assert date(document(info=info)) == day


def test_title_and_outline() -> None:
    made = document(info={"Title": " 강화학습 "})
    assert stated(made, "Title") == "강화학습"
    assert stated(made, "Author") == ""
    assert outline(made) == []


def test_outline_names_levels_and_pages() -> None:
    buffer = io.BytesIO()
    page = Canvas(buffer, invariant=True)
    for key, title, level in (("a", "Part one", 0), ("b", "자세히", 1)):
        page.bookmarkPage(key)
        page.addOutlineEntry(title, key, level)
        page.drawString(72, 700, title)
        page.showPage()
    page.save()
    assert outline(pypdfium2.PdfDocument(buffer.getvalue())) == [("Part one", 0, 0), ("자세히", 1, 1)]


def test_a_title_that_cannot_be_decoded_is_none() -> None:
    class Damaged:
        def get_metadata_value(self, key: str) -> str:
            return b"\x00\xd8".decode("utf-16-le")

    assert stated(Damaged(), "Title") == ""
    assert date(Damaged()) is None
