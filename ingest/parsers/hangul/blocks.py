"""What HWP and HWPX have in common: paragraphs with a style and a numbering, tables of merged cells, notes.

Both parsers bring a document into these blocks; ``elements_of`` makes elements of them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.elements import Element, Kind
from ingest.parsers.hangul.numbering import Counter, Numbering
from ingest.parsers.lines import LIST_ITEM, is_short_title, looks_like_code
from ingest.parsers.tables import table_elements

_OUTLINE = re.compile(r"(?:개요|outline|heading|제목)\s?(\d{1,2})", re.IGNORECASE)
_TITLES = {"제목": 1, "title": 1, "문서 제목": 1, "대제목": 1, "큰제목": 1, "중제목": 2, "소제목": 3, "작은제목": 3}
_NOTE_NUMBER = re.compile(r"^([^\w\s]?\w{1,4}[).])(?=\S)")
_ESCAPED = re.compile(r"\\(.)")
_ADDRESS = re.compile(r"https?\\?:(?:\\.|[^\\;\s])+")
_LARGER = 1.15
"""A line set this much larger than the body is a heading, in a document that uses no styles."""
_MOST_CELLS = 200_000
_DEEPEST_HEADING = 6
_LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Head:
    """What a paragraph shape puts before a paragraph.

    Attributes:
        kind: ``outline``, ``number``, ``bullet`` or "".
        level: 0 is the outermost.
        numbering: which numbering counts it.
    """

    kind: str = ""
    level: int = 0
    numbering: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph.

    Attributes:
        text: may have several lines.
        style: name of its style.
        head: what stands before it.
        size: font size in 1/100 pt, 0 if unknown.
        note: whether it belongs to a footnote or endnote.
    """

    text: str
    style: str = ""
    head: Head = Head()
    size: int = 0
    note: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: 0-based place, how many rows and columns it covers, and what is in it."""

    row: int
    column: int
    rows: int
    columns: int
    blocks: "list[Block]"


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its cells in any order."""

    cells: list[Cell]
    caption: "list[Block]" = field(default_factory=list)


Block = Paragraph | Table


def elements_of(blocks: Sequence[Block], numberings: dict[str, Numbering]) -> list[Element]:
    """Elements of a document in reading order."""
    counter = Counter(numberings)
    flat = list(_unboxed(blocks))
    return list(_grouped(_without_body_levels(flat, counter)))


def spaced_note(blocks: list[Block]) -> list[Block]:
    """A footnote with a space behind its number, as it is printed, and without what its style says."""
    return [
        Paragraph(_NOTE_NUMBER.sub(r"\1 ", block.text), note=True) if isinstance(block, Paragraph) else block
        for block in blocks
    ]


def address_of(command: str) -> str | None:
    r"""The web address in the command of a hyperlink: ``https\://a.kr/b;1;0;0;``, or None for other targets."""
    match = _ADDRESS.match(command.strip())
    return _ESCAPED.sub(r"\1", match[0]) if match else None


def style_level(name: str) -> int:
    """Heading level of a style by its name, or 0: ``개요 2`` is 2, ``제목`` is 1."""
    plain = " ".join(name.split()).lower()
    numbered = _OUTLINE.fullmatch(plain)
    return int(numbered[1]) if numbered else _TITLES.get(plain, 0)


def _is_title_style(name: str) -> bool:
    return style_level(name) > 0 and not any(char.isdigit() for char in name)


def _unboxed(blocks: Iterable[Block]) -> Iterator[Block]:
    """A table of one cell is a box around text, and its text stands for itself."""
    pending = list(reversed(list(blocks)))
    while pending:
        block = pending.pop()
        if isinstance(block, Table) and len(block.cells) == 1:
            pending.extend(reversed([*block.caption, *block.cells[0].blocks]))
        else:
            yield block


def _without_body_levels(blocks: Sequence[Block], counter: Counter) -> Iterator[Element]:
    """One element per block; list items still stand alone."""
    titled = any(isinstance(block, Paragraph) and _is_title_style(block.style) for block in blocks)
    sizes = {} if any(_styled_level(block) for block in blocks) else _heading_sizes(blocks)
    for block in blocks:
        if isinstance(block, Table):
            yield from _table_elements(block, counter)
            continue
        marker = counter.marker(block.head.kind, block.head.numbering, block.head.level) if block.text else ""
        level = _styled_level(block) or sizes.get(block.size, 0)
        if titled and level and not _is_title_style(block.style):
            level += 1
        yield from _paragraph_element(block, marker, min(level, _DEEPEST_HEADING))


def _styled_level(block: Block) -> int:
    """Heading level of a paragraph by its style or outline; what is as long as a sentence is none."""
    if isinstance(block, Table) or not is_short_title(block.text):
        return 0
    return style_level(block.style) or (block.head.level + 1 if block.head.kind == "outline" else 0)


