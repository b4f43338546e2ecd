"""A model's answer in pieces: sentences that claim something, and lines that only lead to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.sentences import split_quickly

MARKS = re.compile(r"[ \t]*(?:\[\d{1,3}\])+")
"""One mark or several in a row, with the space before."""

_NUMBERS = re.compile(r"\[(\d{1,3})\]")
_LEADING = re.compile(r"(?:\[\d{1,3}\])+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_DECORATION = re.compile(
    r"^\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+|#{1,6}\s+|>\s*)+|\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)"
)
_ROW = re.compile(r"^\s*\|")
_RULE = re.compile(r"^\s*\|?\s*:?-{3,}[-|:\s]*$")
_YES_OR_NO = r"^\W*(?:네|예|아니요|아니오|맞습니다|그렇습니다|그렇지 않습니다|yes|no)\W*$"
_FRAME = re.compile(
    r"^\s*#|[:：]\W*$|^\s*\*\*[^*]+\*\*\s*$"
    r"|^[^.]{0,40}(?:다음과 같(?:습니다|다|아요)|아래와 같(?:습니다|다)|as follows)\W*$"
    rf"|{_YES_OR_NO}",
    re.IGNORECASE,
)
_ASSENT = re.compile(_YES_OR_NO, re.IGNORECASE)

Role = Literal["claim", "frame", "code"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer.

    Attributes:
        text: as it stands there, its marks included, without the white space around it.
        before: the white space before it.
        claim: what it says: without marks, list markers and emphasis.
        marks: the passages it cites.
        role: a claim is checked; a frame (heading, lead-in, table head, "yes") stands and falls with what follows it;
            code is compared as a whole.
    """

    text: str
    before: str
    claim: str
    marks: tuple[int, ...]
    role: Role


def is_assent(piece: Piece) -> bool:
    """Whether it only says yes or no, which stands and falls with the rest, before or behind it."""
    return _ASSENT.match(piece.claim) is not None


def pieces(answer: str) -> list[Piece]:
    """The pieces in order; ``before + text`` of all of them is the answer, its last white space left out."""
    found: list[Piece] = []
    before = ""
    for role, block in _blocks(answer):
        spans = [(0, len(block))] if role != "claim" else _sentences(block)
        end = 0
        for start, stop in spans:
            gap = before + block[end:start]
            text = block[start:stop]
            found.append(_piece(text, gap, role))
            before, end = "", stop
        before += block[end:]
    return found


def _piece(text: str, before: str, role: Role) -> Piece:
    claim = _DECORATION.sub("", MARKS.sub("", text)).strip()
    if role == "claim" and (_FRAME.search(MARKS.sub("", text)) or not re.search(r"\w", claim)):
        role = "frame"
    return Piece(text, before, claim, tuple(int(mark) for mark in _NUMBERS.findall(text)), role)


def _blocks(answer: str) -> Iterator[tuple[Role, str]]:
    """Lines with their line break, each code block as one; heads and rules of tables are frames."""
    lines = answer.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        if _FENCE.match(lines[at]):
            end = next((row for row in range(at + 1, len(lines)) if _FENCE.match(lines[row])), len(lines) - 1)
            block = "".join(lines[at : end + 1])
            yield "code", block.rstrip("\n")
            yield "claim", block[len(block.rstrip("\n")) :]
            at = end + 1
            continue
        head = bool(_ROW.match(lines[at])) and at + 1 < len(lines) and bool(_RULE.match(lines[at + 1]))
        if head or _RULE.match(lines[at]):
            yield "frame", lines[at].rstrip("\n")
            yield "claim", lines[at][len(lines[at].rstrip("\n")) :]
        else:
            yield "claim", lines[at]
        at += 1


def _sentences(line: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a line; marks behind a full stop belong to the sentence before them."""
    if _ROW.match(line):
        return [(len(line) - len(line.lstrip()), len(line.rstrip()))] if line.strip() else []
    spans: list[tuple[int, int]] = []
    for start, end in split_quickly(line):
        leading = _LEADING.match(line[start:end])
        if leading and spans:
            spans[-1] = (spans[-1][0], start + leading.end())
            start += (
                leading.end() + len(line[start + leading.end() : end]) - len(line[start + leading.end() : end].lstrip())
            )
        if start < end:
            spans.append((start, end))
    return spans
