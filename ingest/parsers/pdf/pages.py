"""The pages of a PDF: each is read by pdfium, and by what comes after it until the page gate believes the text.

Second come the glyph codes of fonts without a code table, third pypdf, fourth OCR. What fails all of them is a
broken page: named with its reason, and pictured.
"""

from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from ingest.elements import Skipped
from ingest.parsers.ocr import Ocr, Recognised
from ingest.parsers.pdf.addresses import with_whole_addresses
from ingest.parsers.pdf.drawing import for_ocr, image_share, shown
from ingest.parsers.pdf.facts import page_links
from ingest.parsers.pdf.gate import Judged, judge
from ingest.parsers.pdf.glyphs import GlyphCodes
from ingest.parsers.pdf.page_lines import Page, PageReader, whole
from ingest.parsers.pdf.rules import page_drawn
from ingest.parsers.pdf.strays import without_damaged_fonts
from ingest.parsers.pdf.visible import HIDDEN, SCAN_SHARE, on_page, seen
from ingest.workers import still_working

_MOST_PICTURES = 40
"""Pictures of broken pages kept of one file; each has some 50 kB."""
_STAMP_LETTERS = 200
"""A scan with fewer letters in its text layer may have a stamp or a page number for one."""
_ALIKE = 0.6
"""Share of words that OCR finds in the text layer too where the gate was wrong about it."""


