"""Text of fonts without a usable code table: what their glyph codes mean is learned by reading some pages with OCR.

A subset font keeps its codes throughout a file, so a code that was read as ``e`` on five pages is an ``e`` on all of
them. Votes over many pages correct what OCR misreads on one, and the text gets the exact places, sizes and fonts that
the layout needs, which OCR does not give.
"""

import ctypes
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.ocr import Ocr, Word
from ingest.parsers.pdf.drawing import for_ocr
from ingest.parsers.pdf.gate import readable
from ingest.parsers.pdf.page_lines import Line, PageReader, whole
from ingest.parsers.pdf.rules import is_invisible

Code = tuple[str, int]
"""Name of a font and the code of a glyph in it."""
_ENOUGH = 3
"""Votes after which a code needs no more pages; one less if they are for the same."""
_SURE = 50.0
"""Confidence of OCR, in percent, from which a word may vote."""
_KNOWN = 0.97
"""Share of a page's glyphs that must have a meaning."""
_WRITTEN = 0.9
"""Share of a font's codes that are characters of written text, from which its table may be right."""
_CONTRADICTED = 10
"""Votes from which OCR may contradict a table that looks right."""
_LOOKS = 3
"""Pages after which a font that looks right is no longer doubted."""
_RUNS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789")
"""Glyphs that nearly every font numbers one after the other."""
_LIGATURE = re.compile("[A-Za-z]{2,3}")
_STAND_INS = 0xE000
"""One private character stands for a ligature while places are counted in characters."""
_UNKNOWN = "\ufffd"
_NOTHING = "\x00"


@dataclass(slots=True)
class _Glyphs:
    """The characters of a page: their codes, None for what pdfium put in, and their middles in points, (n, 2)."""

    codes: list[Code | None]
    text: list[str]
    middles: NDArray[np.float64]