def _heading_sizes(blocks: Sequence[Block]) -> dict[int, int]:
    """Font size → heading level, where most text has the body's size and short lines are larger."""
    letters: dict[int, int] = {}
    titles: set[int] = set()
    for block in blocks:
        if isinstance(block, Paragraph) and block.size:
            letters[block.size] = letters.get(block.size, 0) + len(block.text)
            if is_short_title(block.text):
                titles.add(block.size)
    if not letters:
        return {}
    body = max(letters, key=lambda size: letters[size])
    larger = sorted((size for size in titles if size >= _LARGER * body), reverse=True)
    return {size: level for level, size in enumerate(larger, start=1)}


def _paragraph_element(block: Paragraph, marker: str, level: int) -> Iterator[Element]:
    text = block.text.strip()
    if not text:
        return
    if level and is_short_title(text):
        yield Element(Kind.HEADING, " ".join(f"{marker} {text}".split()), level=level)
        return
    item = None if block.note else LIST_ITEM.match(block.text)
    if not marker and not item:
        yield Element(Kind.PARAGRAPH, block.text.strip("\n"))
        return
    depth = block.head.level if marker else len(item[1].expandtabs(4)) // 2 if item else 0
    if item and not marker:
        marker = "-" if item[2] else (item[3] or item[4])
        text = block.text[item.end() :].strip()
    yield Element(Kind.LIST, "  " * min(depth, 9) + f"{marker} {' '.join(text.split())}")


def _grouped(elements: Iterable[Element]) -> Iterator[Element]:
    """Neighbouring list items are one list; neighbouring paragraphs that are a program are one piece of code."""
    group: list[Element] = []
    for element in elements:
        if group and (element.kind is not group[-1].kind or element.kind not in (Kind.LIST, Kind.PARAGRAPH)):
            yield from _closed(group)
            group = []
        group.append(element)
    yield from _closed(group)


def _closed(group: list[Element]) -> Iterator[Element]:
    if group and group[0].kind is Kind.LIST:
        yield replace(group[0], text="\n".join(_dedented([element.text for element in group])))
        return
    lines = [line for element in group for line in element.text.split("\n")]
    if len(lines) > 1 and group[0].kind is Kind.PARAGRAPH and looks_like_code(lines):
        yield Element(Kind.CODE, "\n".join(lines))
        return
    yield from (replace(element, text=element.text.strip()) for element in group)


def _dedented(lines: Sequence[str]) -> list[str]:
    shallowest = min(len(line) - len(line.lstrip()) for line in lines)
    return [line[shallowest:] for line in lines]


def _table_elements(table: Table, counter: Counter) -> Iterator[Element]:
    for block in table.caption:
        if isinstance(block, Paragraph) and block.text.strip():
            yield Element(Kind.PARAGRAPH, block.text.strip())
    yield from table_elements(_rows(table, counter))


def _rows(table: Table, counter: Counter) -> list[list[str]]:
    """The grid; a merged cell says its text in its first place, a short one in every row that it covers."""
    rows = {row: at for at, row in enumerate(sorted({cell.row for cell in table.cells}))}
    columns = {column: at for at, column in enumerate(sorted({cell.column for cell in table.cells}))}
    if len(rows) * len(columns) > max(_MOST_CELLS, 4 * len(table.cells)):
        # Addresses of a damaged file: one row per row, without its empty places.
        sparse: dict[int, list[str]] = {}
        for cell in sorted(table.cells, key=lambda each: (each.row, each.column)):
            sparse.setdefault(cell.row, []).append(cell_text(cell.blocks, counter))
        return [[" / ".join(filter(None, row))] for row in sparse.values()]
    grid = [[""] * len(columns) for _ in rows]
    spans: list[tuple[int, int, int, str]] = []
    for cell in sorted(table.cells, key=lambda each: (each.row, each.column)):
        text = cell_text(cell.blocks, counter)
        at, column = rows[cell.row], columns[cell.column]
        grid[at][column] = f"{grid[at][column]} {text}".strip()
        if cell.rows > 1 and len(text) <= _LONGEST_LABEL:
            spans.append((at, column, cell.rows, text))
    _repeat(grid, spans)
    return grid


def _repeat(grid: list[list[str]], spans: list[tuple[int, int, int, str]]) -> None:
    """Say what covers several rows in each of them, so that a row cut off from the others keeps it."""
    places = len(grid) * len(grid[0]) if grid else 0  # spans of a damaged file may overlap without end
    for at, column, rows, text in spans:
        for row in grid[at + 1 : at + min(rows, places)]:
            row[column] = row[column] or text
        places -= rows
        if places <= 0:
            return


def cell_text(blocks: Iterable[Block], counter: Counter) -> str:
    """Text of a cell on one line; a table inside it says its rows one after another."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            inner = (", ".join(filter(None, row)) for row in _rows(block, counter))
            parts.append("; ".join(filter(None, inner)))
        elif block.text.strip():
            marker = counter.marker(block.head.kind, block.head.numbering, block.head.level)
            parts.append(f"{marker} {block.text.strip()}".strip())
    return " ".join(parts)
