"""What is in the file and not on the page: invisible text, fonts that say something else, addresses cut by lines."""

import io
import re
from collections.abc import Callable

import pytest
from langchain_core.document_loaders import Blob
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.elements import ParsedFile
from ingest.parsers.pdf.pdf_file import PdfParser
from ingest.parsers.pdf.strays import strays
from rag.settings import ParseSettings

SENTENCE = "The transition is governed by the state and by the action of the player."


def parsed(draw: Callable[[Canvas], None], change: Callable[[bytes], bytes] = bytes) -> ParsedFile:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica", 10)
    draw(canvas)
    canvas.save()
    blob = Blob(data=change(buffer.getvalue()), path="week1.pdf")
    return PdfParser(ParseSettings(ocr="off")).parse_elements(blob)


def text_of(parsed: ParsedFile) -> str:
    return "\n".join(element.text for element in parsed.elements)


def invisible(canvas: Canvas, y: float, text: str) -> None:
    written = canvas.beginText(72, y)
    written.setTextRenderMode(3)
    written.textOut(text)
    written.setTextRenderMode(0)
    canvas.drawText(written)


def test_what_a_program_for_handwriting_guesses_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, SENTENCE)
        invisible(canvas, 650, "were rest IEEEisonecut")

    assert text_of(parsed(draw)) == SENTENCE


def test_text_beside_the_page_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, SENTENCE)
        canvas.drawString(72, -200, "What did not fit on this page at all.")

    assert text_of(parsed(draw)) == SENTENCE


@pytest.mark.parametrize("stamp", ["", "Library"])
def test_the_text_layer_of_a_scan_stays(stamp: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (60, 84), 200)), 0, 0, *A4)
        invisible(canvas, 700, SENTENCE)
        canvas.drawString(400, 30, stamp)

    assert SENTENCE in text_of(parsed(draw))


def test_a_damaged_font_of_formulas_is_left_out_and_told() -> None:
    def draw(canvas: Canvas) -> None:
        pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf", asciiReadable=False))
        for row in range(5):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(72, 700 - 40 * row, SENTENCE)
        canvas.setFont("Vera", 10)
        canvas.drawString(72, 480, "S = f (A)")

    found = parsed(draw, _with_glyph_numbers)
    assert text_of(found).replace("\n", " ") == " ".join([SENTENCE] * 5)
    (skipped,) = found.skipped
    assert skipped.source == "week1.pdf, page 1"
    assert re.fullmatch(
        r"[67] of its \d{3} characters cannot be read \(fonts without a usable code table\)", skipped.why
    )


def _with_glyph_numbers(data: bytes) -> bytes:
    """The same file, but the embedded font says letters of several alphabets for its own."""
    letters = iter("ԈӶ֏෠ᅺ੃" * 20)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for font in writer._objects:
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            old = font["/ToUnicode"].get_object()
            assert isinstance(old, StreamObject)
            table = old.get_data().decode("latin-1")
            changed = re.sub(
                r"(<[0-9A-F]{2}> )<(?!0020)[0-9A-F]{4}>", lambda match: f"{match[1]}<{ord(next(letters)):04X}>", table
            )
            stream = DecodedStreamObject()
            stream.set_data(changed.encode("latin-1"))
            font[NameObject("/ToUnicode")] = writer._add_object(stream)
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In other words, Ԉ֏ φ ԕ Ԉ֏ Ӷ֏", "Ԉ֏ԕӶ"),
        ("ᅺ੟ ԐԡԖԜԐԧᇎ୮ွԋ", "ᅺ੟ԐԡԖԜԧᇎ୮ွԋ"),
        ("Стохастический процесс и случайность в теории", ""),
        ("Named after Андрей Марков and Պոլ Էրդոշ", ""),
        ("Sets Ш and Ж", ""),
        ("𝑉 𝜋 (𝑠) = ∑ 𝒮, ∀ α → 𝔼 ㄱ. 확률", ""),
    ],
)
def test_letters_of_no_words_are_strays(text: str, found: str) -> None:
    assert strays(text) == frozenset(found)


def test_a_link_over_two_lines_is_one_address() -> None:
    address = "https://zoom.example.org/j/6490?pwd=c0RHaXlkMXRLVNqZz"

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Our classroom is here:")
        canvas.drawString(72, 680, address[:-6])
        canvas.linkURL(address, (72, 678, 72 + canvas.stringWidth(address[:-6]), 690))
        canvas.drawString(72, 666, address[-6:] + " and the room is open.")
        canvas.linkURL(address, (72, 664, 72 + canvas.stringWidth(address[-6:]), 676))

    found = parsed(draw)
    assert f"{address} and the room is open." in " ".join(text_of(found).split())
    assert found.metadata["links"] == [address]


def test_words_that_lead_somewhere_stay_words() -> None:
    def draw(canvas: Canvas) -> None:
        for y, text in ((700, "Please read the notes on"), (686, "dynamic programming")):
            canvas.drawString(72, y, text)
            canvas.linkURL("https://example.org/notes/on/dynamic", (72, y - 2, 72 + canvas.stringWidth(text), y + 10))

    assert " ".join(text_of(parsed(draw)).split()) == "Please read the notes on dynamic programming"
