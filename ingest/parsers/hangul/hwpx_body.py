"""A section of an HWPX document: its runs of text in order, tables, notes, equations and boxes."""

from collections.abc import Iterable, Iterator
from typing import Any

from ingest.parsers.hangul.blocks import Block, Cell, Head, Paragraph, Table, address_of, spaced_note
from ingest.parsers.hangul.hwpx_header import Header, local_name, number
from ingest.parsers.hangul.numbering import number_text

_DEEPEST = 12
"""Lists of paragraphs within each other: a footnote in a cell of a table in a box is three."""
_CHARS = {"tab": "\t", "lineBreak": "\n", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_UNREAD = frozenset({"header", "footer", "secPr", "colPr", "pageNum", "shapeComment", "metaTag", "parameters"})
"""Running headers, settings, and what Hangul writes about a shape by itself."""


class Body:
    """Reads sections, and collects what they refer to and what is left out."""

    def __init__(self, header: Header) -> None:
        """Begin a document.

        Args:
            header: what its paragraphs refer to.
        """
        self.links: list[str] = []
        self._header = header
        self._outline = "1"
        self._comments = 0
        self._cut = 0

    def blocks(self, section: Any) -> Iterator[Block]:
        """The blocks of a section, from its root element."""
        for child in section:
            if local_name(child) == "p":
                yield from self._paragraph(child, 0)
            elif local_name(child) == "memogroup":
                self._comments += sum(local_name(memo) == "memo" for memo in child)

    def left_out(self) -> Iterator[str]:
        """What was left out, in words."""
        if self._comments:
            yield f"{self._comments} hidden comments or memos are left out"
        if self._cut:
            yield f"{self._cut} tables or boxes are nested too deeply"

    def _paragraph(self, element: Any, depth: int) -> Iterator[Block]:
        """A paragraph; what hangs on it (tables, notes, boxes) follows it."""
        walk = _Walk()
        sizes: dict[int, int] = {}
        for run in element:
            if local_name(run) != "run":
                continue
            before = len(walk.pieces)
            self._run(run, walk, depth)
            size = self._header.sizes.get(run.get("charPrIDRef") or "", 0)
            sizes[size] = sizes.get(size, 0) + sum(map(len, walk.pieces[before:]))
        text = "".join(walk.pieces).rstrip()
        if text.strip():
            style = self._header.styles.get(element.get("styleIDRef") or "", "")
            yield Paragraph(text, style, self._head(element), max(sizes, key=lambda each: sizes[each]))
        yield from walk.after

    def _head(self, element: Any) -> Head:
        head = self._header.heads.get(element.get("paraPrIDRef") or "", Head())
        return Head(head.kind, head.level, self._outline) if head.kind == "outline" else head

    def _run(self, run: Any, walk: "_Walk", depth: int) -> None:
        for child in run:
            name = local_name(child)
            if name == "t":
                walk.text(child)
            elif name == "ctrl":
                for control in child:
                    self._object(local_name(control), control, walk, depth)
            elif name == "secPr":
                self._outline = child.get("outlineShapeIDRef") or self._outline
            elif name == "switch":  # the same for newer and older programs: the first is enough
                for case in child[:1]:
                    self._run(case, walk, depth)
            else:
                self._object(name, child, walk, depth)

    def _object(self, name: str, element: Any, walk: "_Walk", depth: int) -> None:
        """A control or object: into the text, or behind the paragraph."""
        if name == "tbl":
            walk.after.append(self._table(element, depth))
        elif name in ("footNote", "endNote"):
            walk.after += spaced_note(self._nested(element, depth))
        elif name == "fieldBegin":
            self._field(element)
        elif name == "hiddenComment":
            self._comments += 1
        elif name not in _UNREAD:
            inline = _inline(name, element)
            if inline is None:
                walk.after += self._nested(element, depth)
            else:
                walk.pieces.append(inline)

    def _field(self, element: Any) -> None:
        """A field: its text follows by itself; a memo has its text inside, and it is no part of the document."""
        if element.get("type") == "MEMO":
            self._comments += 1
        elif element.get("type") == "HYPERLINK":
            commands = (each.text or "" for each in element.iter("{*}stringParam") if each.get("name") == "Command")
            self.links += [address for command in commands if (address := address_of(command))]

    def _nested(self, element: Any, depth: int) -> list[Block]:
        """All paragraphs below an element, of notes, text boxes and groups of shapes."""
        if depth >= _DEEPEST:
            self._cut += 1
            return []
        blocks: list[Block] = []
        pending = list(reversed(element))
        while pending:
            child = pending.pop()
            if local_name(child) == "p":
                blocks += self._paragraph(child, depth + 1)
            elif local_name(child) not in _UNREAD:
                pending.extend(reversed(child))
        return blocks

    def _table(self, element: Any, depth: int) -> Table:
        if depth >= _DEEPEST:
            self._cut += 1
            return Table([])
        cells: list[Cell] = []
        caption: list[Block] = []
        for child in element:
            if local_name(child) == "caption":
                caption += self._nested(child, depth)
            elif local_name(child) == "tr":
                row = cells[-1].row + 1 if cells else 0
                cells += [
                    self._cell(cell, (row, at), depth)
                    for at, cell in enumerate(each for each in child if local_name(each) == "tc")
                ]
        return Table(cells, caption)

    def _cell(self, element: Any, place: tuple[int, int], depth: int) -> Cell:
        """A cell; its place is the one it states, or where it stands."""
        (row, column), rows, columns = place, 1, 1
        for child in element:
            if local_name(child) == "cellAddr":
                row, column = number(child.get("rowAddr"), row), number(child.get("colAddr"), column)
            elif local_name(child) == "cellSpan":
                rows, columns = number(child.get("rowSpan"), 1), number(child.get("colSpan"), 1)
        return Cell(row, column, max(1, rows), max(1, columns), self._nested(element, depth))


class _Walk:
    """What a paragraph has gathered so far; ``deleted`` while inside a tracked deletion."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.after: list[Block] = []
        self.deleted = False

    def text(self, element: Any) -> None:
        """The text of a ``t`` element; marks stand inside it, and text continues behind them."""
        self._add(element.text)
        for mark in element:
            name = local_name(mark)
            if name in ("deleteBegin", "deleteEnd"):
                self.deleted = name == "deleteBegin"
            self._add(_CHARS.get(name))
            self._add(mark.tail)

    def _add(self, text: str | None) -> None:
        if text and not self.deleted:
            self.pieces.append(text)


def _inline(name: str, element: Any) -> str | None:
    """Text that an object stands for; None where it holds paragraphs of its own."""
    if name == "equation":
        script = " ".join("".join(_texts(element, "script")).split())
        return f"${script}$" if script else ""
    if name == "autoNum":
        return _auto_number(element)
    if name == "compose":
        return element.get("composeText") or ""
    if name == "dutmal":
        text, above = "".join(_texts(element, "mainText")), "".join(_texts(element, "subText"))
        return f"{text}({above})" if above else text
    return None


def _auto_number(element: Any) -> str:
    if element.get("numType") in ("PAGE", "TOTAL_PAGE"):
        return ""
    style, prefix, suffix = "DIGIT", "", ""
    for form in element:
        style = form.get("type") or style
        prefix, suffix = form.get("prefixChar") or "", form.get("suffixChar") or ""
    return f"{prefix}{number_text(number(element.get('num')), style)}{suffix}"


def _texts(element: Any, name: str) -> Iterable[str]:
    return (child.text or "" for child in element if local_name(child) == name)
