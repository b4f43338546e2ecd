"""Running headers, footers and page numbers of a PDF: found by standing at the same place of several pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.parsers.pdf.page_lines import Line, Page

_BAND = 0.13
"""Share of the page's height, at top and bottom, in which headers and footers stand."""
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—|·<]*(?:p(?:age|\.)?\s*|제\s*|쪽\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|\|)\s*(?:\d{1,4}|page))?"
    r"\s*(?:쪽|페이지|면)?[\s\-–—|·>]*$",
    re.IGNORECASE,
)
_MOST_PAGES = 0.6
"""Share of the pages on which a line of changing text, as a section's name, stands at the same place."""
_MAX_NUMBERS = 6
_LONGEST = 120
"""Letters of a title."""
_EDGES = re.compile(r"^[^\w(\[]+|[^\w)\]]+$")
_Place = tuple[str, int]


def without_running_lines(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """Remove what stands at the same place of several pages, page numbers aside, and say what it was.

    Larger type than the text's is left: it is the title of a slide that goes on.
    """
    size = body_size(pages)
    running = _running_places(pages, size)
    kept: list[Page] = []
    removed: Counter[str] = Counter()
    titles: set[str] = set()
    for page in pages:
        numbers = {id(line) for line in (*_page_numbers(page), *_section_headers(page, size, titles))}
        numbers |= {
            id(line) for line in _band_lines(page) if line.size <= 1.2 * size and running & set(_places(line, page))
        }
        removed.update(line.text for line in page.lines if id(line) in numbers)
        kept.append(replace(page, lines=[line for line in page.lines if id(line) not in numbers]))
    return kept, [text for text, _ in removed.most_common(20)]


def _running_places(pages: Sequence[Page], size: float) -> set[_Place]:
    """Texts with their height on the page that repeat, and heights ("", y) at which there is always a line apart."""
    same: dict[_Place, set[int]] = defaultdict(set)
    apart: dict[int, list[str]] = defaultdict(list)
    for page in pages:
        for line in _band_lines(page):
            places = _places(line, page)
            for place in places:
                same[place].add(page.number)
            if line.size <= size and _stands_apart(line, page):
                apart[places[0][1]].append(line.text)
    with_text = sum(bool(page.lines) for page in pages)
    needed = with_text if with_text <= 3 else max(3, min(5, round(0.2 * with_text)))
    running = {place for place, numbers in same.items() if place[0] and len(numbers) >= max(2, needed)}
    for height, texts in apart.items():
        if len(texts) >= max(4, _MOST_PAGES * with_text) and len(set(texts)) <= 0.5 * len(texts):
            running.add(("", height))
    return running


def _places(line: Line, page: Page) -> list[_Place]:
    """A line's text and height; if a number in it counts the pages it is that, and other numbers say nothing."""
    height = round(line.y / max(1.0, page.height) * 60)
    # A dot of a formula that reaches down into the footer is no part of it.
    text = _EDGES.sub("", line.text) or line.text
    texts = ["", text]
    for number in list(re.finditer(r"\d{1,5}", text))[:_MAX_NUMBERS]:
        before, after = text[: number.start()], text[number.end() :]
        counted = f"{int(number[0]) - page.number:+d}"
        texts.append(re.sub(r"\d+", "#", before) + counted + re.sub(r"\d+", "#", after))
    return [(text, height) for text in texts]


def _band_lines(page: Page) -> list[Line]:
    low, high = _BAND * page.height, (1 - _BAND) * page.height
    return [line for line in page.lines if line.y < low or line.y > high]


def _stands_apart(line: Line, page: Page) -> bool:
    return all(abs(other.y - line.y) >= 1.8 * line.size for other in page.lines if other is not line)


def _is_attached(line: Line, page: Page) -> bool:
    """Whether a number is an exponent or denominator of what stands right above or below it."""
    return any(
        0.2 * line.size < abs(other.y - line.y) < 1.2 * line.size and other.x0 < line.x1 and line.x0 < other.x1
        for other in page.lines
    )


def _page_numbers(page: Page) -> Iterator[Line]:
    """Numbers among the two outermost lines at the top or bottom; far from the edge only if they stand apart."""
    if not page.lines:
        return
    heights = sorted(line.y for line in page.lines)
    second = min(1, len(heights) - 1)
    for line in _band_lines(page):
        outermost = line.y <= heights[second] or line.y >= heights[-1 - second]
        if outermost and _PAGE_NUMBER.match(line.text) and not _is_attached(line, page):
            yield line
    for line in (min(page.lines, key=lambda line: line.y), max(page.lines, key=lambda line: line.y)):
        if re.match(r"^\W*\d{1,4}\W*$", line.text) and len(page.lines) > 3 and _stands_apart(line, page):
            yield line


def _section_headers(page: Page, size: float, titles: set[str]) -> Iterator[Line]:
    """A line at the top that says a larger title of this page or an earlier one again: numbered, or in capitals.

    ``titles`` are those before this page, to which its own are added.
    """
    titles |= {_squeezed(line.text) for line in page.lines if line.size > 1.1 * size and len(line.text) <= _LONGEST}
    for line in page.lines:
        if line.y <= (1 - _BAND) * page.height or line.size > 1.1 * size or not _stands_apart(line, page):
            continue
        words = [word.text for word in line.words]
        # The page's own number may stand at either end.
        spoken = {_squeezed(" ".join(part)) for part in (words, words[1:], words[:-1])}
        shouted = line.text.isupper() or any(word[0].isdecimal() for word in (words[0], words[-1]))
        if shouted and spoken & titles - {""}:
            yield line


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def body_size(pages: Sequence[Page]) -> float:
    """The size, in points, in which most characters are set."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[round(line.size * 2) / 2] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 10.0
