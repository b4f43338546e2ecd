"""A document to spans that will be chunks: within one section and page, along its structure, of even size."""

import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from ingest.chunking.leads import belongs, is_caption, lead_in
from ingest.chunking.pieces import split_unit, table_header
from ingest.chunking.sections import Boundary, Run, runs
from ingest.chunking.sizes import Measure, Size
from ingest.document import SourceDocument, Unit
from ingest.elements import Kind

_VISIBLE = re.compile(r"\S")
_KINDS = {Kind.TABLE: "table", Kind.CODE: "code"}
_WITHIN = {Kind.TABLE: Boundary.IN_TABLE, Kind.CODE: Boundary.IN_CODE, Kind.LIST: Boundary.IN_LIST}
_CODE_FACTOR = 1.5
"""Code that is cut is worth less than code that is a little long."""

_JOINTS = 4
"""Tokens kept free for what joins path, lead and passage."""

_HEADINGS_SHARE = 5
"""Headings that open or close a chunk take at most a fifth of it; with a lead, there is still room for a passage."""


@dataclass(frozen=True, slots=True)
class ChunkSpan:
    """A chunk before its source is known: a span of the document's text with its provenance.

    ``boundary`` is why it ends where it ends; the rest is as in ``rag.chunks.Chunk``.
    """

    start: int
    end: int
    heading: tuple[str, ...]
    page: int | None
    cell: int | None
    kind: str
    lead: str = ""
    label: str = ""
    boundary: Boundary = Boundary.END

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"boundary": str(self.boundary)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ChunkSpan":
        """Back from plain values."""
        return cls(**(values | {"heading": tuple(values["heading"]), "boundary": Boundary(values["boundary"])}))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is not cut further: a part of a unit, or several units that belong together; ``units`` it has a part in."""

    start: int
    end: int
    units: tuple[Unit, ...]
    lead: str = ""

    def joined(self, other: "_Piece") -> "_Piece":
        return replace(self, end=other.end, units=(*self.units, *other.units))


def chunk_document(document: SourceDocument, *, max_size: int, measure: Measure, title: str = "") -> list[ChunkSpan]:
    """Cut a document into chunks.

    Every character that is neither white space nor in a heading with something below it is in exactly one chunk. A
    chunk lies in one section, on one page, in one cell; with its lead it is at most ``max_size``, code half as much
    again. Chunks of a section are of even size, so that no short rest is left over. A heading with nothing below it
    opens the chunk of what comes next, or closes the one before.

    Args:
        document: its text and units.
        max_size: largest chunk. Where the measure knows how much is embedded at most, title and headings count too.
        measure: of sizes.
        title: of the document, which is embedded with each chunk.
    """
    size = measure.of(document.text)
    chunks: list[ChunkSpan] = []
    for run in runs(document.units, size, _least(measure, max_size) // _HEADINGS_SHARE):
        body = next((unit for unit in run.units if unit.kind is not Kind.HEADING), run.units[0])
        cutter = _Cutter(document.text, size, measure, _room(measure, max_size, (title, *body.heading)))
        groups = list(cutter.groups(run))
        ends = [_cut_in(document.text, following[0]) for _, following in pairwise(groups)]
        chunks += [_chunk(group, end) for group, end in zip(groups, [*ends, run.boundary], strict=True)]
    return chunks


@dataclass(frozen=True, slots=True)
class _Room:
    """Largest chunk, and largest one that is code alone."""

    text: int
    code: int


def _least(measure: Measure, max_size: int) -> int:
    """Room for passages under the longest path."""
    return max_size if measure.most is None else min(max_size, max(measure.most // 2, 1))


def _room(measure: Measure, max_size: int, path: tuple[str, ...]) -> _Room:
    """What is left for passages under a path of headings; half of what is embedded at the least."""
    code = int(max_size * _CODE_FACTOR)
    if measure.most is None:
        return _Room(max_size, code)
    line = " › ".join(part for part in dict.fromkeys(path) if part)
    left = max(measure.most - measure.of(line)(0, len(line)) - _JOINTS, measure.most // 2, 1)
    return _Room(min(max_size, left), min(code, left))


class _Cutter:
    """Cuts the runs of one document."""

    def __init__(self, text: str, size: Size, measure: Measure, room: _Room) -> None:
        self._text, self._size, self._measure, self._room = text, size, measure, room
        self._lengths: dict[str, int] = {"": 0}

    def groups(self, run: Run) -> Iterator[list[_Piece]]:
        """The pieces of each chunk of a run: as few chunks as the limit allows, of even size."""
        pieces = self._pieces(run)
        if not pieces:
            return
        total = self._size(pieces[0].start, pieces[-1].end)
        target = total / max(1, math.ceil(total / self._room.text))
        group: list[_Piece] = []
        for piece in pieces:
            if group and self._is_full(group, piece, target):
                yield group
                group = []
            group.append(piece)
        yield group

    def _is_full(self, group: list[_Piece], piece: _Piece, target: float) -> bool:
        first = group[0]
        if self._weight(first, piece.end) > self._room.text:
            return True
        # A piece goes where more than half of it still fits, so that sizes scatter around the target.
        return self._size(first.start, group[-1].end) + self._size(piece.start, piece.end) / 2 > target

    def _pieces(self, run: Run) -> list[_Piece]:
        body = [position for position, unit in enumerate(run.units) if unit.kind is not Kind.HEADING]
        if not body:
            return [piece for unit in run.units for piece in self._cut(unit, "", self._room.text)]
        opening, units, closing = _parted(run.units, body[0], body[-1] + 1)
        pieces: list[_Piece] = []
        previous, lead = run.previous, ""
        for unit in units:
            opens, closes = bool(opening) and unit is units[0], bool(closing) and unit is units[-1]
            held = self._size(opening[0].start, unit.start) if opens else 0
            held += self._size(unit.end, closing[-1].end) if closes else 0
            lead = self._lead(unit, previous, lead)
            self._add(pieces, unit, previous, lead, held)
            if opens and pieces:
                pieces[0] = replace(pieces[0], start=opening[0].start, units=(*opening, *pieces[0].units))
            previous = unit
        if closing and pieces:
            pieces[-1] = replace(pieces[-1], end=closing[-1].end, units=(*pieces[-1].units, *closing))
        return pieces

    def _add(self, pieces: list[_Piece], unit: Unit, previous: Unit | None, lead: str, held: int) -> None:
        """Put the pieces of a unit behind those before it; the first joins what it belongs to, if there is room."""
        fresh = list(self._cut(unit, lead, self._limit(unit) - held))
        joins = pieces and previous is not None and self._belongs(previous, unit)
        if joins and fresh and self._fits(pieces[-1], unit, held):
            pieces[-1] = pieces[-1].joined(fresh[-1])
        elif joins and fresh and self._weight(pieces[-1], fresh[0].end) + held <= self._room.text:
            pieces[-1] = pieces[-1].joined(fresh[0])
            pieces += fresh[1:]
        else:
            pieces += fresh

    def _fits(self, before: _Piece, unit: Unit, held: int) -> bool:
        """Whether a unit as a whole can stand in one chunk with the piece before it."""
        together = self._weight(before, unit.end) + held
        short = self._size(before.start, before.end) <= self._room.text // 4
        return together <= (self._limit(unit) if short else self._room.text)

    def _weight(self, first: _Piece, end: int) -> int:
        """Size of a chunk from a piece to an end, with its lead."""
        return self._size(first.start, end) + self._length(first.lead)

    def _limit(self, unit: Unit) -> int:
        return self._room.code if unit.kind is Kind.CODE else self._room.text

    def _belongs(self, previous: Unit, unit: Unit) -> bool:
        return belongs(previous.kind, self._of(previous), unit.kind, self._of(unit))

    def _cut(self, unit: Unit, lead: str, limit: int) -> Iterator[_Piece]:
        own, whole = self._of(unit), self._size(unit.start, unit.end)
        if unit.kind is Kind.CODE and whole <= limit < whole + self._length(lead):
            lead = ""  # better code without its sentence than code in two
        # A table's parts leave room for its header themselves.
        limit -= self._length(lead) - (self._length(table_header(own)) if unit.kind is Kind.TABLE and lead else 0)
        spans = split_unit(unit.kind, own, limit, lambda start, end: self._size(unit.start + start, unit.start + end))
        for number, (start, end) in enumerate(spans):
            # The table's own first piece holds the header itself; what introduces a list may have stayed behind.
            needs_lead = number > 0 or unit.kind is not Kind.TABLE
            yield _Piece(unit.start + start, unit.start + end, (unit,), lead if needs_lead else "")

    def _lead(self, unit: Unit, previous: Unit | None, before: str) -> str:
        """What must be read with each part of a unit; what is too long would be read instead of it."""
        lead = ""
        if unit.kind is Kind.TABLE:
            lead = table_header(self._of(unit))
            if lead and previous is not None and previous.kind is Kind.PARAGRAPH and is_caption(self._of(previous)):
                captioned = f"{self._of(previous)}\n{lead}"
                lead = captioned if self._length(captioned) <= self._room.text // 2 else lead
        elif unit.kind in (Kind.LIST, Kind.CODE) and previous is not None:
            if previous.kind is Kind.PARAGRAPH:
                lead = lead_in(self._of(previous))
            elif previous.kind is Kind.LIST and unit.kind is Kind.LIST:
                lead = before
        return lead if self._length(lead) <= self._room.text // 2 else ""

    def _of(self, unit: Unit) -> str:
        return self._text[unit.start : unit.end]

    def _length(self, lead: str) -> int:
        if lead not in self._lengths:
            self._lengths[lead] = self._measure.of(lead)(0, len(lead))
        return self._lengths[lead]


def _parted(units: list[Unit], first: int, last: int) -> tuple[list[Unit], list[Unit], list[Unit]]:
    return units[:first], units[first:last], units[last:]


def _cut_in(text: str, piece: _Piece) -> Boundary:
    """Why a chunk ends before this piece."""
    unit = piece.units[0]
    inside = _VISIBLE.search(text, unit.start, piece.start)  # an indented unit is cut behind its indentation
    return _WITHIN.get(unit.kind, Boundary.IN_TEXT) if inside else Boundary.FULL


def _chunk(group: list[_Piece], boundary: Boundary) -> ChunkSpan:
    units = [unit for piece in group for unit in piece.units]
    body = [unit for unit in units if unit.kind is not Kind.HEADING]
    first = (body or units)[0]
    kinds = {_KINDS.get(unit.kind, "text") for unit in body or units}
    return ChunkSpan(
        start=group[0].start,
        end=group[-1].end,
        heading=first.heading if body else _common([unit.heading for unit in units]),
        page=first.page,
        cell=first.cell,
        kind=kinds.pop() if len(kinds) == 1 else "text",
        lead=group[0].lead,
        label=first.label,
        boundary=boundary,
    )


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings that are above all of some headings; of a single one, its own path."""
    shared = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)
