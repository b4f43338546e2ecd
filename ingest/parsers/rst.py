"""reStructuredText: headings by their underline, code blocks, directives and roles down to their text."""

import re
from collections.abc import Iterator

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile
from ingest.parsers.decoding import decode
from ingest.parsers.lines import blocks
from ingest.parsers.text import blank_separated, damage

_RULE = re.compile(r"^([=\-~^\"'`#*+.:_<>])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"^(\s*)\.\.\s+(?:\|[^|]+\|\s+)?([\w:-]+)::\s*(.*)$")
_CODE = frozenset({"code-block", "code", "sourcecode", "parsed-literal"})
_SILENT = frozenset(
    {"image", "figure", "include", "raw", "toctree", "contents", "highlight", "meta", "literalinclude", "index", "_"}
)
_OPTION = re.compile(r"^\s+:[\w-]+:")
_LINK = re.compile(r"`([^`<]{1,300}?)\s*<([^`>]{1,500})>`__?")
_ROLE = re.compile(r":[\w:+-]{1,40}:`([^`<]{1,300}?)(?:\s*<[^`>]{0,300}>)?`")
_REFERENCE = re.compile(r"`([^`]{1,300})`__?(?!\w)|(?<![\w`])([A-Za-z][\w-]{0,80}[A-Za-z0-9])_(?=[\s.,;:)]|$)")


class RstParser(ElementParser):
    """reStructuredText, read without docutils: what a course page uses of it."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file.

        Raises:
            ParseError: it is empty, binary or in no known encoding.
        """
        source = str(blob.source or "text")
        decoded = decode(blob.as_bytes(), source)
        links: list[str] = []
        elements = list(_elements(decoded.text.expandtabs(4).split("\n"), links))
        title = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(
            elements, title, damage(source, decoded.damaged), {"links": links, "encoding": decoded.encoding}
        )


def _elements(lines: list[str], links: list[str]) -> Iterator[Element]:
    styles: list[str] = []
    prose: list[str] = []
    at = 0
    while at < len(lines):
        heading = _heading(lines, at)
        directive = _DIRECTIVE.match(lines[at])
        if not heading and not directive and not lines[at].lstrip().startswith(".. "):
            prose.append(lines[at])
            if lines[at].rstrip().endswith("::"):
                prose[-1] = re.sub(r"\s*::\s*$", ":", lines[at]) if lines[at].strip() != "::" else ""
                yield from _prose(prose, links)
                prose = []
                body, at = _indented(lines, at + 1, len(lines[at]) - len(lines[at].lstrip()))
                yield from _code(body, "")
                continue
            at += 1
            continue
        yield from _prose(prose, links)
        prose = []
        if heading:
            text, style, at = heading
            if style not in styles:
                styles.append(style)
            yield Element(Kind.HEADING, _inline(text, links), level=min(6, styles.index(style) + 1))
            continue
        indent = len(lines[at]) - len(lines[at].lstrip())
        body, at = _indented(lines, at + 1, indent)
        if directive:
            yield from _directive(directive, body, links)
    yield from _prose(prose, links)


def _heading(lines: list[str], at: int) -> tuple[str, str, int] | None:
    line = lines[at]
    below = lines[at + 1] if at + 1 < len(lines) else ""
    over = _RULE.match(line)
    if over and at + 2 < len(lines) and below.strip() and lines[at + 2].strip() == line.strip():
        return below.strip(), over[1] * 2, at + 3
    under = _RULE.match(below)
    if (
        under
        and line.strip()
        and not line.startswith(" ")
        and not over
        and len(below.strip()) >= min(4, len(line.strip()))
    ):
        return line.strip(), under[1], at + 2
    return None


def _indented(lines: list[str], at: int, indent: int) -> tuple[list[str], int]:
    body: list[str] = []
    while at < len(lines) and (not lines[at].strip() or len(lines[at]) - len(lines[at].lstrip()) > indent):
        body.append(lines[at])
        at += 1
    return body, at


def _directive(match: re.Match[str], body: list[str], links: list[str]) -> Iterator[Element]:
    name, argument = match[2].lower(), match[3].strip()
    while body and (not body[0].strip() or _OPTION.match(body[0])):
        body = body[1:]
    if name in _CODE:
        yield from _code(body, argument)
    elif name.split(":")[0] not in _SILENT:
        # Notes, warnings, cards: their text is the author's.
        margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
        yield from _elements([argument, "", *(line[margin:] for line in body)], links)


def _code(body: list[str], language: str) -> Iterator[Element]:
    margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
    text = "\n".join(line[margin:].rstrip() for line in body).strip("\n")
    if text:
        yield Element(Kind.CODE, text, language=language)


def _prose(lines: list[str], links: list[str]) -> Iterator[Element]:
    for block in blank_separated("\n".join(lines)):
        kept = [line for line in block if not _RULE.match(line)]
        margin = min((len(line) - len(line.lstrip()) for line in kept), default=0)
        for element in blocks([line[margin:] for line in kept]):
            text = element.text if element.kind is Kind.CODE else _inline(element.text, links)
            yield Element(element.kind, text)


def _inline(text: str, links: list[str]) -> str:
    links += [match[2] for match in _LINK.finditer(text) if match[2].startswith("http")]
    text = _LINK.sub(r"\1", text)
    text = _ROLE.sub(r"`\1`", text)
    text = _REFERENCE.sub(lambda m: m[1] or m[2], text)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    return re.sub(r"\*\*([^*\n]{1,300})\*\*|(?<![\w*])\*([^*\s][^*\n]{0,300})\*(?!\w)", lambda m: m[1] or m[2], text)
