"""Markdown and MDX: blocks by markdown-it, then the habits of real notes: bold lines as headings, code unfenced."""

import re
from functools import cache
from itertools import zip_longest
from pathlib import PurePath
from textwrap import dedent

from langchain_core.document_loaders import Blob
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ingest.elements import Element, ElementParser, Kind, ParsedFile
from ingest.parsers.decoding import decode
from ingest.parsers.lines import HARD_BREAK, blocks, is_short_title, looks_like_code, markdown_table
from ingest.parsers.markdown.containers import directive, without_options
from ingest.parsers.markdown.inline import Line, plain, render
from ingest.parsers.markdown.source import prepare
from ingest.parsers.markdown.titles import follows, heading_of, is_title, number_of, numbered_depth
from ingest.parsers.text import damage

_BAR = re.compile(r"\s*\|(?!\|)")
"""A bar that is left of a table row; two are the sign of a norm."""
_MAX_DEPTH = 40
_DEEPEST = 9
"""Level of a heading; bold ones may lie below the six levels of Markdown."""
_BOXES = frozenset(
    "note tip warning caution danger important hint attention error seealso admonition dropdown margin sidebar aside "
    "topic epigraph pull-quote card grid grid-item tab-set tab-item tabs details exercise solution proof theorem lemma "
    "definition example figure image table list-table toctree include bibliography contents tableofcontents glossary "
    "math versionadded deprecated rubric div container only raw iframe video youtube".split()
)
"""Fences with these names in braces are text in a box, not code."""
_SILENT_BOXES = frozenset("toctree include bibliography contents tableofcontents raw iframe video youtube".split())
_CODE_BOXES = frozenset("code-block code-cell code sourcecode literalinclude code-example".split())
_LAYOUT_LINES = 4
"""Lines of one cell from which a table is not a table but a box around text."""


class MarkdownParser(ElementParser):
    """Markdown and MDX files."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file.

        Raises:
            ParseError: it is empty, binary or in no known encoding.
        """
        source = str(blob.source or "notes")
        decoded = decode(blob.as_bytes(), source)
        parsed = parse_markdown(decoded.text, mdx=PurePath(source).suffix.lower() == ".mdx")
        parsed.skipped.extend(damage(source, decoded.damaged))
        parsed.metadata["encoding"] = decoded.encoding
        return parsed


def parse_markdown(text: str, *, mdx: bool = False, section: int = 0) -> ParsedFile:
    """Elements of Markdown text.

    Args:
        text: the source, front matter included.
        mdx: whether component tags, imports and exports are dropped.
        section: level of the heading the text stands under, for pseudo-headings before its first own heading.
    """
    source = prepare(text, mdx=mdx)
    walker = _Blocks(section)
    walker.parse(source.text)
    headings = [element for element in walker.elements if element.kind is Kind.HEADING]
    first = next(
        (element.text for element in [*(heading for heading in headings if heading.level == 1), *headings]), None
    )
    return ParsedFile(
        walker.elements,
        source.matter.title or first,
        metadata={"links": walker.links, "front_matter": source.matter.values},
        date=source.matter.date,
    )


@cache
def _markdown_it() -> MarkdownIt:
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_DEPTH}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, double_inline=True, allow_space=True).use(amsmath_plugin)
    return parser.use(footnote_plugin).use(deflist_plugin)


