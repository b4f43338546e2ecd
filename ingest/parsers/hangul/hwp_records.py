"""The records of HWP 5.0: a stream to trees of records, and what DocInfo says of shapes, styles and numberings.

Written from Hancom's public description of the format (한글 문서 파일 형식 5.0, revision 1.3); tables named here are
of that document. Where files differ from it, the comment says so.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest.parsers.hangul.blocks import Head
from ingest.parsers.hangul.numbering import FORMATS, Numbering, NumberLevel

_BEGIN = 0x10
CHAR_SHAPE = _BEGIN + 5
NUMBERING = _BEGIN + 7
PARA_SHAPE = _BEGIN + 9
STYLE = _BEGIN + 10
PARA_HEADER = _BEGIN + 50
PARA_TEXT = _BEGIN + 51
PARA_CHAR_SHAPE = _BEGIN + 52
CTRL_HEADER = _BEGIN + 55
LIST_HEADER = _BEGIN + 56
TABLE = _BEGIN + 61
EQUATION = _BEGIN + 72

_MOST_RECORDS = 500_000
"""Of one top-level paragraph; a table of 10,000 cells has about 50,000."""
_LEVELS = 7
_TITLE, _LAST_SAVED = 2, 13
_WIDE_STRING, _FILETIME = 31, 64
_HEADS = ("", "outline", "number", "bullet")


@dataclass(slots=True)
class Record:
    """One record and those below it."""

    tag: int
    data: bytes
    children: "list[Record]" = field(default_factory=list)

    def first(self, tag: int) -> bytes:
        """Data of the first child with a tag, or nothing."""
        return next((child.data for child in self.children if child.tag == tag), b"")

    def uint16(self, at: int) -> int:
        """Number at a byte offset; 0 behind the end."""
        return uint16(self.data, at)

    def uint32(self, at: int) -> int:
        """Number at a byte offset; 0 behind the end."""
        return uint32(self.data, at)


def uint16(data: bytes, at: int) -> int:
    """Number at a byte offset; 0 behind the end."""
    return int.from_bytes(data[at : at + 2], "little") if len(data) >= at + 2 else 0


def uint32(data: bytes, at: int) -> int:
    """Number at a byte offset; 0 behind the end."""
    return int.from_bytes(data[at : at + 4], "little") if len(data) >= at + 4 else 0


def counted_text(data: bytes, at: int) -> tuple[str, int]:
    """A text after its length in characters of two bytes, and the offset behind it."""
    end = at + 2 + 2 * uint16(data, at)
    return data[at + 2 : end].decode("utf-16-le", "replace").rstrip("\x00"), end


def flat_records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tag, level and data of each record of a stream; a record cut off at the end comes with what is there."""
    at = 0
    while at + 4 <= len(stream):
        (header,) = struct.unpack_from("<I", stream, at)
        at += 4
        size = header >> 20
        if size == 0xFFF:  # the length did not fit into its 12 bits
            size = uint32(stream, at)
            at += 4
        yield header & 0x3FF, header >> 10 & 0x3FF, stream[at : at + size]
        at += size


def trees(stream: bytes) -> Iterator[Record]:
    """The records of level 0, each with what is below it; level by level, so depth costs nothing."""
    path: list[Record] = []
    count = 0
    for tag, level, data in flat_records(stream):
        if level == 0 or not path:
            if path:
                yield path[0]
            path, count = [Record(tag, data)], 0
            continue
        count += 1
        if count > _MOST_RECORDS:
            continue
        del path[level:]
        record = Record(tag, data)
        path[-1].children.append(record)
        path.append(record)
    if path:
        yield path[0]


@dataclass(slots=True)
class DocInfo:
    """What the body refers to by number.

    Attributes:
        heads: per paragraph shape.
        styles: names of the styles; the English name where the other one says nothing.
        sizes: font size per character shape, in 1/100 pt.
        numberings: by their number, counted from 1, as text.
    """

    heads: list[Head] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    numberings: dict[str, Numbering] = field(default_factory=dict)


def read_doc_info(stream: bytes) -> DocInfo:
    """Shapes, styles and numberings of a document."""
    info = DocInfo()
    for tag, _, data in flat_records(stream):
        if tag == PARA_SHAPE:
            info.heads.append(_head(data))
        elif tag == STYLE:
            info.styles.append(_style(data))
        elif tag == CHAR_SHAPE:
            info.sizes.append(uint32(data, 42))  # table 33: behind fonts, widths, spacings, sizes and offsets
        elif tag == NUMBERING:
            info.numberings[str(len(info.numberings) + 1)] = _numbering(data)
    return info


def _head(data: bytes) -> Head:
    """Tables 43 and 44: bits 23 and 24 are the kind, 25 to 27 the level; the numbering is at byte 30."""
    attributes = uint32(data, 0)
    return Head(_HEADS[attributes >> 23 & 3], attributes >> 25 & 7, str(uint16(data, 30)))


def _style(data: bytes) -> str:
    name, at = counted_text(data, 0)
    return name or counted_text(data, at)[0]


def _numbering(data: bytes) -> Numbering:
    """Tables 38 to 41: per level 12 bytes of head and the template, then the first numbers of all levels."""
    at = 0
    levels: list[tuple[str, str]] = []
    for _ in range(_LEVELS):
        style = uint32(data, at) >> 5 & 15
        template, at = counted_text(data, at + 12)
        levels.append((template, FORMATS[style]))
    starts = [uint32(data, at + 2 + 4 * level) for level in range(_LEVELS)]
    return Numbering(
        tuple(
            NumberLevel(template, style, start if 0 < start < 10_000 else 1)
            for (template, style), start in zip(levels, starts, strict=True)
        )
    )


def read_summary(stream: bytes) -> tuple[str | None, str | None]:
    """Title and day of the last change (UTC) from the summary: a property set of MS-OLEPS, read here.

    olefile reads property sets too, but without end where a damaged one announces long lists.
    """
    section = stream[uint32(stream, 44) :] if len(stream) >= 48 else b""
    title, day = None, None
    for number in range(min(uint32(section, 4), 100)):
        name, at = uint32(section, 8 + 8 * number), uint32(section, 12 + 8 * number)
        kind = uint32(section, at)
        if name == _TITLE and kind == _WIDE_STRING:
            text = section[at + 8 : at + 8 + 2 * min(uint32(section, at + 4), 1000)]
            title = " ".join(text.decode("utf-16-le", "replace").partition("\x00")[0].split()) or None
        elif name == _LAST_SAVED and kind == _FILETIME:
            day = _day(int.from_bytes(section[at + 4 : at + 12], "little"))
    return title, day


def _day(ticks: int) -> str | None:
    """Day of a time counted in 100 ns since 1601, or None for what cannot be when a document was saved."""
    years = ticks / (365.2425 * 86_400 * 10_000_000) + 1601
    if not 1990 < years < 2200:
        return None
    return f"{datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10):%Y-%m-%d}"
