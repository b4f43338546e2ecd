"""Which lines of a PDF are headings, and how deep: by outline, size, colour, weight and number."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.parsers.lines import LIST_ITEM
from ingest.parsers.pdf.looks import title_colours
from ingest.parsers.pdf.page_lines import Line, Page
from ingest.parsers.pdf.page_tables import LEADER, cells_of
from ingest.parsers.pdf.running import body_size

_NUMBERED = re.compile(
    r"^(?:(?:\d{1,2}\.){1,4}\d{0,2}\s|[IVX]{1,5}\.\s|(?:chapter|part|section|appendix|lecture)\s\w{1,4}\b|제\s?\d{1,3}\s?[편장절관](?:\s|$)|부록\s?\d?)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^제\s?\d{1,4}\s?[편장절관조](?:의\s?\d{1,2})?(?:$|\s?[\s(\[【])")
_ARTICLE_TITLE = re.compile(r"^제\s?\d{1,4}\s?조(?:의\s?\d{1,2})?\s?[(\[【][^)\]】]{1,40}[)\]】](?=\s)")
"""A law's article with its title, before its text on the same line."""
_CAPTION = re.compile(r"^[<\[(〈]?\s?(?:fig(?:ure)?s?\.?|table|listing|그림|표|사진)\s?\d", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?。…:;][\"'”’)\]]*$|(?:다|요|(?<![다처마])음|함|임)\.?$")
_LETTERS = re.compile("[^\\W\\d_\U0001d400-\U0001d7ff]")
_MATH_FONT = re.compile(r"math|symbol|cmex|cmsy|cmmi", re.IGNORECASE)
_ENDS = re.compile("[.,;]$|다$")
_HEADING_RATIO = 1.15
_SAME_SIZE = 0.94
_MAX_HEADING_CHARS = 120


class Headings:
    """What holds for the headings of a document: the body's size, their sizes, the outline."""

    def __init__(self, pages: Sequence[Page], outline: Sequence[tuple[str, int, int]]) -> None:
        """Learn from all pages; ``outline`` is (title, level from 0, page index)."""
        self._largest_body = _largest_body(pages)
        self._outline = {(_squeezed(title), index + 1): level + 1 for title, level, index in outline if title.strip()}
        self._sizes = self._heading_sizes(pages)
        self._colours = title_colours(pages)

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

    def level(self, lines: Sequence[Line], at: int, page: Page, parted: Callable[[Line, Line], bool]) -> int:
        """Depth of the heading that a line is, or 0; ``parted`` says whether a block ends between two lines."""
        line, text = lines[at], lines[at].text
        coloured = line.colour in self._colours and not line.formula
        if not coloured and not _can_be_heading(line):
            return 0
        bare = re.sub(r"^(?:[\d.]{1,8}|[IVX]{1,5}\.)\s+", "", text)
        outlined = self._outline.get((_squeezed(text), page.number)) or self._outline.get(
            (_squeezed(bare), page.number)
        )
        if outlined:
            return min(6, outlined)
        if _CAPTION.match(text) or (LIST_ITEM.match(text) and not _NUMBERED.match(text)):
            return 0
        if line.size >= _HEADING_RATIO * self._largest_body:
            alone = at + 1 == len(lines) or not goes_on(line, lines[at + 1])
            # A sentence is the title of a slide; text in large type ends like one too, but has more lines.
            if (at == 0 and alone) or (text.endswith(",") and not alone) or not text.endswith((",", ".", "다")):
                return self._by_size(line)
        if coloured and (at == 0 or lines[at - 1].colour != line.colour):
            return self._by_size(line)
        return self._by_weight(lines, at, parted)

    def may_be(self, line: Line) -> bool:
        """Whether nothing but its place speaks against a bold line as a heading."""
        text = line.text
        listed = LIST_ITEM.match(text) and not _NUMBERED.match(text)
        if listed or _is_entry(line) or _CAPTION.match(text) or _ENDS.search(text):
            return False
        return len(text) <= 60 and _can_be_heading(line)

    def _by_weight(self, lines: Sequence[Line], at: int, parted: Callable[[Line, Line], bool]) -> int:
        """No larger than the text: it must be bold, numbered, or an article of a law, and stand by itself."""
        line, text = lines[at], lines[at].text
        if len(text) > 60 or _ENDS.search(text):
            return 0
        above = lines[at - 1] if at else None
        opens = above is None or parted(above, line)
        starts = opens or bool(SENTENCE_END.search(above.text) or _ARTICLE.match(above.text)) if above else True
        if starts and _ARTICLE.match(text):
            return min(6, len(self._sizes[:3]) + (2 if "조" in text.split("(")[0][:8] else 1))
        if not line.bold or _is_entry(line):
            return 0
        if starts and _NUMBERED.match(text):
            return self._by_size(line)
        # In the text's own size: only if it is parted from what is above and there is text below it that is not bold.
        below = lines[at + 1] if at + 1 < len(lines) else None
        if opens and below is not None and (not below.bold or len(cells_of(below)) > 2) and _goes_before(line, below):
            return self._by_size(line)
        return 0

    def _by_size(self, line: Line) -> int:
        numbered = re.match(r"^\d{1,2}((?:\.\d{1,2}){1,4})\.?\s", line.text)
        if numbered:
            return min(6, 1 + numbered[1].count("."))
        return 1 + min(4, sum(line.size < _SAME_SIZE * size for size in self._sizes))


def title_and_text(line: Line) -> list[Line]:
    """A law's article opens with its title, on the same line as its text."""
    match = _ARTICLE_TITLE.match(line.text)
    if not match:
        return [line]
    count = len(match[0].split())
    return [replace(line, words=line.words[:count], open_end=True), replace(line, words=line.words[count:])]


def goes_on(above: Line, below: Line) -> bool:
    """Whether a heading may go on in the next line: in the same size, right below."""
    return abs(above.size - below.size) <= 0.5 and 0 < above.y - below.y <= 1.9 * above.size


def _goes_before(line: Line, below: Line) -> bool:
    """Whether a line stands at the left edge of what is below it, or in its middle, and not far above.

    In a table of contents what is below it leads to a page.
    """
    aligned = abs(line.x0 - below.x0) <= 2 * line.size or abs(line.x0 + line.x1 - below.x0 - below.x1) <= 2 * line.size
    near = line.column == below.column and 0 < line.y - below.y <= 5 * line.size
    return aligned and near and not LEADER.search(below.text)


def _is_entry(line: Line) -> bool:
    """Whether a line is an entry of a table of contents."""
    cells = cells_of(line)
    return len(cells) > 1 and cells[-1].text.isdecimal()


def _can_be_heading(line: Line) -> bool:
    text = line.text
    return (
        len(_LETTERS.findall(text)) >= 2
        and len(text) <= _MAX_HEADING_CHARS
        and not line.mono
        and not LEADER.search(text)
        and not line.formula
        and not _MATH_FONT.search(line.font)
    )


def _largest_body(pages: Sequence[Page]) -> float:
    """The largest size in which a good part of the text is set: slides have text of several sizes.

    One or two lines in the largest size of a page are its title, however little else is on it.
    """
    weights: Counter[float] = Counter()
    for page in pages:
        largest = max((line.size for line in page.lines), default=0.0)
        titles = [line for line in page.lines if line.size >= _SAME_SIZE * largest]
        for line in page.lines:
            if len(titles) > 2 or len(titles) == len(page.lines) or line.size < _SAME_SIZE * largest:
                weights[round(line.size * 2) / 2] += len(line.text)
    return max((size for size, chars in weights.items() if chars >= 0.15 * weights.total()), default=body_size(pages))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
