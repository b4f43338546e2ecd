"""Excel workbooks: each sheet a heading, its tables as they are shown.

Formulas are the results that were stored. Sheets, rows and columns that are hidden stay so (they may hold solutions or
marks), and are told. Charts repeat what the cells say; pictures are counted, not read.
"""

from collections.abc import Iterator
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile
from ingest.parsers.archives import Archive
from ingest.parsers.office.package import A, Package, R
from ingest.parsers.office.sheet_cells import MAX_COLUMNS, CellReader, Sheet, format_codes, shared_strings
from ingest.parsers.office.sheet_tables import sheet_elements
from rag.errors import ParseError

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


class XlsxParser(ElementParser):
    """Excel workbooks (``.xlsx``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one workbook.

        Raises:
            ParseError: it is no Excel file, is damaged or protected, or holds nothing.
        """
        source = str(blob.source or "workbook")
        package = Package(Archive(blob.as_bytes(), source, program="Excel"))
        workbook = _Workbook(package, package.main("xl"))
        elements = list(workbook.elements())
        package.tell_pictures()
        if not elements and not package.skipped:
            raise ParseError(f"{source} has no text.", remedy="Check it in Excel, or leave it out.")
        title, date = package.properties()
        return ParsedFile(elements, title, package.skipped, {"links": list(dict.fromkeys(package.links))}, date)


class _Workbook:
    """The sheets of a workbook and what their cells refer to."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._relations = package.relations(main)
        self._root = package.xml(main)
        parts = {relation.kind: relation.target for relation in self._relations.values()}
        strings = parts.get("sharedStrings")
        properties = self._root.find("{*}workbookPr")
        self._reader = CellReader(
            self._streamed(strings, shared_strings) if strings and strings in package.archive else [],
            format_codes(package.optional(parts.get("styles"))),
            since_1904=properties is not None and properties.get("date1904") in ("1", "true"),
        )

    def elements(self) -> Iterator[Element]:
        """A heading and the contents of each sheet that holds something."""
        for each in self._root.iterfind("{*}sheets/{*}sheet"):
            name = " ".join(each.get("name", "").split())
            relation = self._relations.get(each.get(f"{R}id") or "")
            if relation is None or relation.kind != "worksheet":
                continue
            if each.get("state", "visible") != "visible":
                self._package.skip("the sheet is hidden; show it to have it read", f"sheet {name}")
                continue
            elements = list(self._sheet(relation.target, name))
            if elements:
                yield Element(Kind.HEADING, name, level=1)
                yield from elements

    def _sheet(self, part: str, name: str) -> Iterator[Element]:
        place = f"sheet {name}"
        try:
            sheet = self._streamed(part, self._reader.read)
        except ParseError as error:
            self._package.skip(error.message.removeprefix(f"{self._package.source} ").rstrip("."), place)
            return
        self._tell(sheet, place)
        yield from sheet_elements(sheet)
        for relation in self._package.relations(part).values():
            if relation.kind == "hyperlink" and relation.external:
                self._package.links.append(relation.target)
            elif relation.kind == "drawing":
                yield from self._drawing(relation.target, place)

    def _streamed(self, part: str, read: Any) -> Any:
        """What ``read`` makes of a part.

        Raises:
            ParseError: the part is missing or broken.
        """
        from lxml import etree

        try:
            with self._package.archive.open(part) as stream:
                return read(stream)
        except etree.XMLSyntaxError as error:
            source = self._package.source
            raise ParseError(
                f"{source} is damaged: the XML of {part} is broken.", remedy="Open it in Excel and save it again."
            ) from error

    def _tell(self, sheet: Sheet, place: str) -> None:
        if sheet.cut:
            self._package.skip(f"only the first {len(sheet.rows):,} rows were read", place)
        if sheet.wide:
            self._package.skip(f"only the first {MAX_COLUMNS} columns were read", place)
        if sheet.hidden_rows:
            self._package.skip(f"{sheet.hidden_rows} hidden rows left out", place)
        hidden = {at for cells in sheet.rows.values() for at in cells} & sheet.hidden_columns
        if hidden:
            self._package.skip(f"{len(hidden)} hidden columns left out", place)
        if sheet.uncomputed:
            self._package.skip(
                f"{sheet.uncomputed} formulas have no stored result; save the file in Excel to have them", place
            )

    def _drawing(self, part: str, place: str) -> Iterator[Element]:
        """Text boxes of a sheet; its pictures are counted."""
        root = self._package.optional(part, place)
        relations = self._package.relations(part)
        for blip in root.iter(f"{A}blip") if root is not None else []:
            picture = relations.get(blip.get(f"{R}embed") or "")
            if picture is not None:
                self._package.pictures[picture.target] += 1
        for body in root.iter(f"{_DRAWING}txBody") if root is not None else []:
            lines = ["".join(text.text or "" for text in line.iter(f"{A}t")) for line in body.iterfind(f"{A}p")]
            text = "\n".join(line.strip() for line in lines if line.strip())
            if text:
                yield Element(Kind.PARAGRAPH, text)
