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

_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|[@-Z\\^_])")
_MAGIC = re.compile(
    r"^\s*%%(bash|sh|html|javascript|js|latex|sql|R|perl|ruby|cython|writefile\s+\S+\.(?:py|sh|sql|yaml))\b"
)
"""A cell in another language than the notebook's."""
_WIDGET = "application/vnd.jupyter.widget-view+json"
_PICTURES = ("image/", "application/pdf", "video/", "application/vnd.plotly", "application/vnd.vega")
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
        language = str(_dict(_dict(notebook.get("metadata")).get("kernelspec")).get("language") or "python")
        section = 0
        for number, cell in enumerate(_cells(notebook, source), 1):
            elements = list(self._cell(cell, language, section, parsed, f"{source}, cell {number}"))
            section = next((element.level for element in reversed(elements) if element.kind is Kind.HEADING), section)
            parsed.elements.extend(replace(element, cell=number) for element in elements)
        title = next((element.text for element in parsed.elements if element.kind is Kind.HEADING), None)
        if pictures := sum(map(_pictures, _cells(notebook, source))):
            plural = "s" if pictures > 1 else ""
            parsed.skipped.append(Skipped(f"{source}, outputs and attachments", f"{pictures} picture{plural} not read"))
        return replace(parsed, title=title)

    def _cell(
        self, cell: dict[str, Any], language: str, section: int, parsed: ParsedFile, place: str
    ) -> Iterator[Element]:
        text = _joined(cell.get("source", cell.get("input", "")))
        kind = cell.get("cell_type")
        if kind == "code":
            if text.strip():
                magic = _MAGIC.match(text)
                named = re.split(r"[\s.]", magic[1])[-1] if magic else language
                yield Element(Kind.CODE, text.strip("\n"), language=named)
            for output in _outputs(cell):
                yield from self._output(output, parsed, place)
        elif kind in ("markdown", "heading") and text.strip():
            if kind == "heading":
                level = cell.get("level")
                text = "#" * (level if isinstance(level, int) and 0 < level < 7 else 1) + " " + text
            inner = parse_markdown(text, section=section)
            parsed.metadata["links"] += inner.metadata["links"]
            yield from inner.elements
        elif kind == "raw" and text.strip():
            yield from (Element(Kind.PARAGRAPH, "\n".join(block)) for block in blank_separated(text))

    def _output(self, output: dict[str, Any], parsed: ParsedFile, place: str) -> Iterator[Element]:
        data = _dict(output.get("data", output))
        html = _joined(data.get("text/html", ""))
        # A widget's text names its parts, of which the notebook holds no state.
        text = "" if _WIDGET in data else _joined(output.get("text", "") or data.get("text/plain", ""))
        if output.get("output_type") in ("error", "pyerr"):
            text = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
        text = _without_noise(text)
        shown = self._displayed(html, _joined(data.get("text/markdown", "")), only_tables=bool(text.strip()))
        if shown and sum(len(element.text) for element in shown) <= self.output_chars:
            yield from shown
            return
        if len(text) > self.output_chars:
            parsed.skipped.append(Skipped(place, f"output cut after {self.output_chars} of {len(text)} characters"))
            text = text[: self.output_chars].rsplit("\n", 1)[0]
        if text.strip():
            yield Element(Kind.CODE, text.strip("\n"), language="output")

    def _displayed(self, html: str, markdown: str, *, only_tables: bool) -> list[Element]:
        """What an output shows as HTML or Markdown: a table, or all of it where there is no plain text."""
        if len(html) + len(markdown) > 20 * max(self.output_chars, 1):
            return []
        elements = _html(html) if "<table" in html or (html.strip() and not only_tables) else []
        if not elements and markdown.strip() and not only_tables:
            elements = parse_markdown(markdown).elements
        # An output opens no section of the notebook.
        return [
            replace(each, kind=Kind.PARAGRAPH, level=0) if each.kind is Kind.HEADING else each
            for each in elements
            if each.kind is Kind.TABLE or not only_tables
        ]


def _outputs(cell: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = cell.get("outputs")
    return [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []


def _pictures(cell: dict[str, Any]) -> int:
    """Pictures of a cell: one for each output that shows one, and those attached to it."""
    shown = (_dict(output.get("data", output)) for output in _outputs(cell))
    drawn = sum(any(kind.startswith(_PICTURES) or kind in ("png", "jpeg", "svg") for kind in data) for data in shown)
    return drawn + len(_dict(cell.get("attachments")))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


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
        sheets = notebook.get("worksheets")
        lists = [_dict(sheet).get("cells") for sheet in sheets] if isinstance(sheets, list) else []
        cells = [cell for each in lists if isinstance(each, list) for cell in each]
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
