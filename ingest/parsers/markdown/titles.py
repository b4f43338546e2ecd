"""Which bold lines are headings: the pseudo-headings of notes."""

import re

from ingest.parsers.lines import is_short_title

_SENTENCE = re.compile(
    r"(?:니다|습니까|세요|해요|예요|이다|한다|된다|있다|없다|하자|인가요|나요|까요|해야|됨)[.!?~:]*$"
)
_MARKED = re.compile(r"^\s*(?:\(?\d{1,2}[.)-]|\d{1,2}(?:[.-]\d{1,2}){1,4}\s|[가-하][.)]\s|[①-⑳\[【<])")
"""A number or a bracket in front says that even a sentence is a heading."""
_NO_NAME = re.compile(
    "^(?:[\u2192\u21d2]|[=-]>|https?://)"  # it follows from what is above; it is only an address
    '|^["\u201c][^"\u201d]*["\u201d]$'  # somebody's words
    "|\\S [=\u2248] \\S"  # a formula
)
_NUMBER = re.compile(r"^\s*(\d{1,3}(?:[.-]\d{1,2}){0,4})(?:[.)]\s|\s|[.)](?=[^\s\d]))")
_RUN_IN = re.compile(r"^(.{1,80}?)(?:\s+[―—–-]\s+|\s?[:：]\s+)\S")
_LONGEST_PEER = 160


def is_title(text: str) -> bool:
    """Whether a line that is wholly bold is a heading rather than a sentence that matters."""
    stripped = text.strip()
    return is_short_title(text) and bool(
        _MARKED.match(text) or not (_SENTENCE.search(stripped) or _NO_NAME.search(stripped))
    )


def numbered_depth(text: str) -> int:
    """Levels a numbered heading lies below one with a single number: ``1.2 Loss`` → 1."""
    return max(0, len(number_of(text)) - 1)


def number_of(text: str) -> tuple[int, ...]:
    """The number in front of a line: ``1.2 Loss`` → 1, 2; empty if there is none."""
    match = _NUMBER.match(text)
    return tuple(map(int, re.findall(r"\d+", match[1]))) if match else ()


def follows(number: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Whether a number is the next one of its series: behind 2.3 come 2.4 and 3."""
    depth = len(number)
    return 0 < depth <= len(last) and number == (*last[: depth - 1], last[depth - 1] + 1)


def heading_of(text: str) -> str:
    """What the section that a bold line opens is called; "" if the line is a long text without a name.

    A numbered line that says something is called by the name that runs into it: ``4. Bias ― The bias of … is:``.
    """
    says = len(text) > _LONGEST_PEER or not is_short_title(text) or text.endswith(":")
    if not number_of(text) or not says:
        return text
    name = _RUN_IN.match(text)
    if name and any(map(str.isalpha, name[1])):
        return name[1]
    return text if len(text) <= _LONGEST_PEER else ""
