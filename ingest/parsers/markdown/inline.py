"""Inline marks of Markdown down to text: lines, and whether a whole line was set in bold."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it.token import Token

from ingest.parsers.web_page.blocks import KNOWN_TAGS, is_telling_alt

_TAG = re.compile(r"^</?\s*([A-Za-z][\w:-]*)")
_IDENTIFIER = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph; ``bold`` if nothing in it is outside bold, ``hard`` if its author ended it."""

    text: str
    bold: bool
    hard: bool = False


class _Writer:
    def __init__(self, links: list[str]) -> None:
        self.links = links
        self.lines: list[Line] = []
        self.depth = 0
        self._parts: list[str] = []
        self._bold = True

    def write(self, text: str) -> None:
        self._parts.append(text)
        if text.strip() and not self.depth:
            self._bold = False

    def end_line(self, *, hard: bool = False) -> None:
        text = "".join(self._parts).rstrip()
        self.lines.append(Line(text, self._bold and bool(text.strip()), hard))
        self._parts = []
        self._bold = True


def render(tokens: Iterable[Token], links: list[str]) -> list[Line]:
    """The lines of an inline token's children; addresses of links are appended to ``links``."""
    writer = _Writer(links)
    tokens = list(tokens)
    for at, token in enumerate(tokens):
        _render_one(token, tokens, at, writer)
    writer.end_line()
    return writer.lines


def plain(tokens: Iterable[Token], links: list[str]) -> str:
    """The same on one line."""
    return " ".join(" ".join(line.text for line in render(tokens, links)).split())


def _render_one(token: Token, tokens: list[Token], at: int, writer: _Writer) -> None:  # noqa: C901 - one branch per mark
    match token.type:
        case "text" | "text_special":
            writer.write(token.content)
        case "code_inline":
            writer.write(f"`{token.content}`")
        case "softbreak" | "hardbreak":
            writer.end_line(hard=token.type == "hardbreak")
        case "strong_open" | "strong_close":
            writer.depth += token.nesting
            if _is_dunder(token, tokens, at):
                writer.write("__")
        case "math_inline" | "math_single":
            writer.write(f"${token.content}$")
        case "math_inline_double" | "math_block" | "amsmath":
            writer.write(f"$${token.content}$$")
        case "link_open":
            writer.links.append(str(token.attrGet("href") or ""))
        case "image":
            alt = plain(token.children or [], writer.links)
            writer.links.append(str(token.attrGet("src") or ""))
            writer.write(f" {alt} " if is_telling_alt(alt) else "")
        case "html_inline":
            _render_tag(token.content, writer)


def _is_dunder(token: Token, tokens: list[Token], at: int) -> bool:
    """Whether ``__init__`` without backticks was taken for bold."""
    if token.markup != "__":
        return False
    inner = tokens[at + 1 : at + 3] if token.nesting == 1 else tokens[at - 2 : at + 1 - 1][::-1]
    texts = [item for item in inner if item.type == "text" and item.content]
    closed = any(item.type in ("strong_close", "strong_open") for item in inner) or len(inner) == 1
    return closed and len(texts) == 1 and bool(_IDENTIFIER.fullmatch(texts[0].content))


def _render_tag(tag: str, writer: _Writer) -> None:
    match = _TAG.match(tag)
    name = match[1].lower() if match else ""
    if name == "br":
        writer.end_line(hard=True)
    elif name in ("b", "strong"):
        writer.depth = max(0, writer.depth + (-1 if tag.startswith("</") else 1))
    elif match and name not in KNOWN_TAGS:
        writer.write(tag)
