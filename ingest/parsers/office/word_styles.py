"""Styles and numbering of a Word file: which paragraph is a heading, and what number stands before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.parsers.office.package import W
from ingest.parsers.office.runs import is_monospaced

_HEADING = re.compile(r"^(?:heading|제목|개요|überschrift|titre|título)\s*([1-9])$", re.IGNORECASE)
_TITLE = re.compile(r"^(?:title|제목)$", re.IGNORECASE)
_CONTENTS = re.compile(
    r"^(?:toc|목차)\s*(?:\d|heading|제목|table of figures)|^table of (?:contents|figures)", re.IGNORECASE
)
_CODE = re.compile(
    r"\b(?:code|verbatim|listing)\b|source ?code|html (?:preformatted|미리)|^macro|코드|^소스", re.IGNORECASE
)
_DEEPER_LIST = re.compile(r"^list (?:bullet|number) ([2-5])$", re.IGNORECASE)
_MAX_CHAIN = 20
"""Styles one style may build on."""


def value(element: Any | None, path: str) -> str | None:
    """The ``w:val`` of what is found at a path of Word names: ``pPr/pStyle``."""
    found = None if element is None else element.find("/".join(W + name for name in path.split("/")))
    return None if found is None else found.get(f"{W}val", "")


def is_on(element: Any | None, path: str) -> bool | None:
    """A toggle such as ``rPr/b``: None where nothing is said."""
    said = value(element, path)
    return None if said is None else said.lower() not in ("0", "false", "off", "none")


def font_of(element: Any | None) -> str | None:
    """The font that ``rPr`` sets for Latin letters."""
    fonts = None if element is None else element.find(f"{W}rPr/{W}rFonts")
    return None if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi")


@dataclass(frozen=True, slots=True)
class Look:
    """How text of a style looks: size in half points, ``code`` if it is meant for programs by its name or font."""

    bold: bool
    size: int
    code: bool


class Styles:
    """The styles part; each question follows the chain of styles that build on each other."""

    def __init__(self, root: Any | None) -> None:
        """Read ``styles.xml``; None has no styles."""
        styles = [] if root is None else root.findall(f"{W}style")
        self._styles = {style.get(f"{W}styleId", ""): style for style in styles}
        self._default = next(
            (
                style.get(f"{W}styleId", "")
                for style in styles
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")
            ),
            "",
        )
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault")
        self._looks: dict[str, Look] = {}
        self._default_size = _number(value(defaults, "rPr/sz"), 20)

    def level(self, paragraph: Any) -> int:
        """Depth of a heading by its own outline level, its style's or its style's name; 0 for other paragraphs."""
        levels = [value(paragraph, "pPr/outlineLvl")]
        for style in self._chain(self.of(paragraph)):
            match = _HEADING.match(value(style, "name") or "")
            levels += [str(int(match[1]) - 1)] if match else [value(style, "pPr/outlineLvl")]
        said = next((level for level in levels if level is not None), None)
        level = _number(said, 9) + 1
        return level if level <= 9 else 0

    def of(self, element: Any) -> str:
        """Id of the style of a paragraph."""
        return value(element, "pPr/pStyle") or self._default

    def is_title(self, paragraph: Any) -> bool:
        """Whether it is the document's title."""
        return any(_TITLE.match(value(style, "name") or "") for style in self._chain(self.of(paragraph), 1))

    def is_contents(self, paragraph: Any) -> bool:
        """Whether it is a line of a table of contents."""
        return any(_CONTENTS.match(value(style, "name") or "") for style in self._chain(self.of(paragraph), 1))

    def look(self, style_id: str) -> Look:
        """How text of a style looks."""
        if style_id not in self._looks:
            chain = list(self._chain(style_id))
            sizes = (value(style, "rPr/sz") for style in chain)
            self._looks[style_id] = Look(
                bold=next((on for style in chain if (on := is_on(style, "rPr/b")) is not None), False),
                size=_number(next((size for size in sizes if size), None), self._default_size),
                code=any(_CODE.search(value(style, "name") or "") or is_monospaced(font_of(style)) for style in chain),
            )
        return self._looks[style_id]

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """Id of the numbering and level of a paragraph, or None; id 0 takes away what the style says."""
        identifier, level = value(paragraph, "pPr/numPr/numId"), value(paragraph, "pPr/numPr/ilvl")
        for style in self._chain(self.of(paragraph)):
            identifier = value(style, "pPr/numPr/numId") if identifier is None else identifier
            level = value(style, "pPr/numPr/ilvl") if level is None else level
        if identifier in (None, "", "0"):
            return None
        return str(identifier), min(8, _number(level, 0))

    def depth(self, paragraph: Any) -> int:
        """Levels a list style is indented by, though its numbering has but one: ``List Bullet 2`` is 1."""
        names = (value(style, "name") or "" for style in self._chain(self.of(paragraph), 1))
        return next((int(match[1]) - 1 for name in names if (match := _DEEPER_LIST.match(name))), 0)

    def _chain(self, style_id: str, most: int = _MAX_CHAIN) -> Iterator[Any]:
        for _ in range(most):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value(style, "basedOn") or ""


class Numbering:
    """The numbering part, and how far each list has counted; paragraphs are asked in their order."""

    def __init__(self, root: Any | None) -> None:
        """Read ``numbering.xml``; None has no lists."""
        self._levels: dict[str, dict[int, Any]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for each in root.findall(f"{W}abstractNum") if root is not None else []:
            levels = {_number(level.get(f"{W}ilvl"), 0): level for level in each.findall(f"{W}lvl")}
            self._levels[each.get(f"{W}abstractNumId", "")] = levels
        for each in root.findall(f"{W}num") if root is not None else []:
            identifier = each.get(f"{W}numId", "")
            self._abstract[identifier] = value(each, "abstractNumId") or ""
            self._restarts[identifier] = {
                _number(override.get(f"{W}ilvl"), 0): _number(value(override, "startOverride"), 1)
                for override in each.findall(f"{W}lvlOverride")
                if value(override, "startOverride") is not None
            }

    def marker(self, identifier: str, level: int) -> str:
        """What stands before the next paragraph of a list: ``-`` for a bullet, else as printed: ``(a)``, ``가.``."""
        abstract = self._abstract.get(identifier, "")
        levels = self._levels.get(abstract, {})
        counts = self._counts.setdefault(abstract, {})
        for at, start in self._restarts.pop(identifier, {}).items():
            counts[at] = start - 1
        if level not in levels or value(levels[level], "numFmt") in ("bullet", "none", None):
            return "-"
        counts[level] = counts.get(level, _start(levels[level]) - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            if at not in levels:
                return ""
            return in_format(counts.setdefault(at, _start(levels[at])), value(levels[at], "numFmt") or "decimal")

        return re.sub(r"%([1-9])", shown, value(levels[level], "lvlText") or "").strip() or "-"


def _start(level: Any) -> int:
    return _number(value(level, "start"), 1)


_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_SERIES = {
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


def in_format(number: int, form: str) -> str:
    """A number as a format of ``ST_NumberFormat`` shows it; decimal where the format is unknown."""
    if form in _SERIES and 1 <= number <= len(_SERIES[form]):
        return _SERIES[form][number - 1]
    if form in ("lowerRoman", "upperRoman") and 0 < number < 400:
        text = ""
        for worth, sign in _ROMAN:
            text += sign * (number // worth)
            number %= worth
        return text.upper() if form == "upperRoman" else text
    return str(number).zfill(2) if form == "decimalZero" else str(number)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else default
