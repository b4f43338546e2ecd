"""Characters of a PDF page to lines with their place, size and font.

All lengths are in points, 1/72 inch; y grows upwards. pdfium is not thread-safe: call this from one thread only.
"""

import ctypes
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ingest.parsers.pdf.rules import Box, is_place, upright

_MONO = re.compile(
    r"mono|courier|consol|menlo|cmtt|typewriter|fira ?code|inconsolata|d2coding|hack|source ?code", re.IGNORECASE
)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx|extrab|-eb\b", re.IGNORECASE)
_HANGUL = re.compile(r"[가-힣]")
_IN_WORDS = re.compile("[가-힣]+|[^\\W\\d_\u0370-\u03ff\U0001d400-\U0001d7ff]{3,}|\\b[a-z]{2}\\b")
"""What words are made of; letters of formulas, as characters of their own, Greek, or single, are none."""
_OPERATORS = re.compile(r"\b(?:arg ?)?(?:max|min|sup|inf|lim|log|ln|exp|det|sinh?|cosh?|tanh?)\b")
HYPHEN = "\x02"
"""pdfium's mark for a hyphen that a line break put there."""
_WORD = re.compile(r"[^\s\x00\x01\x03-\x1f\u00a0]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
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
        bold: whether all its words are in bold fonts.
        colour: of its letters, red, green and blue as one number; -1 if it begins and ends in different ones.
        mono: whether it begins and ends in a font for code; Korean in such a font is prose.
        open_end: whether a space is printed at its very end; None where the line was cut out of a longer one.
        boxes: lower edge, upper edge and number of characters of each word, while the page is read.
        column: 1 for the leftmost column, 0 where there are none.
    """

    words: list[Word]
    y0: float
    y1: float
    size: float
    font: str = ""
    bold: bool = False
    colour: int = 0
    mono: bool = False
    open_end: bool | None = False
    boxes: list[tuple[float, float, int]] = field(default_factory=list)
    column: int = 0
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def text(self) -> str:
        """Its words with single spaces."""
        if self._text is None:
            self._text = " ".join(word.text for word in self.words)
        return self._text

    def begin_with(self, word: Word, *, instead: bool = False) -> None:
        """Put a word before the others, or in the place of the first."""
        self.words[: int(instead)] = [word]
        self._text = None

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right edge; in a formula it may be that of the numerator, and its denominator the last word."""
        return max(word.x1 for word in self.words)

    @property
    def y(self) -> float:
        """Middle."""
        return (self.y0 + self.y1) / 2

    @property
    def formula(self) -> bool:
        """Whether it has hardly any words, and is no code."""
        text = _OPERATORS.sub("=", re.sub(r"[\s.]", " ", self.text))
        return not self.mono and sum(map(len, _IN_WORDS.findall(text))) < 0.4 * len(text.replace(" ", ""))


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
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(256)
        self._rgba = [ctypes.c_uint() for _ in range(4)]
        self._textpage = textpage
        self._upright = upright(textpage.page)
        self._turned = bool(textpage.page.get_rotation())

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
                if lines and (_same_row(lines[-1], line) or _same_formula(lines[-1], line)):
                    lines[-1].bold &= line.bold
                    lines[-1].mono &= line.mono
                    lines[-1].colour = line.colour if line.colour == lines[-1].colour else -1
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
        middles: list[int] = []
        for match in _WORD.finditer(self.text, start, end):
            x0, y0, _, y1 = self._box(match.start())
            x1 = self._box(match.end() - 1)[2]
            # One string for all the places of a word: a long file has few different ones.
            text = sys.intern(whole(match[0]).replace("\ufffe", HYPHEN))
            word = Word(text, min(x0, x1), max(x0, x1), (y0 + y1) / 2)
            if line is not None and word.x0 < line.words[-1].x0 - 1.0:
                yield self._ended(line, middles)
                line, middles = None, []
            middles.append((match.start() + match.end()) // 2)
            font = self._font(middles[0]) if line is None else line.font
            piece = Line([word], y0, y1, y1 - y0, font, boxes=[(y0, y1, len(word.text))])
            if line is None:
                line = piece
            else:
                _extend(line, piece)
        if line is not None:
            line.open_end = self.text[end - 1 : end].isspace()
            yield self._ended(line, middles)

    def _ended(self, line: Line, middles: list[int]) -> Line:
        # A call into pdfium for each word, but only as long as all are bold.
        line.bold = bool(_BOLD.search(line.font)) and all(_BOLD.search(self._font(at)) for at in middles[1:])
        first, last = self._colour(middles[0]), self._colour(middles[-1])
        line.colour = first if first == last else -1
        hangul = len(_HANGUL.findall(line.text))
        if _MONO.search(line.font) and hangul <= 0.2 * len(line.text):
            # Hangul in a comment is set in another font.
            line.mono = bool(hangul or _MONO.search(self._font(middles[-1])))
        return line

    def _box(self, at: int) -> Box:
        box = self._turned_box(at) if self._turned else self._loose_box(at)
        return box if is_place(box) else (0.0, 0.0, 0.0, 0.0)

    def _loose_box(self, at: int) -> Box:
        # It has the height of the font, not of the glyph: comparable from line to line.
        rect = self._rect
        if not self._raw.FPDFText_GetLooseCharBox(self._handle, at, rect):
            return 0.0, 0.0, 0.0, 0.0
        box = float(rect.left), float(rect.bottom), float(rect.right), float(rect.top)
        return self._upright(box) if self._upright else box

    def _turned_box(self, at: int) -> Box:
        """The same on a turned page, where pdfium's loose boxes have no height: about the base line."""
        if self._upright is None or not self._raw.FPDFText_GetMatrix(self._handle, at, self._matrix):
            return 0.0, 0.0, 0.0, 0.0
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        self._raw.FPDFText_GetCharBox(self._handle, at, left, right, bottom, top)
        self._raw.FPDFText_GetCharOrigin(self._handle, at, x, y)
        x0, _, x1, _ = self._upright((left.value, bottom.value, right.value, top.value))
        base = self._upright((x.value, y.value, x.value, y.value))[1]
        size = self._raw.FPDFText_GetFontSize(self._handle, at) * math.hypot(self._matrix.a, self._matrix.b)
        return x0, base - 0.2 * size, x1, base + 0.8 * size

    def _colour(self, at: int) -> int:
        self._raw.FPDFText_GetFillColor(self._handle, at, *self._rgba)
        red, green, blue, _ = (part.value for part in self._rgba)
        return red << 16 | green << 8 | blue

    def _font(self, at: int) -> str:
        flags = ctypes.c_int()
        length = self._raw.FPDFText_GetFontInfo(self._handle, at, self._name, 256, flags)
        return bytes(self._name.raw[: max(0, min(length, 256) - 1)]).decode("utf-8", errors="replace")


def whole(text: str) -> str:
    """Put surrogates together."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _SURROGATE.search(text) else text


def _same_row(left: Line, right: Line) -> bool:
    overlap = min(left.y1, right.y1) - max(left.y0, right.y0)
    least = min(left.size, right.size)
    if max(left.size, right.size) > 1.5 * least and min(len(left.text), len(right.text)) > 6:
        return False
    # On the very same line, an index may stand under an exponent of the piece before.
    slack = least if abs(left.y - right.y) <= 0.1 * least and right.x0 > left.words[-1].x0 else 1.0
    return right.x0 >= left.x1 - slack and overlap >= 0.5 * least > 0 and not left.words[-1].text.endswith(HYPHEN)


def _same_formula(left: Line, right: Line) -> bool:
    """Whether a piece goes on with a formula: a fraction, a limit, an index stand over or under what they belong to.

    The pieces stay in the order of the stream, which is that in which the formula was written.
    """
    low, high = min(y0 for y0, _, _ in left.boxes), max(y1 for _, y1, _ in left.boxes)
    size = max(left.size, right.size)
    overlap = min(high, right.y1) - max(low, right.y0)
    if left.mono or overlap < 0.3 * right.size or max(high, right.y1) - min(low, right.y0) > 4 * size:
        return False
    if left.formula and right.formula:
        return left.x0 + 1 < right.x0 <= left.x1 + 2 * size
    # In a line of text: a fraction after the words, and the words that follow it.
    beside = left.x1 - size <= right.x0 <= left.x1 + 2.5 * size
    return beside and (right.formula or len(left.text) <= 6 or high - low > 1.4 * left.size)


def _extend(line: Line, more: Line) -> None:
    line.words += more.words
    line._text = None
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
    line.boxes, line._text = [], None
