"""Numbers that HWP and HWPX print before paragraphs: what a numbering looks like, and counting with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PLACE = re.compile(r"\^(\d{1,2}|[nN])")
_SYLLABLES = "가나다라마바사아자차카타파하"
_JAMO = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_COUNTING = "일이삼사오육칠팔구십"
_HANJA = "一二三四五六七八九十"
_STEMS = "갑을병정무기경신임계"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))

FORMATS = (
    "DIGIT",
    "CIRCLED_DIGIT",
    "ROMAN_CAPITAL",
    "ROMAN_SMALL",
    "LATIN_CAPITAL",
    "LATIN_SMALL",
    "CIRCLED_LATIN_CAPITAL",
    "CIRCLED_LATIN_SMALL",
    "HANGUL_SYLLABLE",
    "CIRCLED_HANGUL_SYLLABLE",
    "HANGUL_JAMO",
    "CIRCLED_HANGUL_JAMO",
    "HANGUL_PHONETIC",
    "IDEOGRAPH",
    "CIRCLED_IDEOGRAPH",
    "DECAGON_CIRCLE",
)
"""Names as OWPML has them, in the order of their codes in HWP 5.0 (format description, table 43)."""

_ALPHABETS = {
    "HANGUL_SYLLABLE": _SYLLABLES,
    "HANGUL_JAMO": _JAMO,
    "HANGUL_PHONETIC": _COUNTING,
    "IDEOGRAPH": _HANJA,
    "DECAGON_CIRCLE": _STEMS,
    "LATIN_CAPITAL": _LETTERS.upper(),
    "LATIN_SMALL": _LETTERS,
}
_CIRCLED = {
    "CIRCLED_DIGIT": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "CIRCLED_HANGUL_SYLLABLE": "㉮㉯㉰㉱㉲㉳㉴㉵㉶㉷㉸㉹㉺㉻",
    "CIRCLED_HANGUL_JAMO": "㉠㉡㉢㉣㉤㉥㉦㉧㉨㉩㉪㉫㉬㉭",
    "CIRCLED_LATIN_CAPITAL": "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ",
    "CIRCLED_LATIN_SMALL": "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ",
    "CIRCLED_IDEOGRAPH": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
}


def number_text(number: int, style: str) -> str:
    """A number as a style of ``FORMATS`` writes it; as digits where the style has no sign for it."""
    alphabet = _ALPHABETS.get(style) or _CIRCLED.get(style)
    if alphabet:
        return alphabet[number - 1] if 1 <= number <= len(alphabet) else str(number)
    if style in ("ROMAN_CAPITAL", "ROMAN_SMALL") and 1 <= number < 400:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text.upper() if style == "ROMAN_CAPITAL" else text
    return str(number)


@dataclass(frozen=True, slots=True)
class NumberLevel:
    """One level of a numbering: its template (``^1.^2)``: places of the levels' numbers), style and first number."""

    template: str
    style: str = "DIGIT"
    start: int = 1


@dataclass(frozen=True, slots=True)
class Numbering:
    """A numbering: its levels from the outermost on."""

    levels: tuple[NumberLevel, ...]


class Counter:
    """Counts the numbered paragraphs of a document, one after another."""

    def __init__(self, numberings: dict[str, Numbering]) -> None:
        """Begin to count.

        Args:
            numberings: by the name that paragraphs call them.
        """
        self._numberings = numberings
        self._counts: dict[str, list[int]] = {}

    def marker(self, kind: str, numbering: str, level: int) -> str:
        """What stands before the next paragraph of a kind (``outline``, ``number``, ``bullet``), or ""."""
        if kind == "bullet":
            return "-"
        known = self._numberings.get(numbering)
        if kind not in ("outline", "number") or known is None or not 0 <= level < len(known.levels):
            return ""
        counts = self._counts.setdefault(numbering, [])
        del counts[level + 1 :]
        while len(counts) <= level:
            counts.append(known.levels[len(counts)].start - (len(counts) == level))
        counts[level] += 1
        return _filled(known.levels, counts)


def _filled(levels: Sequence[NumberLevel], counts: Sequence[int]) -> str:
    own = len(counts)

    def number(place: re.Match[str]) -> str:
        if not place[1].isdigit():  # ^n: the numbers of all levels, with dots between
            return ".".join(map(str, counts)) + ("." if place[1] == "N" else "")
        at = int(place[1])
        return number_text(counts[at - 1], levels[at - 1].style) if 1 <= at <= own else ""

    return " ".join(_PLACE.sub(number, levels[own - 1].template).split())
