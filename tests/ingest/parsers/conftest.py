"""Pictures of text, PDFs of pictures, and a font that lies about its letters."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.parsers.ocr import Ocr
from rag.settings import ParseSettings

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
SCAN = (
    "Gradient descent moves the weights",
    "against the gradient of the loss.",
    "Dropout prevents overfitting.",
)


def picture_of(*lines: str, ink: str = "black", paper: str = "white", size: int = 44) -> Image.Image:
    """Lines of text as a scanner sees them."""
    image = Image.new("RGB", (1400, 1840), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), size)
    for at, line in enumerate(lines):
        draw.text((100, 100 + 2 * size * at), line, fill=ink, font=font)
    return image


def drawing() -> Image.Image:
    """Something without letters."""
    image = Image.new("L", (600, 600), 255)
    draw = ImageDraw.Draw(image)
    for at in range(12):
        draw.ellipse((40 * at, 300 - 20 * at, 40 * at + 90, 390 - 20 * at), fill=20 * at)
    return image


def pdf_of(*pages: Image.Image | str | tuple[Image.Image, str]) -> bytes:
    """A PDF with one page per picture, line of text, or picture with a line stamped on it."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for page in pages:
        image, text = page if isinstance(page, tuple) else (None, page) if isinstance(page, str) else (page, "")
        if image is not None:
            canvas.drawImage(ImageReader(image), 0, 60, 595, 780)
        if text:
            canvas.drawString(72, 30, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def garbled(*pages: list[str], shift: int | None = 3) -> bytes:
    """A PDF that prints its lines, but whose font says for each letter the third after it, or with None nothing."""
    pdfmetrics.registerFont(TTFont("Vera", str(FONT), asciiReadable=False))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for lines in pages:
        canvas.setFont("Vera", 14)
        for at, line in enumerate(lines):
            canvas.drawString(72, 760 - 30 * at, line)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    for font in writer._objects:
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            old = font["/ToUnicode"].get_object()
            assert isinstance(old, StreamObject)
            table = old.get_data().decode("latin-1")
            stream = DecodedStreamObject()
            stream.set_data(_spoiled(table, shift).encode("latin-1"))
            font[NameObject("/ToUnicode")] = writer._add_object(stream)
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


def _spoiled(table: str, shift: int | None) -> str:
    if shift is None:
        return re.sub(r"\d+ beginbfchar.*endbfchar", "", table, flags=re.DOTALL)

    def moved(match: re.Match[str]) -> str:
        char = chr(int(match[2], 16))
        if char.isascii() and char.isalpha():
            first = ord("a" if char.islower() else "A")
            char = chr((ord(char) - first + shift) % 26 + first)
        return f"{match[1]}<{ord(char):04X}>"

    return re.sub(r"(<[0-9A-F]{2}> )<([0-9A-F]{4})>", moved, table)


@pytest.fixture
def ocr_settings() -> ParseSettings:
    """Settings for English; the test is skipped where Tesseract has none."""
    settings = ParseSettings(ocr_languages="eng")
    obstacle = Ocr(settings).obstacle
    if obstacle:
        pytest.skip(obstacle)
    return settings


@pytest.fixture(scope="session")
def scan_lines() -> tuple[str, ...]:
    """What is printed on the scans."""
    return SCAN


@pytest.fixture(scope="session")
def make_picture() -> Callable[..., Image.Image]:
    """Lines of text as a picture."""
    return picture_of


@pytest.fixture(scope="session")
def make_drawing() -> Callable[[], Image.Image]:
    """A picture without letters."""
    return drawing


@pytest.fixture(scope="session")
def make_pages() -> Callable[..., bytes]:
    """A PDF with one page per picture or line."""
    return pdf_of


@pytest.fixture(scope="session")
def make_garbled() -> Callable[..., bytes]:
    """A PDF whose text layer says other letters than are printed."""
    return garbled
