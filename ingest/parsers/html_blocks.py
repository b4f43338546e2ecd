"""A tree of HTML as elements: headings, paragraphs, lists, tables, code."""

import re
from typing import Any

from ingest.elements import Element, Kind
from ingest.parsers.lines import markdown_table

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
_DROPPED = frozenset("script style noscript template head svg button select input iframe object col colgroup".split())
_HEADERLINK = re.compile(r"headerlink|anchor-link|hash-link|anchorjs", re.IGNORECASE)
_MAX_DEPTH = 150
_BREAK = "\u2028"
"""Stands for ``<br>`` while the white space of the source is collapsed."""


def escape_unknown_tags(text: str) -> str:
    """Turn angle brackets that open no HTML element into text, before a parser swallows them."""
    return _TAG_NAME.sub(lambda m: m[0] if m[1].lower() in KNOWN_TAGS else "&lt;" + m[0][1:], text)


class Walker:
    """Walks a tree once; ``links`` collects the addresses that the text does not keep."""

    def __init__(self) -> None:
        """Start with no links."""
        self.links: list[str] = []
        self._elements: list[Element] = []
        self._inline: list[str] = []
        self._alt = ""

    def walk(self, root: Any) -> list[Element]:
        """The elements under a tag in reading order."""
        self._elements = []
        self._children(root, 0)
        self._flush()
        return self._elements

    def _children(self, tag: Any, depth: int) -> None:
        for child in tag.children:
            name = getattr(child, "name", None)
            if name is None:
                self._inline.append(_string(child))
            elif depth > _MAX_DEPTH:
                self._inline.append(f" {child.get_text(' ')} ")
            elif name in _BLOCKS:
                # A term and what it means are one paragraph.
                if name != "dd":
                    self._flush()
                self._block(child, name, depth + 1)
                if name != "dt":
                    self._flush()
            elif name not in _DROPPED and child.find(_is_block_tag) is not None:
                self._children(child, depth + 1)
            else:
                self._inline.append(self._inline_text(child))

    def _block(self, tag: Any, name: str, depth: int) -> None:
        if name in HEADINGS:
            self._add(Kind.HEADING, _one_line(self._inline_text(tag)), level=HEADINGS[name])
        elif name == "pre":
            self._add(Kind.CODE, _verbatim(tag), language=_language(tag))
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
        lines = [" ".join(line.split()) for line in text.split(_BREAK)]
        self._add(Kind.PARAGRAPH, "\n".join(line for line in lines if line))

    def _list(self, tag: Any, depth: int) -> None:
        if tag.find(["pre", "table", *HEADINGS]) is not None:
            # A list that holds code or tables is layout: its blocks stand for themselves.
            for item in tag.find_all("li", recursive=False):
                self._children(item, depth + 1)
                self._flush()
            return
        self._add(Kind.LIST, "\n".join(self._items(tag, 0)))

    def _items(self, tag: Any, depth: int) -> list[str]:
        lines: list[str] = []
        start = int(tag.get("start") or 1) if str(tag.get("start") or "1").isdigit() else 1
        for number, item in enumerate(tag.find_all("li", recursive=False), start):
            inner = _inner_lists(item)
            for sub in inner:
                sub.extract()
            marker = f"{number}. " if tag.name == "ol" else "- "
            text = _one_line(self._inline_text(item))
            if text:
                lines.append("  " * depth + marker + text)
            for sub in inner:
                lines += self._items(sub, depth + 1) if depth < _MAX_DEPTH else [_one_line(sub.get_text(" "))]
        return lines

    def _table(self, tag: Any, depth: int) -> None:
        rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
        if tag.find("table") is not None or tag.find("pre") is not None or _is_layout(rows):
            for row in rows:
                for cell in row.find_all(["td", "th"], recursive=False):
                    self._children(cell, depth + 1)
                    self._flush()
            return
        cells = [self._row(row) for row in rows]
        cells = [row for row in cells if any(row)]
        if tag.caption is not None:
            self._add(Kind.PARAGRAPH, _one_line(self._inline_text(tag.caption)))
        if cells:
            header = rows[0].find("th") is not None and rows[0].find("td") is None
            self._add(Kind.TABLE, markdown_table(cells, header=header))

    def _row(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            span = str(cell.get("colspan") or "1")
            width = min(int(span), 20) if span.isdigit() else 1
            cells += [_one_line(self._inline_text(cell)), *[""] * (width - 1)]
        return cells

    def _inline_text(self, tag: Any, depth: int = 0) -> str:  # noqa: C901 - one branch per inline tag
        name = tag.name
        if depth > _MAX_DEPTH:
            return str(tag.get_text(" "))
        if name == "br":
            return _BREAK
        if name in _DROPPED:
            return ""
        if name == "img":
            alt = _alt_text(tag)
            # The same picture for a light and a dark page, one after the other.
            repeated, self._alt = alt == self._alt, alt
            return "" if repeated else alt
        if name == "math":
            return _math(tag)
        if name == "a":
            if _HEADERLINK.search(" ".join(tag.get("class") or [])) or tag.get_text(strip=True) in ("¶", "#"):
                return ""
            if str(tag.get("href") or "").startswith(("http://", "https://")):
                self.links.append(str(tag["href"]))
        if name in ("code", "tt", "kbd") and not tag.find(["code", "img", "br"]):
            text = " ".join(tag.get_text().split())
            return f"`{text}`" if text else ""
        parts = (
            self._inline_text(child, depth + 1) if getattr(child, "name", None) else _string(child)
            for child in tag.children
        )
        separator = " " if name in _BLOCKS else ""
        return separator + "".join(parts) + separator


def _inner_lists(item: Any) -> list[Any]:
    """The lists right inside an item, wrappers aside, but not the lists inside those."""
    lists: list[Any] = []
    stack = [item]
    while stack:
        for child in reversed(list(stack.pop().find_all(True, recursive=False))):
            if child.name in ("ul", "ol"):
                lists.append(child)
            else:
                stack.append(child)
    return lists[::-1] if len(lists) > 1 else lists


def _is_block_tag(tag: Any) -> bool:
    return tag.name in _BLOCKS


def _string(node: Any) -> str:
    from bs4.element import NavigableString

    # Comments, declarations and CDATA are subclasses; only the plain string is text.
    return str(node) if type(node) is NavigableString else ""


def _one_line(text: str) -> str:
    return " ".join(text.replace(_BREAK, " ").split())


def _verbatim(tag: Any) -> str:
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    for number in tag.select(".linenos, .lineno, .gutter"):
        number.decompose()
    return "\n".join(line.rstrip() for line in tag.get_text().expandtabs(4).split("\n")).strip("\n")


def _language(tag: Any) -> str:
    around = [tag.code, tag, tag.parent, tag.parent.parent if tag.parent else None]
    for candidate in around:
        for name in (candidate.get("class") or []) if candidate is not None else []:
            match = re.fullmatch(r"(?:language|lang|highlight|brush:)-?([\w+#-]+)", name)
            if match and match[1] not in ("source", "text", "default", "none"):
                return match[1]
    return ""


def _alt_text(tag: Any) -> str:
    alt = " ".join(str(tag.get("alt") or "").split())
    if "math" in " ".join(tag.get("class") or []):
        return f"${alt}$" if alt else ""
    return f" {alt} " if is_telling_alt(alt) else ""


def is_telling_alt(alt: str) -> bool:
    """Whether an image's alternative text says more than a file name or a badge does."""
    return len(alt.split()) >= 3 and not re.search(
        r"\.(png|jpe?g|gif|svg|webp)\b|^https?:|^open in", alt, re.IGNORECASE
    )


def _math(tag: Any) -> str:
    source = tag.find("annotation")
    text = source.get_text() if source is not None else str(tag.get("alttext") or tag.get_text(" "))
    return f"${' '.join(text.split())}$" if text.strip() else ""


def _is_layout(rows: list[Any]) -> bool:
    # One column, or cells that hold paragraphs and lists: the table only arranges text.
    widths = [len(row.find_all(["td", "th"], recursive=False)) for row in rows]
    return (
        max(widths, default=0) <= 1
        or any(row.find(["ul", "ol", *HEADINGS]) is not None for row in rows)
        and len(rows) <= 2
    )
