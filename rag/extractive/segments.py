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
_CODE = re.compile(
    r"^\s*(?:import|from|class|def|return|for|if|while|with|print|let|const|fn|#include|@)\b.*(?:[:;({]|\bimport\b.*)\s*$"
    r"|^\s*[\w.\[\]\"', ]+\s=\s*[\w.]+\(|\w\([^()가-힣]*=[^()가-힣]*\)|self\.\w+|__\w+__|\w+\(\)\W*$|[\"']\s*\],"
    r"|^(?:\$ )?(?:pip3?|python3?|git|np[mx]|docker|conda|curl|make|sudo|apt|cargo|[a-z]+-[a-z]+)"
    r"(?:\s[^\s가-힣]+)+(?<![.!?:])$"
)
"""Lines of code and commands, as far as they show it."""

_ANNOUNCES = re.compile(
    r"(?:[두세네]|다섯|여섯|일곱|여러|몇|\d+)\s?(?:가지|개|단계|종류|유형|부분|방법)|다음|아래"
    r"|\b(?:following|as follows|below|(?:two|three|four|five|six|several) \w+)\b",
    re.IGNORECASE,
)
"""What a sentence says that leads to the list behind it, though it ends with a full stop."""

_POINTS = re.compile(
    r"다음|아래|이하|^.{0,40}$|\b(?:following|below|follows|here)\b|table|figure|as:", re.IGNORECASE | re.DOTALL
)
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
    def is_empty(self) -> bool:
        """Whether it only names what follows, and nothing follows: a heading, a lead-in whose list stands elsewhere."""
        if _HEADING.match(self.text):
            return True
        return self.text.rstrip().endswith(_LEAD_IN) and not self.below and _POINTS.search(self.text) is not None

    @property
    def is_code(self) -> bool:
        """Whether it looks like a line of code, whatever its passage is."""
        return _CODE.search(self.text) is not None

    @property
    def is_item(self) -> bool:
        """Whether it is a list item."""
        return _ITEM.match(self.text) is not None

    @property
    def leads(self) -> bool:
        """Whether it says nothing without what stands below it: a lead-in, or the header of a table."""
        return _leads(self.text) or (not self.is_item and bool(self.below))


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of text and how deep it stands; deeper pieces after it are below it, below prose only if it leads in."""

    text: str
    depth: int
    leads: bool = False


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
    texts = [text for text in _unwrapped(passage.split("\n")) if text.strip() and not _RULE.match(text)]
    for number, text in enumerate(texts):
        item = _ITEM.match(text)
        if item:
            yield _Line(text.rstrip(), _FIRST_ITEM + len(item.group(1)))
        elif _ROW.match(text):
            yield _Line(text.strip(), _FIRST_ITEM if in_table else _HEADER, leads=True)
        else:
            listed = number + 1 < len(texts) and _ITEM.match(texts[number + 1]) is not None
            spans = split_quickly(text)
            for start, end in spans:
                last = end == spans[-1][1]
                said = text[start:end]
                announces = listed and last and _ANNOUNCES.search(said) is not None
                yield _Line(said, _PROSE, _leads(said) or announces)
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
            if line.depth == _PROSE and not line.leads:
                break
            above.insert(0, line.text)
            depth = line.depth
    return above


def _below(lines: list[_Line], position: int) -> Iterator[str]:
    line = lines[position]
    if line.depth == _PROSE and not line.leads:
        return
    for following in lines[position + 1 :]:
        if following.depth <= line.depth:
            return
        yield following.text


def _leads(text: str) -> bool:
    return text.rstrip().endswith(_LEAD_IN) or _ROW.match(text) is not None
