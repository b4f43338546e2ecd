"""Bullets and numbers of lists that are drawn as pictures: the balls of LaTeX slides are no characters."""

from collections import defaultdict
from collections.abc import Sequence

from ingest.parsers.lines import LIST_ITEM
from ingest.parsers.pdf.page_lines import Line, Page, Word

_ROW = 8.0
_LEAST, _MOST = 0.2, 1.3
"""Width and height of a bullet, in heights of the line that it stands before."""
_MOST_EMPTY = 0.75
"""The same of one with nothing inside; as large as the letters are emoji that are pictures."""

_Box = tuple[float, float, float, float]


def add_bullets(page: Page) -> None:
    """Put a bullet before each line that a small square thing is drawn before; with a number in it, it is ①."""
    marks: dict[int, list[_Box]] = defaultdict(list)
    for left, bottom, right, top in page.rules:
        if 1 <= top - bottom <= 16 and 0.6 * (top - bottom) <= right - left <= 1.6 * (top - bottom):
            marks[int((bottom + top) / 2 // _ROW)].append((left, bottom, right, top))
    for line in page.lines if marks else ():
        if line.size > 0 and not line.mono and not LIST_ITEM.match(line.text):
            row = int(line.y // _ROW)
            _mark(line, [mark for near in (row - 1, row, row + 1) for mark in marks.get(near, ())], page.rules)


def _mark(line: Line, marks: Sequence[_Box], drawn: Sequence[_Box]) -> None:
    first = line.words[0]
    for mark in marks:
        left, bottom, right, top = mark
        size = (right - left) / line.size
        if not _LEAST <= size <= _MOST or abs((bottom + top) / 2 - line.y) > 0.4 * line.size:
            continue
        inside = left <= (first.x0 + first.x1) / 2 <= right
        if inside and first.text.isdecimal() and len(line.words) > 1 and 1 <= int(first.text) <= 20:
            number = chr(ord("①") + int(first.text) - 1)
            line.begin_with(Word(number, first.x0, first.x1, first.y), instead=True)
            return
        before = line.x0 - 2.2 * line.size <= right <= line.x0 + 1
        if before and _whole_size(mark, drawn, 2 * line.size) <= _MOST_EMPTY * line.size:
            line.begin_with(Word("•", left, right, line.y))
            return


def _whole_size(mark: _Box, drawn: Sequence[_Box], most: float) -> float:
    """Width or height of what a small thing is a part of: a picture may be drawn of many."""
    left, bottom, right, top = mark
    for box in drawn:
        overlaps = box[0] < mark[2] and mark[0] < box[2] and box[1] < mark[3] and mark[1] < box[3]
        if overlaps and max(box[2] - box[0], box[3] - box[1]) <= most:
            left, bottom, right, top = min(left, box[0]), min(bottom, box[1]), max(right, box[2]), max(top, box[3])
    return max(right - left, top - bottom)
