"""Pictures: what is printed on them is read, and what is not is told."""

import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob
from PIL import Image

from ingest.elements import Element, Kind, ParsedFile, Skipped
from ingest.parsers.ocr import Recognised, Word
from ingest.parsers.picture import PictureParser
from rag.errors import ParseError
from rag.settings import ParseSettings

Draw = Callable[..., Image.Image]
OFF = ParseSettings(ocr="off")


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def parse(data: bytes, settings: ParseSettings, name: str = "board.png") -> ParsedFile:
    return PictureParser(settings).parse_elements(Blob(data=data, path=name))


def words(parsed: ParsedFile) -> list[str]:
    return [word for element in parsed.elements for word in element.text.split()]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_every_format_is_read(
    form: str, make_picture: Draw, scan_lines: tuple[str, ...], ocr_settings: ParseSettings
) -> None:
    parsed = parse(saved(make_picture(*scan_lines), form), ocr_settings)
    assert words(parsed) == " ".join(scan_lines).split()
    assert {element.page for element in parsed.elements} == {None}
    assert parsed.skipped == []


def test_a_photograph_is_turned_as_its_camera_says(
    make_picture: Draw, scan_lines: tuple[str, ...], ocr_settings: ParseSettings
) -> None:
    turned = make_picture(*scan_lines).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert words(parse(saved(turned, "JPEG", exif=exif), ocr_settings)) == " ".join(scan_lines).split()


def test_a_dark_screenshot_is_read(make_picture: Draw, ocr_settings: ParseSettings) -> None:
    image = make_picture("import numpy", ink="white", paper="#101820")
    assert words(parse(saved(image, "PNG"), ocr_settings)) == ["import", "numpy"]


def test_what_is_transparent_is_paper(make_picture: Draw, ocr_settings: ParseSettings) -> None:
    ink = make_picture("Dropout", "prevents overfitting").convert("L")
    image = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    image.putalpha(ink.point([255 - value for value in range(256)]))
    assert words(parse(saved(image, "PNG"), ocr_settings)) == ["Dropout", "prevents", "overfitting"]


def test_the_pages_of_a_tiff_are_pages(make_picture: Draw, make_drawing: Draw, ocr_settings: ParseSettings) -> None:
    pages = [make_picture("Lecture seven"), make_drawing().convert("RGB"), make_picture("Lecture eight")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    parsed = parse(data, ocr_settings, "scan.tif")
    assert parsed.elements == [
        Element(Kind.PARAGRAPH, "Lecture seven", page=1),
        Element(Kind.PARAGRAPH, "Lecture eight", page=3),
    ]
    assert parsed.skipped == [Skipped("scan.tif, page 2", "OCR finds no text in the picture")]


def test_a_picture_without_text_is_told(make_drawing: Draw, ocr_settings: ParseSettings) -> None:
    parsed = parse(saved(make_drawing(), "PNG"), ocr_settings)
    assert (parsed.elements, parsed.skipped) == ([], [Skipped("board.png", "OCR finds no text in the picture")])


@pytest.mark.parametrize("settings", [OFF, ParseSettings()], ids=["off", "auto"])
def test_an_icon_is_told_as_such(settings: ParseSettings) -> None:
    parsed = parse(saved(Image.new("RGB", (300, 24), "red"), "PNG"), settings)
    why = "it is an icon of 300 × 24 pixels, too small for text"
    assert (parsed.elements, parsed.skipped) == ([], [Skipped("board.png", why)])


def test_without_ocr_the_reason_is_told(make_drawing: Draw) -> None:
    parsed = parse(saved(make_drawing(), "PNG"), OFF)
    why = "a picture has no text of its own; OCR is off (setting parse.ocr)"
    assert (parsed.elements, parsed.skipped) == ([], [Skipped("board.png", why)])


def claiming(width: int, height: int) -> bytes:
    """A BMP of a few bytes that says it is of another size."""
    data = bytearray(saved(Image.new("RGB", (60, 60)), "BMP"))
    data[18:22], data[22:26] = width.to_bytes(4, "little"), height.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "board.png is empty"),
        (b"hello, no picture", "board.png cannot be opened as a picture"),
        (claiming(200_000, 200_000), "pixels"),
        (claiming(12_000, 11_000), "pixels"),
    ],
)
def test_what_is_no_picture_is_a_parse_error_with_a_remedy(data: bytes, message: str) -> None:
    with pytest.raises(ParseError) as error:
        parse(data, OFF)
    assert message in error.value.message
    assert error.value.remedy


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data(), form=st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"]))
def test_a_damaged_picture_is_read_or_told(draw: st.DataObject, form: str, make_drawing: Draw) -> None:
    data = bytearray(saved(make_drawing().resize((80, 80)), form))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    data = data[: draw.draw(st.integers(1, len(data)))]
    try:
        parsed = parse(bytes(data), OFF)
    except ParseError as error:
        assert error.remedy
    else:
        assert parsed.elements == []
        assert parsed.skipped


def word(text: str, left: int, top: int, width: int = 60) -> Word:
    return Word(text, left, top, width, 20, 90.0)


def test_rows_of_cells_have_tabs_and_gaps_are_blank_lines() -> None:
    lines = [
        [word("Results", 0, 0), word("below", 70, 0)],
        [word("Model", 0, 60), word("Test", 300, 60)],
        [word("kNN", 0, 90), word("0.84", 300, 90)],
        [word("A", 0, 160), word("line", 70, 160), word("alone", 300, 160)],
    ]
    assert Recognised(lines).text == "Results below\n\nModel\tTest\nkNN\t0.84\n\nA line alone"
