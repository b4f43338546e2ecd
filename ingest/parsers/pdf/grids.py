"""Tables of a PDF page whose cells are parted by drawn lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from ingest.parsers.pdf.page_lines import Line, Page, Word
from ingest.parsers.pdf.page_tables import SNAP, Table
from ingest.parsers.pdf.rules import Box

_THIN = 2.5
_MAX_RULES = 120
_FRAME_LINES = 8
"""A cell with as many lines, and most of the lines of all, is a frame around text."""


def ruled_tables(page: Page, joined: Callable[[Sequence[Line]], str]) -> list[Table]:
    """Tables whose cells are parted by drawn lines; ``joined`` makes one text of the lines of a cell."""
    horizontal, vertical = _edges(page.rules)
    horizontal, vertical = _in_one_piece(horizontal, axis=1), _in_one_piece(vertical, axis=0)
    if len(horizontal) < 3 or len(vertical) < 2 or len(horizontal) + len(vertical) > 4 * _MAX_RULES:
        return []
    tables = (_grid_table(page, joined, *rules) for rules in _components(horizontal, vertical))
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


def _in_one_piece(rules: list[Box], *, axis: int) -> list[Box]:
    """Lines that go on where another one ends are one: LaTeX draws its vertical ones row by row."""
    whole: list[Box] = []
    for rule in sorted(rules, key=lambda rule: (round(rule[axis]), rule[1 - axis])):
        last = whole[-1] if whole else None
        if last and round(last[axis]) == round(rule[axis]) and rule[1 - axis] <= last[3 - axis] + SNAP:
            end = max(last[3 - axis], rule[3 - axis])
            whole[-1] = (last[0], last[1], last[2], end) if axis == 0 else (last[0], last[1], end, last[3])
        else:
            whole.append(rule)
    return whole


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
        one[0] <= other[2] + SNAP
        and other[0] <= one[2] + SNAP
        and one[1] <= other[3] + SNAP
        and other[1] <= one[3] + SNAP
    )


def _snapped(values: Iterable[float]) -> list[float]:
    snapped: list[float] = []
    for value in sorted(values):
        if not snapped or value - snapped[-1] > SNAP:
            snapped.append(value)
    return snapped


def _grid_table(
    page: Page, joined: Callable[[Sequence[Line]], str], horizontal: list[Box], vertical: list[Box]
) -> Table | None:
    ys = _snapped(rule[1] for rule in horizontal)[::-1]
    xs = _snapped([*(rule[0] for rule in vertical), *(x for rule in horizontal for x in (rule[0], rule[2]))])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > 2000:
        return None
    owners = _merged_cells(xs, ys, horizontal, vertical)
    parts = _parts_of_cells(page, xs, ys, owners)
    if len(parts) < 4 or len({at % columns for at in parts}) < 2 or len({at // columns for at in parts}) < 2:
        return None
    sizes = [len(lines) for lines in parts.values()]
    if max(sizes) >= _FRAME_LINES and max(sizes) > sum(sizes) / 2:
        return None
    texts = {owner: joined(lines) for owner, lines in parts.items()}
    cells = [[_cell(texts, owners, row, column, columns) for column in range(columns)] for row in range(rows)]
    cells = _without_empty_columns([row for row in cells if any(row)])
    title = cells[0][0] if len(cells) > 2 and not any(cells[0][1:]) and owners[0] == owners[columns - 1] else ""
    cells = _with_one_header(cells[1:] if title else cells)
    return Table((xs[0], ys[-1], xs[-1], ys[0]), cells, title, xs)


def _parts_of_cells(page: Page, xs: list[float], ys: list[float], owners: list[int]) -> dict[int, list[Line]]:
    """What of each line stands in which cell."""
    columns = len(xs) - 1
    depths = [-y for y in ys]
    parts: dict[int, list[Line]] = {}

    def owner_of(word: Word) -> int | None:
        row, column = _slot(depths, -word.y), _slot(xs, (word.x0 + word.x1) / 2)
        return None if column is None or row is None else owners[row * columns + column]

    for line in page.lines:
        if line.x1 < xs[0] or line.x0 > xs[-1] or not ys[-1] - line.size <= line.y <= ys[0] + line.size:
            continue
        for owner, words in groupby(line.words, key=owner_of):
            if owner is not None:
                part = replace(line, words=list(words))
                # A space at the end says something; that there is none does not: lines of a cell are broken by hand.
                part.open_end = True if line.open_end and part.words[-1] is line.words[-1] else None
                parts.setdefault(owner, []).append(part)
    return parts


def _with_one_header(rows: list[list[str]]) -> list[list[str]]:
    """A header of two rows, of which the upper one has cells over several columns, as one row."""
    upper, lower = rows[0], rows[1]
    wide = {above for above, following in pairwise(upper) if above == following != ""}
    # What stands under no such cell goes down over both rows, or is empty in one; else the second row is no header.
    tall = (above in wide or above == below or "" in (above, below) for above, below in zip(upper, lower, strict=True))
    if not wide or len(rows) < 3 or len(set(upper)) < 2 or not all(tall) or len(set(lower)) < len(lower):
        return rows
    both = [above if above == below else f"{above} {below}".strip() for above, below in zip(upper, lower, strict=True)]
    return [both, *rows[2:]]


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
        abs(rule[axis] - place) <= SNAP + 1 and rule[1 - axis] - SNAP <= middle <= rule[3 - axis] + SNAP
        for rule in rules
    )


def _slot(edges: Sequence[float], value: float) -> int | None:
    for at in range(len(edges) - 1):
        if edges[at] <= value < edges[at + 1]:
            return at
    return None


def _cell(texts: dict[int, str], owners: list[int], row: int, column: int, columns: int) -> str:
    """A merged cell says the same for each row and column it covers; one over the whole row says it once."""
    whole_row = len(set(owners[row * columns : (row + 1) * columns])) == 1
    return "" if whole_row and column > 0 else texts.get(owners[row * columns + column], "")


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    keep = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    return [[row[at] for at in keep] for row in rows]
