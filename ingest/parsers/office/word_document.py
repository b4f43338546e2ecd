"""Word documents: headings, paragraphs, lists, tables, code, equations, text boxes and notes, in reading order.

Left out: headers, footers, tables of contents and comments, which are not the text; deleted and hidden text, which is
told. Pictures are counted, not read.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile
from ingest.parsers.archives import Archive
from ingest.parsers.lines import LIST_ITEM
from ingest.parsers.office.drawings import drawing_elements
from ingest.parsers.office.package import Package, W
from ingest.parsers.office.word_blocks import Block, finished
from ingest.parsers.office.word_styles import Numbering, Styles, value
from ingest.parsers.office.word_text import Paragraph, ParagraphReader
from ingest.parsers.tables import combined_header, table_elements
from rag.errors import ParseError

_CONTAINERS = frozenset(f"{W}{name}" for name in ("ins", "moveTo", "customXml", "smartTag", "sdt", "sdtContent"))
_DEEPEST = 40
"""Tables and text boxes inside each other."""
_TOLD = {
    "deleted": "{} deleted passages of tracked changes left out",
    "hidden": "{} characters of hidden text left out",
    "embedded": "{} embedded documents not read",
    "deep": "{} tables or text boxes nested too deep",
}


class DocxParser(ElementParser):
    """Word documents (``.docx``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one document.

        Raises:
            ParseError: it is no Word file, is damaged or protected, or holds no text.
        """
        source = str(blob.source or "document")
        package = Package(Archive(blob.as_bytes(), source, program="Word"))
        main = package.main("word")
        body = _Body(package, main)
        blocks = body.blocks(package.xml(main))
        body.tell()
        elements = finished(blocks)
        if not elements:
            raise ParseError(f"{source} has no text.", remedy="If its pages are pictures, save it as PDF for OCR.")
        title, date = package.properties()
        own = next((block.element.text for block in blocks if block.title), None)
        first = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(
            elements, title or own or first, package.skipped, {"links": list(dict.fromkeys(package.links))}, date
        )


class _Body:
    """Walks the main part once, in order, so that numbers and notes count as they do on paper."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        parts = {relation.kind: relation.target for relation in package.relations(main).values()}
        self._styles = Styles(package.optional(parts.get("styles")))
        self._numbering = Numbering(package.optional(parts.get("numbering")))
        self._left_out: Counter[str] = Counter()
        self._reader = ParagraphReader(package, main, self._styles, self._left_out)
        self._notes = {kind: package.optional(parts.get(kind)) for kind in ("footnotes", "endnotes")}
        self._note_readers = {
            kind: ParagraphReader(package, parts[kind], self._styles, self._left_out)
            for kind, root in self._notes.items()
            if root is not None
        }
        self._note_count = 0

    def blocks(self, document: Any) -> list[Block]:
        """Blocks of the document in reading order."""
        body = document.find(f"{W}body")
        return list(self._walk(body, 0)) if body is not None else []

    def tell(self) -> None:
        """Note in the package what was left out."""
        for kind, count in self._left_out.items():
            if count:
                self._package.skip(_TOLD[kind].format(count))
        self._package.tell_pictures()

    def _walk(self, container: Any, depth: int) -> Iterator[Block]:
        if depth > _DEEPEST:
            self._left_out["deep"] += 1
            return
        for child in container:
            if child.tag == f"{W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                yield from self._table(child, depth)
            elif child.tag == f"{W}altChunk":
                self._left_out["embedded"] += 1
            elif child.tag in _CONTAINERS and value(child, "sdtPr/docPartObj/docPartGallery") != "Table of Contents":
                yield from self._walk(child, depth)

    def _paragraph(self, element: Any, depth: int) -> Iterator[Block]:
        if self._styles.is_contents(element):
            return
        paragraph = self._reader.read(element)
        yield self._block(element, paragraph)
        for box in paragraph.boxes:
            yield from self._walk(box, depth + 1)
        for relation in paragraph.drawings:
            yield from (Block(each) for each in drawing_elements(self._package, relation))
        for kind, identifier in paragraph.notes:
            yield from self._note(kind, identifier)

    def _block(self, element: Any, paragraph: Paragraph) -> Block:
        text = paragraph.text.strip("\n") if paragraph.code else paragraph.text.strip()
        title, level = self._styles.is_title(element), self._styles.level(element)
        numbering = self._styles.numbering(element)
        # An empty paragraph of a list shows no number, and counts none.
        marker = self._numbering.marker(*numbering) if numbering and text else ""
        if title or level:
            text = " ".join(text.split())
            text = f"{marker} {text}" if marker not in ("", "-") else text
            return Block(Element(Kind.HEADING, text, level=level or 1), title=title)
        if paragraph.code and not marker:
            return Block(Element(Kind.CODE, text))
        if marker and numbering:
            depth = max(numbering[1], self._styles.depth(element))
            return Block(Element(Kind.LIST, "  " * depth + f"{marker} {' '.join(text.split())}"))
        typed = LIST_ITEM.match(text)
        if typed and typed[2] and "\n" not in text:
            return Block(Element(Kind.LIST, f"- {text[typed.end() :].strip()}"))
        return Block(Element(Kind.PARAGRAPH, text), bold=paragraph.bold, size=paragraph.size)

    def _note(self, kind: str, identifier: str) -> Iterator[Block]:
        """A footnote or endnote, as a paragraph below the one that refers to it."""
        root = self._notes.get(kind)
        notes = [] if root is None else [note for note in root if note.get(f"{W}id") == identifier]
        texts = [self._note_readers[kind].read(each).text.strip() for note in notes for each in note.iter(f"{W}p")]
        text = " ".join(text for text in texts if text)
        if text:
            self._note_count += 1
            yield Block(Element(Kind.PARAGRAPH, f"{self._note_count}) {text}"))

    def _table(self, table: Any, depth: int) -> Iterator[Block]:
        rows = [row for row in _rows(table) if value(row, "trPr/del") is None]
        cells = [[list(self._walk(cell, depth + 1)) for cell in _cells(row)] for row in rows]
        if _is_layout(cells):
            yield from (block for row in cells for cell in row for block in cell)
            return
        texts, spanning = self._filled(rows, cells)
        headed = sum(1 for row in rows if value(row, "trPr/tblHeader") is not None)
        count = max(headed, spanning)
        if count > 1:
            texts = combined_header(texts, count)
        yield from (Block(each) for each in table_elements(texts, header=True if headed or count > 1 else None))
        # A table in a cell would break the row; it follows, with what surrounds it in the cell kept in the row.
        yield from (block for row in cells for cell in row for block in cell if block.element.kind is Kind.TABLE)

    def _filled(self, rows: list[Any], cells: list[list[list[Block]]]) -> tuple[list[list[str]], int]:
        """Texts of the cells, each merged one repeated in the rows it spans; and 2 if the header spans two rows."""
        filled: list[list[str]] = []
        joins_below, spans_columns = False, False
        for at, (row, contents) in enumerate(zip(rows, cells, strict=True)):
            texts = [""] * _count(value(row, "trPr/gridBefore"), 0)
            for cell, blocks in zip(_cells(row), contents, strict=True):
                text, span = _cell_text(blocks), _count(value(cell, "tcPr/gridSpan"), 1)
                above = filled[-1] if filled else []
                if value(cell, "tcPr/vMerge") in ("continue", "") and len(texts) < len(above):
                    joins_below |= at == 1
                    text = text or above[len(texts)]
                spans_columns |= at == 0 and 1 < span
                texts += [text, *[text if at == 0 and len(_cells(row)) > 1 else ""] * (span - 1)]
            filled.append(texts)
        return filled, 2 if joins_below and spans_columns else 0


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in _CONTAINERS:
            yield from _rows(child)


def _cells(row: Any) -> list[Any]:
    cells: list[Any] = []
    for child in row:
        if child.tag == f"{W}tc":
            cells.append(child)
        elif child.tag in _CONTAINERS:
            cells += _cells(child)
    return cells


def _is_layout(cells: list[list[list[Block]]]) -> bool:
    """A frame around text: one column; or one row whose cells hold several blocks each."""
    filled = [[[block for block in cell if block.element.text.strip()] for cell in row] for row in cells]
    if all(len(row) <= 1 for row in filled):
        return True
    return len(filled) == 1 and any(len(cell) >= 3 for cell in filled[0])


def _cell_text(blocks: list[Block]) -> str:
    texts = []
    for block in blocks:
        element = block.element
        if element.kind is Kind.LIST:
            lines = [line.strip().removeprefix("- ") for line in element.text.split("\n")]
            texts.append("; ".join(lines))
        elif element.kind is not Kind.TABLE:
            texts.append(element.text)
    return " ".join(text for text in texts if text.strip())


def _count(text: str | None, default: int) -> int:
    """A number of columns; Word allows 63."""
    return min(int(text), 63) if text and text.isdecimal() and len(text) < 5 else default
