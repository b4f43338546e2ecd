"""Tables of HTML as rows of cells: merged cells repeated where they count, rows of a header made one."""

from collections.abc import Callable
from typing import Any

from ingest.parsers.web_page.main_content import child_tags

_MOST_COLUMNS = 100
_MOST_SPANNED = 50


def own_rows(table: Any) -> list[Any]:
    """The rows of a table, without those of tables inside it."""
    rows: list[Any] = []
    for child in child_tags(table):
        if child.name == "tr":
            rows.append(child)
        elif child.name in ("thead", "tbody", "tfoot"):
            rows += child_tags(child, "tr")
    return rows


def grid(rows: list[Any], text_of: Callable[[Any], str]) -> tuple[list[list[str]], int]:
    """Cells of all rows, and how many of them are header.

    A cell over several rows says the same in each; one over several columns says it in the first, but in each of them
    in the header, whose rows are joined column by column.
    """
    headers = 0
    while headers < len(rows) - 1 and _is_header(rows[headers]):
        headers += 1
    cells: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for number, row in enumerate(rows):
        cells.append(_row(row, text_of, below, in_header=number < headers))
    if headers > 1:
        width = max(map(len, cells[:headers]))
        joined = [" ".join(dict.fromkeys(_column(cells[:headers], at))) for at in range(width)]
        cells[:headers] = [[" ".join(text.split()) for text in joined]]
        headers = 1
    elif headers == 0 and len(rows) == 1:
        headers = int(_is_header(rows[0]))
    kept = [row for row in cells[headers:] if any(row)]
    return [*cells[:headers], *kept], headers


def _column(rows: list[list[str]], at: int) -> list[str]:
    return [row[at] for row in rows if at < len(row) and row[at]]


def _is_header(row: Any) -> bool:
    if row.parent is not None and row.parent.name == "thead":
        return True
    return bool(child_tags(row, "th")) and not child_tags(row, "td")


def _row(row: Any, text_of: Callable[[Any], str], below: dict[int, tuple[int, str]], *, in_header: bool) -> list[str]:
    """The cells of a row; ``below`` holds, by column, cells of rows above that reach into it."""
    cells: list[str] = []

    def take_from_above() -> None:
        while len(cells) in below:
            left, text = below.pop(len(cells))
            if left > 1:
                below[len(cells)] = (left - 1, text)
            cells.append(text)

    for cell in child_tags(row, "td", "th"):
        take_from_above()
        if len(cells) >= _MOST_COLUMNS:
            break
        text = text_of(cell)
        width, height = _span(cell, "colspan"), _span(cell, "rowspan")
        for at in range(width):
            shown = text if at == 0 or in_header else ""
            if height > 1:
                below[len(cells)] = (height - 1, shown)
            cells.append(shown)
    take_from_above()
    return cells


def _span(cell: Any, name: str) -> int:
    if name not in cell.attrs:
        return 1
    value = str(cell.attrs[name]).strip()
    most = _MOST_SPANNED if name == "colspan" else 65534
    return min(int(value), most) if value.isascii() and value.isdecimal() and len(value) < 7 and int(value) > 0 else 1


def is_layout(rows: list[Any], headings: list[str]) -> bool:
    """Whether a table only arranges text: it has one column, or few rows that hold lists or headings."""
    widths = (len(child_tags(row, "td", "th")) for row in rows)
    if max(widths, default=0) <= 1:
        return True
    return len(rows) <= 2 and any(row.find(["ul", "ol", *headings]) is not None for row in rows)
