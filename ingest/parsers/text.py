"""Plain text: paragraphs by blank lines, lists, tables of tabs, and code that was pasted in."""

import re
from collections.abc import Iterator

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.decoding import decode
from ingest.parsers.lines import blocks

_UNDERLINE = re.compile(r"^([=-])\1{2,}\s*$")
_LONGEST_TITLE = 100


class TextParser(ElementParser):
    """Plain text in any encoding."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one text file.

        Raises:
            ParseError: it is empty, binary or in no known encoding.
        """
        source = str(blob.source or "text")
        decoded = decode(blob.as_bytes(), source)
        elements = [element for block in blank_separated(decoded.text) for element in _with_titles(block)]
        title = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(
            _merged_code(elements), title, damage(source, decoded.damaged), {"encoding": decoded.encoding}
        )


def _with_titles(block: list[str]) -> Iterator[Element]:
    """The elements of a block; a first line that the second underlines with ``=`` or ``-`` is a heading."""
    underline = _UNDERLINE.match(block[1]) if len(block) > 1 else None
    if underline and len(block[0].strip()) <= _LONGEST_TITLE:
        yield Element(Kind.HEADING, block[0].strip(), level=1 if underline[1] == "=" else 2)
        block = block[2:]
    yield from blocks(block) if block else ()


def damage(source: str, count: int) -> list[Skipped]:
    """What a damaged file has lost."""
    return [Skipped(source, f"{count} characters could not be decoded")] if count else []


def blank_separated(text: str) -> Iterator[list[str]]:
    """Runs of lines without a blank one between them."""
    block: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _merged_code(elements: list[Element]) -> list[Element]:
    # Blank lines are part of a program: neighbouring pieces of code are one.
    merged: list[Element] = []
    for element in elements:
        if merged and element.kind is Kind.CODE and merged[-1].kind is Kind.CODE:
            merged[-1] = Element(Kind.CODE, merged[-1].text + "\n\n" + element.text)
        else:
            merged.append(element)
    return merged
