"""Pages whose text layer is missing or wrong: read by another engine, or named and pictured."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2
import pytest
from langchain_core.document_loaders import Blob
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest.elements import ParsedFile, Skipped
from ingest.parsers.ocr import identity
from ingest.parsers.pdf.drawing import for_ocr, shown
from ingest.parsers.pdf.pdf_file import PdfParser
from rag.settings import ParseSettings

Make = Callable[..., bytes]
OFF = ParseSettings(ocr="off")
PAGES = [
    [
        "The learning rate decides how far each step of the training goes.",
        "If it is too large, the loss jumps around and the training diverges.",
        "If it is too small, the training takes forever and stops in a bad place.",
    ],
    [
        "Dropout switches off random neurons while the network is trained.",
        "Each step therefore trains another network, and all of them share weights.",
        "Quick zebras and jackals vex wise old foxes; Quiet Kings Jump Very High.",
    ],
    [
        "Regularization keeps the weights small, which makes the function smooth.",
        "Weight decay is the simplest kind of it and is found in every library.",
    ],
]
"""Printed text, enough of it for the letters of a font to be counted."""


def parse(data: bytes, settings: ParseSettings) -> ParsedFile:
    return PdfParser(settings).parse_elements(Blob(data=data, path="week1.pdf"))


def words_on(parsed: ParsedFile, page: int) -> list[str]:
    return [word for element in parsed.elements if element.page == page for word in element.text.split()]


def test_a_scan_is_read(
    make_pages: Make, make_picture: Callable[..., Image.Image], scan_lines: tuple[str, ...], ocr_settings: ParseSettings
) -> None:
    parsed = parse(make_pages("A page with text.", make_picture(*scan_lines)), ocr_settings)
    assert words_on(parsed, 2) == " ".join(scan_lines).split()
    assert words_on(parsed, 1) == "A page with text.".split()
    assert (parsed.skipped, parsed.pictures) == ([], {})
    assert parsed.metadata["read_by"] == {"glyph codes": 0, "pypdf": 0, "ocr": 1}


def test_a_scan_with_a_stamp_is_read(
    make_pages: Make, make_picture: Callable[..., Image.Image], scan_lines: tuple[str, ...], ocr_settings: ParseSettings
) -> None:
    parsed = parse(make_pages((make_picture(*scan_lines), "Scanned by the library")), ocr_settings)
    assert words_on(parsed, 1) == [*" ".join(scan_lines).split(), *"Scanned by the library".split()]


def test_a_title_on_a_picture_stays_as_it_is(
    make_pages: Make, make_drawing: Callable[[], Image.Image], ocr_settings: ParseSettings
) -> None:
    parsed = parse(make_pages((make_drawing(), "Ⅰ Chapter about m0dels")), ocr_settings)
    assert words_on(parsed, 1)[1:] == ["Chapter", "about", "m0dels"]
    assert parsed.metadata["read_by"]["ocr"] == 0


@pytest.mark.parametrize(("shift", "layer"), [(3, "Wkh ohduqlqj udwh"), (None, "\x01 \x04\x05")])
def test_a_wrong_or_missing_code_table_is_seen_through(
    shift: int | None, layer: str, make_garbled: Make, ocr_settings: ParseSettings
) -> None:
    data = make_garbled(*PAGES, shift=shift)
    assert layer in pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()  # or the rest tests nothing
    parsed = parse(data, ocr_settings)
    assert parsed.metadata["read_by"] == {"glyph codes": 3, "pypdf": 0, "ocr": 0}
    for page, lines in enumerate(PAGES, start=1):
        assert words_on(parsed, page) == " ".join(lines).split()
    assert parsed.skipped == []


def test_without_ocr_a_wrong_code_table_is_a_broken_page_with_a_picture(make_garbled: Make) -> None:
    parsed = parse(make_garbled(PAGES[0]), OFF)
    why = "its letters do not form words (fonts with a wrong code table); OCR is off (setting parse.ocr)"
    assert parsed.elements == []
    assert parsed.skipped == [Skipped("week1.pdf, page 1", why)]
    with Image.open(io.BytesIO(parsed.pictures[1])) as picture:
        assert picture.format == "PNG"
        assert 600 < max(picture.size) <= 1400
        assert picture.convert("L").getextrema() == (0, 255)


def test_what_has_no_letters_is_named_and_pictured(
    make_pages: Make, make_drawing: Callable[[], Image.Image], ocr_settings: ParseSettings
) -> None:
    parsed = parse(make_pages("A page with text.", make_drawing()), ocr_settings)
    assert parsed.skipped == [Skipped("week1.pdf, page 2", "no text layer; OCR finds no text on it")]
    assert list(parsed.pictures) == [2]


def test_pages_over_the_limit_are_named(
    make_pages: Make, make_picture: Callable[..., Image.Image], ocr_settings: ParseSettings
) -> None:
    pages = [make_picture(f"Lecture number {word}") for word in ("seven", "eight")]
    parsed = parse(make_pages(*pages), ocr_settings.model_copy(update={"ocr_max_pages": 1}))
    assert words_on(parsed, 1) == ["Lecture", "number", "seven"]
    why = "no text layer; more than 1 pages need OCR (setting parse.ocr_max_pages)"
    assert parsed.skipped == [Skipped("week1.pdf, page 2", why)]


@pytest.mark.parametrize(("width", "height"), [(283_000, 842), (283_000, 283_000), (3, 3), (72, 283_000)])
def test_the_picture_of_a_page_of_any_size_is_bounded(width: int, height: int) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(width, height))
    canvas.rect(0, 0, width / 2, height / 2, fill=1)
    canvas.save()
    document = pypdfium2.PdfDocument(buffer.getvalue())
    image = for_ocr(document, 0, printed_only=False)
    assert image.width * image.height <= 17_000_000
    assert max(image.size) <= 32_000
    assert max(Image.open(io.BytesIO(shown(document, 0))).size) <= 1401


@dataclass(frozen=True)
class Without:
    """A place without Tesseract, or without its data."""

    languages: str
    path: str | None
    why: str


@pytest.mark.parametrize(
    "place",
    [
        Without(
            "kor+eng", "", "Tesseract is not installed: install tesseract-ocr with the language data of kor and eng"
        ),
        Without(
            "eng+xyz",
            None,
            "Tesseract has no data for xyz: install tesseract-ocr with the language data of eng and xyz",
        ),
    ],
    ids=["program", "data"],
)
def test_what_is_not_installed_is_said(
    place: Without, make_pages: Make, make_drawing: Callable[[], Image.Image]
) -> None:
    if place.path is None and identity(ParseSettings(ocr_languages="eng")).startswith("Tesseract"):
        pytest.skip("Tesseract is not installed with English")
    program = f"""
import sys
from langchain_core.document_loaders import Blob
from ingest.parsers.pdf.pdf_file import PdfParser
from rag.settings import ParseSettings
parsed = PdfParser(ParseSettings(ocr_languages="{place.languages}")).parse_elements(
    Blob(data=sys.stdin.buffer.read(), path="a.pdf")
)
print(parsed.skipped[0].why)
"""
    environment = os.environ | ({} if place.path is None else {"PATH": place.path})
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=make_pages(make_drawing()),
        capture_output=True,
        env=environment,
        check=True,
    )
    assert done.stdout.decode().strip() == f"no text layer; {place.why}"
