"""A deck of slides: each page is a place of its own, and nothing on it stands under the title of another page.

A page of nothing but titles opens a part of the deck; the slides of the part stand below it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from ingest.elements import Element, Kind
from ingest.parsers.pdf.page_lines import Page

_LEAST_PAGES = 4
_MOST_WORDS = 250
"""Words on the usual slide, at most; a landscape page in columns has more."""
_MOST_TITLES = 2
_DEEPEST = 6


def is_deck(pages: Sequence[Page], elements: Sequence[Element]) -> bool:
    """Whether pages are slides: wider than high, of one size, with little text, and most begin with a title."""
    sizes = {(round(page.width), round(page.height)) for page in pages}
    if len(pages) < _LEAST_PAGES or len(sizes) > 1 or any(page.width <= page.height for page in pages):
        return False
    groups = [list(group) for _, group in groupby(elements, key=lambda element: element.page)]
    words = [sum(len(element.text.split()) for element in group) for group in groups]
    titled = sum(group[0].kind is Kind.HEADING for group in groups)
    return bool(groups) and median(words) <= _MOST_WORDS and titled >= len(groups) / 2


def slide_by_slide(elements: Sequence[Element]) -> Iterator[Element]:
    """The elements of a deck, each page with its own titles below those of its part of the deck.

    The levels of a page are moved as one, so that its highest is the one below the part's. What stands before the
    first title of a page ends the section of the page before.
    """
    part = 0
    for _, group in groupby(elements, key=lambda element: element.page):
        slide = list(group)
        levels = [element.level for element in slide if element.kind is Kind.HEADING]
        if len(levels) == len(slide) <= _MOST_TITLES:
            part = levels[-1]
            yield from slide
            continue
        moved = part + 1 - min(levels, default=0)
        for at, element in enumerate(slide):
            if element.kind is Kind.HEADING:
                yield replace(element, level=min(_DEEPEST, element.level + moved))
            else:
                yield replace(element, level=part + 1) if at == 0 else element
