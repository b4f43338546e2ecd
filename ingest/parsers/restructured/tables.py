"""Tables of reStructuredText as rows of cells: drawn with bars, set in columns, given as lists or as CSV."""

import csv
import re
from collections.abc import Sequence

GRID_RULE = re.compile(r"^\+(?:[-=]+\+)+\s*$")
SIMPLE_RULE = re.compile(r"^=+(?: +=+)+\s*$")
_SPAN_RULE = re.compile(r"^-+(?: +-+)*\s*$")
_ITEM = re.compile(r"^(\s*)[-*+](?:\s+|$)")

Table = tuple[list[list[str]], bool]
"""Rows of cells as text, and whether the first one is a header."""


def grid_table(lines: Sequence[str]) -> Table:
    """A table drawn with ``+---+`` and bars; a merged cell is in its first column."""
    widths = [line.rstrip() for line in lines]
    columns = sorted(
        {at for line in widths if GRID_RULE.match(line) for at, char in enumerate(_wide(line)) if char == "+"}
    )
    rows: list[list[str]] = []
    open_row: list[str] = [""] * (len(columns) - 1)
    head = 0
    for line in map(_wide, widths):
        if line.startswith("+") and set(line) <= set("+-= "):
            if any(open_row):
                rows.append(open_row)
            head = len(rows) if "=" in line else head
            open_row = [""] * (len(columns) - 1)
            continue
        start = 0
        for column, end in enumerate(columns[1:]):
            if column + 2 < len(columns) and line[end : end + 1] not in ("|", "+"):
                continue  # merged with the next one
            cell = _narrow(line[columns[start] + 1 : end]).strip(" |+")
            cell = "" if set(cell) <= set("-=") else cell
            open_row[start] = f"{open_row[start]} {cell}".strip()
            start = column + 1
    return _with_header([*rows, *([open_row] if any(open_row) else [])], head)


def simple_table(lines: Sequence[str]) -> Table:
    """A table whose columns are marked by rules of ``===``; a row without its first cell goes on the one above."""
    rule = _wide(lines[0])
    starts = [match.start() for match in re.finditer("=+", rule)]
    rows: list[list[str]] = []
    head = 0
    for line in lines[1:]:
        if SIMPLE_RULE.match(line):
            head = head or len(rows)
            continue
        if not line.strip() or (_SPAN_RULE.match(line) and len(line.split()) > 0 and set(line) <= set("- ")):
            continue
        wide = _wide(line)
        cells = [_narrow(wide[start:end]).strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        if rows and not cells[0] and head != len(rows):
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(["" if cell == "\\" else cell for cell in cells])
    closed = head < len(rows)
    return _with_header(rows, head if closed else 0)


def list_table(body: Sequence[str], header_rows: int) -> Table:
    """A table given as a list of lists."""
    rows: list[list[str]] = []
    outer = -1
    for line in body:
        text = line
        match = _ITEM.match(text)
        if match and (outer < 0 or len(match[1]) == outer):
            outer = len(match[1])
            rows.append([])
            text = " " * match.end() + text[match.end() :]
            match = _ITEM.match(text)
        if not rows:
            continue
        if match and (not rows[-1] or len(match[1]) <= outer + 4):
            rows[-1].append(text[match.end() :].strip())
        elif rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {text.strip()}".strip()
    return _with_header([row for row in rows if row], header_rows)


def csv_table(body: Sequence[str], header: str, header_rows: int, delimiter: str) -> Table:
    """A table given as comma-separated values; ``header`` is a row of its own."""
    lines = [header, *body] if header else list(body)
    delimiter = {"tab": "\t", "space": " "}.get(delimiter, delimiter[:1] or ",")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if any(row)]
    except csv.Error:  # a cell longer than the library's limit
        rows = [line.split(delimiter) for line in lines if line.strip()]
    return _with_header(rows, header_rows + bool(header))


def _with_header(rows: list[list[str]], head: int) -> Table:
    """The rows of a header as one, column by column."""
    if head <= 1 or head >= len(rows):
        return rows, 0 < head < len(rows) or (head > 0 and len(rows) == 1)
    top = rows[:head]
    width = max(map(len, top))
    names = [" ".join(dict.fromkeys(row[at] for row in top if at < len(row) and row[at])) for at in range(width)]
    return [names, *rows[head:]], True


def _wide(line: str) -> str:
    """East Asian wide characters take two columns: one more stands for the second."""
    return line if line.isascii() else "".join(char + "\x00" if char >= "\u1100" else char for char in line)


def _narrow(text: str) -> str:
    return text.replace("\x00", "")
