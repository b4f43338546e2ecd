"""What a PDF says about itself: its title and outline, the printed numbers of its pages, its links, its day.

``document`` is an open ``pypdfium2.PdfDocument``; pdfium is not thread-safe: call this from one thread only.
"""

import ctypes
import re
from contextlib import closing
from datetime import date as Date
from typing import Any

from ingest.parsers.pdf.rules import Box, upright

_MAX_LABEL = 20
_MOST_LEVELS = 6
_MAX_ADDRESS = 2048
_DATE = re.compile(r"^(?:D:)?\s*((?:19|20)\d\d)(\d\d)(\d\d)")
"""``D:20250901123000+09'00'``, PDF 32000-1:2008, 7.9.4."""
_ADDRESS = re.compile(r"^(?:https?|ftp)://\S+$", re.IGNORECASE)


def stated(document: Any, key: str) -> str:
    """What the file states about itself under a key as ``Title``, "" if nothing that can be read."""
    try:
        return str(document.get_metadata_value(key)).strip()
    except UnicodeDecodeError:
        return ""


def outline(document: Any) -> list[tuple[str, int, int]]:
    """Its bookmarks: title, level from 0, index of the page or -1."""
    found: list[tuple[str, int, int]] = []
    for item in document.get_toc(max_depth=_MOST_LEVELS):
        try:
            title = str(item.get_title() or "")
        except UnicodeDecodeError:
            continue
        target = item.get_dest()
        index = target.get_index() if target is not None else None
        found.append((title, int(item.level), -1 if index is None else int(index)))
    return found


def page_labels(document: Any) -> list[str]:
    """The printed number of each page (``iii``, ``A-2``) as the file states it, "" where it states none."""
    import pypdfium2

    labels: list[str] = []
    for index in range(len(document)):
        try:
            label = " ".join(str(document.get_page_label(index)).split())
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            label = ""
        labels.append(label if len(label) <= _MAX_LABEL else "")
    return labels


def links(document: Any) -> list[str]:
    """The web addresses that links on the pages lead to, each once, in reading order of the pages."""
    import pypdfium2

    found: dict[str, None] = {}
    for index in range(len(document)):
        try:
            with closing(document[index]) as page:
                found.update((address, None) for address, _ in page_links(document, page))
        except pypdfium2.PdfiumError:
            continue  # a page that cannot be opened is named as such where its text is read
    return list(found)


def page_links(document: Any, page: Any) -> list[tuple[str, Box]]:
    """The same of one page that is open already, with the place of each link; an address may have several."""
    import pypdfium2.raw as raw

    found: list[tuple[str, Box]] = []
    shown = upright(page)
    position, link, rect = ctypes.c_int(), raw.FPDF_LINK(), raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page.raw, position, link):
        address = _address(document, raw.FPDFLink_GetAction(link))
        if _ADDRESS.match(address) and raw.FPDFLink_GetAnnotRect(link, rect):
            box = float(rect.left), float(rect.bottom), float(rect.right), float(rect.top)
            found.append((address, shown(box) if shown else box))
    return found


def _address(document: Any, action: Any) -> str:
    import pypdfium2.raw as raw

    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    length = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
    if not 1 < length <= _MAX_ADDRESS:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAction_GetURIPath(document.raw, action, buffer, length)
    return buffer.value.decode("utf-8", errors="replace").strip()


def date(document: Any) -> str | None:
    """The day on which the file was last changed, else made, as it says itself: ``2025-09-01``."""
    days = (_day(stated(document, key)) for key in ("ModDate", "CreationDate"))
    return next((day for day in days if day), None)


def _day(text: str) -> str | None:
    match = _DATE.match(text)
    try:
        return Date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None  # a 31st of February
