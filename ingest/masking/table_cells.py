"""Credentials in the rows of a table: below a header that is a label, or right of a cell that is one.

The cells stand between bars, or between tabs, commas or wide gaps, as in a copied sheet or a file of values.
"""

import re
from collections.abc import Iterator, Sequence

from ingest.masking.beside_label import accepts, is_login, is_unmistakable, read_pair, read_value
from ingest.masking.labels import KEY, LOGIN, PAIR, PASSWORD, Label, Line, is_only_label, labels

Cell = tuple[int, int]
"""Where the text of a cell begins and ends in its line."""


_BAR = re.compile(r"\|")
_SEPARATORS = (re.compile(r"\t"), re.compile(r","), re.compile(r";"), re.compile(r"[ ]{2,8}(?=\S)"))
_MOST_ROWS = 200


def in_sheet(lines: Sequence[Line], first: int) -> tuple[int, list[tuple[int, int, int, str]]]:
    """How many lines from ``first`` on are a sheet's, and what stands in it: row, start, end, kind.

    A sheet has a header with a label that is a cell, and rows with as many cells, ``_MOST_ROWS`` at most.
    """
    line = lines[first]
    for separator in _SEPARATORS:
        header = list(_cells(line.text, separator)) if separator.search(line.text) else []
        if len(header) < 2 or any(start == end for start, end in header):  # indented code begins with an empty cell
            continue
        kinds = {_kind((line.text, line.lowered), cell) for cell in header}
        if not kinds & {PASSWORD, PAIR, KEY}:
            continue
        below = lines[first + 1 : first + 1 + _MOST_ROWS]
        counts = [len(list(_cells(row.text, separator))) for row in below]
        rows = next((number for number, count in enumerate(counts) if count != len(header)), len(below))
        if rows:
            table = [(row.text, row.lowered) for row in (line, *below[:rows])]
            return len(table), [each for each in in_table(table, separator) if _is_sure(table, each, LOGIN in kinds)]
    return 0, []


def _is_more(text: str, kind: str) -> bool:
    """Whether a cell further right can be a value too, and no remark."""
    return is_unmistakable(text) if kind == PASSWORD else re.fullmatch(r"[\w.@-]{0,60}\d", text, re.ASCII) is not None


def _is_sure(table: Sequence[tuple[str, str]], each: tuple[int, int, int, str], together: bool) -> bool:
    row, start, end, kind = each
    value = table[row][0][start:end]
    return kind != PASSWORD or is_unmistakable(value) or (together and len(value) >= 4)


def in_table(rows: Sequence[tuple[str, str]], separator: re.Pattern[str] = _BAR) -> Iterator[tuple[int, int, int, str]]:
    """Row, start, end and kind of each value; the first row is the header.

    Args:
        rows: the lines of the table, as they are and in lower case.
        separator: what stands between its cells.
    """
    cells = [list(_cells(line, separator)) for line, _ in rows]
    kinds = [[_kind(rows[row], cell) for cell in each] for row, each in enumerate(cells)]
    together = any(LOGIN in each for each in kinds)
    header = kinds[0]
    found: list[tuple[int, int, int, str]] = []
    for row, (line, _) in enumerate(rows):
        announced: dict[int, str] = {}
        for column, kind in enumerate(kinds[row][:-1]):
            if kind and not kinds[row][column + 1]:
                announced[column + 1] = kind
                if not column and kind in (LOGIN, PASSWORD):  # one account per column
                    further = range(2, len(kinds[row]))
                    announced |= {other: kind for other in further if _is_more(line[slice(*cells[row][other])], kind)}
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
        if kind == PAIR:
            for part, each in read_pair(line[: cell[1]], label, cell[1]):
                yield row, part.start, part.end, each
            continue
        value = read_value(line, label, cell[1])
        if value is None or value.start >= cell[1]:
            continue
        if kind in (PASSWORD, KEY) and accepts(value, label, together=together):
            yield row, value.start, value.end, kind
        elif kind == LOGIN and is_login(value, label, True):
            yield row, value.start, value.end, kind


def _cells(line: str, separator: re.Pattern[str]) -> Iterator[Cell]:
    edges = [match.span() for match in separator.finditer(line)]
    if separator is not _BAR:  # outside the first and last bar is nothing
        edges = [(0, 0), *edges]
    for (_, at), (end, _) in zip(edges, [*edges[1:], (len(line), 0)], strict=True):
        stripped = line[at:end].strip()
        start = at + (line[at:end].index(stripped) if stripped else 0)
        yield start, start + len(stripped)


def _kind(row: tuple[str, str], cell: Cell) -> str:
    """What a cell announces, if it is a label and nothing else."""
    text, lowered = row[0][slice(*cell)], row[1][slice(*cell)]
    if not text or len(text) > 60:
        return ""
    found = list(labels(text, lowered))
    if not is_only_label(text, found):
        return ""
    kinds = {each.kind for each in found}
    return found[0].kind if len(kinds) == 1 else PAIR if kinds <= {PAIR, LOGIN, PASSWORD} else ""
