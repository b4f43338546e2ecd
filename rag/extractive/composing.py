"""What is said of the candidates, and in which order: the best that fit, nothing twice, contradictions named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from rag.extractive.conflicts import Conflict
from rag.extractive.scoring import Candidate

_CLOSE = 0.4
"""A candidate is added to the best one if it is at least this many times as likely to be the answer."""

_SAME = 0.8
"""A candidate is left out if this share of its pairs of characters stands in what is said already."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be said."""

    sentences: int
    chars: int


def chosen(candidates: Sequence[Candidate], room: Room, close: float = _CLOSE) -> list[Candidate]:
    """The best candidates that fit, best first."""
    ranked = sorted(candidates, key=lambda each: -each.score)
    found: list[Candidate] = []
    said: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    length = 0
    for candidate in ranked:
        if len(found) == room.sentences or candidate.score < close * ranked[0].score:
            break
        fits = fitting(candidate, room.chars - length if found else room.chars, room.chars)
        pairs, numbers = _pairs(fits.text), _numbers(fits.text)
        if fits.lines and (len(pairs & said) <= _SAME * len(pairs) or numbers - counted):
            found.append(fits)
            said, counted = said | pairs, counted | numbers
            length += len(fits.text)
    return found


def fitting(candidate: Candidate, left: int, most: int) -> Candidate:
    """As many of its lines as there is room for; a single one that is too long stays whole."""
    lines = [line.replace("\n", " ") for line in candidate.lines]  # where a page broke the line
    if len(lines) == 1 and left >= min(len(lines[0]), most):
        return replace(candidate, lines=tuple(lines))
    kept: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return replace(candidate, lines=tuple(kept))


def written(candidates: Sequence[Candidate]) -> str:
    """Passage by passage in order of the best one, each in its own order, with their marks."""
    first_of: dict[int, int] = {}
    for rank, candidate in enumerate(candidates):
        first_of.setdefault(candidate.passage, rank)
    return in_this_order(sorted(candidates, key=lambda each: (first_of[each.passage], each.position)))


def in_this_order(candidates: Sequence[Candidate]) -> str:
    """Line by line, with their marks."""
    return "\n".join(f"{dedent(candidate.text)} [{candidate.passage}]" for candidate in candidates)


def told_apart(candidates: Sequence[Candidate], conflict: Conflict, frame: str, room: Room) -> str:
    """What is not contradicted, then what several documents say differently, below a line that says so.

    Where it is the best candidate that is contradicted, it says all.
    """
    differing = {(each.passage, each.position) for each in conflict.statements}
    disputed = f"{frame}\n{in_this_order(conflict.statements)}"
    best = (candidates[0].passage, candidates[0].position)
    if best in differing:
        return disputed
    left = room.chars - len(disputed)
    rest: list[Candidate] = []
    for each in candidates:
        if (each.passage, each.position) not in differing and (len(each.text) <= left or not rest):
            rest.append(each)
            left -= len(each.text)
    return f"{written(rest)}\n{disputed}"


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters, white space left out: two sentences that share most say the same."""
    letters = "".join(text.split())
    return frozenset(letters[start : start + 2] for start in range(max(1, len(letters) - 1)))


def _numbers(text: str) -> frozenset[str]:
    """Numbers: where they differ, two sentences do not say the same, however alike they are."""
    return frozenset(re.findall(r"\d+(?:[.,]\d+)*", text))
