"""What questions are made from: the passages of an index, their sentences, and the names of its terms."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from eval.metrics.evidence import squeeze
from rag.chunks import Chunk
from rag.index.course import Course
from rag.language import has_hangul
from rag.query.bridge import TermPair
from rag.sentences import split_quickly

SURE = 0.9
"""Score of a pair of names, in [0, 1], from which on a question may stand on it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in its passage, without bullet or number before it."""

    text: str
    chunk: Chunk


class OtherName(NamedTuple):
    """What else a term is called, and the pair that says so."""

    name: str
    pair: TermPair


class OtherNames:
    """What else terms are called: pairs of the term bridge that are sure."""

    def __init__(self, pairs: Iterable[TermPair]) -> None:
        """Take pairs; those below ``SURE`` are left out."""
        self._others: dict[str, list[OtherName]] = {}
        self.written: list[str] = []
        for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.names)):
            if pair.score >= SURE:
                for one, other in (pair.names, pair.names[::-1]):
                    self._others.setdefault(squeeze(one), []).append(OtherName(other, pair))
                    self.written.append(one)

    def __contains__(self, name: str) -> bool:
        """Whether a term is called so, in whatever case and spacing."""
        return squeeze(name) in self._others

    def of(self, name: str) -> list[OtherName]:
        """Its other names, the surest first."""
        return self._others.get(squeeze(name), [])

    def foreign(self, name: str) -> str | None:
        """What a term is called in the other of the two languages; of several, the longest among the surest.

        The longest, since an abbreviation is the same in both.
        """
        others = [other for other in self.of(name) if has_hangul(other.name) != has_hangul(name)]
        best = [other.name for other in others if other.pair.score == others[0].pair.score]
        return max(best, key=len, default=None)


class Passages:
    """The passages of a course, without those of sources that are left out."""

    def __init__(self, course: Course, *, left_out: Sequence[str] = ()) -> None:
        """Read them.

        Args:
            course: the opened index.
            left_out: patterns of sources (``week3/*``) that are not asked about.
        """
        self.course = course
        documents = course.store.table.get(range(1, len(course.lexical) + 1))
        everything = [Chunk.from_document(document) for document in documents]
        self.chunks = [chunk for chunk in everything if not _fits(chunk.source, left_out)]
        self.left_out = [chunk for chunk in everything if _fits(chunk.source, left_out)]

        self._sentences: dict[str, list[Sentence]] = {}

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences of running text."""
        return [sentence for chunk in self.chunks for sentence in self.sentences_in(chunk)]

    def sentences_in(self, chunk: Chunk) -> list[Sentence]:
        """The sentences of a passage of running text, by their marks alone; none of code and tables."""
        if chunk.id not in self._sentences:
            self._sentences[chunk.id] = list(_sentences(chunk)) if chunk.kind == "text" else []
        return self._sentences[chunk.id]

    @cached_property
    def names(self) -> "OtherNames":
        """What the terms of the course are called."""
        return OtherNames(self.course.bridge.pairs.used)

    @cached_property
    def headings(self) -> set[str]:
        """Squeezed headings of all passages."""
        return {squeeze(heading) for chunk in (*self.chunks, *self.left_out) for heading in chunk.heading}

    @cached_property
    def squeezed(self) -> list[str]:
        """Every passage below its headings, squeezed, in the order of ``chunks``."""
        return [squeeze("\n".join((chunk.title, *chunk.heading, chunk.lead, chunk.text))) for chunk in self.chunks]

    def naming(self, name: str) -> list[Chunk]:
        """The passages in or above which a name stands, in whatever spacing and case."""
        wanted = squeeze(name)
        return [chunk for chunk, text in zip(self.chunks, self.squeezed, strict=True) if wanted in text]


def _sentences(chunk: Chunk) -> Iterator[Sentence]:
    for line in chunk.text.split("\n"):
        if line.lstrip().startswith("|"):
            continue  # a row of a table
        for start, end in split_quickly(line):
            text = line[start:end].lstrip(_BULLETS)
            if text:
                yield Sentence(text, chunk)


_BULLETS = "-*•‣◦▪●❒→▶·>#✔✅–— \t"


def written(name: str) -> re.Pattern[str]:
    """Finds a name in a text, in whatever case and spacing; a Latin one not inside of another word (GD in SGD)."""
    words = [re.escape(word) for word in re.split(r"[\s_-]+", name.strip()) if word]
    first, last = name.strip()[:1], name.strip()[-1:]
    before = r"(?<![A-Za-z0-9])" if first.isascii() and first.isalnum() else ""
    after = r"s?(?![A-Za-z0-9])" if last.isascii() and last.isalnum() else ""
    return re.compile(before + r"[\s_-]*".join(words) + after, re.IGNORECASE)


def _fits(source: str, patterns: Sequence[str]) -> bool:
    return any(source == pattern or fnmatchcase(source, pattern) for pattern in patterns)
