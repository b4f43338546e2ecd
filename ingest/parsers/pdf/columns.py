"""The columns of a page and the order in which its lines are read.

The order of the content stream is the reading order of nearly all PDFs, so it is kept, except where it can be seen to
be wrong: where it jumps to and fro between columns, and where what was drawn late stands above what was drawn before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.parsers.pdf.page_lines import Line, Page

_EDGE = 1.5
"""How far, in points, a line may begin left of its column."""
_LEAST_GAP = 0.8
"""Least gap between columns on one printed line, in line heights; narrower ones are spaces of justified text."""
_LEAST_LINES = 4
"""A column has at least as many lines of text."""
_LEAST_WORDS = 3
_FULL, _MOST_FULL = 0.75, 0.6
_MAX_EDGES = 12
_MAX_BLOCKS = 200


@dataclass(frozen=True, slots=True)
class Gutter:
    """The left edge of a column, and from where to where on the page nothing crosses it."""

    x: float
    low: float
    high: float


def arrange(page: Page, tables: Sequence[Line]) -> None:
    """Say of each line in which column it stands, and put the lines in reading order.

    ``tables`` are the lines inside of ruled tables: they part no columns and are in none.
    """
    inside = set(map(id, tables))
    gutters = find_gutters([line for line in page.lines if id(line) not in inside])
    for group in _groups(gutters):
        page.lines = _untangled(page.lines, group)
    for line in page.lines:
        line.column = 0 if id(line) in inside else _column(line, gutters)
    page.lines = _downwards(page.lines)


def find_gutters(lines: Sequence[Line]) -> list[Gutter]:
    """The gutters between columns of running text, from left to right."""
    pieces = sorted((piece for line in lines for piece in _pieces(line)), key=lambda piece: -piece.y)
    edges = Counter(round(piece.x0 / 3) for piece in pieces if len(piece.words) >= _LEAST_WORDS)
    frequent = sorted(edge for edge, count in edges.most_common(_MAX_EDGES) if count >= _LEAST_LINES)
    gutters: list[Gutter] = []
    for edge in frequent:
        x = min(piece.x0 for piece in pieces if round(piece.x0 / 3) == edge)
        if not any(abs(gutter.x - x) <= 6 for gutter in gutters):
            gutters += (Gutter(x, run[-1].y0, run[0].y1) for run in _runs(pieces, x) if _parts_columns(run, x))
    return gutters


def _pieces(line: Line) -> Iterator[Line]:
    """What of a line stands apart: a row of two columns comes as one line."""
    start = 0
    for at in range(1, len(line.words)):
        if line.words[at].x0 - line.words[at - 1].x1 >= _LEAST_GAP * line.size:
            yield replace(line, words=line.words[start:at], open_end=None)
            start = at
    yield replace(line, words=line.words[start:]) if start else line


def _runs(pieces: Sequence[Line], x: float) -> Iterator[list[Line]]:
    """The longest stretches, from the top, in which no piece crosses x."""
    run: list[Line] = []
    for piece in pieces:
        if piece.x0 < x - _EDGE and piece.x1 > x - _EDGE:
            if run:
                yield run
            run = []
        else:
            run.append(piece)
    if run:
        yield run


def _parts_columns(run: Sequence[Line], x: float) -> bool:
    """Whether there is running text on both sides, beside each other."""
    text = [piece for piece in run if len(piece.words) >= _LEAST_WORDS and not (piece.formula or piece.mono)]
    left, right = [piece for piece in text if piece.x1 <= x], [piece for piece in text if piece.x0 >= x - _EDGE]
    if not (_beside(left, right) and _beside(right, left)):
        return False
    # Rows of a table share their lines, and fill them as it happens.
    rows = {round(line.y) for line in right}
    shared = sum(bool(rows & {round(line.y) - 1, round(line.y), round(line.y) + 1}) for line in left)
    most = _MOST_FULL if 2 * shared > min(len(left), len(right)) else _MOST_FULL / 2
    return _fullness(left) >= most and _fullness(right) >= most


def _beside(lines: Sequence[Line], others: Sequence[Line]) -> bool:
    if not others:
        return False
    high, low = others[0].y1, others[-1].y0
    return sum(low <= line.y <= high for line in lines) >= _LEAST_LINES


def _fullness(lines: Sequence[Line]) -> float:
    """Share of the lines that are about as long as the longest: of a text most, of cells as it happens."""
    widths = [line.x1 - line.x0 for line in lines]
    return sum(width >= _FULL * max(widths) for width in widths) / len(widths)


def _groups(gutters: Sequence[Gutter]) -> Iterator[list[Gutter]]:
    """Gutters that stand beside each other."""
    group: list[Gutter] = []
    for gutter in sorted(gutters, key=lambda gutter: -gutter.high):
        if group and gutter.high <= min(other.low for other in group):
            yield group
            group = []
        group.append(gutter)
    if group:
        yield group


def _column(line: Line, gutters: Sequence[Gutter]) -> int:
    """0 where there are no columns, else 1 for the leftmost."""
    beside = [gutter for gutter in gutters if gutter.low <= line.y <= gutter.high]
    return 1 + sum(line.x0 >= gutter.x - _EDGE for gutter in beside) if beside else 0


def _untangled(lines: list[Line], gutters: Sequence[Gutter]) -> list[Line]:
    """The lines with those of the columns one column after the other, if they are not so already."""
    parts = [part for line in lines for part in _cut(line, gutters)]
    inside = [(at, column) for at, part in enumerate(parts) if (column := _column(part, gutters))]
    jumps = sum(one[1] != other[1] for one, other in zip(inside, inside[1:], strict=False))
    if jumps < max(_LEAST_LINES, len(inside) / 4):
        return lines
    first, taken = inside[0][0], {at for at, _ in inside}
    # Stable: what stands on one line stays in its order.
    ordered = sorted(inside, key=lambda pair: (pair[1], -round(parts[pair[0]].y)))
    before = [part for at, part in enumerate(parts) if at < first]
    after = [part for at, part in enumerate(parts) if at > first and at not in taken]
    return [*before, *(parts[at] for at, _ in ordered), *after]


def _cut(line: Line, gutters: Sequence[Gutter]) -> Iterator[Line]:
    start = 0
    for at in range(1, len(line.words)):
        before, word = line.words[at - 1], line.words[at]
        if any(gutter.low <= line.y <= gutter.high and before.x1 <= gutter.x <= word.x0 + _EDGE for gutter in gutters):
            yield replace(line, words=line.words[start:at], open_end=None)
            start = at
    yield replace(line, words=line.words[start:]) if start else line


def _downwards(lines: list[Line]) -> list[Line]:
    """Blocks that were drawn after what stands below them go before it: the title of a slide is often drawn last."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and _same_block(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    if len(blocks) > _MAX_BLOCKS:
        return lines
    ordered: list[list[Line]] = []
    for block in blocks:
        # A word or two are labels of a drawing, or notes by hand.
        moves = block[0].size > lines[0].size or sum(len(line.words) for line in block) >= _LEAST_WORDS
        above = (at for at, other in enumerate(ordered) if moves and _is_above(block, other))
        ordered.insert(next(above, len(ordered)), block)
    return [line for block in ordered for line in block]


def _same_block(above: Line, below: Line) -> bool:
    return above.column == below.column and -2.5 * above.size <= above.y - below.y <= 2.5 * above.size


def _is_above(block: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether all of a block stands over another one, in the same column."""
    if min(line.y0 for line in block) < max(line.y1 for line in other) - 1:
        return False
    left, right = min(line.x0 for line in block), max(line.x1 for line in block)
    other_left, other_right = min(line.x0 for line in other), max(line.x1 for line in other)
    shared = min(right, other_right) - max(left, other_left)
    return shared > 0.3 * min(right - left, other_right - other_left)
