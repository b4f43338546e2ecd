"""Jupyter notebooks: cells in order, outputs up to a limit, pictures left out."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.decoding import decode
from ingest.parsers.markdown.document import parse_markdown
from ingest.parsers.text import blank_separated
from rag.errors import ParseError
from rag.settings import ParseSettings

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PROGRESS = re.compile(r"^.*\d+%\|.*\|.*$|^.*\[=*>?\.*\]\s*-.*$|^\s*\d+/\d+ \[[=>.━ -]+\].*$")
_OBJECT = re.compile(
    r"^<[\w.]+(?: at 0x[0-9a-f]+| object[^>]*|[^>]*size [^>]*axes?)>$|^\[?<matplotlib[^>]*>.*$", re.IGNORECASE
)


class NotebookParser(ElementParser):
    """Notebooks of nbformat 3 and 4."""

    output_chars: int

    def __init__(self, *, output_chars: int = 1000) -> None:
        """Keep at most ``output_chars`` characters of each output."""
        self.output_chars = output_chars

    @classmethod
    def from_settings(cls, settings: ParseSettings) -> Self:
        """With the limit of the settings on outputs."""
        return cls(output_chars=settings.notebook_output_chars)

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one notebook.

        Raises:
            ParseError: it is empty, or not a notebook.
        """
        source = str(blob.source or "notebook")
        notebook = _load(decode(blob.as_bytes(), source).text, source)
        parsed = ParsedFile([], metadata={"links": []})
        language = str(notebook.get("metadata", {}).get("kernelspec", {}).get("language") or "python")
        section = 0
        for number, cell in enumerate(_cells(notebook, source), 1):
            elements = list(self._cell(cell, language, section, parsed, f"{source}, cell {number}"))
            section = next((element.level for element in reversed(elements) if element.kind is Kind.HEADING), section)
            parsed.elements.extend(replace(element, cell=number) for element in elements)
        title = next((element.text for element in parsed.elements if element.kind is Kind.HEADING), None)
        return replace(parsed, title=title)

    def _cell(
        self, cell: dict[str, Any], language: str, section: int, parsed: ParsedFile, place: str
    ) -> Iterator[Element]:
        text = _joined(cell.get("source", cell.get("input", "")))
        kind = cell.get("cell_type")
        if kind == "code":
            if text.strip():
                yield Element(Kind.CODE, text.strip("\n"), language=language)
            for output in cell.get("outputs") or []:
                yield from self._output(output, parsed, place)
        elif kind in ("markdown", "heading") and text.strip():
            if kind == "heading":
                text = "#" * int(cell.get("level") or 1) + " " + text
            inner = parse_markdown(text, section=section)
            parsed.metadata["links"] += inner.metadata["links"]
            yield from inner.elements
        elif kind == "raw" and text.strip():
            yield from (Element(Kind.PARAGRAPH, "\n".join(block)) for block in blank_separated(text))

    def _output(self, output: dict[str, Any], parsed: ParsedFile, place: str) -> Iterator[Element]:
        data = output.get("data", output) if isinstance(output, dict) else {}
        table = _joined(data.get("text/html", ""))
        text = _joined(output.get("text", "") or data.get("text/plain", ""))
        if output.get("output_type") in ("error", "pyerr"):
            text = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
        if "<table" in table and len(table) <= 20 * max(self.output_chars, 1):
            elements = [element for element in _html(table) if element.kind is Kind.TABLE]
            if elements and sum(len(element.text) for element in elements) <= self.output_chars:
                yield from elements
                return
        text = _without_noise(text)
        if len(text) > self.output_chars:
            parsed.skipped.append(Skipped(place, f"output cut after {self.output_chars} of {len(text)} characters"))
            text = text[: self.output_chars].rsplit("\n", 1)[0]
        if text.strip():
            yield Element(Kind.CODE, text.strip("\n"), language="output")


def _load(text: str, source: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"{source} is not a notebook: its JSON is broken ({error}).", remedy="Save it again in Jupyter."
        ) from error
    if not isinstance(notebook, dict):
        raise ParseError(f"{source} is not a notebook.", remedy="Save it again in Jupyter.")
    return notebook


def _cells(notebook: dict[str, Any], source: str) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    if cells is None:
        cells = [cell for sheet in notebook.get("worksheets") or [] for cell in sheet.get("cells", [])]
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ParseError(f"{source} is not a notebook: it has no list of cells.", remedy="Save it again in Jupyter.")
    return cells


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(map(str, source))
    return source if isinstance(source, str) else ""


def _html(text: str) -> list[Element]:
    from ingest.parsers.web_page.blocks import Walker
    from ingest.parsers.web_page.page import make_soup

    return Walker().walk(make_soup(text))


def _without_noise(text: str) -> str:
    text = _ANSI.sub("", text)
    # A progress bar rewrites its line; only what it showed last is output.
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1].replace("\x08", "") for line in text.split("\n")]
    return "\n".join(
        line for line in lines if len(line) > 500 or not _PROGRESS.match(line) and not _OBJECT.match(line.strip())
    )
