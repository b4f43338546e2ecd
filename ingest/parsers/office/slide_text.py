"""The text of a shape on a slide: paragraphs, bullets by what layout and master say, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ingest.elements import Element, Kind
from ingest.parsers.lines import LIST_ITEM, looks_like_code
from ingest.parsers.office.equations import latex
from ingest.parsers.office.package import A, M, P, Package, R, Relation
from ingest.parsers.office.runs import Run, all_code, is_monospaced, shifted, with_code_marks
from ingest.parsers.office.word_styles import in_format
from ingest.parsers.tables import combined_header, table_elements

_BULLETS = (f"{A}buChar", f"{A}buAutoNum", f"{A}buBlip")
_SERIES = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
}
_MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a shape: ``marker`` is "" without a bullet."""

    text: str
    level: int = 0
    marker: str = ""
    code: bool = False


class ShapeText:
    """Reads text bodies of one slide.

    ``inherited`` of a body is what stands above it: the placeholder of the layout, of the master, and the master's
    styles, nearest first.
    """

    def __init__(self, package: Package, relations: dict[str, Relation]) -> None:
        """Links of the slide are found by its relations."""
        self._package = package
        self._relations = relations

    def lines(self, body: Any | None, inherited: list[Any]) -> list[Line]:
        """Paragraphs of a text body; empty ones are left out."""
        lines: list[Line] = []
        counts: dict[int, int] = {}
        for paragraph in body.iterfind(f"{A}p") if body is not None else []:
            runs = self._runs(paragraph)
            code = all_code(runs)
            text = "".join(run.text for run in runs) if code else with_code_marks(runs)
            if not text.strip():
                continue
            level = _level(paragraph)
            for deeper in [at for at in counts if at > level]:
                del counts[deeper]
            marker = _marker(_bullet(paragraph, [body, *inherited], level), counts, level)
            lines.append(Line(text.strip("\n") if code else text.strip(), level, marker, code))
        return lines

    def _runs(self, paragraph: Any) -> list[Run]:
        runs: list[Run] = []
        for child in paragraph:
            if child.tag == f"{A}br":
                runs.append(Run("\n", code=bool(runs) and runs[-1].code))
            elif child.tag == f"{A}r" or child.tag == f"{A}fld" and not _is_running(child):
                runs.append(self._run(child))
            else:
                paragraphs = child.findall(f".//{M}oMathPara")
                mark = "$$" if paragraphs else "$"
                runs += [Run(f"{mark}{latex(math)}{mark}") for math in child.iter(f"{M}oMath") if latex(math)]
        return runs

    def _run(self, run: Any) -> Run:
        text = (run.findtext(f"{A}t") or "").replace("\v", "\n")
        look = run.find(f"{A}rPr")
        if look is None:
            return Run(text)
        for link in look.iterfind(f"{A}hlinkClick"):
            self._package.link(self._relations, link.get(f"{R}id"))
        baseline = look.get("baseline", "0")
        if baseline.lstrip("-").rstrip("%").strip("0"):
            text = shifted(text, up=not baseline.startswith("-"))
        font = look.find(f"{A}latin")
        return Run(text, code=font is not None and is_monospaced(font.get("typeface")))

    def table(self, table: Any, page: int) -> Iterator[Element]:
        """Elements of a table."""
        rows: list[list[str]] = []
        spans_columns = joins_below = False
        for at, row in enumerate(table.iterfind(f"{A}tr")):
            texts: list[str] = []
            for cell in list(row.iterfind(f"{A}tc"))[:_MOST_COLUMNS]:
                lines = self.lines(cell.find(f"{A}txBody"), [])
                text = " ".join(" ".join(line.text.split()) for line in lines)
                if cell.get("vMerge") in ("1", "true") and rows and len(texts) < len(rows[-1]):
                    text = rows[-1][len(texts)]  # a row can be read alone
                    joins_below |= at == 1
                elif cell.get("hMerge") in ("1", "true") and at == 0 and texts:
                    text = texts[-1]
                    spans_columns = True
                texts.append(text)
            rows.append(texts)
        properties = table.find(f"{A}tblPr")
        marked = properties is not None and properties.get("firstRow") in ("1", "true")
        if spans_columns and joins_below:
            rows = combined_header(rows, 2)
        yield from table_elements(rows, header=True if marked else None, page=page)


def text_elements(lines: list[Line], page: int) -> Iterator[Element]:
    """Elements of the paragraphs of one shape: lists, code, and the rest line by line in one paragraph."""
    plain = [line.text for line in lines if not line.marker]
    if len(plain) == len(lines) and (all(line.code for line in lines) or looks_like_code(plain)):
        if plain:
            yield Element(Kind.CODE, "\n".join(plain), page=page)
        return
    for kind, group in groupby(lines, key=_kind):
        if kind is Kind.LIST:
            yield Element(kind, "\n".join(_items(list(group))), page=page)
        else:
            yield Element(kind, "\n".join(line.text for line in group), page=page)


def _kind(line: Line) -> Kind:
    typed = LIST_ITEM.match(line.text)
    if line.marker or typed and typed[2]:
        return Kind.LIST
    return Kind.CODE if line.code else Kind.PARAGRAPH


def _items(lines: list[Line]) -> Iterator[str]:
    levels: list[int] = []
    for line in lines:
        while levels and line.level < levels[-1]:
            levels.pop()
        if not levels or line.level > levels[-1]:
            levels.append(line.level)
        typed = None if line.marker else LIST_ITEM.match(line.text)
        text = " ".join((line.text[typed.end() :] if typed else line.text).split())
        yield "  " * (len(levels) - 1) + f"{line.marker or '-'} {text}"


def _level(paragraph: Any) -> int:
    properties = paragraph.find(f"{A}pPr")
    level = "0" if properties is None else properties.get("lvl", "0")
    return int(level) if re.fullmatch("[0-8]", level) else 0


def _bullet(paragraph: Any, bodies: list[Any], level: int) -> Any | None:
    """The nearest word on the bullet: the paragraph's own, its shape's, its layout's, its master's."""
    said = [paragraph.find(f"{A}pPr")]
    for each in bodies:
        styles = each if each.tag.startswith(P) and each.tag.endswith("Style") else each.find(f".//{A}lstStyle")
        said.append(None if styles is None else styles.find(f"{A}lvl{level + 1}pPr"))
    for properties in said:
        for child in properties if properties is not None else []:
            if child.tag == f"{A}buNone":
                return None
            if child.tag in _BULLETS:
                return child
    return None


def _marker(bullet: Any | None, counts: dict[int, int], level: int) -> str:
    if bullet is None:
        counts.pop(level, None)
        return ""
    if bullet.tag != f"{A}buAutoNum":
        return "-"
    start = bullet.get("startAt", "1")
    counts[level] = counts[level] + 1 if level in counts else int(start) if re.fullmatch(r"\d{1,5}", start) else 1
    form = bullet.get("type", "arabicPeriod")
    number = in_format(counts[level], next((to for name, to in _SERIES.items() if form.startswith(name)), "decimal"))
    if form.endswith("ParenBoth"):
        return f"({number})"
    return number + (")" if form.endswith("ParenR") else "." if form.endswith("Period") else "")


def _is_running(run: Any) -> bool:
    """A field that shows the number of the slide or today's date."""
    return str(run.get("type", "")).startswith(("slidenum", "datetime"))
