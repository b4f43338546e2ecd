"""Where a text may be cut: into sentences, list items, table rows, lines of code, and at worst between words.

Every function takes a text and returns spans that are in order, do not overlap, leave out nothing but white space,
and are no larger than the limit.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from ingest.chunking.sizes import Size
from ingest.elements import Kind
from rag.sentences import Span, split_sentences

Split = Callable[[str], list[Span]]

_ITEM = re.compile(r"^(?:[-*+•]|\d+[.)])\s", re.MULTILINE)
_NESTED_ITEM = re.compile(r"^\s+(?:[-*+•]|\d+[.)])\s", re.MULTILINE)
_TABLE_RULE = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_LOW_TABLE_RULE = re.compile(r"^\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?\s*$")
_WORD_GAP = re.compile(r"\s+")
_MOST_HEADER_ROWS = 4
_LONGEST_LINE = 5_000
"""Characters of one line that are searched for sentences at a time: Kiwi takes more than linear time."""


def split_unit(kind: Kind, text: str, limit: int, size: Size) -> list[Span]:
    """Cut one unit along its own structure into spans of at most ``limit``.

    A single character may be larger than a limit that is very small.
    """
    if size(0, len(text)) <= limit:
        return list(_stripped(text, [(0, len(text))]))
    body = len(table_header(text)) if kind is Kind.TABLE else 0
    if size(0, body) > limit // 2:
        body = 0
    # Each part of a table leaves room for the header: it stands in the first, and is repeated before the others.
    room = limit - size(0, body + 1) if body else limit
    spans: list[Span] = [(body, len(text))]
    for split in _STEPS.get(kind, [_sentences]):
        spans = _refined(text, spans, split, room, size)
    spans = list(_stripped(text, [word for span in spans for word in _words(text, span, room, size)]))
    return [(0, spans[0][1]), *spans[1:]] if body and spans else spans


def table_header(text: str) -> str:
    """Header rows and rule of a Markdown table, or "" if it has none."""
    lines = text.split("\n", _MOST_HEADER_ROWS + 1)[: _MOST_HEADER_ROWS + 1]
    for number, line in enumerate(lines[1:], start=1):
        # Further down a row of single dashes is more likely one of empty cells.
        if (_TABLE_RULE if number == 1 else _LOW_TABLE_RULE).match(line):
            return "\n".join(lines[: number + 1])
    return ""


def _refined(text: str, spans: list[Span], split: Split, limit: int, size: Size) -> list[Span]:
    """Cut the spans that are still too large once more, finer."""
    finer: list[Span] = []
    for start, end in spans:
        if size(start, end) <= limit:
            finer.append((start, end))
        else:
            finer += [(start + first, start + last) for first, last in split(text[start:end])]
    return finer


def _lines(text: str) -> list[Span]:
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def _items(text: str) -> list[Span]:
    """Items with the lines nested below them."""
    return _cut(text, [match.start() for match in _ITEM.finditer(text)])


def _nested_items(text: str) -> list[Span]:
    return _cut(text, [match.start() for match in _NESTED_ITEM.finditer(text)])


def _definitions(text: str) -> list[Span]:
    """Code between blank lines that are followed by a line at the margin: whole functions and classes."""
    return _cut(text, [match.end() for match in re.finditer(r"\n[ \t]*\n(?=[^\s)\]}])", text)])


def _blocks(text: str) -> list[Span]:
    """Code between blank lines."""
    return _cut(text, [match.end() for match in re.finditer(r"\n[ \t]*\n", text)])


def _cut(text: str, positions: list[int]) -> list[Span]:
    cuts = [0, *[position for position in positions if position > 0], len(text)]
    return list(zip(cuts, cuts[1:], strict=False))


def _sentences(text: str) -> list[Span]:
    """Sentences; a line of endless length in parts."""
    spans: list[Span] = []
    for start, end in _lines(text):
        for first, last in _words(text, (start, end), _LONGEST_LINE, lambda one, two: two - one):
            spans += [(first + begin, first + stop) for begin, stop in split_sentences(text[first:last])]
    return spans


def _words(text: str, span: Span, limit: int, size: Size) -> Iterator[Span]:
    """The last resort: at the last white space before the limit, or at the limit where there is none."""
    start, stop = span
    while size(start, stop) > limit:
        # The furthest end that is within the limit; sizes grow with the end, so it is found by halving.
        furthest = bisect_right(range(start + 1, stop + 1), limit, key=lambda end: size(start, end)) + start
        furthest = max(furthest, start + 1)
        gaps = [match.start() for match in _WORD_GAP.finditer(text, start + 1, min(furthest + 1, stop))]
        end = gaps[-1] if gaps else furthest
        yield start, end
        start = end
    yield start, stop


def _stripped(text: str, spans: list[Span]) -> Iterator[Span]:
    for start, end in spans:
        part = text[start:end]
        left = len(part) - len(part.lstrip("\n")) if part[:1] == "\n" else 0
        right = len(part.rstrip())
        if part.strip():
            yield start + left, start + right


_STEPS: dict[Kind, list[Split]] = {
    Kind.LIST: [_items, _nested_items, _sentences],
    Kind.TABLE: [_lines, _sentences],
    Kind.CODE: [_definitions, _blocks, _lines, _sentences],
}
"""Ever finer cuts."""
