"""Tables of a PDF page, and those without drawn lines, which are known by the alignment of their cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsers.lines import LIST_ITEM, markdown_table
from ingest.parsers.pdf.page_lines import Line, Word
from ingest.parsers.pdf.rules import Box

SNAP = 3.0
LEADER = re.compile(r"\s?(?:[.·…]\s?){4,}")
"""Dots that lead from an entry of a table of contents to its page."""
_CELL_GAP = 0.8
"""Gap between cells of a table without rules, in line heights; a space is a quarter, a justified one seldom half."""


@dataclass(slots=True)
class Table:
    """Rows of cells, and the part of the page they take.

    Attributes:
        box: its place.
        rows: its cells; a merged one says the same in each row and column that it covers.
        title: a row above the header that goes over all columns.
        edges: where its columns begin, in points.
    """

    box: Box
    rows: list[list[str]]
    title: str = ""
    edges: list[float] = field(default_factory=list)

    def markdown(self) -> str:
        """Markdown rows; the first is the header if it names the columns, the leftmost of which need no name."""
        named = next((at for at, cell in enumerate(self.rows[0]) if cell), 0)
        header = len(self.rows) > 1 and all(self.rows[0][named:]) and 2 * named <= len(self.rows[0]) > 1
        return markdown_table(self.rows, header=header)

    def continues(self, before: "Table") -> bool:
        """Whether it goes on with the table that ended the page before: the same columns, but no header of its own."""
        if len(self.rows[0]) != len(before.rows[0]) or len(self.edges) != len(before.edges):
            return False
        aligned = all(abs(x - y) <= SNAP for x, y in zip(self.edges, before.edges, strict=True))
        first, *body = (any(map(str.isdigit, "".join(row))) for row in self.rows)
        # Names over columns of numbers are a header.
        return aligned and self.rows[0] != before.rows[0] and (first or not any(body))

    def holds(self, line: Line) -> bool:
        """Whether a line stands in it."""
        left, bottom, right, top = self.box
        return left - SNAP <= (line.x0 + line.x1) / 2 <= right + SNAP and bottom - SNAP <= line.y <= top + SNAP


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
        if line.mono or LEADER.search(line.text) or not -1 <= gap <= 3.2 * line.size:
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
        abs(one.x0 - other.x0) <= SNAP
        or abs(one.x1 - other.x1) <= SNAP
        or abs(one.x0 + one.x1 - other.x0 - other.x1) <= 2 * SNAP
    )


def table_of(lines: Sequence[Line]) -> Table:
    """A table without rules; cells are put into the columns of its fullest row."""
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
    box = (min(line.x0 for line in lines), lines[-1].y0, max(line.x1 for line in lines), lines[0].y1)
    return Table(box, rows, edges=[cell.x0 for cell in columns])


def _distance(one: Word, other: Word) -> float:
    return min(abs(one.x0 - other.x0), abs(one.x1 - other.x1), abs(one.x0 + one.x1 - other.x0 - other.x1) / 2)


def numbered_list(rows: Sequence[Sequence[str]]) -> str:
    """The list that a table of two columns is whose first one counts 1, 2, 3; "" if it is none."""
    counted = [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    if not counted or len(rows[0]) != 2 or len(rows) > 20:
        return ""
    return "\n".join(f"{chr(ord('①') + at)} {row[1]}" for at, row in enumerate(rows))
