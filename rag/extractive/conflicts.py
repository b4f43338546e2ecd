"""Where passages of several documents contradict what is going to be said: each of them is quoted then."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.analyzer import Analyzer
from rag.extractive.differing import Statement, differ, statement
from rag.extractive.features import Read
from rag.extractive.scoring import Candidate, Reading

_PART_OF = re.compile(r", (?:(?:p\.|slide) \d+(?: \([^)]*\))?|cell \d+|[\d:.]+)$")
"""What a place has behind the name of its document."""

_ALIKE = 0.6
"""Least share of characters that two sentences have in common, white space and their order aside."""

_SHORT = 30
"""A sentence of fewer characters is about what its headings say."""

_MOST_LINES = 8
_NUMBERING = re.compile(r"^[\d.]+\s")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A statement of a candidate, and what other documents say instead."""

    of: Candidate
    statements: tuple[Candidate, ...]


class Conflicts:
    """Looks for contradictions in the passages of one question."""

    def __init__(self, reading: Reading, analyzer: Analyzer) -> None:
        """Take what was read, and what makes terms."""
        self._reading, self._analyzer = reading, analyzer
        self._time = "time" in reading.asked
        self._read = {(each.passage.number, each.position): each for each in reading.everything}
        self._statements: dict[str, Statement | None] = {}
        self._letters: dict[str, frozenset[str]] = {}

    def first(self, candidates: Sequence[Candidate]) -> Conflict | None:
        """The first candidate that other documents contradict, if there is one.

        A list is contradicted where one of its items is; then its statement is that item.
        """
        if len({each.passage.place for each in self._reading.everything}) < 2:
            return None
        for candidate in candidates:
            for mine in self._lines(candidate):
                others = list(self._against(mine, candidate.score))
                if others:
                    return Conflict(candidate, (self._said(mine, candidate.score), *others))
        return None

    def _lines(self, candidate: Candidate) -> Iterator[Read]:
        """The segments that a candidate is made of, tables' headers left out."""
        start = self._read[candidate.passage, candidate.position]
        said = set(candidate.lines)
        for position in range(candidate.position, candidate.position + _MOST_LINES):
            read = self._read.get((candidate.passage, position))
            if read is start or (read and read.segment.text in said):
                yield read

    def _against(self, mine: Read, score: float) -> Iterator[Candidate]:
        """What other documents say instead, once for each document and for each other value."""
        own = self._statement(mine)
        if own is None:
            return
        seen = {_document(mine)}
        values = {own.values}
        for each in self._reading.everything:
            if _document(each) in seen or not self._may_differ(mine, each):
                continue
            other = self._statement(each)
            if other and differ(own, other, self._analyzer, time_asked=self._time):
                seen.add(_document(each))
                if other.values not in values or not other.values:
                    values.add(other.values)
                    yield self._said(each, score)

    def _may_differ(self, mine: Read, other: Read) -> bool:
        """Whether it is worth to look: another document, the same terms of the question, nearly the same letters."""
        if not mine.passage.place or not other.passage.place or "code" in {mine.passage.kind, other.passage.kind}:
            return False
        if mine.own != other.own or not (mine.own or mine.above & other.above):
            return False
        a, b = self._letters_of(mine), self._letters_of(other)
        return len(a & b) >= _ALIKE * len(a | b) and self._same_subject(mine, other)

    def _same_subject(self, mine: Read, other: Read) -> bool:
        """Whether what stands above two sentences lets them be about the same."""
        above = [_above(each) for each in (mine, other)]
        numbers = [{number for text in each for number in _NUMBER.findall(_YEAR.sub("", text))} for each in above]
        if numbers[0] != numbers[1]:
            return False
        if len(mine.segment.text) >= _SHORT or len(other.segment.text) >= _SHORT:
            return True
        a, b = ({word for text in each for word in self._analyzer.analyze_one(text).content().words} for each in above)
        return not (a and b) or bool(a & b)

    def _statement(self, read: Read) -> Statement | None:
        text = read.segment.text
        if text not in self._statements:
            empty = read.segment.is_empty or read.segment.is_code
            self._statements[text] = None if empty else statement(text)
        return self._statements[text]

    def _letters_of(self, read: Read) -> frozenset[str]:
        text = read.segment.text
        if text not in self._letters:
            self._letters[text] = frozenset(letter for letter in text.lower() if letter.isalpha())
        return self._letters[text]

    def _said(self, read: Read, score: float) -> Candidate:
        lines = tuple(line.replace("\n", " ") for line in (*read.segment.head, read.segment.text))
        return Candidate(read.passage.number, read.position, lines, score)


def _document(read: Read) -> str:
    return _PART_OF.sub("", read.passage.place)


def _above(read: Read) -> list[str]:
    """The nearest heading, and what the sentence stands under, without numbering and markers."""
    heading = read.passage.heading.rpartition(" › ")[2]
    return [_NUMBERING.sub("", text.lstrip(" -*+•")) for text in (heading, *read.segment.above) if text]
