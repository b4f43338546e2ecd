"""Pictures: photographs of boards, screenshots and scans, read by OCR; a TIFF or GIF may have several pages."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, ParsedFile, Skipped
from ingest.parsers.ocr import Ocr, plain_elements
from rag.errors import ParseError
from rag.settings import ParseSettings

_ICON = 48
"""Shorter side in pixels, below which a picture is an icon or a rule and has no lines of text."""
_MOST_PIXELS = 16_000_000
_LONG_SIDE = 2340
"""Pixels to which a small picture is enlarged, at most by two: type on screenshots is small."""
_WHITE = (255, 255, 255)
_REMEDY = "Save it again as PNG or JPEG, smaller if it is huge, in a program that opens it."


class PictureParser(ElementParser):
    """PNG, JPEG, WebP, TIFF, BMP and GIF files."""

    def __init__(self, settings: ParseSettings | None = None) -> None:
        """``settings`` say whether and how OCR is used; None takes the defaults."""
        self._settings = settings or ParseSettings()

    @classmethod
    def from_settings(cls, settings: ParseSettings) -> Self:
        """The parser as the settings want it."""
        return cls(settings)

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one picture.

        Raises:
            ParseError: it is empty, no picture, or larger than any that is looked at.
        """
        source = str(blob.source or "picture")
        data = blob.as_bytes()
        if not data:
            raise ParseError(f"{source} is empty.", remedy="Download or export it again.")
        ocr = Ocr(self._settings)
        elements: list[Element] = []
        skipped: list[Skipped] = []
        found: list[Element]
        count = 0
        for count, image in enumerate(_pages(data, source), start=1):
            if isinstance(image, str):
                found, why = [], image
            else:
                found, why = _read(image, ocr)
            elements += [replace(element, page=count) for element in found]
            if why:
                skipped.append(Skipped(f"{source}, page {count}", why))
        if count <= 1:
            elements = [replace(element, page=None) for element in elements]
            skipped = [Skipped(source, skip.why) for skip in skipped]
        return ParsedFile(elements, None, skipped, {"pages": count}, recognised=True)


def _read(image: Any, ocr: Ocr) -> tuple[list[Element], str]:
    """Elements of one picture, or why there are none."""
    if min(image.size) < _ICON:
        return [], f"it is an icon of {image.width} × {image.height} pixels, too small for text"
    scale = _scale(image.size)
    read = ocr.read(_prepared(image, scale))
    if read.why:
        return [], f"a picture has no text of its own; {read.why}"
    if not read.believed:
        return [], "OCR finds no text in the picture"
    return list(plain_elements(read.text)), ""


def _pages(data: bytes, source: str) -> Iterator[Any]:
    """The pictures of a file, or in place of one the reason why it cannot be read."""
    from PIL import Image

    try:
        with _strict():
            opened = Image.open(io.BytesIO(data))
            # The frames of an animation are no pages.
            count = int(getattr(opened, "n_frames", 1)) if opened.format == "TIFF" else 1
    except _damages() as error:
        raise ParseError(f"{source} cannot be opened as a picture ({error}).", remedy=_REMEDY) from error
    with opened:
        for at in range(count):
            yield _page(opened, at)


def _page(opened: Any, at: int) -> Any:
    """A page with all its pixels and turned as it is meant to be seen, or why it cannot be had."""
    from PIL import ImageOps

    try:
        with _strict():
            opened.seek(at)
            opened.load()
            return ImageOps.exif_transpose(opened)
    except _damages() as error:
        return f"the picture is damaged ({error})"


@contextmanager
def _strict() -> Iterator[None]:
    """Pillow's warning of a picture that claims more pixels than any scan has is an error; odd facts are none."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _damages() -> tuple[type[Exception], ...]:
    """What Pillow raises on damaged files: it is open-ended."""
    from PIL import Image

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    broken = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, ArithmeticError)
    return (*bombs, *broken, struct.error)


def _scale(size: tuple[int, int]) -> float:
    enlarged = min(2.0, max(1.0, _LONG_SIDE / max(size)))
    return float(min(enlarged, (_MOST_PIXELS / (size[0] * size[1])) ** 0.5))


def _prepared(image: Any, scale: float) -> Any:
    """On white where it is transparent, grey, and dark on light."""
    from PIL import Image, ImageOps, ImageStat

    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, _WHITE)
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image = ImageOps.autocontrast(image.convert("L"))
    if ImageStat.Stat(image).median[0] < 128:
        image = ImageOps.invert(image)  # a terminal, or an editor with a dark theme
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
