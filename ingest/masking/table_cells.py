"""Credentials in the rows of a Markdown table: below a header that is a label, or right of a cell that is one."""

from collections.abc import Iterator, Sequence

from ingest.masking.beside_label import accepts, is_login, read_value
from ingest.masking.labels import KEY, LOGIN, PASSWORD, Label, is_only_label, labels

Cell = tuple[int, int]
"""Where the text of a cell begins and ends in its line."""


def in_table(rows: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, int, str]]:
    """Row, start, end and kind of each value; the first row is the header.

    Args:
        rows: the lines of the table, as they are and in lower case.
    """
    cells = [list(_cells(line)) for line, _ in rows]
    kinds = [[_kind(rows[row], cell) for cell in each] for row, each in enumerate(cells)]
    together = any(LOGIN in each for each in kinds)
    header = kinds[0]
    found: list[tuple[int, int, int, str]] = []
    for row, (line, _) in enumerate(rows):
        announced: dict[int, str] = {}
        for column, kind in enumerate(kinds[row][:-1]):
            if kind and not kinds[row][column + 1]:
                announced[column + 1] = kind
        if row:
            announced |= {column: kind for column, kind in enumerate(header) if kind and column < len(cells[row])}
        found += _values(
            row, line, {column: (cells[row][column], kind) for column, kind in announced.items()}, together
        )
    if any(kind == PASSWORD for *_, kind in found):  # a login name alone is no secret
        yield from found
    else:
        yield from (each for each in found if each[3] != LOGIN)


def _values(
    row: int, line: str, announced: dict[int, tuple[Cell, str]], together: bool
) -> Iterator[tuple[int, int, int, str]]:
    for cell, kind in announced.values():
        label = Label(kind, cell[0], cell[0], "|", cell[0], False)
        value = read_value(line, label, cell[1])
        if value is None or value.start >= cell[1]:
            continue
        if kind in (PASSWORD, KEY) and accepts(value, label, together=together):
            yield row, value.start, value.end, kind
        elif kind == LOGIN and is_login(value, label, True):
            yield row, value.start, value.end, kind


def _cells(line: str) -> Iterator[Cell]:
    at = line.index("|") + 1
    for cell in line[at:].split("|"):
        stripped = cell.strip()
        start = at + (cell.index(stripped) if stripped else 0)
        yield start, start + len(stripped)
        at += len(cell) + 1


def _kind(row: tuple[str, str], cell: Cell) -> str:
    """What a cell announces, if it is a label and nothing else."""
    text, lowered = row[0][slice(*cell)], row[1][slice(*cell)]
    if not text or len(text) > 60:
        return ""
    found = list(labels(text, lowered))
    return found[0].kind if len(found) == 1 and is_only_label(text, found) else ""
