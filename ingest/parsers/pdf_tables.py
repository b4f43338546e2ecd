"""Tables of a PDF page: by their rules where they are drawn, else by the alignment of their cells."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.parsers.lines import LIST_ITEM, markdown_table
from ingest.parsers.pdf_lines import Line, Page, Word

Box = tuple[float, float, float, float]
"""left, bottom, right, top"""

_THIN = 2.5
_SNAP = 3.0
_MAX_RULES = 120
LEADER = re.compile(r"(?:[.·…]\s?){4,}")
"""Dots that lead from an entry of a table of contents to its page."""
_CELL_GAP = 0.8
"""Gap between cells of a table without rules, in line heights; a space is a quarter, a justified one seldom half."""


@dataclass(slots=True)
class Table:
    """Rows of cells, and the part of the page they take."""

    box: Box
    rows: list[list[str]]

    def markdown(self) -> str:
        """Markdown rows, the first of them the header."""
        return markdown_table(self.rows, header=len(self.rows) > 1 and all(self.rows[0]))

    def holds(self, line: Line) -> bool:
        """Whether a line stands in it."""
        left, bottom, right, top = self.box
        return left - _SNAP <= (line.x0 + line.x1) / 2 <= right + _SNAP and bottom - _SNAP <= line.y <= top + _SNAP


def ruled_tables(page: Page) -> list[Table]:
    """Tables whose cells are parted by drawn lines."""
    horizontal, vertical = _edges(page.rules)
    if len(horizontal) < 3 or len(vertical) < 2 or len(horizontal) + len(vertical) > 4 * _MAX_RULES:
        return []
    tables = (_grid_table(page, h_lines, v_lines) for h_lines, v_lines in _components(horizontal, vertical))
    return [table for table in tables if table is not None]


def _edges(boxes: Iterable[Box]) -> tuple[list[Box], list[Box]]:
    horizontal: list[Box] = []
    vertical: list[Box] = []
    for left, bottom, right, top in boxes:
        width, height = right - left, top - bottom
        if height <= _THIN < width:
            horizontal.append((left, (bottom + top) / 2, right, (bottom + top) / 2))
        elif width <= _THIN < height:
            vertical.append(((left + right) / 2, bottom, (left + right) / 2, top))
        elif width > 8 and height > 6:
            horizontal += [(left, bottom, right, bottom), (left, top, right, top)]
            vertical += [(left, bottom, left, top), (right, bottom, right, top)]
    return horizontal, vertical


def _components(horizontal: list[Box], vertical: list[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Groups of lines that cross or touch each other."""
    groups: list[tuple[list[Box], list[Box]]] = []
    for rule in [*horizontal, *vertical]:
        flat = rule[1] == rule[3]
        touching = [group for group in groups if any(_touch(rule, other) for other in group[1 if flat else 0])]
        merged: tuple[list[Box], list[Box]] = ([], [])
        for group in touching:
            merged[0].extend(group[0])
            merged[1].extend(group[1])
            groups.remove(group)
        merged[0 if flat else 1].append(rule)
        groups.append(merged)
    return groups


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] <= other[2] + _SNAP
        and other[0] <= one[2] + _SNAP
        and one[1] <= other[3] + _SNAP
        and other[1] <= one[3] + _SNAP
    )


def _snapped(values: Iterable[float]) -> list[float]:
    snapped: list[float] = []
    for value in sorted(values):
        if not snapped or value - snapped[-1] > _SNAP:
            snapped.append(value)
    return snapped


