"""A passage as the pieces an answer is made of: sentences, list items and table rows, each with what is above it.

"- Faithfulness" alone says nothing; with the items below it it is an answer, and "how many claims hold" answers a
question about faithfulness only because of the item above it. So a segment knows both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import split_sentences

_ITEM = re.compile(r"^(\s*)(?:[-*+•]|\d+[.)])\s+")
_ROW = re.compile(r"^\s*\|")
_RULE = re.compile(r"^\s*\|?\s*:?-{3,}[-|:\s]*$")
_LEAD_IN = (":", "：")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, list item or table row.

    Attributes:
        text: verbatim; a list item with its marker and indentation.
        above: texts it stands under, outermost first: list items, a lead-in, the header of its table.
        below: texts that stand under it, in order.
    """

    text: str
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    @property
    def head(self) -> tuple[str, ...]:
        """The header of the table whose row this is: a row cannot be read without it."""
        return self.above[-1:] if _ROW.match(self.text) else ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of text and how deep it stands; deeper pieces after it are below it."""

    text: str
    depth: int


_PROSE, _HEADER = 0, 0
_FIRST_ITEM = 1
"""Depth of an unindented list item: deeper than prose that leads in, whatever the indentation of others."""


def segments(passage: str) -> list[Segment]:
    """The segments of a passage, in order."""
    lines = list(_lines(passage))
    found = []
    for position, line in enumerate(lines):
        found.append(Segment(line.text, tuple(_above(lines, position)), tuple(_below(lines, position))))
    return found


def _lines(passage: str) -> Iterator[_Line]:
    in_table = False
    for text in passage.split("\n"):
        item = _ITEM.match(text)
        if not text.strip() or _RULE.match(text):
            continue
        if item:
            yield _Line(text.rstrip(), _FIRST_ITEM + len(item.group(1)))
        elif _ROW.match(text):
            yield _Line(text.strip(), _FIRST_ITEM if in_table else _HEADER)
        else:
            yield from (_Line(text[start:end], _PROSE) for start, end in split_sentences(text))
        in_table = bool(_ROW.match(text))


def _above(lines: list[_Line], position: int) -> list[str]:
    """Nearest shallower line before it, that one's, and so on; prose counts only if it leads in or heads a table."""
    depth = lines[position].depth
    above: list[str] = []
    for line in reversed(lines[:position]):
        if line.depth < depth:
            if line.depth == _PROSE and not _leads(line):
                break
            above.insert(0, line.text)
            depth = line.depth
    return above


def _below(lines: list[_Line], position: int) -> Iterator[str]:
    line = lines[position]
    if line.depth == _PROSE and not _leads(line):
        return
    for following in lines[position + 1 :]:
        if following.depth <= line.depth:
            return
        yield following.text


def _leads(line: _Line) -> bool:
    return line.text.rstrip().endswith(_LEAD_IN) or _ROW.match(line.text) is not None
