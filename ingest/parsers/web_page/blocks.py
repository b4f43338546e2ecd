"""A tree of HTML as elements: headings, paragraphs, lists, tables, code."""

import re
from typing import Any
from urllib.parse import urljoin

from ingest.elements import Element, Kind
from ingest.parsers.lines import markdown_table
from ingest.parsers.web_page.inline import (
    BREAK,
    alt_text,
    formula,
    is_headerlink,
    is_note_mark,
    is_telling_alt,
    language_of,
    one_line,
    raised,
    string_of,
    verbatim,
)
from ingest.parsers.web_page.main_content import child_tags, tags_in
from ingest.parsers.web_page.tables import grid, is_layout, own_rows

__all__ = ["KNOWN_TAGS", "Walker", "escape_unknown_tags", "is_telling_alt"]

HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead "
    "tr ul".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark math meta link q rp rt "
    "ruby samp script small source span strike strong style sub sup svg template time title tt u var video wbr head "
    "input audio iframe button picture canvas col colgroup embed object param noscript option select textarea track "
    "area map base".split()
)
KNOWN_TAGS = _BLOCKS | _INLINE
"""Anything else in angle brackets is text: ``<sos>``, ``<class 'int'>``, ``Vec<T>``."""
_TAG_NAME = re.compile(r"</?([A-Za-z][\w:-]*)(?=[\s/>])")
_DROPPED = frozenset(
    "script style noscript template head svg button select input iframe object col colgroup rp".split()
)
_MAX_DEPTH = 150


def escape_unknown_tags(text: str) -> str:
    """Turn angle brackets that open no HTML element into text, before a parser swallows them."""
    return _TAG_NAME.sub(lambda m: m[0] if m[1].lower() in KNOWN_TAGS else "&lt;" + m[0][1:], text)


