"""Passages and their statements: which of them stand in a passage that is kept, or in those next to it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import NamedTuple

from ingest.dedup.edits import is_edit
from ingest.dedup.statements import Statement, statement_key, statements
from ingest.dedup.typos import differ_in_typo
from rag.chunks import Chunk

SHORTEST = 80
"""Letters, a syllable of Hangul being two. Fewer say little without what stands around them."""

_ANCHOR = 16
"""Letters by which the beginning and the end of a statement are looked up."""

_MOST_BREAKS = 4
"""Statements that one sentence may be broken into."""

_MARKS = 4
"""By how many characters two writings of one sentence may differ in length."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with its statements; ``keys`` are those that count."""

    chunk: Chunk
    statements: list[Statement]
    keys: frozenset[str]

    @classmethod
    def of(cls, chunk: Chunk) -> "Passage":
        """A chunk, cut into its statements."""
        found = statements(chunk.text, chunk.kind, chunk.lead)
        return cls(chunk, found, frozenset(each.key for each in found if each.key))

    @property
    def is_short(self) -> bool:
        """Whether it says too little to stand for itself."""
        return weight(self.statements) < SHORTEST

    @property
    def section(self) -> str:
        """What a short passage is about: the heading right above it."""
        return statement_key(self.chunk.heading[-1]) if self.chunk.heading else ""

    @property
    def signature(self) -> tuple[str, ...]:
        """Equal for passages that say the same: what became of one becomes of the other."""
        return (self.section if self.is_short else "", *(each.key for each in self.statements))

    def text_of(self, statement: Statement) -> str:
        """A statement as it stands there."""
        return self.chunk.text[statement.start : statement.end]


class Found(NamedTuple):
    """Where a statement stands among what is kept, and how similar."""

    position: int
    similarity: float


class Neighbourhood:
    """A kept passage and those before and after it in its document, as one run of statements."""

    def __init__(self, located: list[tuple[int, str, str]]) -> None:
        self._located = located
        self._position_of = {key: position for position, key, _ in reversed(located)}
        self._starts: dict[int, int] = {}
        self._ends: set[int] = set()
        self._letters = ""
        for position, key, _ in located:
            self._letters = _joined(self._letters, key)
            self._starts.setdefault(len(self._letters) - len(key), position)
            self._ends.add(len(self._letters))

    @classmethod
    def of(cls, passages: Sequence[Passage], position: int) -> "Neighbourhood":
        """Of the passage at a position."""
        source = passages[position].chunk.source
        around = [at for at in range(max(0, position - 1), position + 2) if at < len(passages)]
        return cls(
            [
                (at, statement.key, passages[at].text_of(statement))
                for at in around
                if passages[at].chunk.source == source
                for statement in passages[at].statements
                if statement.key
            ]
        )

    def holding(self, passage: Passage) -> dict[int, Found]:
        """The statements that stand here, whether lines and sentences are broken at the same places or not."""
        keys = [each.key for each in passage.statements]
        found = {number: self._position_of[key] for number, key in enumerate(keys) if key in self._position_of}
        for number, key in enumerate(keys):
            if key and number not in found and passage.chunk.kind != "code":
                found |= self._broken_otherwise(keys, number)
        return {number: Found(position, 1.0) for number, position in found.items()}

    def _broken_otherwise(self, keys: list[str], number: int) -> dict[int, int]:
        """A statement with others around it that begins and ends here where statements do, with no letter between."""
        for first in range(number, max(-1, number - _MOST_BREAKS), -1):
            for last in range(number + 1, min(len(keys), number + _MOST_BREAKS) + 1):
                letters = reduce(_joined, keys[first:last])
                start = self._letters.find(letters)
                if start in self._starts and start + len(letters) in self._ends:
                    return dict.fromkeys(range(first, last), self._starts[start])
        return {}

    def mistyped(self, passage: Passage, found: AbstractSet[int], words: Counter[str]) -> dict[int, Found]:
        """The statements, of those not yet found, that stand here but for a typo."""
        more = {}
        for number, statement in enumerate(passage.statements):
            text = passage.text_of(statement)
            for position, key, other in self._located:
                if number in found or not statement.key or abs(len(other) - len(text)) > _MARKS:
                    continue
                if differ_in_typo(text, other, words):
                    more[number] = Found(position, _shared(statement.key, key))
                    break
        return more

    def edited(self, passage: Passage, found: AbstractSet[int]) -> dict[int, Found]:
        """The sentences, of those not yet found, that stand here in other words; of two versions of one document."""
        more = {}
        for number, statement in enumerate(passage.statements):
            if number in found or not statement.key or statement.header:
                continue
            text = passage.text_of(statement)
            for position, key, other in self._located:
                if abs(len(key) - len(statement.key)) <= len(key) // 3 and is_edit(text, other):
                    more[number] = Found(position, _shared(statement.key, key))
                    break
        return more


def _joined(one: str, other: str) -> str:
    """Keys one after another; "1" and "23" are not "12" and "3"."""
    return f"{one} {other}" if one[-1:].isdigit() and other[:1].isdigit() else one + other


def anchors(key: str) -> tuple[str, ...]:
    """What a statement is looked up by: itself, how it begins and how it ends, as its copy may be broken otherwise."""
    if not key:
        return ()
    return (key, f"{key[:_ANCHOR]}…", f"…{key[-_ANCHOR:]}") if len(key) >= _ANCHOR else (key,)


def weight(found: Iterable[Statement]) -> int:
    """How much statements say, in letters; a syllable of Hangul is two."""
    return sum(len(key) + sum("가" <= char <= "힣" for char in key) for key in (each.key for each in found))


def _shared(key: str, other: str) -> float:
    """Share of the letters that are the same, in order (Ratcliff-Obershelp)."""
    return SequenceMatcher(None, key, other, autojunk=False).ratio()