class _Blocks:
    """Walks the tree of one document; a heading's level is remembered for the pseudo-headings below it."""

    def __init__(self, section: int) -> None:
        self.elements: list[Element] = []
        self.links: list[str] = []
        self._section = section
        self._number: tuple[int, ...] = ()

    def parse(self, text: str, depth: int = 0) -> None:
        self._children(SyntaxTreeNode(_markdown_it().parse(text)), depth)

    def _children(self, node: SyntaxTreeNode, depth: int) -> None:
        for child, below in zip_longest(node.children, node.children[1:]):
            self._block(child, depth, below)

    def _block(self, node: SyntaxTreeNode, depth: int, below: SyntaxTreeNode | None = None) -> None:  # noqa: C901 - one branch per kind of block
        match node.type:
            case "heading":
                self._section, self._number = int(node.tag[1]), ()
                self._add(Kind.HEADING, plain(_inline(node), self.links), level=self._section)
            case "paragraph" | "dt":
                self._paragraph(render(_inline(node), self.links), last=node.level == 0 and below is None)
            case "bullet_list" | "ordered_list":
                self._list(node, depth, below)
            case "fence":
                self._fence(node, depth)
            case "code_block":
                self._indented(node.content, depth)
            case "table":
                self._table(node)
            case "html_block":
                self._html(node.content)
            case "math_block" | "math_block_label" | "amsmath":
                self._add(
                    Kind.PARAGRAPH, node.content.strip() if node.type == "amsmath" else f"$${node.content.strip()}$$"
                )
            case "hr" | "footnote_anchor":
                pass
            case _:
                self._children(node, depth)

    def _add(self, kind: Kind, text: str, *, level: int = 0, language: str = "") -> None:
        if text.strip():
            text = text.strip("\n") if kind is Kind.CODE else text.strip()
            self.elements.append(Element(kind, text, level=level, language=language))

    def _paragraph(self, lines: list[Line], *, last: bool = False) -> None:
        run: list[str] = []
        lines = _rejoined(lines)
        for line in lines:
            text = line.text.strip()
            # What ends the text with a colon introduces what follows: the next cell of a notebook.
            introduces = last and line is lines[-1] and text.endswith(":") and not number_of(text)
            if not line.bold or introduces or not self._opens_section(text):
                run.append(line.text + HARD_BREAK if line.hard else line.text)
                continue
            self._flush(run)
            self._number = number_of(text) or self._number
            level = min(_DEEPEST, self._section + 1 + numbered_depth(text))
            name = heading_of(text)
            if name:
                self._add(Kind.HEADING, name, level=level)
            if name != text:
                self._add(Kind.PARAGRAPH, text, level=0 if name else level)
        self._flush(run)

    def _opens_section(self, bold: str) -> bool:
        """Whether a bold line is a title, or has the number that follows that of the last numbered title."""
        return is_title(bold) or follows(number_of(bold), self._number)

    def _flush(self, run: list[str]) -> None:
        self.elements.extend(blocks(run))
        run.clear()

    def _fence(self, node: SyntaxTreeNode, depth: int) -> None:
        """Code; or, in the dialect of MyST, a box with a title, a formula or a figure."""
        name, argument = directive(node.info)
        if name not in _BOXES and ":" not in name:
            language = argument if name in _CODE_BOXES else node.info.strip().split(" ")[0].strip("{}.,")
            body = without_options(node.content) if name in _CODE_BOXES else node.content
            self._add(Kind.CODE, dedent(body), language=language)
            return
        body = without_options(node.content)
        if name == "math":
            self._add(Kind.PARAGRAPH, f"$${body.strip()}$$")
        elif name not in _SILENT_BOXES:
            title = "" if name in ("figure", "image") else argument
            if depth < _MAX_DEPTH:
                self.parse(f"{title}\n\n{prepare(body).text}", depth + 1)
            else:
                self._add(Kind.PARAGRAPH, f"{title}\n{body}")

    def _indented(self, text: str, depth: int) -> None:
        """Four spaces mean code in Markdown, but mostly a continued list item in notes."""
        if looks_like_code(text.split("\n")) or depth >= _MAX_DEPTH or not any(char >= "\u1100" for char in text):
            self._add(Kind.CODE, text)
        else:
            self.parse(dedent(text), depth + 4)

    def _list(self, node: SyntaxTreeNode, depth: int, below: SyntaxTreeNode | None) -> None:
        title = self._numbered_title(node, below)
        if title:
            self._add(Kind.HEADING, title, level=min(6, self._section + 1))
            return
        lines: list[str] = []
        self._items(node, 0, lines, depth)
        self._add(Kind.LIST, "\n".join(lines))

    def _numbered_title(self, node: SyntaxTreeNode, below: SyntaxTreeNode | None) -> str:
        """A numbered list of one short item with something other than a list below it is a heading in notes."""
        item = node.children[0]
        alone = (
            node.type == "ordered_list"
            and len(node.children) == 1
            and [child.type for child in item.children] == ["paragraph"]
        )
        if not alone or node.level > 0 or below is None or below.type in ("ordered_list", "heading"):
            return ""
        text = plain(_inline(item.children[0]), [])
        return f"{node.attrGet('start') or 1}. {text}" if len(text) <= 60 and is_short_title(text) else ""

    def _items(self, node: SyntaxTreeNode, level: int, lines: list[str], depth: int) -> None:
        start = int(node.attrGet("start") or 1) if node.type == "ordered_list" else 1
        for number, item in enumerate(node.children, start):
            marker = f"{number}. " if node.type == "ordered_list" else "- "
            for child in item.children:
                if child.type in ("bullet_list", "ordered_list"):
                    self._items(child, level + 1, lines, depth)
                elif child.type == "paragraph":
                    text = plain(_inline(child), self.links)
                    if text:
                        lines.append("  " * level + marker + text)
                        marker = "  "
                else:
                    # Code, tables and quotes in an item are blocks of their own; the list goes on after them.
                    self._add(Kind.LIST, "\n".join(lines))
                    lines.clear()
                    self._block(child, depth + 1)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        cells = [[render(_inline(cell), self.links) for cell in row.children] for row in rows]
        if len(cells) <= 2 and max((len(cell) for row in cells for cell in row), default=0) >= _LAYOUT_LINES:
            for cell in (cell for row in cells for cell in row):
                self._paragraph(cell)
            return
        texts = [[" ".join(line.text.strip() for line in cell).strip() for cell in row] for row in cells]
        texts = [row for row in texts if any(row)]
        if texts:
            self._add(Kind.TABLE, markdown_table(texts, header=any(texts[0])))

    def _html(self, text: str) -> None:
        from ingest.parsers.web_page.blocks import Walker, escape_unknown_tags
        from ingest.parsers.web_page.page import make_soup

        walker = Walker()
        self.elements += walker.walk(make_soup(escape_unknown_tags(text)))
        self.links += walker.links


def _inline(node: SyntaxTreeNode) -> list:  # type: ignore[type-arg]
    return [
        token
        for child in node.children
        if child.type == "inline" and child.token
        for token in child.token.children or []
    ]


def _rejoined(lines: list[Line]) -> list[Line]:
    """Put a list marker that was left alone on its line back before its item, and table debris away."""
    rejoined: list[Line] = []
    for line in lines:
        text = line.text.strip(" ").removeprefix("|").strip(" ") if _BAR.match(line.text) else line.text
        text = text.removesuffix("|").rstrip() if text.count("|") == 1 and text.endswith("|") else text
        if rejoined and rejoined[-1].text.strip() in ("-", "*", "•"):
            rejoined[-1] = Line("- " + text.strip(), bold=False, hard=line.hard)
        elif text.strip():
            rejoined.append(Line(text, line.bold, line.hard))
    return rejoined
