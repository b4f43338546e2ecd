"""A document to spans that will be chunks: within one section and page, along its structure, of even size."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from ingest.document import SourceDocument, Unit
from ingest.elements import Kind
from ingest.pieces import split_unit, table_header

_KINDS = {Kind.TABLE: "table", Kind.CODE: "code"}


@dataclass(frozen=True, slots=True)
class ChunkSpan:
    """A chunk before its source is known: a span of the document's text with its provenance."""

    start: int
    end: int
    heading: tuple[str, ...]
    page: int | None
    cell: int | None
    kind: str
    lead: str = ""
    label: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ChunkSpan":
        """Back from plain values."""
        return cls(**(values | {"heading": tuple(values["heading"])}))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a unit that is not cut further."""

    start: int
    end: int
    unit: Unit
    first: bool
    lead: str = ""


def chunk_document(document: SourceDocument, *, max_chars: int) -> list[ChunkSpan]:
    """Cut a document into chunks.

    Every character that is neither white space nor in a heading with something below it is in exactly one chunk.
    A chunk lies in one section, on one page, in one cell, and is at most ``max_chars`` long. Chunks of a section are
    of even size, so that no short rest is left over.
    """
    chunks: list[ChunkSpan] = []
    for _, body in groupby(_body(document.units), key=lambda item: (item[0], item[1].page, item[1].cell)):
        pieces = list(_pieces(document.text, (unit for _, unit in body), max_chars))
        chunks += [_chunk(group) for group in _packed(pieces, max_chars)]
    return chunks


def _body(units: list[Unit]) -> Iterator[tuple[int, Unit]]:
    """Units to be searched, each with the number of its section, as two sections may have the same heading.

    All but headings; a heading with nothing below it is all there is, so it stays.
    """
    section = 0
    for position, unit in enumerate(units):
        section += unit.kind is Kind.HEADING
        following = units[position + 1] if position + 1 < len(units) else None
        if unit.kind is not Kind.HEADING or following is None or not _is_below(following, unit):
            yield section, unit


def _is_below(unit: Unit, heading: Unit) -> bool:
    return unit.heading[: len(heading.heading)] == heading.heading and (
        unit.kind is not Kind.HEADING or len(unit.heading) > len(heading.heading)
    )


def _pieces(text: str, units: Iterable[Unit], max_chars: int) -> Iterator[_Piece]:
    previous: Unit | None = None
    for unit in units:
        own = text[unit.start : unit.end]
        lead = _lead(text, unit, previous)
        lead = lead if len(lead) <= max_chars // 2 else ""  # what must be read with the passage, not instead of it
        for number, (start, end) in enumerate(split_unit(unit.kind, own, max_chars)):
            # The table's own first piece holds the header itself; a list's lead-in may have stayed behind.
            needs_lead = number > 0 or unit.kind is Kind.LIST
            yield _Piece(unit.start + start, unit.start + end, unit, number == 0, lead if needs_lead else "")
        previous = unit


def _lead(text: str, unit: Unit, previous: Unit | None) -> str:
    if unit.kind is Kind.TABLE:
        return table_header(text[unit.start : unit.end])
    if unit.kind is Kind.LIST and previous is not None and previous.kind is Kind.PARAGRAPH:
        line = text[previous.start : previous.end].rstrip().rpartition("\n")[2]
        return line if line.endswith((":", "：")) else ""
    return ""


def _packed(pieces: list[_Piece], max_chars: int) -> Iterator[list[_Piece]]:
    """Group pieces into chunks: as few as the limit allows, of even size."""
    if not pieces:
        return
    total = pieces[-1].end - pieces[0].start
    target = total / math.ceil(total / max_chars)
    group: list[_Piece] = []
    for piece in pieces:
        if group and (
            piece.end - group[0].start > max_chars or (group[-1].end - group[0].start) + _half(piece) > target
        ):
            yield group
            group = []
        group.append(piece)
    yield group


def _half(piece: _Piece) -> float:
    """A piece goes where more than half of it still fits, so that sizes scatter around the target."""
    return (piece.end - piece.start) / 2


def _chunk(group: list[_Piece]) -> ChunkSpan:
    first = group[0]
    kinds = {_KINDS.get(piece.unit.kind, "text") for piece in group}
    return ChunkSpan(
        start=first.start,
        end=group[-1].end,
        heading=first.unit.heading,
        page=first.unit.page,
        cell=first.unit.cell,
        kind=kinds.pop() if len(kinds) == 1 else "text",
        lead=first.lead,
        label=first.unit.label,
    )