@dataclass(slots=True)
class PdfPages:
    """All pages of a file.

    Attributes:
        pages: those that could be opened, in order; without lines where the text is in ``texts`` or nowhere.
        texts: page number and text of pages that pypdf or OCR has read.
        skipped: pages left out.
        pictures: PNG files of them, by page number.
        links: web addresses, each once.
        read_by: how many pages each of the other engines has read.
    """

    pages: list[Page] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    read_by: dict[str, int] = field(default_factory=lambda: {"glyph codes": 0, "pypdf": 0, "ocr": 0})


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A page that the gate does not believe."""

    page: Page
    lines: list[Any]
    text: str
    judged: Judged

    @property
    def index(self) -> int:
        return self.page.number - 1

    @property
    def is_stamp(self) -> bool:
        """Whether nothing is wrong with its text but that there is so little on a scan."""
        return self.judged.passed


def read_pages(document: Any, data: bytes, source: str, ocr: Ocr) -> PdfPages:
    """Read all pages of an open ``pypdfium2.PdfDocument``, whose bytes are ``data``."""
    found = PdfPages()
    links: dict[str, None] = {}
    doubts: list[_Doubt] = []
    for index in range(len(document)):
        doubt = _first_look(document, index, source, found, links)
        if doubt is not None:
            doubts.append(doubt)
    found.links = list(links)
    if doubts:
        _Repair(document, data, source, ocr, found).run(doubts)
    return found


def _first_look(document: Any, index: int, source: str, found: PdfPages, links: dict[str, None]) -> _Doubt | None:
    import pypdfium2

    try:
        with closing(document[index]) as opened, closing(opened.get_textpage()) as textpage:
            reader = PageReader(textpage)
            width, height = opened.get_size()
            drawn = page_drawn(opened)
            if drawn.hides_text:
                reader.text = seen(textpage, reader.text, image_share(opened))
            text = whole(reader.text.replace(HIDDEN, "") if drawn.hides_text else reader.text)
            judged, lost = judge(text), 0
            if judged.passed:
                reader.text, lost = without_damaged_fonts(textpage, reader.text)
            addresses = page_links(document, opened)
            lines = with_whole_addresses(on_page(reader.lines(), width, height), addresses)
            page = Page(index + 1, width, height, lines, drawn.boxes)
            links.update((address, None) for address, _ in addresses)
            blank = not text.strip() and next(opened.get_objects(max_depth=1), None) is None
            letters = sum(char.isalnum() for char in text)
            scan = 0 < letters < _STAMP_LETTERS and image_share(opened) >= SCAN_SHARE
    except pypdfium2.PdfiumError:
        found.skipped.append(Skipped(f"{source}, page {index + 1}", "the page is broken"))
        return None
    found.pages.append(page)
    if lost:
        found.skipped.append(_unread(f"{source}, page {index + 1}", lost, len(text)))
    if blank or (judged.passed and not scan):
        return None
    doubt = _Doubt(page, page.lines, text, judged)
    page.lines = []
    return doubt


class _Repair:
    """The other engines, in order, for the pages that failed."""

    def __init__(self, document: Any, data: bytes, source: str, ocr: Ocr, found: PdfPages) -> None:
        self._document, self._source, self._ocr, self._found = document, source, ocr, found
        self._second = _SecondOpinion(data)
        self._codes = GlyphCodes(document, ocr)

    def run(self, doubts: list[_Doubt]) -> None:
        """Read each page by the first engine whose text is believed, or name it as broken."""
        garbled = [doubt.index for doubt in doubts if doubt.text.strip() and not doubt.is_stamp]
        self._codes.learn(garbled)
        for doubt in doubts:
            still_working()
            if not (doubt.index in garbled and (self._by_codes(doubt) or self._by_pypdf(doubt))):
                self._by_ocr(doubt)

    def _by_codes(self, doubt: _Doubt) -> bool:
        lines, text = self._codes.read(doubt.index)
        if not judge(text).passed:
            return False
        doubt.page.lines = lines
        self._found.read_by["glyph codes"] += 1
        unknown = text.count("\ufffd")
        if unknown:
            self._found.skipped.append(_unread(f"{self._source}, page {doubt.page.number}", unknown, len(text)))
        return True

    def _by_pypdf(self, doubt: _Doubt) -> bool:
        text = self._second.text(doubt.index)
        if not judge(text).passed:
            return False
        self._found.texts.append((doubt.page.number, text))
        self._found.read_by["pypdf"] += 1
        return True

    def _by_ocr(self, doubt: _Doubt) -> None:
        read = self._recognised(doubt)
        if doubt.is_stamp:
            if not (read.believed and _letters(read.text) > 2 * _letters(doubt.text)):
                doubt.page.lines = doubt.lines
                return
        elif _agree(doubt.text, read.text):
            doubt.page.lines = doubt.lines  # an unusual text, but that is what the page says
            return
        judged = judge(read.text)
        if read.believed and judged.passed:
            self._found.texts.append((doubt.page.number, read.text))
            self._found.read_by["ocr"] += 1
            return
        self._broken(doubt, read.why or ("OCR finds no text on it" if not read.believed else judged.why))

    def _recognised(self, doubt: _Doubt) -> Recognised:
        """OCR of the printed text alone if the page has any, else of all that is seen."""
        import pypdfium2

        read = Recognised()
        ways = (False,) if doubt.is_stamp or not doubt.text.strip() else (True, False)
        for printed_only in ways:
            try:
                image = for_ocr(self._document, doubt.index, printed_only=printed_only)
            except pypdfium2.PdfiumError:
                return Recognised(why="the page cannot be drawn")
            read = self._ocr.read(image)
            # Of an invisible text layer, and of type that is drawn by nothing, there is no picture.
            if read.why or (read.believed and _letters(read.text) >= 0.3 * _letters(doubt.text)):
                break
        return read

    def _broken(self, doubt: _Doubt, why: str) -> None:
        import pypdfium2

        self._found.skipped.append(Skipped(f"{self._source}, page {doubt.page.number}", f"{doubt.judged.why}; {why}"))
        if len(self._found.pictures) < _MOST_PICTURES:
            try:
                self._found.pictures[doubt.page.number] = shown(self._document, doubt.index)
            except pypdfium2.PdfiumError:
                return  # its line in the report stands without a picture


def _unread(place: str, count: int, total: int) -> Skipped:
    return Skipped(place, f"{count} of its {total} characters cannot be read (fonts without a usable code table)")


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _agree(left: str, right: str) -> bool:
    """Whether two readings have most words in common."""
    ours, theirs = ({word for word in text.casefold().split() if len(word) > 2} for text in (left, right))
    return len(ours & theirs) >= _ALIKE * max(len(ours), len(theirs), 10)


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
