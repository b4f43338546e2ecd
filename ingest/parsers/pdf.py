"""PDF: pages by pdfium, a second opinion by pypdf where a page reads badly, and what cannot be read named."""

import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.pdf_layout import Layout
from ingest.parsers.pdf_lines import Page, PageReader, page_rules, whole
from ingest.parsers.pdf_running import without_running_lines
from ingest.parsers.text import blank_separated
from rag.errors import ParseError

_PLAUSIBLE = re.compile(
    "[\x20-\x7e\u00a1-\u00ff\u0370-\u03ff\u2010-\u2030\u2032-\u2044\u20a0-\u20bf\u2100-\u22ff\u2300-\u23ff\u2460-\u27bf\u2900-\u2bff"
    "\u3000-\u30ff\u3130-\u318f\u3200-\u33ff\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U0001d400-\U0001d7ff\ufb00-\ufb06"
    "\u02c6-\u02dd\u0131\u0152\u0153\u0160-\u0161\u017d\u017e\ue000-\uf8ff]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x01\x03-\x08\x0e-\x1f]")
_GATE = 0.8
"""Share of plausible characters below which a page's text layer is not believed."""
_LONGEST_WORD = 60
_JUNK_TITLE = re.compile(
    r"^\(?(?:anonymous|untitled|unspecified|제목 ?없음|document\d*|powerpoint presentation|슬라이드 1)\)?$",
    re.IGNORECASE,
)


class PdfParser(ElementParser):
    """PDF files with a text layer. Not from several threads: pdfium has one state per process."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file.

        Raises:
            ParseError: it is empty, no PDF, broken, or needs a password.
        """
        source = str(blob.source or "file.pdf")
        data = blob.as_bytes()
        document = _open(data, source)
        with closing(document):
            skipped = [] if b"%%EOF" in data[-4096:] else [Skipped(source, "the file is cut off; pages may be missing")]
            outline = [(item.get_title() or "", item.level, _page_of(item)) for item in document.get_toc(max_depth=6)]
            pages, lost = _read_pages(document, data, source)
            title = _title(str(document.get_metadata_dict().get("Title") or ""))
        pages, running = without_running_lines(pages)
        layout = Layout(pages, outline)
        elements = [element for page in pages for element in layout.elements(page)]
        elements += (element for number, text in lost.texts for element in _plain(text, number))
        elements.sort(key=lambda element: element.page or 0)
        headings = [element for element in elements if element.kind is Kind.HEADING and element.page == 1]
        first = min(headings, key=lambda element: element.level).text if headings else None
        return ParsedFile(
            elements, title or first, [*skipped, *lost.skipped], {"pages": len(pages), "running_lines": running}
        )


class _Lost:
    """Pages that pdfium does not read well: what pypdf made of them, or why they are left out."""

    def __init__(self) -> None:
        self.texts: list[tuple[int, str]] = []
        self.skipped: list[Skipped] = []


def _open(data: bytes, source: str) -> Any:
    import pypdfium2

    if not data.strip(b"\x00 \t\r\n"):
        raise ParseError(f"{source} is empty.", remedy="Download or export it again.")
    if b"%PDF-" not in data[:1024]:
        raise ParseError(
            f"{source} is not a PDF, whatever its name says.", remedy="Check the file, and give it its right suffix."
        )
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ParseError(
                f"{source} needs a password to be opened.", remedy="Save a copy without a password."
            ) from error
        raise ParseError(
            f"{source} is broken or cut off and cannot be opened.", remedy="Download or export it again."
        ) from error
    if len(document) == 0:
        document.close()
        raise ParseError(f"{source} has no pages.", remedy="Download or export it again.")
    return document


def _page_of(item: Any) -> int:
    target = item.get_dest()
    index = target.get_index() if target is not None else None
    return -1 if index is None else int(index)


def _read_pages(document: Any, data: bytes, source: str) -> tuple[list[Page], _Lost]:
    pages: list[Page] = []
    lost = _Lost()
    second = _SecondOpinion(data)
    for index in range(len(document)):
        number = index + 1
        place = f"{source}, page {number}"
        page, text, blank = _read_page(document, index)
        if page is None:
            lost.skipped.append(Skipped(place, "the page is broken"))
            continue
        if not text.strip():
            page.lines = []
            if not blank:
                lost.skipped.append(Skipped(place, "no text layer (a scan?)"))
        elif plausibility(text) < _GATE:
            page.lines = []
            other = second.text(index)
            if plausibility(other) >= _GATE:
                lost.texts.append((number, other))
            else:
                lost.skipped.append(
                    Skipped(place, "its text layer is unreadable (a scan, or fonts without a code table)")
                )
        pages.append(page)
    return pages, lost


def _read_page(document: Any, index: int) -> tuple[Page | None, str, bool]:
    import pypdfium2

    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as textpage:
            reader = PageReader(textpage)
            width, height = page.get_size()
            found = Page(index + 1, width, height, reader.lines(), page_rules(page))
            blank = not reader.text.strip() and next(page.get_objects(max_depth=1), None) is None
            return found, whole(reader.text), blank
    except pypdfium2.PdfiumError:
        return None, "", False


def plausibility(text: str) -> float:
    """How much a page's text looks like text, 0 to 1: the share of characters of written languages and formulas.

    Text whose spaces are lost counts half, and an empty one nothing.
    """
    filled = re.sub(r"[\s\x02\ufffe]+", "", text)
    if not filled:
        return 0.0
    good = len(_PLAUSIBLE.findall(filled)) - len(_PRIVATE.findall(filled))
    words = text.split()
    lost = len(filled) > 300 and max(map(len, words)) > 5 * _LONGEST_WORD and len(filled) / len(words) > _LONGEST_WORD
    return max(0.0, good / len(filled)) * (0.5 if lost else 1.0)


class _SecondOpinion:
    """pypdf, opened only if a page needs it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reader: Any = None

    def text(self, index: int) -> str:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError

        try:
            self._reader = self._reader or PdfReader(BytesIO(self._data))
            # pypdf gives U+0001 for the spaces of Chromium's PDFs.
            return str(self._reader.pages[index].extract_text()).replace("\x01", " ")
        except (PyPdfError, KeyError, ValueError, TypeError, IndexError, AttributeError, RecursionError):
            # What pypdf raises on broken files is open-ended; its opinion is optional.
            return ""


def _plain(text: str, number: int) -> Iterator[Element]:
    from ingest.parsers.lines import blocks

    for block in blank_separated(text):
        yield from blocks(block, page=number)


def _title(title: str) -> str | None:
    title = re.sub(r"^Microsoft (?:Word|PowerPoint) - ", "", title.strip())
    title = re.sub(r"\.(?:pdf|docx?|pptx?|hwpx?|tex|indd)$", "", title, flags=re.IGNORECASE)
    return None if not title or _JUNK_TITLE.match(title) else title