def _grid_table(page: Page, horizontal: list[Box], vertical: list[Box]) -> Table | None:
    ys = _snapped(rule[1] for rule in horizontal)[::-1]
    xs = _snapped([*(rule[0] for rule in vertical), *(x for rule in horizontal for x in (rule[0], rule[2]))])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > 2000:
        return None
    owners = _merged_cells(xs, ys, horizontal, vertical)
    texts: dict[int, list[str]] = {}
    depths = [-y for y in ys]
    for word in (word for line in page.lines for word in line.words):
        row, column = _slot(depths, -word.y), _slot(xs, (word.x0 + word.x1) / 2)
        if column is not None and row is not None:
            texts.setdefault(owners[row * columns + column], []).append(word.text)
    filled = [number for number in set(owners) if texts.get(number)]
    if (
        len(filled) < 4
        or len({number % columns for number in filled}) < 2
        or len({number // columns for number in filled}) < 2
    ):
        return None
    # A merged cell says the same for each row and column it covers.
    cells = [[_cell(texts, owners, row, column, columns) for column in range(columns)] for row in range(rows)]
    cells = _without_empty_columns([row for row in cells if any(row)])
    return Table((xs[0], ys[-1], xs[-1], ys[0]), cells)


def _merged_cells(xs: list[float], ys: list[float], horizontal: list[Box], vertical: list[Box]) -> list[int]:
    """For each cell of the grid the first cell of the merged one it belongs to."""
    rows, columns = len(ys) - 1, len(xs) - 1
    owners = list(range(rows * columns))

    def join(one: int, other: int) -> None:
        low, high = sorted((owners[one], owners[other]))
        for at, owner in enumerate(owners):
            if owner == high:
                owners[at] = low

    for row in range(rows):
        for column in range(columns):
            at = row * columns + column
            if column + 1 < columns and not _is_ruled(vertical, xs[column + 1], ys[row + 1], ys[row], axis=0):
                join(at, at + 1)
            if row + 1 < rows and not _is_ruled(horizontal, ys[row + 1], xs[column], xs[column + 1], axis=1):
                join(at, at + columns)
    return owners


def _is_ruled(rules: list[Box], place: float, low: float, high: float, *, axis: int) -> bool:
    middle = (low + high) / 2
    return any(
        abs(rule[axis] - place) <= _SNAP + 1 and rule[1 - axis] - _SNAP <= middle <= rule[3 - axis] + _SNAP
        for rule in rules
    )


def _slot(edges: Sequence[float], value: float) -> int | None:
    for at in range(len(edges) - 1):
        if edges[at] <= value < edges[at + 1]:
            return at
    return None


def _cell(texts: dict[int, list[str]], owners: list[int], row: int, column: int, columns: int) -> str:
    at = row * columns + column
    owner = owners[at]
    whole_row = len(set(owners[row * columns : (row + 1) * columns])) == 1
    if whole_row and column > 0:
        return ""
    return " ".join(texts.get(owner, []))


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    keep = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    return [[row[at] for at in keep] for row in rows]


def cells_of(line: Line) -> list[Word]:
    """The words of a line joined into cells, parted by wide gaps."""
    cells: list[Word] = []
    for word in line.words:
        if cells and word.x0 - cells[-1].x1 < _CELL_GAP * line.size:
            cells[-1] = Word(f"{cells[-1].text} {word.text}", cells[-1].x0, word.x1, word.y)
        else:
            cells.append(word)
    return cells


def aligned_table(lines: Sequence[Line]) -> int:
    """How many lines from the first on are rows of a table without rules; 0 if they are none.

    Rows are consecutive, at least three, each with two cells or more (one in between may be a cell's second line),
    and their cells begin, end or centre at the same places.
    """
    first = cells_of(lines[0])
    if LEADER.search(lines[0].text):
        return 0
    if len(first) < 2 or lines[0].mono or LIST_ITEM.match(lines[0].text):
        return 0
    columns = list(first)
    last = 0
    for at, line in enumerate(lines[1:], 1):
        gap = lines[at - 1].y - line.y
        cells = cells_of(line)
        if line.mono or not -1 <= gap <= 3.2 * line.size:
            break
        aligned = sum(any(_aligned(cell, column) for column in columns) for cell in cells)
        if len(cells) >= 2 and aligned >= max(2, 0.6 * len(cells)):
            columns += cells
            last = at
        elif at - last >= 2 or not aligned or len(cells) > 1:
            break
    multi = sum(len(cells_of(line)) >= 2 for line in lines[: last + 1])
    return last + 1 if multi >= 3 else 0


def _aligned(one: Word, other: Word) -> bool:
    return (
        abs(one.x0 - other.x0) <= _SNAP
        or abs(one.x1 - other.x1) <= _SNAP
        or abs(one.x0 + one.x1 - other.x0 - other.x1) <= 2 * _SNAP
    )


def rows_of(lines: Sequence[Line]) -> list[list[str]]:
    """Rows of a table without rules; cells are put into the columns of its fullest row."""
    split = [cells_of(line) for line in lines]
    columns = max(split, key=len)
    rows: list[list[str]] = []
    for cells in split:
        row = [""] * len(columns)
        for cell in cells:
            column = min(range(len(columns)), key=lambda at: _distance(cell, columns[at]))
            row[column] = f"{row[column]} {cell.text}".strip()
        if rows and len(cells) == 1 and not row[0]:
            # One cell alone, not in the first column, is the second line of the cell above.
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    return rows


def _distance(one: Word, other: Word) -> float:
    return min(abs(one.x0 - other.x0), abs(one.x1 - other.x1), abs(one.x0 + one.x1 - other.x0 - other.x1) / 2)
