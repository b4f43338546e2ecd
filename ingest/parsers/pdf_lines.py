"""Characters of a PDF page to lines with their place, size and font.

All lengths are in points, 1/72 inch; y grows upwards. pdfium is not thread-safe: call this from one thread only.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_MONO = re.compile(
    r"mono|courier|consol|menlo|cmtt|typewriter|fira ?code|inconsolata|d2coding|hack|source ?code", re.IGNORECASE
)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx|extrab|-eb\b", re.IGNORECASE)
_HANGUL = re.compile(r"[가-힣]")
HYPHEN = "\x02"
"""pdfium's mark for a hyphen that a line break put there."""
_WORD = re.compile(r"[^\s\x00\x01\x03-\x1f\u00a0]+")
_BREAKS = re.compile(r"[\r\n]+|(?<=[\x02\ufffe])")


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, where they begin and end, and the middle of their height."""

    text: str
    x0: float
    x1: float
    y: float = 0.0


@dataclass(slots=True)
class Line:
    """One printed line.

    Attributes:
        words: from left to right.
        y0: lower edge of most of its characters.
        y1: upper edge of most of its characters.
        size: the height between them.
        font: name of the font of its first word.
        open_end: whether a space is printed at its very end.
        boxes: lower edge, upper edge and number of characters of each word.
    """

    words: list[Word]
    y0: float
    y1: float
    size: float
    font: str = ""
    open_end: bool = False
    boxes: list[tuple[float, float, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.words[-1].x1

    @property
    def y(self) -> float:
        """Middle."""
        return (self.y0 + self.y1) / 2

    @property
    def mono(self) -> bool:
        """Whether its font is one for code; Korean in such a font is prose."""
        return bool(_MONO.search(self.font)) and len(_HANGUL.findall(self.text)) <= 0.2 * len(self.text)

    @property
    def bold(self) -> bool:
        """Whether its font is a bold one."""
        return bool(_BOLD.search(self.font))


@dataclass(slots=True)
class Page:
    """One page: its lines in the order of the content stream, which is the reading order of nearly all PDFs."""

    number: int
    width: float
    height: float
    lines: list[Line]
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


class PageReader:
    """Reads the characters of one open text page."""

    def __init__(self, textpage: Any) -> None:
        """Take a ``pypdfium2.PdfTextPage``; the caller closes it."""
        import pypdfium2.raw as raw

        self._raw = raw
        self._handle = textpage.raw
        self._rect = raw.FS_RECTF()
        self._name = ctypes.create_string_buffer(256)
        self._textpage = textpage

    @cached_property
    def text(self) -> str:
        """The page's text, one character per character of the page; above U+FFFF these are two surrogates."""
        count = self._textpage.count_chars()
        text = str(self._textpage.get_text_range()) if count > 0 else ""
        if len(text) == count:
            return text
        codes = (self._raw.FPDFText_GetUnicode(self._handle, at) for at in range(count))
        return "".join(chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes)

    def lines(self) -> list[Line]:
        """The printed lines; pieces that stand beside each other (superscripts, table cells) are one line."""
        lines: list[Line] = []
        for start, end in self._spans():
            for line in self._split(start, end):
                if lines and _same_row(lines[-1], line):
                    _extend(lines[-1], line)
                else:
                    lines.append(line)
        for line in lines:
            _settle(line)
        return lines

    def _spans(self) -> Iterator[tuple[int, int]]:
        start = 0
        for match in _BREAKS.finditer(self.text):
            yield start, match.start()
            start = match.end()
        yield start, len(self.text)

    def _split(self, start: int, end: int) -> Iterator[Line]:
        """Lines of one run of characters: pdfium runs on where the next piece begins further left."""
        line: Line | None = None
        for match in _WORD.finditer(self.text, start, end):
            x0, y0, _, y1 = self._box(match.start())
            x1 = self._box(match.end() - 1)[2]
            word = Word(whole(match[0]).replace("\ufffe", HYPHEN), min(x0, x1), max(x0, x1), (y0 + y1) / 2)
            if line is not None and word.x0 < line.words[-1].x0 - 1.0:
                yield line
                line = None
            if line is None:
                line = Line(
                    [word],
                    y0,
                    y1,
                    y1 - y0,
                    self._font((match.start() + match.end()) // 2),
                    boxes=[(y0, y1, len(word.text))],
                )
            else:
                _extend(line, Line([word], y0, y1, y1 - y0, line.font, boxes=[(y0, y1, len(word.text))]))
        if line is not None:
            line.open_end = self.text[end - 1 : end].isspace()
            yield line

    def _box(self, at: int) -> tuple[float, float, float, float]:
        # The loose box has the height of the font, not of the glyph: comparable from line to line.
        if not self._raw.FPDFText_GetLooseCharBox(self._handle, at, self._rect):
            return 0.0, 0.0, 0.0, 0.0
        rect = self._rect
        return float(rect.left), float(rect.bottom), float(rect.right), float(rect.top)

    def _font(self, at: int) -> str:
        flags = ctypes.c_int()
        length = self._raw.FPDFText_GetFontInfo(self._handle, at, self._name, 256, flags)
        return bytes(self._name.raw[: max(0, min(length, 256) - 1)]).decode("utf-8", errors="replace")


def whole(text: str) -> str:
    """Put surrogates together."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if any("\ud800" <= char < "\ue000" for char in text)
        else text
    )


def _same_row(left: Line, right: Line) -> bool:
    overlap = min(left.y1, right.y1) - max(left.y0, right.y0)
    if max(left.size, right.size) > 1.5 * min(left.size, right.size) and min(len(left.text), len(right.text)) > 6:
        return False
    return (
        right.x0 >= left.x1 - 1.0
        and overlap >= 0.5 * min(left.size, right.size) > 0
        and not left.words[-1].text.endswith(HYPHEN)
    )


def _extend(line: Line, more: Line) -> None:
    line.words += more.words
    line.boxes += more.boxes
    line.open_end = more.open_end
    if more.size > line.size:
        line.y0, line.y1, line.size, line.font = more.y0, more.y1, more.size, more.font


def _settle(line: Line) -> None:
    """Give a line the size of most of its characters: a bracket of a formula is taller than its text."""
    chars: Counter[float] = Counter()
    for y0, y1, count in line.boxes:
        chars[round(2 * (y1 - y0))] += count
    usual = chars.most_common(1)[0][0]
    line.y0, line.y1, _ = next(box for box in line.boxes if round(2 * (box[1] - box[0])) == usual)
    line.size = line.y1 - line.y0


def page_rules(page: Any) -> list[tuple[float, float, float, float]]:
    """Bounding boxes of the drawn lines and rectangles of a page, as candidates for the rules of a table."""
    import pypdfium2.raw as raw

    boxes: list[tuple[float, float, float, float]] = []
    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        # A page with thousands of paths is a drawing.
        if number > 3000:
            return []
        left, bottom, right, top = item.get_bounds()
        boxes.append((left, bottom, right, top))
    return boxes
