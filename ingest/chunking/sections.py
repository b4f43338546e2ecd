"""The units of a document to runs: what may share a chunk, and where a heading goes that has nothing below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from ingest.chunking.sizes import Size
from ingest.document import Unit
from ingest.elements import Kind


class Boundary(StrEnum):
    """Why a chunk ends where it ends."""

    END = "end of the document"
    SECTION = "new section"
    PAGE = "new page"
    CELL = "new cell"
    FULL = "full, between two blocks"
    IN_TEXT = "full, within a paragraph"
    IN_LIST = "full, within a list"
    IN_TABLE = "full, within a table"
    IN_CODE = "full, within code"


@dataclass(frozen=True, slots=True)
class Run:
    """Units of one section, page and cell, in order.

    Headings among them have nothing below them. They stand first or last, and may be of the page before or after; or
    there is nothing else in the run.

    Attributes:
        units: one at least.
        previous: what stands before the run in the same section, on another page or in another cell, if anything;
            where that is a list that goes on here, what stands before the list.
        boundary: why the run ends.
    """

    units: list[Unit]
    previous: Unit | None
    boundary: Boundary


_Home = tuple[int, int | None, int | None]
"""Section, page and cell."""


def runs(units: list[Unit], size: Size, most: int) -> list[Run]:
    """Group units into runs.

    A heading that something stands below is in no run, as it is in the path of all of that. One that has nothing below
    it opens the run of what comes next, on this page or the next; a last one on its page closes the run before it.
    Where they are larger than ``most``, or several title pages follow each other, they are a run of their own.

    Args:
        units: of a document.
        size: of a part of its text.
        most: size of the headings that a run may open or close with.
    """
    homes = _homes(units, size, most)
    placed = [position for position, home in enumerate(homes) if home is not None]
    groups = [list(group) for _, group in groupby(placed, key=lambda position: homes[position])]
    found = []
    for group, following in pairwise([*groups, []]):
        before = _introducing(units, group[0])
        found.append(Run([units[position] for position in group], before, _boundary(units, group, following)))
    return found


def _introducing(units: list[Unit], position: int) -> Unit | None:
    """What may introduce a unit: the one before it in its section, or before all of the lists that it goes on."""
    unit = units[position]
    position -= 1
    while position > 0 and unit.kind is Kind.LIST is units[position].kind:
        position -= 1
    if position < 0 or Kind.HEADING in (unit.kind, units[position].kind):
        return None
    return units[position]


def _boundary(units: list[Unit], group: list[int], following: list[int]) -> Boundary:
    if not following:
        return Boundary.END
    last, first = group[-1], following[0]
    if any(unit.kind is Kind.HEADING for unit in units[last : first + 1]):
        return Boundary.SECTION
    return Boundary.PAGE if units[last].page != units[first].page else Boundary.CELL


def _homes(units: list[Unit], size: Size, most: int) -> list[_Home | None]:
    """For each unit the run it is in; None for headings that are in the paths of others."""
    homes: list[_Home | None] = []
    section = 0
    for unit in units:
        section += unit.kind is Kind.HEADING
        homes.append(None if unit.kind is Kind.HEADING else (section, unit.page, unit.cell))
    covered = _covered(units)
    for first, last in _heading_runs(units):
        lone = [position for position in range(first, last) if position not in covered]
        back = _closing(units, lone, first, last)
        ahead = lone[len(back) :]
        if last < len(units) and len(far := [each for each in ahead if not _together(units[each], units[last])]) > 1:
            _settle(homes, far, None, -first)
            ahead = ahead[len(far) :]
        if back:
            fits = size(units[first - 1].end, units[back[-1]].end) <= most
            _settle(homes, back, homes[first - 1] if fits else None, -first)
        if ahead:
            fits = last < len(units) and size(units[ahead[0]].start, units[last].start) <= most
            _settle(homes, ahead, homes[last] if fits else None, -last)
    return homes


def _settle(homes: list[_Home | None], headings: list[int], home: _Home | None, name: int) -> None:
    """Give headings the home of their neighbour, or one of their own."""
    for position in headings:
        homes[position] = home or (name - 1, None, None)


def _closing(units: list[Unit], lone: list[int], first: int, last: int) -> list[int]:
    """Those of the headings ``first`` to ``last`` that go with what stands before them."""
    if first == 0:
        return []
    if last == len(units):
        return lone
    closing = []
    for expected, position in enumerate(lone, start=first):
        if position != expected or not _together(units[position], units[first - 1]):
            break
        if _together(units[position], units[last]):
            break
        closing.append(position)
    return closing


def _together(one: Unit, other: Unit) -> bool:
    return (one.page, one.cell) == (other.page, other.cell)


def _covered(units: list[Unit]) -> set[int]:
    """Positions of the headings that something other than headings stands below."""
    open_headings: list[int] = []
    covered: set[int] = set()
    for position, unit in enumerate(units):
        if unit.kind is Kind.HEADING:
            # A heading's path ends with itself, so what is above it is one shorter.
            open_headings = [*open_headings[: len(unit.heading) - 1], position]
        else:
            covered.update(open_headings)
    return covered


def _heading_runs(units: list[Unit]) -> Iterator[tuple[int, int]]:
    """Ranges of headings that follow each other."""
    for heading, group in groupby(range(len(units)), key=lambda position: units[position].kind is Kind.HEADING):
        positions = list(group)
        if heading:
            yield positions[0], positions[-1] + 1
