"""The cells of a sheet to elements: where one table ends and the next begins, titles above them, merged cells."""

from collections.abc import Iterator
from itertools import groupby

from ingest.elements import Element, Kind
from ingest.parsers.office.sheet_cells import Sheet
from ingest.parsers.tables import MAX_ROWS, combined_header, has_header, table_elements

_MOST_HEADER_ROWS = 4
_LONGEST_FILL = 2000
"""Rows a merged cell's text is repeated in."""

Grid = dict[int, dict[int, str]]


def sheet_elements(sheet: Sheet) -> Iterator[Element]:
    """Tables and lines of text of a sheet in reading order.

    Blank rows and columns part tables. A table that goes on after a blank row, in the same columns and without a header
    of its own, has that of the one before.
    """
    grid = {
        row: {at: text for at, text in cells.items() if at not in sheet.hidden_columns}
        for row, cells in sheet.rows.items()
    }
    grid = {row: cells for row, cells in sorted(grid.items()) if cells}
    spans = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merged}
    _repeat_down(grid, spans)
    headers: list[dict[int, str]] = []
    for block in _parts(grid):
        lines, block = _lines_above(block)
        if lines:
            yield Element(Kind.PARAGRAPH, "\n".join(lines))
        if not block:
            continue
        columns = sorted({at for cells in block.values() for at in cells})
        rows = _rows(block, columns, spans)
        if has_header(rows):
            headers.insert(0, dict(zip(columns, rows[0], strict=True)))
            yield from _table(rows, header=True)
            continue
        above = next((names for names in headers if names.keys() >= set(columns)), None)
        if above is not None and len(columns) > 1:
            rows.insert(0, [above[at] for at in columns])
        yield from _table(rows, header=above is not None)


def _table(rows: list[list[str]], *, header: bool) -> Iterator[Element]:
    if max(map(len, rows)) > 1:
        yield from table_elements(rows, header=header)
        return
    for start in range(0, len(rows), MAX_ROWS):
        yield Element(Kind.PARAGRAPH, "\n".join(row[0] for row in rows[start : start + MAX_ROWS]))


def _repeat_down(grid: Grid, spans: dict[tuple[int, int], tuple[int, int]]) -> None:
    """The text of a cell merged over rows stands in each of them, so that a row can be read alone."""
    for (top, left), (bottom, _) in spans.items():
        text = grid.get(top, {}).get(left)
        if text:
            for row in range(top + 1, min(bottom, top + _LONGEST_FILL) + 1):
                if row in grid:
                    grid[row].setdefault(left, text)


def _parts(grid: Grid) -> Iterator[Grid]:
    """Parts with nothing between them: rows first, then columns within them."""
    for _, run in groupby(enumerate(grid), key=lambda pair: pair[1] - pair[0]):
        rows = [row for _, row in run]
        block = {row: grid[row] for row in rows}
        columns = sorted({at for cells in block.values() for at in cells})
        sides = [[at for _, at in side] for _, side in groupby(enumerate(columns), key=lambda pair: pair[1] - pair[0])]
        if any(len(side) < 2 for side in sides):
            # A single column beside a gap belongs to its rows.
            yield block
            continue
        for side in sides:
            inside = set(side)
            part = {row: {at: text for at, text in cells.items() if at in inside} for row, cells in block.items()}
            yield {row: cells for row, cells in part.items() if cells}


def _lines_above(block: Grid) -> tuple[list[str], Grid]:
    """Single cells above a table: its title, its date."""
    rows = list(block)
    count = next((at for at, row in enumerate(rows) if len(block[row]) > 1), 0)
    lines = [text for row in rows[:count] for text in block[row].values()]
    return lines, {row: block[row] for row in rows[count:]}


def _rows(block: Grid, columns: list[int], spans: dict[tuple[int, int], tuple[int, int]]) -> list[list[str]]:
    """Cells row by row; a header of several rows, told by cells merged both ways, is one."""
    first = min(block)
    merged = {at: spans[first, at] for at in block[first] if (first, at) in spans}
    deepest = max((bottom for bottom, _ in merged.values()), default=first)
    wide = {at: right for at, (_, right) in merged.items() if right > at}
    rows = [[cells.get(at, "") for at in columns] for cells in block.values()]
    if not wide or not first < deepest < first + _MOST_HEADER_ROWS or len(rows) <= deepest - first + 1:
        return rows
    for at, right in wide.items():
        for column in columns:
            if at < column <= right:
                rows[0][columns.index(column)] = block[first][at]
    return combined_header(rows, deepest - first + 1)
