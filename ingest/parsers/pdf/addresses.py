"""Web addresses that are printed over several lines: what lies under one link is one address."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.parsers.pdf.page_lines import HYPHEN, Line, Word
from ingest.parsers.pdf.rules import Box

_SPARE = 1.5
"""How far, in points, a word may stick out of its link."""


def with_whole_addresses(lines: Sequence[Line], links: Iterable[tuple[str, Box]]) -> list[Line]:
    """The lines with each address on the line it begins on, whole, if what is printed under its links is a part of it.

    Lines of which nothing is left are gone. ``links`` are addresses with boxes; one that is cut has a box per line.
    """
    areas: defaultdict[str, list[Box]] = defaultdict(list)
    for address, box in links:
        areas[address].append(box)
    whole: dict[int, str] = {}
    for address, boxes in areas.items():
        if len(boxes) > 1:
            downwards = sorted(boxes, key=lambda box: (-round(box[3]), box[0]))
            for pieces in _printed(address, [word for box in downwards for word in _under(lines, box)]):
                whole |= {id(piece): "" for piece in pieces}
                whole[id(pieces[0])] = "".join(piece.text for piece in pieces)
    return [line for line in (_changed(line, whole) for line in lines) if line.words] if whole else list(lines)


def _changed(line: Line, whole: dict[int, str]) -> Line:
    if not any(id(word) in whole for word in line.words):
        return line
    words = [replace(word, text=whole.get(id(word), word.text)) for word in line.words]
    left = [word for word in words if word.text]
    # What is left of a line still begins where the line began.
    return replace(line, words=[replace(word, x0=line.x0) for word in left[:1]] + left[1:])


def _under(lines: Sequence[Line], box: Box) -> Iterator[Word]:
    left, bottom, right, top = box
    for line in lines:
        if bottom - _SPARE <= line.y <= top + _SPARE:
            yield from (word for word in line.words if left - _SPARE <= (word.x0 + word.x1) / 2 <= right + _SPARE)


def _printed(address: str, words: Sequence[Word]) -> Iterator[list[Word]]:
    """The runs of words that are an address, or its end after what is not printed (``https://``)."""
    wanted = _plain(address)
    run: list[Word] = []
    for word in words:
        text = _plain("".join(each.text for each in [*run, word]))
        if text not in wanted:
            run, text = [], _plain(word.text)
        if text in wanted:
            run.append(word)
        if run and len(run) > 1 and wanted.endswith(text):
            yield run
            run = []


def _plain(text: str) -> str:
    # Fonts have their own hyphens, and pdfium a mark for those at line ends.
    return text.replace(HYPHEN, "-").replace("\u2010", "-").replace("\u2011", "-").rstrip("/")
