"""Running headers, footers and page numbers of a PDF: found by standing at the same place of several pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.parsers.pdf_lines import Line, Page

_BAND = 0.13
"""Share of the page's height, at top and bottom, in which headers and footers stand."""
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—|·]*(?:p(?:age|\.)?\s*|쪽\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of)\s*\d{1,4})?\s*쪽?[\s\-–—|·]*$",
    re.IGNORECASE,
)


def without_running_lines(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """Remove what stands at the same place of several pages, page numbers aside, and say what it was.

    Larger type than the text's is left: it is the title of a slide that goes on.
    """
    size = body_size(pages)
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page in pages:
        for line in _band_lines(page):
            seen[_running_key(line, page)].add(page.number)
    with_text = sum(bool(page.lines) for page in pages)
    needed = with_text if with_text <= 3 else max(3, min(5, round(0.2 * with_text)))
    running = {key for key, numbers in seen.items() if len(numbers) >= max(2, needed)}
    removed: Counter[str] = Counter()
    for page in pages:
        drop = [line for line in _band_lines(page) if _is_running(line, page, running, size)]
        removed.update(line.text for line in drop)
        page.lines = [line for line in page.lines if not any(line is other for other in drop)]
    return list(pages), [text for text, _ in removed.most_common(20)]


def _band_lines(page: Page) -> list[Line]:
    low, high = _BAND * page.height, (1 - _BAND) * page.height
    return [line for line in page.lines if line.y < low or line.y > high]


def _running_key(line: Line, page: Page) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y / page.height * 60)


def _is_running(line: Line, page: Page, running: set[tuple[str, int]], size: float) -> bool:
    if _PAGE_NUMBER.match(line.text) and _is_outermost(line, page):
        return True
    return line.size <= 1.2 * size and _running_key(line, page) in running


def _is_outermost(line: Line, page: Page) -> bool:
    others = [other.y for other in page.lines if other is not line]
    return (
        not others
        or line.y <= sorted(others)[min(1, len(others) - 1)]
        or line.y >= sorted(others)[-min(2, len(others))]
    )


def body_size(pages: Sequence[Page]) -> float:
    """The size, in points, in which most characters are set."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[round(line.size * 2) / 2] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 10.0
