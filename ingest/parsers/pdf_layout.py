"""Lines of PDF pages to elements: tables, headings, lists, code and paragraphs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.elements import Element, Kind
from ingest.parsers.lines import LIST_ITEM, list_text
from ingest.parsers.pdf_lines import Line, Page
from ingest.parsers.pdf_running import body_size
from ingest.parsers.pdf_tables import LEADER, Table, aligned_table, rows_of, ruled_tables
from ingest.parsers.pdf_words import Vocabulary

_NUMBERED = re.compile(
    r"^(?:(?:\d{1,2}\.){1,4}\d{0,2}\s|[IVX]{1,5}\.\s|(?:chapter|part|section|appendix|lecture)\s\w{1,4}\b|제\s?\d{1,3}\s?[편장절관](?:\s|$)|부록\s?\d?)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^제\s?\d{1,4}\s?[편장절관조](?:의\s?\d{1,2})?(?:$|\s?[\s(\[【])")
_ARTICLE_TITLE = re.compile(r"^제\s?\d{1,4}\s?조(?:의\s?\d{1,2})?\s?[(\[【][^)\]】]{1,40}[)\]】](?=\s)")
"""A law's article with its title, before its text on the same line."""
_SENTENCE_END = re.compile(r"[.!?。…:;][\"'”’)\]]*$|(?:다|요|음|함|임)\.?$")
_HEADING_RATIO = 1.15
_SAME_SIZE = 0.94
_MAX_HEADING_CHARS = 120


class Layout:
    """What holds for the whole document: the body's size, the sizes of headings, the outline, its words."""

    def __init__(self, pages: Sequence[Page], outline: Sequence[tuple[str, int, int]]) -> None:
        """Learn from all pages; ``outline`` is (title, level from 0, page index)."""
        self._body = body_size(pages)
        self._largest_body = _largest_body(pages, self._body)
        self._outline = {(_squeezed(title), index + 1): level + 1 for title, level, index in outline if title.strip()}
        self._sizes = self._heading_sizes(pages)
        self._words = Vocabulary(pages)

    def _heading_sizes(self, pages: Sequence[Page]) -> list[float]:
        """The sizes of headings, largest first; sizes less than a sixteenth apart are one."""
        lines = (line for page in pages for line in page.lines)
        sizes = {
            line.size for line in lines if line.size >= _HEADING_RATIO * self._largest_body and _can_be_heading(line)
        }
        distinct: list[float] = []
        for size in sorted(sizes, reverse=True):
            if not distinct or size < _SAME_SIZE * distinct[-1]:
                distinct.append(size)
        return distinct

    def elements(self, page: Page) -> list[Element]:
        """The elements of one page in reading order; code that follows code is one."""
        merged: list[Element] = []
        for element in self._elements(page):
            if merged and element.kind is Kind.CODE and merged[-1].kind is Kind.CODE:
                merged[-1] = Element(Kind.CODE, f"{merged[-1].text}\n{element.text}", page=page.number)
            else:
                merged.append(element)
        return merged

    def _elements(self, page: Page) -> Iterator[Element]:
        tables = ruled_tables(page)
        lines: list[Line] = []
        for line in (part for whole_line in page.lines for part in _title_and_text(whole_line)):
            table = next((table for table in tables if table.holds(line)), None)
            if table is None:
                lines.append(line)
                continue
            if table.rows:
                yield from self._text(lines, page)
                lines = []
                yield Element(Kind.TABLE, table.markdown(), page=page.number)
                table.rows = []
        yield from self._text(lines, page)

    def _text(self, lines: list[Line], page: Page) -> Iterator[Element]:
        at = 0
        block: list[Line] = []
        while at < len(lines):
            rows = aligned_table(lines[at:])
            level = 0 if rows else self._level(lines, at, page)
            if not rows and not level:
                if block and self._parted(block[-1], lines[at]):
                    yield from self._block(block, page)
                    block = []
                block.append(lines[at])
                at += 1
                continue
            yield from self._block(block, page)
            block = []
            if rows:
                yield Element(
                    Kind.TABLE, Table((0, 0, 0, 0), rows_of(lines[at : at + rows])).markdown(), page=page.number
                )
                at += rows
                continue
            end = at + 1
            while (
                end < len(lines)
                and end - at < 3
                and self._goes_on(lines[end - 1], lines[end])
                and self._level(lines, end, page) == level
            ):
                end += 1
            yield Element(Kind.HEADING, self._words.joined(lines[at:end]), level=level, page=page.number)
            at = end
        yield from self._block(block, page)

    def _level(self, lines: Sequence[Line], at: int, page: Page) -> int:
        """Depth of the heading that a line is, or 0."""
        line = lines[at]
        text = line.text
        if not _can_be_heading(line):
            return 0
        bare = re.sub(r"^(?:[\d.]{1,8}|[IVX]{1,5}\.)\s+", "", text)
        outlined = self._outline.get((_squeezed(text), page.number)) or self._outline.get(
            (_squeezed(bare), page.number)
        )
        if outlined:
            return min(6, outlined)
        if LIST_ITEM.match(text) and not _NUMBERED.match(text):
            return 0
        if line.size >= _HEADING_RATIO * self._largest_body and not text.endswith((",", ".", "다")):
            return self._by_size(line)
        starts = (
            at == 0
            or self._parted(lines[at - 1], line)
            or bool(_SENTENCE_END.search(lines[at - 1].text) or _ARTICLE.match(lines[at - 1].text))
        )
        short = len(text) <= 60 and not re.search(r"[.,;]$|다$", text)
        if starts and short and ((line.bold and _NUMBERED.match(text)) or _ARTICLE.match(text)):
            return (
                self._by_size(line)
                if not _ARTICLE.match(text)
                else min(6, len(self._sizes[:3]) + (2 if "조" in text.split("(")[0][:8] else 1))
            )
        return 0

    def _by_size(self, line: Line) -> int:
        numbered = re.match(r"^\d{1,2}((?:\.\d{1,2}){1,4})\.?\s", line.text)
        if numbered:
            return min(6, 1 + numbered[1].count("."))
        return 1 + min(4, sum(line.size < _SAME_SIZE * size for size in self._sizes))

    def _goes_on(self, above: Line, below: Line) -> bool:
        return abs(above.size - below.size) <= 0.5 and 0 < above.y - below.y <= 1.9 * above.size

    def _parted(self, above: Line, below: Line) -> bool:
        """Whether a new block begins between two lines: another size or font, a gap, or another column."""
        if above.mono != below.mono or max(above.size, below.size) > 1.25 * min(above.size, below.size):
            return not _is_small_piece(above, below)
        gap = above.y - below.y
        if gap < -0.5 * above.size:
            # Up again: the next column, where a sentence may go on.
            return bool(_SENTENCE_END.search(above.text)) or below.bold or not any(map(str.isalpha, above.text))
        return gap > 1.75 * max(above.size, below.size)

    def _block(self, lines: Sequence[Line], page: Page) -> Iterator[Element]:
        if not lines:
            return
        if all(line.mono for line in lines):
            yield Element(Kind.CODE, _indented_code(lines), page=page.number)
            return
        for is_list, group in _list_groups(lines):
            if is_list:
                yield Element(Kind.LIST, self._list(group), page=page.number)
            else:
                yield Element(Kind.PARAGRAPH, self._paragraph(group), page=page.number)

    def _list(self, lines: Sequence[Line]) -> str:
        left = min(line.x0 for line in lines)
        items: list[list[Line]] = []
        for line in lines:
            if LIST_ITEM.match(line.text) or not items:
                items.append([line])
            else:
                items[-1].append(line)
        return list_text(
            [" " * round((item[0].x0 - left) / max(1.0, item[0].size / 2)) + self._words.joined(item) for item in items]
        )

    def _paragraph(self, lines: Sequence[Line]) -> str:
        """Lines that reach the right margin are continued by the next; shorter ones end where they end."""
        runs: list[list[Line]] = []
        for line in lines:
            if runs and _reaches_margin(runs[-1][-1], lines, line):
                runs[-1].append(line)
            else:
                runs.append([line])
        return "\n".join(self._words.joined(run) for run in runs)


