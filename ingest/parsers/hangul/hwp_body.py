"""The body of HWP 5.0: paragraphs with their control characters, tables, notes, equations and boxes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.parsers.hangul.blocks import Block, Cell, Head, Paragraph, Table, address_of, spaced_note
from ingest.parsers.hangul.hwp_records import (
    CTRL_HEADER,
    EQUATION,
    LIST_HEADER,
    PARA_CHAR_SHAPE,
    PARA_HEADER,
    PARA_TEXT,
    TABLE,
    DocInfo,
    Record,
    counted_text,
    trees,
    uint16,
    uint32,
)
from ingest.parsers.hangul.numbering import FORMATS, number_text

_DEEPEST = 12
"""Lists of paragraphs within each other: a footnote in a cell of a table in a box is three."""

_CHARS = {10: "\n", 24: "-", 30: " ", 31: " "}
"""Control characters that stand for a character (table 6); all others of this size say nothing."""
_SINGLE = frozenset({0, 10, 13, *range(24, 32)})
_EXTENDED = frozenset({1, 2, 3, 11, 12, 14, 15, 16, 17, 18, 21, 22, 23})
_TAB = 9
_CONTROL_SIZE = 8
_PAGE_NUMBER = 0


@dataclass(slots=True)
class Body:
    """Reads sections, and collects what they refer to and what is left out.

    Attributes:
        info: shapes, styles and numberings.
        links: addresses of hyperlinks.
        hidden: hidden comments that were left out.
        cut: lists that are nested too deeply, left out.
        outline: numbering of outline paragraphs, set by each section.
    """

    info: DocInfo
    links: list[str] = field(default_factory=list)
    hidden: int = 0
    cut: int = 0
    outline: str = "1"

    def blocks(self, section: bytes) -> Iterator[Block]:
        """The blocks of a section, from its decompressed stream."""
        for record in trees(section):
            if record.tag == PARA_HEADER:
                yield from self._paragraph(record, 0)

    def _paragraph(self, record: Record, depth: int) -> Iterator[Block]:
        """A paragraph; what hangs on it (tables, notes, boxes) follows it."""
        controls = [child for child in record.children if child.tag == CTRL_HEADER]
        for control in controls:
            if _name(control) == "secd":
                self.outline = str(control.uint16(18)) if control.uint16(18) else self.outline
        pieces: list[str] = []
        after: list[Block] = []
        for piece in _pieces(record.first(PARA_TEXT)):
            if isinstance(piece, str):
                pieces.append(piece)
            elif piece < len(controls):
                text, blocks = self._control(controls[piece], depth)
                pieces.append(text)
                after += blocks
        text = "".join(pieces).rstrip()
        if text.strip():
            yield Paragraph(text, self._style(record), self._head(record), self._size(record))
        yield from after

    def _style(self, record: Record) -> str:
        style = record.data[10] if len(record.data) > 10 else 0
        return self.info.styles[style] if style < len(self.info.styles) else ""

    def _head(self, record: Record) -> Head:
        shape = record.uint16(8)
        head = self.info.heads[shape] if shape < len(self.info.heads) else Head()
        return Head(head.kind, head.level, self.outline) if head.kind == "outline" else head

    def _size(self, record: Record) -> int:
        """Font size of most of its text."""
        spans = record.first(PARA_CHAR_SHAPE)
        length = record.uint32(0) & 0x7FFFFFFF
        sizes: dict[int, int] = {}
        for at in range(0, len(spans) - 7, 8):
            shape = uint32(spans, at + 4)
            end = uint32(spans, at + 8) if at + 16 <= len(spans) else length
            size = self.info.sizes[shape] if shape < len(self.info.sizes) else 0
            sizes[size] = sizes.get(size, 0) + end - uint32(spans, at)
        return max(sizes, key=lambda size: sizes[size]) if sizes else 0

    def _control(self, control: Record, depth: int) -> tuple[str, list[Block]]:
        """What an extended control puts into the text, and the blocks behind the paragraph."""
        name = _name(control)
        if name == "eqed":
            script = " ".join(counted_text(control.first(EQUATION), 4)[0].split())
            return (f"${script}$" if script else ""), []
        if name == "tbl ":
            return "", [self._table(control, depth)]
        if name in ("fn  ", "en  "):
            return "", spaced_note(self._nested(control, depth))
        if name == "gso ":
            return "", self._nested(control, depth)
        if name == "tcmt":
            self.hidden += 1
        elif name == "%hlk":
            self._link(control)
        return _inline(name, control.data), []

    def _nested(self, record: Record, depth: int) -> list[Block]:
        """All paragraphs below a record, of notes, text boxes and groups of shapes."""
        if depth >= _DEEPEST:
            self.cut += 1
            return []
        blocks: list[Block] = []
        pending = list(reversed(record.children))
        while pending:
            child = pending.pop()
            if child.tag == PARA_HEADER:
                blocks += self._paragraph(child, depth + 1)
            elif child.tag != CTRL_HEADER:
                pending.extend(reversed(child.children))
        return blocks

    def _table(self, control: Record, depth: int) -> Table:
        """A table: lists before its own record are the caption, those behind it the cells (tables 74 and 79)."""
        if depth >= _DEEPEST:
            self.cut += 1
            return Table([])
        caption: list[Block] = []
        cells: list[Cell] = []
        blocks = caption
        in_cells = False
        for child in control.children:
            if child.tag == TABLE:
                in_cells = True
            elif child.tag == LIST_HEADER and in_cells:
                # Files have a list header of eight bytes, where table 65 has six.
                column, row, columns, rows = (child.uint16(at) for at in (8, 10, 12, 14))
                blocks = []
                cells.append(Cell(row, column, max(1, rows), max(1, columns), blocks))
            elif child.tag == PARA_HEADER:
                blocks += self._paragraph(child, depth + 1)
        return Table(cells, caption)

    def _link(self, control: Record) -> None:
        """Table 153: attributes, then the command: the address with its colons escaped, and options behind ``;``."""
        address = address_of(counted_text(control.data, 9)[0])
        if address:
            self.links.append(address)


def _name(control: Record) -> str:
    return control.data[3::-1].decode("latin-1") if len(control.data) >= 4 else ""


def _inline(name: str, data: bytes) -> str:
    """Text that a control without paragraphs stands for: a number, letters laid over each other, ruby."""
    if name == "atno" and uint32(data, 4) & 15 != _PAGE_NUMBER:
        style = FORMATS[min(uint32(data, 4) >> 4 & 0xFF, len(FORMATS) - 1)]
        prefix, suffix = (chr(code) if 32 <= code < 0xD800 else "" for code in (uint16(data, 12), uint16(data, 14)))
        return f"{prefix}{number_text(uint16(data, 8), style)}{suffix}"
    if name == "tcps":
        return counted_text(data, 4)[0]
    if name == "tdut":
        text, at = counted_text(data, 4)
        above = counted_text(data, at)[0]
        return f"{text}({above})" if above else text
    return ""


def _pieces(data: bytes) -> Iterator[str | int]:
    """Text between the control characters, and for each extended control its number within the paragraph."""
    start = at = 0
    extended = 0
    codes = struct.unpack(f"<{len(data) // 2}H", data[: len(data) & ~1])
    while at < len(codes):
        code = codes[at]
        if code >= 32:
            at += 1
            continue
        yield data[2 * start : 2 * at].decode("utf-16-le", "replace")
        if code in _EXTENDED:
            yield extended
            extended += 1
        else:
            yield "\t" if code == _TAB else _CHARS.get(code, "")
        at += 1 if code in _SINGLE else _CONTROL_SIZE
        start = at
    yield data[2 * start : 2 * at].decode("utf-16-le", "replace")
