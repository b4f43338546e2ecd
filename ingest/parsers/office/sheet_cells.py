"""The cells of one sheet of an Excel file, read as a stream: what is shown in each, merged ranges, what is hidden."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from ingest.parsers.office.number_formats import BUILT_IN, shown

MAX_ROWS = 10_000
"""Rows of one sheet: enough for any list a course hands out; raw data would drown it."""
MAX_COLUMNS = 200
MAX_CELLS = 500_000
_MAX_LOOKED_AT = 3_000_000
"""Rows and cells of a workbook, empty ones included, which take time too."""
_MAX_MERGED = 10_000
_MAX_STRINGS = 2_000_000
_LONGEST_CELL = 40_000
"""Characters; Excel allows 32,767."""
_CELL_NAME = re.compile(r"([A-Z]{1,3})(\d{1,7})")

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column; all 1-based, all inside."""


@dataclass(slots=True)
class Sheet:
    """Cells of a sheet.

    Attributes:
        rows: number of a row → its cells: number of a column → text.
        merged: merged ranges.
        hidden_columns: numbers of columns that are hidden.
        hidden_rows: how many rows with text are hidden; they are not in ``rows``.
        uncomputed: formulas without a stored result.
        cut: rows beyond the limits were left out.
        wide: columns beyond the limit were left out.
    """

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    hidden_rows: int = 0
    uncomputed: int = 0
    cut: bool = False
    wide: bool = False


@dataclass(slots=True)
class CellReader:
    """What cells refer to: texts by number, format codes by style; and how many cells may still be read."""

    strings: list[str]
    formats: list[str]
    since_1904: bool = False
    left: int = MAX_CELLS
    looked_at: int = 0

    def read(self, stream: IO[bytes]) -> Sheet:
        """Read one sheet; memory is bounded by the limits, not by the file.

        Raises:
            lxml.etree.XMLSyntaxError: the XML is broken.
        """
        sheet = Sheet()
        row: dict[int, str] = {}
        number = 0
        for element in elements(stream, ("row", "c", "mergeCell", "col")):
            name = element.tag.rpartition("}")[2]
            self.looked_at += 1
            if self.looked_at > _MAX_LOOKED_AT:
                sheet.cut = True
                break
            if name == "c":
                self._cell(element, row, sheet)
            elif name == "row":
                number = _whole(element.get("r"), number + 1)
                self._end_row(element, number, row, sheet)
                row = {}
                if sheet.cut:
                    break
            else:
                _layout(element, name, sheet)
        return sheet

    def _end_row(self, element: Any, number: int, row: dict[int, str], sheet: Sheet) -> None:
        if row and element.get("hidden") in ("1", "true"):
            sheet.hidden_rows += 1
        elif row and len(sheet.rows) == MAX_ROWS:
            sheet.cut = True
        elif row:
            sheet.rows[number] = row
        sheet.cut |= self.left <= 0

    def _cell(self, cell: Any, row: dict[int, str], sheet: Sheet) -> None:
        column = _column(cell.get("r", "")) or max(row, default=0) + 1
        if column > MAX_COLUMNS or self.left <= 0:
            sheet.wide |= column > MAX_COLUMNS
            return
        text = self._text(cell)
        if text:
            row[column] = text
            self.left -= 1
        elif cell.find("{*}f") is not None and not cell.findtext("{*}v"):
            sheet.uncomputed += 1

    def _text(self, cell: Any) -> str:
        kind, stored = cell.get("t", "n"), cell.findtext("{*}v") or ""
        if kind == "s":
            at = _whole(stored, -1)
            stored = self.strings[at] if 0 <= at < len(self.strings) else ""
        elif kind == "inlineStr":
            stored = string_of(cell.find("{*}is"))
        elif kind == "b":
            stored = "TRUE" if stored.strip() == "1" else "FALSE"
        elif kind == "n" and stored:
            style = _whole(cell.get("s"), 0)
            try:
                code = self.formats[style] if style < len(self.formats) else ""
                stored = shown(float(stored), code, since_1904=self.since_1904)
            except (ValueError, OverflowError):
                stored = stored.strip()
        return " ".join(stored[:_LONGEST_CELL].split())


def _layout(element: Any, name: str, sheet: Sheet) -> None:
    if name == "mergeCell" and len(sheet.merged) < _MAX_MERGED:
        sheet.merged += _range(element.get("ref", ""))
    elif name == "col" and element.get("hidden") in ("1", "true"):
        first = _whole(element.get("min"), 1)
        sheet.hidden_columns |= set(range(first, min(_whole(element.get("max"), first), MAX_COLUMNS) + 1))


def elements(stream: IO[bytes], names: tuple[str, ...]) -> Iterator[Any]:
    """Elements of some names, one after the other, each forgotten after it was looked at."""
    from lxml import etree

    tags = [f"{{*}}{name}" for name in names]
    for _, element in etree.iterparse(
        stream, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    ):
        yield element
        element.clear()
        around = element.getparent()
        while around is not None and element.getprevious() is not None:
            del around[0]


def shared_strings(stream: IO[bytes]) -> list[str]:
    """The texts that cells refer to by number."""
    strings: list[str] = []
    for item in elements(stream, ("si",)):
        strings.append(string_of(item)[:_LONGEST_CELL])
        if len(strings) >= _MAX_STRINGS:
            break
    return strings


def string_of(item: Any | None) -> str:
    """The text of a rich string, without the reading aids of East Asian words."""
    if item is None:
        return ""
    texts = item.iter("{*}t")
    return "".join(text.text or "" for text in texts if not text.getparent().tag.endswith("}rPh"))


def format_codes(styles: Any | None) -> list[str]:
    """The format code of each cell style, by its number."""
    if styles is None:
        return []
    own = {
        _whole(each.get("numFmtId"), -1): each.get("formatCode", "") for each in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    codes = BUILT_IN | own
    return [codes.get(_whole(each.get("numFmtId"), 0), "") for each in styles.iterfind("{*}cellXfs/{*}xf")]


def _range(reference: str) -> list[Range]:
    first, _, last = reference.partition(":")
    start, end = _CELL_NAME.fullmatch(first), _CELL_NAME.fullmatch(last)
    if start is None or end is None:
        return []
    return [(int(start[2]), _column(first), int(end[2]), _column(last))]


def _column(name: str) -> int:
    match = _CELL_NAME.fullmatch(name)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
