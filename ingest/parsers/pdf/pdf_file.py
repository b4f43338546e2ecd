"""PDF: the file, what it says about itself, and the elements of its pages."""

import re
from contextlib import closing
from dataclasses import replace
from typing import Any, Self

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.ocr import Ocr, plain_elements
from ingest.parsers.pdf.facts import date, outline, page_labels, stated
from ingest.parsers.pdf.layout import Layout
from ingest.parsers.pdf.pages import read_pages
from ingest.parsers.pdf.running import without_running_lines
from ingest.parsers.pdf.slides import is_deck, slide_by_slide
from rag.errors import ParseError
from rag.settings import ParseSettings

_JUNK_TITLE = re.compile(
    r"^\(?(?:anonymous|untitled|unspecified|제목 ?없음|document\d*|powerpoint presentation|슬라이드 1)\)?$",
    re.IGNORECASE,
)


class PdfParser(ElementParser):
    """PDF files. Not from several threads: pdfium has one state per process."""

    def __init__(self, settings: ParseSettings | None = None) -> None:
        """``settings`` say whether and how pages without readable text go through OCR; None takes the defaults."""
        self._settings = settings or ParseSettings()

    @classmethod
    def from_settings(cls, settings: ParseSettings) -> Self:
        """The parser as the settings want it."""
        return cls(settings)

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
            bookmarks = outline(document)
            read = read_pages(document, data, source, Ocr(self._settings))
            title = _title(stated(document, "Title"))
            labels, day = page_labels(document), date(document)
        pages, running = without_running_lines(read.pages)
        layout = Layout(pages, bookmarks)
        elements = layout.document(pages)
        elements += (element for number, text in read.texts for element in plain_elements(text, number))
        elements.sort(key=lambda element: element.page or 0)
        if is_deck(pages, elements):
            elements = list(slide_by_slide(elements))
        headings = [element for element in elements if element.kind is Kind.HEADING and element.page == 1]
        first = min(headings, key=lambda element: element.level).text if headings else None
        return ParsedFile(
            _labelled(elements, labels),
            title or first,
            [*skipped, *read.skipped],
            {"pages": len(pages), "running_lines": running, "links": read.links, "read_by": read.read_by},
            date=day,
            pictures=read.pictures,
            recognised=read.read_by["glyph codes"] + read.read_by["ocr"] > len(pages) / 2,
        )


def _labelled(elements: list[Element], labels: list[str]) -> list[Element]:
    """With the printed page numbers, where they are not the count of the pages."""
    if all(label in ("", str(number)) for number, label in enumerate(labels, start=1)):
        return elements
    return [replace(each, label=labels[each.page - 1]) if each.page else each for each in elements]


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


def _title(title: str) -> str | None:
    title = re.sub(r"^Microsoft (?:Word|PowerPoint) - ", "", title.strip())
    title = re.sub(r"\.(?:pdf|docx?|pptx?|hwpx?|tex|indd)$", "", title, flags=re.IGNORECASE)
    return None if not title or _JUNK_TITLE.match(title) else title
