"""A question cleaned of what nobody typed on purpose, and the words in it that may be looked at.

Code, numbers, names with digits, addresses, formulas and whatever stands in quotation marks say exactly what they say.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_PROTECTED = (
    r"`[^`]*`",
    r'"[^"\n]*"|“[^”\n]*”|‘[^’\n]*’|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》|«[^»\n]*»',
    r"(?<![\w'])'[^'\n]+'(?![A-Za-z])",
    r"\$[^$\n]+\$|\\[A-Za-z]+",
    r"(?:https?|ftp)://\S+|www\.\S+",
    r"[A-Za-z]:\\\S+|\.{0,2}/[A-Za-z0-9_./-]+",
    r"(?<![A-Za-z0-9_./@-])[A-Za-z0-9_-]*[@/.=][A-Za-z0-9_.@/=-]*[A-Za-z0-9_]",
    r"(?<![A-Za-z0-9_-])[A-Za-z0-9-]*[0-9_][A-Za-z0-9_-]*[+#]*",
    r"(?<![A-Za-z])[A-Za-z]+\([^()가-힣\n]*\)",
)
_PIECE = re.compile(rf"(?P<protected>{'|'.join(_PROTECTED)})|(?P<hangul>[가-힣ㄱ-ㅎㅏ-ㅣ]+)|(?P<latin>[A-Za-z]+)")

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
_HALF_WIDTH_HANGUL = re.compile(r"[\uFFA0-\uFFDC]+")
_KEPT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of one script at ``[start, end)`` of a text; ``bound`` if a letter or digit stands right before it."""

    text: str
    start: int
    end: int
    hangul: bool
    bound: bool


def tidy(text: str) -> str:
    """NFC, full-width forms as usual ones, no control or zero-width characters, single spaces.

    Not NFKC: ² and 2 are two things in a formula; the analyzer folds them where that helps.
    """
    text = _HALF_WIDTH_HANGUL.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text.translate(_WIDE))
    text = unicodedata.normalize("NFC", text)
    kept = (
        " " if char in _KEPT_CONTROLS or char == "\r" else char
        for char in text
        if char in _KEPT_CONTROLS or char == "\r" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}
    )
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def pieces(text: str) -> Iterator[Piece]:
    """The words of a text that may be repaired, in order: runs of Hangul and runs of Latin letters."""
    for match in _PIECE.finditer(text):
        if match["protected"] is None:
            start, end = match.span()
            bound = start > 0 and (text[start - 1].isalnum() or text[start - 1] in "\"'`”’」』》»)]")
            yield Piece(match.group(), start, end, match["hangul"] is not None, bound)
