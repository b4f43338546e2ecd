"""A passage as the pieces an answer is made of: sentences, list items and table rows, each with what is above it.

"- Faithfulness" alone says nothing; with the items below it it is an answer, and "how many claims hold" answers a
question about faithfulness only because of the item above it. So a segment knows both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.sentences import split_quickly

_ITEM = re.compile(r"^(\s*)(?:[-*+•]|\d+[.)])\s+")
_ROW = re.compile(r"^\s*\|")
_RULE = re.compile(r"^\s*\|?\s*:?-{3,}[-|:\s]*$")
_HEADING = re.compile(r"^\s*(?:#|```|<|>|\$\$)")
_NO_PROSE = (_ITEM, _ROW, _RULE, _HEADING)
_ENDS = re.compile(r"[.!?。！？:：;…][\"'”’)\]*_`]*$")
_LEAST_WIDTH, _FULL = 40, 0.7
"""A line is full from this many characters on, if it has this share of those of the passage's longest."""

_LEAD_IN = (":", "：")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, list item or table row.

    Attributes:
        text: verbatim, with the line breaks of a page; a list item with its marker and indentation.
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

    @property
    def leads(self) -> bool:
        """Whether it says nothing without what stands below it: a lead-in, or the header of a table."""
        return _leads(self.text)


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
    for text in _unwrapped(passage.split("\n")):
        item = _ITEM.match(text)
        if not text.strip() or _RULE.match(text):
            continue
        if item:
            yield _Line(text.rstrip(), _FIRST_ITEM + len(item.group(1)))
        elif _ROW.match(text):
            yield _Line(text.strip(), _FIRST_ITEM if in_table else _HEADER)
        else:
            yield from (_Line(text[start:end], _PROSE) for start, end in split_quickly(text))
        in_table = bool(_ROW.match(text))


def _unwrapped(lines: Sequence[str]) -> Iterator[str]:
    """Lines of prose that were broken to fit a page, together again, their breaks kept; other lines as they are."""
    prose = [bool(line.strip()) and not any(each.match(line) for each in _NO_PROSE) for line in lines]
    width = max((len(line) for line, is_prose in zip(lines, prose, strict=True) if is_prose), default=0)
    whole = ""
    for position, line in enumerate(lines):
        whole = f"{whole}\n{line}" if whole else line
        goes_on = prose[position] and position + 1 < len(lines) and prose[position + 1]
        if not (goes_on and _is_wrapped(line.rstrip(), lines[position + 1].lstrip(), width)):
            yield whole
            whole = ""


def _is_wrapped(line: str, following: str, width: int) -> bool:
    """Whether a sentence goes on in the line that follows: this one is full, or that one starts in the middle."""
    if _ENDS.search(line):
        return False
    return following[:1].islower() or line.endswith(",") or len(line) >= max(_LEAST_WIDTH, _FULL * width)


def _above(lines: list[_Line], position: int) -> list[str]:
    """Nearest shallower line before it, that one's, and so on; prose counts only if it leads in or heads a table."""
    depth = lines[position].depth
    above: list[str] = []
    for line in reversed(lines[:position]):
        if line.depth < depth:
            if line.depth == _PROSE and not _leads(line.text):
                break
            above.insert(0, line.text)
            depth = line.depth
    return above


def _below(lines: list[_Line], position: int) -> Iterator[str]:
    line = lines[position]
    if line.depth == _PROSE and not _leads(line.text):
        return
    for following in lines[position + 1 :]:
        if following.depth <= line.depth:
            return
        yield following.text


def _leads(text: str) -> bool:
    return text.rstrip().endswith(_LEAD_IN) or _ROW.match(text) is not None
