"""Which text of a PDF page is seen: programs for handwriting and for OCR put a layer under it that nobody sees.

pdfium is not thread-safe: call this from one thread only.
"""

from collections.abc import Sequence
from typing import Any

from ingest.parsers.pdf.page_lines import Line
from ingest.parsers.pdf.rules import is_invisible

HIDDEN = "\x00"
"""Stands for a character that is left out; it parts words."""
SCAN_SHARE = 0.6
"""Part of a page that a picture covers if the page is a scan rather than a text with a picture."""


def seen(textpage: Any, text: str, scan: float) -> str:
    """The text of a page, its invisible characters replaced by ``HIDDEN``.

    All stay where nothing else is seen, and where a picture that has more letters below it than there are on the page
    covers most of it: that is a scan with its OCR, and perhaps a stamp.

    Args:
        textpage: an open ``pypdfium2.PdfTextPage``.
        text: its text, one character per character of the page.
        scan: share of the page that its largest picture covers; from ``SCAN_SHARE`` it may be a scan.
    """
    import pypdfium2.raw as raw

    chars = list(text)
    hidden = shown = 0
    for at, char in enumerate(text):
        item = raw.FPDFText_GetTextObject(textpage.raw, at)
        if item and is_invisible(item):
            chars[at] = HIDDEN
            hidden += char.isalnum()
        else:
            shown += char.isalnum()
    is_layer = shown == 0 or (scan >= SCAN_SHARE and hidden > shown)
    return text if is_layer else "".join(chars)


def on_page(lines: Sequence[Line], width: float, height: float) -> list[Line]:
    """The lines that are not wholly beside the page."""
    return [line for line in lines if line.x1 >= 0 and line.x0 <= width and line.y1 >= 0 and line.y0 <= height]