class Walker:
    """Walks a tree once; ``links`` collects the addresses that the text does not keep."""

    def __init__(self, base: str = "") -> None:
        """Start with no links; relative ones are resolved against ``base``."""
        self.links: list[str] = []
        self._base = base
        self._elements: list[Element] = []
        self._inline: list[str] = []
        self._alt = ""
        self._with_blocks: set[int] = set()

    def walk(self, root: Any) -> list[Element]:
        """The elements under a tag in reading order."""
        self._elements = []
        self._with_blocks = _with_blocks(root)
        self._children(root, 0)
        self._flush()
        return self._elements

    def _children(self, tag: Any, depth: int) -> None:
        for child in tag.children:
            name = getattr(child, "name", None)
            if name is None:
                self._inline.append(string_of(child))
            elif depth > _MAX_DEPTH:
                self._inline.append(f" {child.get_text(' ')} ")
            elif name in _BLOCKS:
                # A term and what it means are one paragraph.
                if name != "dd":
                    self._flush()
                self._block(child, name, depth + 1)
                if name != "dt":
                    self._flush()
            elif name not in _DROPPED and id(child) in self._with_blocks:
                self._children(child, depth + 1)
            else:
                self._inline.append(self._inline_text(child))

    def _block(self, tag: Any, name: str, depth: int) -> None:
        if name in HEADINGS:
            self._add(Kind.HEADING, one_line(self._inline_text(tag)), level=HEADINGS[name])
        elif name == "pre":
            self._add(Kind.CODE, verbatim(tag), language=language_of(tag))
        elif name in ("ul", "ol"):
            self._list(tag, depth)
        elif name == "table":
            self._table(tag, depth)
        elif name == "dt":
            self._inline.append(self._inline_text(tag).strip() + ": ")
        elif name != "hr":
            self._children(tag, depth)

    def _add(self, kind: Kind, text: str, *, level: int = 0, language: str = "") -> None:
        if text.strip():
            self._elements.append(Element(kind, text.strip("\n"), level=level, language=language))

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline = []
        lines = [" ".join(line.split()) for line in text.split(BREAK)]
        self._add(Kind.PARAGRAPH, "\n".join(line for line in lines if line))

    def _list(self, tag: Any, depth: int) -> None:
        if tags_in(tag, "pre", "table", *HEADINGS):
            # A list that holds code or tables is layout: its blocks stand for themselves.
            for item in child_tags(tag, "li"):
                self._children(item, depth + 1)
                self._flush()
            return
        self._add(Kind.LIST, "\n".join(self._items(tag, 0)))

    def _items(self, tag: Any, depth: int) -> list[str]:
        lines: list[str] = []
        start = int(tag.get("start") or 1) if re.fullmatch(r"[0-9]{1,6}", str(tag.get("start") or "1")) else 1
        for number, item in enumerate(child_tags(tag, "li"), start):
            inner = _inner_lists(item)
            for sub in inner:
                sub.extract()
            marker = f"{number}. " if tag.name == "ol" else "- "
            text = one_line(self._inline_text(item))
            if text:
                lines.append("  " * depth + marker + text)
            for sub in inner:
                lines += self._items(sub, depth + 1) if depth < _MAX_DEPTH else [one_line(sub.get_text(" "))]
        return lines

    def _table(self, tag: Any, depth: int) -> None:
        rows = own_rows(tag)
        if tags_in(tag, "table", "pre") or is_layout(rows, list(HEADINGS)):
            for row in rows:
                for cell in child_tags(row, "td", "th"):
                    self._children(cell, depth + 1)
                    self._flush()
            return
        caption = tag.find("caption", recursive=False)
        if caption is not None:
            self._add(Kind.PARAGRAPH, one_line(self._inline_text(caption)))
        cells, headers = grid(rows, lambda cell: one_line(self._inline_text(cell)))
        if any(map(any, cells)):
            self._add(Kind.TABLE, markdown_table(cells, header=headers > 0))

    def _inline_text(self, tag: Any, depth: int = 0) -> str:  # noqa: C901 - one branch per inline tag
        name = tag.name
        if depth > _MAX_DEPTH:
            return str(tag.get_text(" "))
        if name == "br":
            return BREAK
        if name in _DROPPED or (name == "sup" and is_note_mark(tag)):
            return ""
        if name == "img":
            alt = alt_text(tag)
            # The same picture for a light and a dark page, one after the other.
            repeated, self._alt = alt == self._alt, alt
            return "" if repeated else alt
        if name == "math":
            return formula(tag)
        if name == "a":
            if is_headerlink(tag) and tag.find("img") is None:
                self._link(str(tag.get("href") or ""))
                return ""
            self._link(str(tag.get("href") or ""))
        if name in ("code", "tt", "kbd") and not tag.find(["code", "img", "br"]):
            text = " ".join(tag.get_text().split())
            return f"`{text}`" if text else ""
        text = "".join(
            self._inline_text(child, depth + 1) if getattr(child, "name", None) else string_of(child)
            for child in tag.children
        )
        if name == "sup":
            return raised(text)
        if name == "rt":
            return f"({text.strip()})" if text.strip() else ""
        separator = " " if name in _BLOCKS else ""
        return separator + text + separator

    def _link(self, address: str) -> None:
        if self._base and address and not address.startswith("#"):
            try:
                address = urljoin(self._base, address.strip())
            except ValueError:
                return
        if address.startswith(("http://", "https://")):
            self.links.append(address)


def _with_blocks(root: Any) -> set[int]:
    """Identities of the tags that have a block somewhere inside."""
    found: set[int] = set()
    for tag in tags_in(root):
        if tag.name in _BLOCKS:
            for above in tag.parents:
                if id(above) in found or above is root:
                    break
                found.add(id(above))
    return found


def _inner_lists(item: Any) -> list[Any]:
    """The lists right inside an item, wrappers aside, but not the lists inside those."""
    lists: list[Any] = []
    stack = [item]
    while stack:
        for child in reversed(child_tags(stack.pop())):
            if child.name in ("ul", "ol"):
                lists.append(child)
            else:
                stack.append(child)
    return lists[::-1] if len(lists) > 1 else lists