class GlyphCodes:
    """The meaning of the glyph codes of one file."""

    def __init__(self, document: Any, ocr: Ocr) -> None:
        """Take an open ``pypdfium2.PdfDocument``; nothing is read before ``learn``."""
        self._document, self._ocr = document, ocr
        self._votes: defaultdict[Code, Counter[str]] = defaultdict(Counter)
        self._meaning: dict[Code, str] = {}
        self._looks: Counter[str] = Counter()

    def learn(self, indices: Sequence[int]) -> None:
        """Read as many of the pages (indices from 0) as their codes need."""
        seen: set[Code] = set()
        for index in indices:
            if self._ocr.obstacle:
                break
            codes = {code for code in self._glyphs(index).codes if code is not None}
            seen |= codes
            if any(self._is_wanted(font) for font in _by_font(codes)):
                self._looks.update({code[0] for code in codes})
                self._vote(index)
        self._meaning = _meanings(self._votes, seen)

    def _is_wanted(self, font: Sequence[Code]) -> bool:
        """Whether codes of a font, all of one page, need more votes."""
        if _table_is_right(font, self._votes):
            # It may say other letters than it draws: that takes a look at some of them.
            return self._looks[font[0][0]] < _LOOKS and sum(self._votes[code].total() for code in font) < _CONTRADICTED
        known = {code for code, votes in self._votes.items() if code[0] == font[0][0] and votes}
        runs = _runs(known.union(font), self._votes)
        return any(code not in runs and not _is_settled(self._votes[code]) for code in font)

    def read(self, index: int) -> tuple[list[Line], str]:
        """Lines and text of a page; ``([], "")`` if too few of its codes are known.

        The lines leave out what is not known, which is U+FFFD in the text.
        """
        glyphs = self._glyphs(index)
        codes = [code for code in glyphs.codes if code is not None]
        known = sum(code in self._meaning for code in codes)
        if not codes or known < _KNOWN * len(codes):
            return [], ""
        meanings = [
            char if code is None else self._meaning.get(code, _UNKNOWN)
            for char, code in zip(glyphs.text, glyphs.codes, strict=True)
        ]
        ligatures = sorted({meaning for meaning in meanings if _LIGATURE.fullmatch(meaning)})
        stand_ins = {meaning: chr(_STAND_INS + at) for at, meaning in enumerate(ligatures)}
        with closing(self._document[index]) as page, closing(page.get_textpage()) as textpage:
            reader = PageReader(textpage)
            reader.text = "".join(stand_ins.get(meaning, meaning) for meaning in meanings).replace(_UNKNOWN, _NOTHING)
            lines = reader.lines()
        spelled = str.maketrans({stand_in: meaning for meaning, stand_in in stand_ins.items()})
        for line in lines:
            line.words = [replace(word, text=word.text.translate(spelled)) for word in line.words]
        return lines, whole("".join(meanings).replace(_NOTHING, ""))

    def _vote(self, index: int) -> None:
        import pypdfium2

        glyphs = self._glyphs(index)
        try:
            image = for_ocr(self._document, index, printed_only=True)
        except pypdfium2.PdfiumError:
            return  # OCR of the whole page will tell
        read = self._ocr.read(image)
        with closing(self._document[index]) as page:
            places = _pixels(page, glyphs.middles, image.size)
        for word in (word for line in read.lines for word in line if word.confidence >= _SURE):
            codes = [glyphs.codes[at] for at in _inside(word, places)]
            for code, meaning in self._pairs([code for code in codes if code is not None], word.text):
                self._votes[code][meaning] += 1

    def _pairs(self, codes: list[Code], text: str) -> Iterator[tuple[Code, str]]:
        if len(codes) == len(text):
            yield from zip(codes, text, strict=True)
            return
        extra = len(text) - len(codes)
        if len(codes) < _ENOUGH or not 1 <= extra <= 2:
            return
        # A ligature may explain the letters too many, if all others fit.
        for at, code in enumerate(codes):
            middle = text[at : at + extra + 1]
            fits = self._fits(codes[:at], text[:at]) and self._fits(codes[at + 1 :], text[at + extra + 1 :])
            if fits and _LIGATURE.fullmatch(middle):
                yield code, middle
                return

    def _fits(self, codes: list[Code], text: str) -> bool:
        """Whether letters are what was voted for their codes; codes without a vote fit nothing."""
        return all(
            self._votes[code][char] > self._votes[code].total() / 2 for code, char in zip(codes, text, strict=True)
        )

    def _glyphs(self, index: int) -> _Glyphs:
        import pypdfium2.raw as raw

        codes: list[Code | None] = []
        text: list[str] = []
        with closing(self._document[index]) as page, closing(page.get_textpage()) as textpage:
            count = max(0, textpage.count_chars())
            middles = np.full((count, 2), -1e9)
            box = [ctypes.c_double() for _ in range(4)]
            for at in range(count):
                item = raw.FPDFText_GetTextObject(textpage.raw, at)
                unicode = raw.FPDFText_GetUnicode(textpage.raw, at)
                char = chr(unicode) if 0 < unicode <= 0x10FFFF else _UNKNOWN
                if not item or raw.FPDFText_IsGenerated(textpage.raw, at) or char == " ":
                    codes.append(None)
                    text.append(char)
                elif is_invisible(item):
                    codes.append(None)
                    text.append(_NOTHING)
                else:
                    codes.append((_font_name(item), unicode))
                    text.append(char)
                    raw.FPDFText_GetCharBox(textpage.raw, at, *box)
                    left, right, bottom, top = (side.value for side in box)
                    middles[at] = (left + right) / 2, (bottom + top) / 2
        return _Glyphs(codes, text, middles)


def _font_name(item: Any) -> str:
    import pypdfium2.raw as raw

    name = ctypes.create_string_buffer(256)
    raw.FPDFFont_GetBaseFontName(raw.FPDFTextObj_GetFont(item), name, 256)
    return name.value.decode("utf-8", errors="replace")


