"""Single fonts of a page that give glyph numbers for characters: mostly those of formulas, on pages that are sound.

Glyph numbers run through all alphabets, so that letters of Armenian, Sinhala and old Cyrillic stand side by side, in
no words. A page's own alphabet, a foreign name, and a list of languages are written in words.
"""

import re
import unicodedata
from collections import Counter
from typing import Any

from ingest.parsers.pdf.gate import is_common
from ingest.parsers.pdf.visible import HIDDEN

_LEAST = 3
"""Fewer such characters on a page are signs that someone meant."""
_DAMAGED = 0.1
"""Share of them in a font from which it is damaged."""
_MOST = 0.3
"""Share of a page's characters in damaged fonts above which there is no sound rest."""
_SUSPECT = re.compile(
    "[^\\s\x00-\u024f\u0370-\u03ff\u2000-\u2bff\u3000-\u9fff가-힣\ud800-\uf8ff\ufb00-\ufb06\ufe00-\uffff]"
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def strays(text: str) -> frozenset[str]:
    """The characters of a page that belong to no alphabet it is written in; none if they are few."""
    suspects = Counter(char for char in _SUSPECT.findall(text) if not is_common(char))
    if suspects.total() < _LEAST:
        return frozenset()
    written: Counter[str] = Counter()
    for word in _WORD.findall(text):
        alphabets = {_alphabet(char) for char in word}
        if len(alphabets) == 1 and (word[1:].islower() or word.isupper() or word.lower() == word.upper()):
            written[alphabets.pop()] += len(word)
    letters: Counter[str] = Counter()
    for char, count in suspects.items():
        letters[_alphabet(char)] += count
    found = {char for char in suspects if 2 * written[_alphabet(char)] < letters[_alphabet(char)]}
    return frozenset(found if sum(suspects[char] for char in found) >= _LEAST else ())


def _alphabet(char: str) -> str:
    """The first word of a character's name is that of its script; "" for one that is not assigned."""
    return unicodedata.name(char, "").split(" ", 1)[0]


def without_damaged_fonts(textpage: Any, text: str) -> tuple[str, int]:
    """The text of a page, with ``HIDDEN`` for the characters of damaged fonts, and how many these are.

    The text is as it was where they are a good part of it: then the alphabets are meant, or nothing sound is left.

    Args:
        textpage: an open ``pypdfium2.PdfTextPage``.
        text: its text, one character per character of the page.
    """
    wrong = strays(text)
    if not wrong:
        return text, 0
    fonts = _fonts(textpage, text)
    total = Counter(font for font, char in zip(fonts, text, strict=True) if not char.isspace())
    stray = Counter(font for font, char in zip(fonts, text, strict=True) if char in wrong)
    damaged = {font for font, count in stray.items() if font and count >= _DAMAGED * total[font]}
    lost = sum(total[font] for font in damaged)
    if lost > _MOST * total.total():
        return text, 0
    kept = (HIDDEN if font in damaged else char for font, char in zip(fonts, text, strict=True))
    return "".join(kept), lost


def _fonts(textpage: Any, text: str) -> list[str]:
    """The name of each character's font, "" for one that pdfium put in."""
    import ctypes

    import pypdfium2.raw as raw

    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    fonts = []
    for at, char in enumerate(text):
        length = 0 if char in "\r\n" else raw.FPDFText_GetFontInfo(textpage.raw, at, name, 256, flags)
        fonts.append(bytes(name.raw[: max(0, min(length, 256) - 1)]).decode("utf-8", errors="replace"))
    return fonts
