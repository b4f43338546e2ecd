"""Rows of cells to table elements: is there a header row, and where is a long table cut."""

import re
from collections.abc import Iterator, Sequence

from ingest.elements import Element, Kind
from ingest.parsers.lines import markdown_table

MAX_ROWS = 1000
"""Rows of one element; a longer table goes on in another, with its header."""
_LONGEST_NAME = 80
_VALUE = re.compile(r"[-+(]?[\d.,:/\s%₩$€£~-]+(?:%|원|명|점|개)?\)?")
"""A number, date, time, amount."""


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: each short, filled, no number, and hardly any twice."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    names = [cell.strip() for cell in rows[0]]
    unnamed = sum(not name for name in names[1:])  # the corner above the names of the rows is often empty
    plain = [name for name in names if name]
    return (
        unnamed * 4 <= len(names)
        and len(plain) >= 2
        and all(len(name) <= _LONGEST_NAME and not _VALUE.fullmatch(name) for name in plain)
        and len(set(plain)) * 2 > len(plain)
    )


def table_elements(
    rows: Sequence[Sequence[str]], *, header: bool | None = None, page: int | None = None, most: int = MAX_ROWS
) -> Iterator[Element]:
    """Elements of one table.

    Args:
        rows: cells as text.
        header: whether the first row is one; None looks at the rows.
        page: for the elements.
        most: rows of one element, header aside.
    """
    rows = _trimmed(rows)
    if not rows:
        return
    header = has_header(rows) if header is None else header and len(rows) > 1
    top, body = (rows[:1], rows[1:]) if header else ([], rows)
    for start in range(0, len(body), most):
        yield Element(Kind.TABLE, markdown_table([*top, *body[start : start + most]], header=header), page=page)


def _trimmed(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Without rows and columns that hold nothing."""
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    width = max(map(len, kept), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in kept]
    columns = [at for at in range(width) if any(row[at].strip() for row in filled)]
    return [[row[at] for at in columns] for row in filled]


def combined_header(rows: Sequence[Sequence[str]], count: int) -> list[list[str]]:
    """The first rows as one: what stands above each other in a column, each text once."""
    top, body = rows[:count], rows[count:]
    width = max(map(len, rows), default=0)
    names = [
        " ".join(dict.fromkeys(row[at].strip() for row in top if at < len(row) and row[at].strip()))
        for at in range(width)
    ]
    return [names, *map(list, body)]