def _pixels(page: Any, middles: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Points of the page (n, 2) to pixels of its picture; pdfium knows of rotation and crop box."""
    import pypdfium2.raw as raw

    x, y = ctypes.c_int(), ctypes.c_int()
    places = np.empty_like(middles)
    for at, (left, up) in enumerate(middles):
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, float(left), float(up), x, y)
        places[at] = x.value, y.value
    return places


def _inside(word: Word, places: NDArray[np.float64]) -> list[int]:
    """Characters whose middle lies in a word's box, from left to right."""
    x, y = places[:, 0], places[:, 1]
    # Commas and superscripts stick out of the box above and below.
    spare = 0.4 * word.height
    within = (x >= word.left) & (x <= word.left + word.width)
    within &= (y >= word.top - spare) & (y <= word.top + word.height + spare)
    found = np.flatnonzero(within)
    return [int(at) for at in found[np.argsort(x[found], kind="stable")]]


def _meanings(votes: dict[Code, Counter[str]], seen: set[Code]) -> dict[Code, str]:
    meaning: dict[Code, str] = {}
    for codes in _by_font(seen):
        if _table_is_right(codes, votes):
            meaning |= {code: chr(code[1]) for code in codes}
            continue
        voted = {code: _winner(votes[code]) for code in codes if votes[code]}
        meaning |= voted | _runs(codes, votes)
    return meaning


def _by_font(codes: Iterable[Code]) -> Iterator[list[Code]]:
    for _, group in groupby(sorted(codes), key=lambda code: code[0]):
        yield list(group)


def _table_is_right(codes: Sequence[Code], votes: dict[Code, Counter[str]]) -> bool:
    """Whether a font's codes are characters of written text, and OCR does not read others in their place."""
    # A sign above U+FFFF comes as two surrogates, of which OCR knows nothing.
    # Control characters, line ends among them, are none that a font draws.
    chars = [chr(code[1]) if code[1] > 0x20 else _UNKNOWN for code in codes if not 0xD800 <= code[1] < 0xE000]
    if chars and readable("".join(chars)) < _WRITTEN:
        return False
    plain = [code for code in codes if code[1] < 0x80 and chr(code[1]).isalnum()]
    read = sum(votes[code].total() for code in plain)
    alike = sum(
        count for code in plain for char, count in votes[code].items() if char.casefold() == chr(code[1]).casefold()
    )
    return read < _CONTRADICTED or 2 * alike >= read


def _winner(votes: Counter[str]) -> str:
    return votes.most_common(1)[0][0]


def _is_settled(votes: Counter[str]) -> bool:
    return votes.total() >= _ENOUGH - (len(votes) == 1)


def _runs(codes: Iterable[Code], votes: dict[Code, Counter[str]]) -> dict[Code, str]:
    """Letters and digits whose neighbours in the font are known: rare ones, and those that look like others."""
    codes = list(codes)
    voted = {code: _winner(votes[code]) for code in codes if votes[code]}
    found: dict[Code, str] = {}
    for run in _RUNS:
        offset = _offset({code[1]: (char, votes[code].total()) for code, char in voted.items() if char in run}, run)
        if offset is not None:
            places = ((code, code[1] - offset - ord(run[0])) for code in codes)
            found |= {code: run[place] for code, place in places if 0 <= place < len(run)}
    return found


def _offset(voted: dict[int, tuple[str, int]], run: str) -> int | None:
    """By how much the codes of a run are off its characters, if a third of them and most votes agree on it."""
    offsets: Counter[int] = Counter()
    for code, (char, count) in voted.items():
        offsets[code - ord(char)] += min(5, count)
    if not offsets:
        return None
    offset, weight = offsets.most_common(1)[0]
    distinct = sum(code - ord(char) == offset for code, (char, _) in voted.items())
    return offset if distinct >= len(run) // 3 and weight >= 0.7 * offsets.total() else None
