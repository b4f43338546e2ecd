"""PowerPoint decks, slide by slide: title, shapes in reading order, tables, charts, SmartArt, speaker notes.

A slide's number is its page. Left out: footers, slide numbers, dates, comments, and what only the master shows.
Pictures are counted, not read. Hidden slides are read, and told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile
from ingest.parsers.archives import Archive
from ingest.parsers.office.drawings import drawing_elements
from ingest.parsers.office.package import A, P, Package, R, Relation
from ingest.parsers.office.runs import telling_alt
from ingest.parsers.office.slide_text import ShapeText, text_elements
from rag.errors import ParseError

_P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_SMART_ART = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_TITLES = ("title", "ctrTitle")
_RUNNING = ("ftr", "sldNum", "dt", "hdr")
_UNNAMED = ("default section", "untitled section", "기본 구역", "제목 없는 구역")
_SHAPES = frozenset(f"{P}{name}" for name in ("sp", "grpSp", "graphicFrame", "pic"))
_SAME_ROW = 0.3
"""Share of a shape's height within which another's top edge stands in the same row."""


class PptxParser(ElementParser):
    """PowerPoint decks (``.pptx``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one deck.

        Raises:
            ParseError: it is no PowerPoint file, is damaged or protected, or holds no text.
        """
        source = str(blob.source or "deck")
        package = Package(Archive(blob.as_bytes(), source, program="PowerPoint"))
        main = package.main("ppt")
        presentation = package.xml(main)
        relations = package.relations(main)
        sections = _sections(presentation)
        elements: list[Element] = []
        ids = presentation.findall(f"{P}sldIdLst/{P}sldId")
        for number, each in enumerate(ids, 1):
            section = sections.get(each.get("id"))
            if section:
                elements.append(Element(Kind.HEADING, section, level=1, page=number))
            relation = relations.get(each.get(f"{R}id") or "")
            elements += _Slide(package, relation, number, 2 if sections else 1).elements()
        package.tell_pictures()
        if not elements:
            raise ParseError(f"{source} has no text.", remedy="If its slides are pictures, save it as PDF for OCR.")
        title, date = package.properties()
        first = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        metadata = {"links": list(dict.fromkeys(package.links)), "pages": len(ids)}
        return ParsedFile(elements, title or first, package.skipped, metadata, date)


@dataclass(slots=True)
class _Shape:
    """A shape and where it stands; ``kind`` and ``index`` are those of a placeholder, or None."""

    element: Any
    kind: str | None = None
    index: str = ""
    left: int = 0
    top: int = 0
    height: int = 0


class _Slide:
    """One slide, with the layout and the master it is made by."""

    def __init__(self, package: Package, relation: Relation | None, number: int, level: int) -> None:
        self._package = package
        self._number = number
        self._level = level
        self._place = f"slide {number}"
        self._name = relation.target if relation is not None else ""
        self._relations = package.relations(self._name)
        self._text = ShapeText(package, self._relations)
        layout = self._target(self._relations, "slideLayout")
        master = self._target(package.relations(layout), "slideMaster") if layout else None
        self._layout, self._master = (package.shared(name, self._place) for name in (layout, master))

    def elements(self) -> Iterator[Element]:
        """Title, shapes and notes."""
        root = self._package.optional(self._name, self._place)
        if root is None:
            if self._name not in self._package.archive:
                self._package.skip("the slide is missing in the file", self._place)
            return
        if root.get("show") in ("0", "false"):
            self._package.skip("the slide is hidden; it was read all the same", self._place)
        shapes = _shapes(root.find(f"{P}cSld/{P}spTree"))
        title = " ".join(self._title(shape) for shape in shapes if shape.kind in _TITLES).strip()
        if title:
            yield Element(Kind.HEADING, title, level=self._level, page=self._number)
        body = [each for shape in shapes if shape.kind not in _TITLES for each in self._shape(shape)]
        body += self._notes()
        # Without a title of its own, a slide must not stand under that of the one before.
        yield from body if title else (each if each.level else replace(each, level=self._level) for each in body)

    def _title(self, shape: _Shape) -> str:
        lines = self._text.lines(shape.element.find(f"{P}txBody"), [])
        return " ".join(" ".join(line.text.split()) for line in lines)

    def _shape(self, shape: _Shape) -> Iterator[Element]:
        element = shape.element
        if element.tag == f"{P}grpSp":
            for each in _shapes(element):
                yield from self._shape(each)
        elif element.tag == f"{P}graphicFrame":
            yield from self._frame(element)
        elif shape.kind not in _RUNNING:
            lines = self._text.lines(element.find(f"{P}txBody"), self._inherited(shape))
            yield from text_elements(lines, self._number)
            yield from self._pictures(element)

    def _frame(self, frame: Any) -> Iterator[Element]:
        for table in frame.iter(f"{A}tbl"):
            yield from self._text.table(table, self._number)
        for drawing in frame.iter(_CHART, _SMART_ART):
            relation = self._relations.get(drawing.get(f"{R}id") or drawing.get(f"{R}dm") or "")
            if relation is not None:
                yield from drawing_elements(self._package, relation, place=self._place, page=self._number)
        yield from self._pictures(frame)

    def _pictures(self, element: Any) -> Iterator[Element]:
        found = [self._relations.get(blip.get(f"{R}embed") or "") for blip in element.iter(f"{A}blip")]
        for relation in found:
            if relation is not None:
                self._package.pictures[relation.target] += 1
        properties = element.find(f"{P}nvPicPr/{P}cNvPr")
        alt = telling_alt(properties.get("descr")).strip() if properties is not None else ""
        if alt:
            yield Element(Kind.PARAGRAPH, alt, page=self._number)

    def _notes(self) -> Iterator[Element]:
        root = self._package.optional(self._target(self._relations, "notesSlide"), f"{self._place}, notes")
        lines: list[str] = []
        for shape in _shapes(root.find(f"{P}cSld/{P}spTree")) if root is not None else []:
            if shape.kind == "body":
                lines += [line.text for line in self._text.lines(shape.element.find(f"{P}txBody"), [])]
        if lines:
            yield Element(Kind.PARAGRAPH, "Notes: " + "\n".join(lines), page=self._number)

    def _inherited(self, shape: _Shape) -> list[Any]:
        """What says how the text of a placeholder looks, nearest first."""
        if shape.kind is None:
            return []
        of_layout = _placeholder(self._layout, shape.kind, shape.index)
        kind = shape.kind if of_layout is None else _described(of_layout).kind or shape.kind
        bulleted = kind in ("body", "obj")
        of_master = _placeholder(self._master, "body" if bulleted else kind, "")
        styles = self._master.find(f"{P}txStyles/{P}bodyStyle") if bulleted and self._master is not None else None
        return [each for each in (of_layout, of_master, styles) if each is not None]

    @staticmethod
    def _target(relations: dict[str, Relation], kind: str) -> str | None:
        return next((relation.target for relation in relations.values() if relation.kind == kind), None)


def _sections(presentation: Any) -> dict[str, str]:
    """First slide of each named section of the deck → the section's name."""
    sections: dict[str, str] = {}
    for section in presentation.iter(f"{_P14}section"):
        name = " ".join(section.get("name", "").split())
        first = section.find(f"{_P14}sldIdLst/{_P14}sldId")
        if first is not None and name and name.casefold() not in _UNNAMED:
            sections[first.get("id", "")] = name
    return sections


def _shapes(tree: Any | None) -> list[_Shape]:
    """Shapes of a slide or group: placeholders as the layout orders them, then the others by their place."""
    shapes = [_described(each) for each in (tree if tree is not None else []) if each.tag in _SHAPES]
    shapes = [shape for shape in shapes if not _is_hidden(shape.element)]
    placed = [shape for shape in shapes if shape.kind is not None]
    return [*placed, *_by_rows([shape for shape in shapes if shape.kind is None])]


def _by_rows(shapes: list[_Shape]) -> Iterator[_Shape]:
    """From top to bottom, and in a row from left to right."""
    row: list[_Shape] = []
    for shape in sorted(shapes, key=lambda shape: shape.top):
        if row and shape.top - row[0].top > _SAME_ROW * row[0].height:
            yield from sorted(row, key=lambda shape: shape.left)
            row = []
        row.append(shape)
    yield from sorted(row, key=lambda shape: shape.left)


def _described(element: Any) -> _Shape:
    shape = _Shape(element)
    placeholder = element.find(f"*/{P}nvPr/{P}ph")
    if placeholder is not None:
        shape.kind, shape.index = placeholder.get("type", "obj"), placeholder.get("idx", "")
    frame = element.find(f"{P}xfrm") if element.tag == f"{P}graphicFrame" else element.find(f"*/{A}xfrm")
    if frame is not None:
        offset, extent = frame.find(f"{A}off"), frame.find(f"{A}ext")
        shape.left, shape.top = (_length(offset, name) for name in ("x", "y"))
        shape.height = _length(extent, "cy")
    return shape


def _placeholder(root: Any | None, kind: str, index: str) -> Any | None:
    """The shape of a layout or master that a placeholder is made by: the same index, else the same kind."""
    shapes = [] if root is None else [_described(each) for each in root.iter(f"{P}sp")]
    by_index = [shape.element for shape in shapes if index and shape.index == index and shape.kind is not None]
    by_kind = [shape.element for shape in shapes if shape.kind == kind]
    return next(iter([*by_index, *by_kind]), None)


def _is_hidden(element: Any) -> bool:
    properties = element.find(f"*/{P}cNvPr")
    return properties is not None and properties.get("hidden") in ("1", "true")


def _length(element: Any | None, name: str) -> int:
    text = "0" if element is None else element.get(name, "0")
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 16 else 0