def _title_and_text(line: Line) -> list[Line]:
    match = _ARTICLE_TITLE.match(line.text)
    if not match:
        return [line]
    count = len(match[0].split())
    return [replace(line, words=line.words[:count], open_end=True), replace(line, words=line.words[count:])]


def _can_be_heading(line: Line) -> bool:
    text = line.text
    letters = len(re.findall(r"[^\W\d_]", text))
    return (
        letters >= 2
        and len(text) <= _MAX_HEADING_CHARS
        and not line.mono
        and not LEADER.search(text)
        and not _is_formula(line)
    )


def _largest_body(pages: Sequence[Page], usual: float) -> float:
    """The largest size in which a good part of the text is set: slides have text of several sizes."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[round(line.size * 2) / 2] += len(line.text)
    return max([usual, *(size for size, chars in weights.items() if chars >= 0.15 * weights.total())])


def _reaches_margin(line: Line, lines: Sequence[Line], following: Line) -> bool:
    margin = max((other.x1 for other in lines if other.x0 < line.x1 and line.x0 < other.x1), default=line.x1)
    if LEADER.search(line.text):
        return False
    # The next line's first word did not fit: that is what makes a line break one of the layout.
    first = following.words[0]
    fits = line.x1 + min(first.x1 - first.x0, 8 * line.size) + 0.5 * line.size <= margin
    return not fits or line.text.endswith(("-", "\x02", ","))


def _list_groups(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    group: list[Line] = []
    in_list = False
    for line in lines:
        is_item = LIST_ITEM.match(line.text) is not None
        inside = is_item or (in_list and _continues_item(group[-1], line, group[0], lines))
        if group and inside != in_list:
            yield in_list, group
            group = []
        in_list = inside
        group.append(line)
    if group:
        yield in_list, group


def _continues_item(last: Line, line: Line, first: Line, lines: Sequence[Line]) -> bool:
    if line.x0 > first.x0 + 1:
        return True
    # Back at the marker's own place or left of it: a part of the item only if that was cut by the margin.
    return _reaches_margin(last, lines, line) and _SENTENCE_END.search(last.text) is None


def _is_small_piece(above: Line, below: Line) -> bool:
    # An index or exponent that pdfium gives a line of its own.
    return len(above.text) <= 3 or len(below.text) <= 3


def _is_formula(line: Line) -> bool:
    letters = re.findall(r"[^\W\d_]{2,}", line.text)
    return len("".join(letters)) < 0.4 * len(line.text.replace(" ", ""))


def _indented_code(lines: Sequence[Line]) -> str:
    left = min(line.x0 for line in lines)
    widths = sorted((line.x1 - line.x0) / max(1, len(line.text)) for line in lines)
    width = max(1.0, widths[len(widths) // 2])
    return "\n".join(" " * round((line.x0 - left) / width) + line.text.replace("\x02", "-") for line in lines)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
