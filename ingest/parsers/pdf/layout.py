"""Lines of PDF pages to elements: tables, headings, lists, code and paragraphs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.elements import Element, Kind
from ingest.parsers.lines import LIST_ITEM, list_text
from ingest.parsers.pdf.bullets import add_bullets
from ingest.parsers.pdf.columns import arrange
from ingest.parsers.pdf.grids import ruled_tables
from ingest.parsers.pdf.headings import SENTENCE_END, Headings, goes_on, title_and_text
from ingest.parsers.pdf.looks import AlikeHeadings
from ingest.parsers.pdf.page_lines import HYPHEN, Line, Page
from ingest.parsers.pdf.page_tables import LEADER, Table, aligned_table, numbered_list, table_of
from ingest.parsers.pdf.words import Vocabulary

_CODE = {ord(hyphen): "-" for hyphen in (HYPHEN, "\u2010", "\u2011")}
"""Fonts have hyphens for typesetting where code has the one of the keyboard."""


class Layout:
    """What holds for the whole document. Pages are asked for in their order: a table may go on from the page before."""

    def __init__(self, pages: Sequence[Page], outline: Sequence[tuple[str, int, int]]) -> None:
        """Learn from all pages; ``outline`` is (title, level from 0, page index)."""
        self._words = Vocabulary(pages)
        self._headings = Headings(pages, outline)
        self._open_table: Table | None = None
        self._alike = AlikeHeadings()

    def document(self, pages: Sequence[Page]) -> list[Element]:
        """The elements of all pages in reading order."""
        return self._alike.decided([element for page in pages for element in self.elements(page)])

    def elements(self, page: Page) -> list[Element]:
        """The elements of one page in reading order; code that follows code is one, and so are lists."""
        tables = ruled_tables(page, self._words.joined)
        add_bullets(page)
        arrange(page, [line for line in page.lines if any(table.holds(line) for table in tables)])
        self._margins = _Margins(page.lines)
        merged: list[Element] = []
        for element in self._elements(page, tables):
            if merged and element.kind is merged[-1].kind and element.kind in (Kind.CODE, Kind.LIST):
                merged[-1] = Element(element.kind, f"{merged[-1].text}\n{element.text}", page=page.number)
            elif element.text.strip():
                merged.append(element)
        if not merged or merged[-1].kind is not Kind.TABLE:
            self._open_table = None
        return merged

    def _elements(self, page: Page, tables: Sequence[Table]) -> Iterator[Element]:
        lines: list[Line] = []
        seen: set[int] = set()
        for line in (part for whole_line in page.lines for part in title_and_text(whole_line)):
            at = next((at for at, table in enumerate(tables) if table.holds(line)), None)
            if at is None:
                lines.append(line)
            elif at not in seen:
                yield from self._text(lines, page)
                yield from self._table(tables[at], page, first=not seen and not lines)
                seen.add(at)
                lines = []
        yield from self._text(lines, page)

    def _table(self, table: Table, page: Page, *, first: bool) -> Iterator[Element]:
        """A table; one that goes on from the page before gets the header again."""
        if table.title:
            yield Element(Kind.PARAGRAPH, table.title, page=page.number)
        before = self._open_table
        if first and before is not None and not table.title and table.continues(before):
            table.rows.insert(0, before.rows[0])
        self._open_table = table
        yield Element(Kind.TABLE, table.markdown(), page=page.number)

    def _text(self, lines: list[Line], page: Page) -> Iterator[Element]:
        at = 0
        block: list[Line] = []
        while at < len(lines):
            rows = aligned_table(lines[at:])
            level = 0 if rows else self._headings.level(lines, at, page, self._parted)
            if not rows and not level:
                if block and self._parted(block[-1], lines[at]) and not _next_item(block, lines[at]):
                    yield from self._block(block, page)
                    block = []
                block.append(lines[at])
                at += 1
                continue
            yield from self._block(block, page)
            block = []
            if rows:
                table = table_of(lines[at : at + rows])
                numbered = numbered_list(table.rows)
                if numbered:
                    yield Element(Kind.LIST, numbered, page=page.number)
                else:
                    yield from self._table(table, page, first=at == 0)
                at += rows
                continue
            end = at + 1
            while (
                end < len(lines)
                and end - at < 3
                and goes_on(lines[end - 1], lines[end])
                and self._headings.level(lines, end, page, self._parted) == level
            ):
                end += 1
            self._alike.heading(lines[at], level)
            yield Element(Kind.HEADING, self._words.joined(lines[at:end]), level=level, page=page.number)
            at = end
        yield from self._block(block, page)

    def _parted(self, above: Line, below: Line) -> bool:
        """Whether a new block begins between two lines: another size or font, a gap, a formula, or another column."""
        display = self._is_display(above)
        if display != self._is_display(below) and abs(above.x0 - below.x0) > 1.5 * above.size:
            return not _is_limit(above, below)
        if display and self._is_display(below):
            return abs(above.y - below.y) > 3 * max(above.size, below.size)
        gap = above.y - below.y
        near = gap <= 1.75 * max(above.size, below.size)
        if above.mono != below.mono:
            return not _is_small_piece(above, below)
        larger = max(above.size, below.size) / max(0.1, min(above.size, below.size))
        if larger > 1.25:
            # The fonts of one sentence may differ in height.
            full = larger < 1.45 and above.x1 + 2 * above.size >= self._margins.right(below)
            return not ((full and near and gap > 0 and self._cut_off(above, below)) or _is_small_piece(above, below))
        if above.column != below.column:
            # In the next column a sentence may go on.
            return not self._cut_off(above, below) or below.bold
        return not near or gap < -0.5 * above.size

    def _cut_off(self, above: Line, below: Line) -> bool:
        """Whether a line ends at the margin, in the midst of a sentence."""
        return self._margins.reached(above, below) and SENTENCE_END.search(above.text) is None

    def _is_display(self, line: Line) -> bool:
        """Whether a line is a formula that is set apart from the text."""
        return line.x0 > self._margins.left(line) + 2 * line.size and line.formula

    def _block(self, lines: Sequence[Line], page: Page) -> Iterator[Element]:
        if not lines:
            return
        if all(line.mono for line in lines):
            yield Element(Kind.CODE, _indented_code(lines), page=page.number)
            return
        if len(lines) == 1 and self._headings.may_be(lines[0]):
            yield self._alike.alone(Element(Kind.PARAGRAPH, self._words.joined(lines), page=page.number), lines[0])
            return
        for is_list, group in self._list_groups(lines):
            if is_list:
                yield Element(Kind.LIST, self._list(group), page=page.number)
            else:
                yield Element(Kind.PARAGRAPH, self._paragraph(group), page=page.number)

    def _list_groups(self, lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
        group: list[Line] = []
        in_list = False
        for line in lines:
            is_item = LIST_ITEM.match(line.text) is not None
            inside = is_item or (in_list and self._continues_item(group[-1], line, group[0]))
            if group and inside != in_list:
                yield in_list, group
                group = []
            in_list = inside
            group.append(line)
        if group:
            yield in_list, group

    def _continues_item(self, last: Line, line: Line, first: Line) -> bool:
        if line.x0 > first.x0 + 1:
            return True
        # Back at the marker's own place or left of it: a part of the item only if that was cut by the margin.
        return self._cut_off(last, line)

    def _list(self, lines: Sequence[Line]) -> str:
        left = self._margins.left(lines[0])
        items: list[list[Line]] = []
        for line in lines:
            if LIST_ITEM.match(line.text) or not items:
                items.append([line])
            else:
                items[-1].append(line)
        return list_text(
            [
                " " * round((item[0].x0 - left) / max(1.0, lines[0].size / 2)) + self._words.joined(item)
                for item in items
            ]
        )

    def _paragraph(self, lines: Sequence[Line]) -> str:
        """Lines that reach the right margin are continued by the next, and so is a formula; shorter ones end."""
        runs: list[list[Line]] = []
        for line in lines:
            if runs and (self._margins.reached(runs[-1][-1], line) or self._is_display(line)):
                runs[-1].append(line)
            else:
                runs.append([line])
        return "\n".join(self._words.joined(run) for run in runs)


class _Margins:
    """Where the lines of a page begin and end that begin near each other, in one column and size."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._rights: dict[tuple[int, int, int], float] = defaultdict(float)
        self._lefts: dict[int, float] = {}
        for line in lines:
            place = self._place(line)
            self._rights[place] = max(self._rights[place], line.x1)
            self._lefts[line.column] = min(self._lefts.get(line.column, line.x0), line.x0)

    def _place(self, line: Line) -> tuple[int, int, int]:
        return line.column, round(line.size / 2), int(line.x0 // 36)

    def left(self, line: Line) -> float:
        return self._lefts.get(line.column, line.x0)

    def right(self, line: Line) -> float:
        column, size, place = self._place(line)
        near = ((column, size + up, place + aside) for up in (-1, 0, 1) for aside in (-2, -1, 0, 1))
        return max(line.x1, *(self._rights.get(key, 0.0) for key in near))

    def reached(self, line: Line, following: Line) -> bool:
        """Whether a line ends where it does because the next line's first word did not fit."""
        if LEADER.search(line.text) or LEADER.search(following.text):
            return False
        first = following.words[0]
        fits = line.x1 + min(first.x1 - first.x0, 8 * line.size) + 0.5 * line.size <= self.right(line)
        return not fits or line.text.endswith(("-", HYPHEN, ","))


def _next_item(block: Sequence[Line], line: Line) -> bool:
    """Whether a line is the next item of a list; its items may stand apart, and have several sizes."""
    is_list = LIST_ITEM.match(block[0].text) and LIST_ITEM.match(line.text)
    return bool(is_list) and block[-1].column == line.column and 0 < block[-1].y - line.y <= 5 * line.size


def _is_limit(above: Line, below: Line) -> bool:
    """Whether one of two lines is a bound of a sum or an index, that stands at the other's height."""
    short, other = (above, below) if len(above.text) < len(below.text) else (below, above)
    near = abs(short.y - other.y) <= 1.4 * other.size and other.x0 - 2 * other.size <= short.x0 <= other.x1
    return len(short.text) <= 6 and near


def _is_small_piece(above: Line, below: Line) -> bool:
    # An index or exponent that pdfium gives a line of its own.
    return len(above.text) <= 3 or len(below.text) <= 3


def _indented_code(lines: Sequence[Line]) -> str:
    left = min(line.x0 for line in lines)
    widths = sorted((line.x1 - line.x0) / max(1, len(line.text)) for line in lines)
    width = max(1.0, widths[len(widths) // 2])
    return "\n".join(" " * round((line.x0 - left) / width) + line.text.translate(_CODE) for line in lines)
