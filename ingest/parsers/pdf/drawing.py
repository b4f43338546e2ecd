"""Pictures of PDF pages: for OCR, and for a person to see what could not be read."""

import io
from contextlib import closing
from typing import Any

from ingest.parsers.pdf.rules import is_invisible

_LONG_SIDE = 2340
"""Pixels: an A4 page at 200 dpi. Slides are small pages with small type, and get as many."""
_DPI = (200, 450)
_MOST_PIXELS = 16_000_000
_LONGEST_SIDE = 30_000
"""Pixels; Tesseract takes no picture of more than 32,767."""
_SHOWN_SIDE = 1400


def for_ocr(document: Any, index: int, *, printed_only: bool) -> Any:
    """A grey picture of a page, as a PIL image.

    Args:
        document: an open ``pypdfium2.PdfDocument``.
        index: of the page, from 0.
        printed_only: draws its visible text alone, in black, without the lines and pictures that lie over or under it:
            handwriting, highlighting, backgrounds.

    Raises:
        PdfiumError: the page is broken.
    """
    with closing(document[index]) as page:
        if printed_only:
            _keep_text(page)
        return page.render(scale=_scale(page), grayscale=True).to_pil()


def shown(document: Any, index: int) -> bytes:
    """A page as a PNG file, for the report of what could not be read.

    Raises:
        PdfiumError: the page is broken.
    """
    with closing(document[index]) as page:
        scale = min(_scale(page), _SHOWN_SIDE / max(1.0, *page.get_size()))
        image = page.render(scale=scale, grayscale=True).to_pil()
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _scale(page: Any) -> float:
    """Pixels per point, bounded for pages of any size."""
    width, height = (max(1.0, side) for side in page.get_size())
    lowest, highest = _DPI
    wanted = min(highest, max(lowest, 72 * _LONG_SIDE / max(width, height))) / 72
    return float(min(wanted, (_MOST_PIXELS / (width * height)) ** 0.5, _LONGEST_SIDE / max(width, height)))


def _keep_text(page: Any) -> None:
    import pypdfium2.raw as raw

    for item in list(page.get_objects(max_depth=1)):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            if is_invisible(item.raw):
                page.remove_obj(item)
            else:
                # White on a bar of colour would be lost with the bar.
                raw.FPDFPageObj_SetFillColor(item.raw, 0, 0, 0, 255)
        elif item.type != raw.FPDF_PAGEOBJ_FORM:
            page.remove_obj(item)


def image_share(page: Any) -> float:
    """Share of an open page that its largest picture covers, 0 to 1."""
    import pypdfium2.raw as raw

    width, height = (max(1.0, side) for side in page.get_size())
    largest = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        across, up = min(right, width) - max(left, 0.0), min(top, height) - max(bottom, 0.0)
        largest = max(largest, max(0.0, across) * max(0.0, up))
    return float(largest / (width * height))
