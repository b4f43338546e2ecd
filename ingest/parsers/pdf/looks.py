"""What looks like a heading elsewhere in the document is one: the colour of titles, and lines set like headings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.elements import Element, Kind
from ingest.parsers.pdf.page_lines import Line, Page

_LEAST_TITLES = 3
"""Titles on as many pages make a colour that of titles."""
_MOST_TITLES = 0.8
"""Share of the lines in a colour that must be titles."""
_LONGEST_TITLE = 80
_ALIKE = 3.0
"""Headings that look alike begin at the same place, give or take as many points."""


def title_colours(pages: Sequence[Page]) -> frozenset[int]:
    """The colours, other than the text's, in which nearly nothing is set but short lines above text of another one."""
    letters: Counter[int] = Counter()
    lines: Counter[int] = Counter()
    titles: Counter[int] = Counter()
    on: defaultdict[int, set[int]] = defaultdict(set)
    for page in pages:
        for at, line in enumerate(page.lines):
            letters[line.colour] += len(line.text)
            lines[line.colour] += 1
            if _is_title(page.lines, at):
                titles[line.colour] += 1
                on[line.colour].add(page.number)
    usual = {colour for colour, _ in letters.most_common(1)} | {-1}
    return frozenset(
        colour
        for colour, count in titles.items()
        if colour not in usual and len(on[colour]) >= _LEAST_TITLES and count >= _MOST_TITLES * lines[colour]
    )


def _is_title(lines: Sequence[Line], at: int) -> bool:
    """Whether a line opens the page, or stands apart from what is above it, and another colour follows."""
    line = lines[at]
    if len(line.text) > _LONGEST_TITLE or line.mono:
        return False
    if at and lines[at - 1].colour == line.colour and 0 < lines[at - 1].y - line.y <= 2 * line.size:
        return _is_title(lines, at - 1)  # of two lines
    opens = at == 0 or not 0 <= lines[at - 1].y - line.y <= 1.5 * line.size
    following = next((other for other in lines[at + 1 :] if other.colour != line.colour), None)
    if following is None:
        return at == 0
    return opens and 0 < line.y - following.y <= 5 * line.size and following.x0 >= line.x0 - 2 * line.size


class AlikeHeadings:
    """Bold lines that stand alone, of which some are headings by what is below them: then all that look like those."""

    def __init__(self) -> None:
        """Nothing is known before the first page."""
        self._headings: list[tuple[Line, int]] = []
        self._alone: dict[int, Line] = {}

    def heading(self, line: Line, level: int) -> None:
        """Note a heading by its first line."""
        if line.bold:
            self._headings.append((line, level))

    def alone(self, element: Element, line: Line) -> Element:
        """Note a paragraph that is one bold line, and return it."""
        if line.bold:
            self._alone[id(element)] = line
        return element

    def decided(self, elements: Iterable[Element]) -> list[Element]:
        """The elements, with those paragraphs as headings that look like two headings at least."""
        return [self._decided(element) for element in elements]

    def _decided(self, element: Element) -> Element:
        line = self._alone.get(id(element))
        levels = [level for other, level in self._headings if line is not None and _look_alike(line, other)]
        if len(levels) < 2:
            return element
        return replace(element, kind=Kind.HEADING, level=Counter(levels).most_common(1)[0][0])


def _look_alike(line: Line, other: Line) -> bool:
    return (
        line.font == other.font
        and line.colour == other.colour
        and abs(line.size - other.size) <= 0.5
        and abs(line.x0 - other.x0) <= _ALIKE
        and line.text.endswith(":") == other.text.endswith(":")
    )
