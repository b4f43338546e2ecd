"""Where a text may be cut: into sentences, list items, table rows, lines of code, and at worst between words.

Every function takes a text and returns spans that are in order, do not overlap, leave out nothing but white space,
and are no longer than the limit.
"""

import re
from collections.abc import Callable, Iterator

from ingest.elements import Kind
from rag.sentences import Span, split_sentences

_ITEM = re.compile(r"^(?:[-*+•]|\d+[.)])\s", re.MULTILINE)
_TABLE_RULE = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_WORD_GAP = re.compile(r"\s+")


def split_unit(kind: Kind, text: str, limit: int) -> list[Span]:
    """Cut one unit along its own structure into spans of at most ``limit`` characters."""
    if len(text) <= limit:
        return list(_stripped(text, [(0, len(text))]))
    coarse: Callable[[str], list[Span]] = {
        Kind.LIST: _items,
        Kind.TABLE: _lines,
        Kind.CODE: _blocks,
    }.get(kind, split_sentences)
    finer: dict[Kind, Callable[[str], list[Span]]] = {Kind.CODE: _lines}
    spans = _refined(text, coarse(text), finer.get(kind, split_sentences), limit)
    spans = _refined(text, spans, lambda part: _words(part, limit), limit)
    return list(_stripped(text, spans))


def table_header(text: str) -> str:
    """Header row and rule of a Markdown table, or "" if it has none."""
    lines = text.split("\n", 2)
    return "\n".join(lines[:2]) if len(lines) > 1 and _TABLE_RULE.match(lines[1]) else ""


def _refined(text: str, spans: list[Span], split: Callable[[str], list[Span]], limit: int) -> list[Span]:
    """Cut the spans that are still too long once more, finer."""
    finer: list[Span] = []
    for start, end in spans:
        if end - start <= limit:
            finer.append((start, end))
        else:
            finer += [(start + first, start + last) for first, last in split(text[start:end])]
    return finer


def _lines(text: str) -> list[Span]:
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def _items(text: str) -> list[Span]:
    """Items with the lines nested below them."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    cuts = [0, *[start for start in starts if start > 0], len(text)]
    return list(zip(cuts, cuts[1:], strict=False))


def _blocks(text: str) -> list[Span]:
    """Code between blank lines."""
    cuts = [0, *[match.end() for match in re.finditer(r"\n[ \t]*\n", text)], len(text)]
    return list(zip(cuts, cuts[1:], strict=False))


def _words(text: str, limit: int) -> list[Span]:
    """The last resort: at the last white space before the limit, or at the limit where there is none."""
    spans: list[Span] = []
    start = 0
    while len(text) - start > limit:
        gaps = [match.start() for match in _WORD_GAP.finditer(text, start + 1, start + limit + 1)]
        end = gaps[-1] if gaps else start + limit
        spans.append((start, end))
        start = end
    return [*spans, (start, len(text))]


def _stripped(text: str, spans: list[Span]) -> Iterator[Span]:
    for start, end in spans:
        part = text[start:end]
        left = len(part) - len(part.lstrip("\n")) if part[:1] == "\n" else 0
        right = len(part.rstrip())
        if part.strip():
            yield start + left, start + right
