"""What stands around a chunk: the list, table or section it is part of, and the chunks before and after it."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.chunks import Chunk
from rag.index.table import ChunkTable

_BLOCK = 8
"""Chunks that are read at once."""

_GoesOn = Callable[[Chunk, Chunk], bool]
"""Whether a section, list or table goes on from one chunk to the next."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Neighbouring chunks of one document, by the rowids of the first and the last."""

    first: int
    last: int

    def __contains__(self, rowid: int) -> bool:
        return self.first <= rowid <= self.last


class Neighbours:
    """Chunks and what stands around them, read as far as they are looked at."""

    def __init__(self, table: ChunkTable) -> None:
        """Take the chunks of a version, in the order of their documents."""
        self._table = table
        self._read: dict[int, Chunk] = {}
        self._blocks: set[int] = set()

    def growing(self, place: int, most: int) -> Iterator[Span]:
        """Ever larger spans around a chunk, of so many characters at most; the chunk itself is the first."""
        span = Span(place, place)
        yield span
        own, *above = _sections(self._of(place))
        for goes_on in (_continues, own):
            whole = self._whole(span, goes_on, most)
            if whole is None:
                span = yield from self._around(span, goes_on, most)
            else:
                span = whole
                yield span
        for goes_on in above if whole else ():
            whole = self._whole(span, goes_on, most)
            if whole is None:
                return
            span = whole
            yield span

    def joined(self, spans: Sequence[Span]) -> list[Span]:
        """The spans in order, those that touch or overlap as one."""
        found: list[Span] = []
        for span in sorted(spans):
            if found and (span.first <= found[-1].last or self._touch(found[-1], span)):
                found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
            else:
                found.append(span)
        return found

    def length(self, spans: Sequence[Span], waiting: Sequence[int]) -> int:
        """Characters of the spans, and of the waiting chunks that are in none of them."""
        others = (place for place in waiting if not any(place in span for span in spans))
        return sum(self._chars(span) for span in spans) + sum(len(self._of(place).text) for place in others)

    def members(self, span: Span) -> list[Chunk]:
        """The chunks of a span."""
        return [self._of(place) for place in range(span.first, span.last + 1)]

    def texts(self, spans: Sequence[Span]) -> dict[Span, str]:
        """The text of each span that is more than one chunk."""
        longer = sorted(span for span in spans if span.first < span.last)
        found: dict[Span, str] = {}
        for source, group in groupby(longer, key=lambda span: self._of(span.first).source):
            some = list(group)
            limits = [(self._of(span.first).start, self._of(span.last).end) for span in some]
            found.update(zip(some, self._table.passages(source, limits), strict=True))
        return found

    def _whole(self, span: Span, goes_on: _GoesOn, most: int) -> Span | None:
        """All that a span is a part of; None if that is too long."""
        first, last = span.first, span.last
        while self._chars(Span(first, last)) <= most:
            if self._joins(first - 1, goes_on):
                first -= 1
            elif self._joins(last, goes_on):
                last += 1
            else:
                return Span(first, last)
        return None

    def _around(self, span: Span, goes_on: _GoesOn, most: int) -> Generator[Span, None, Span]:
        """With what follows and what comes before in turn, as far as it fits; the last of them is returned."""
        sides = {1: True, -1: True}
        side = 1
        while any(sides.values()):
            side = side if sides[side] else -side
            wider = Span(span.first - (side < 0), span.last + (side > 0))
            sides[side] = self._joins(span.last if side > 0 else wider.first, goes_on) and (self._chars(wider) <= most)
            if sides[side]:
                span = wider
                yield span
            side = -side
        return span

    def _touch(self, before: Span, after: Span) -> bool:
        return before.last + 1 == after.first and self._joins(before.last, lambda *_: True)

    def _joins(self, place: int, goes_on: _GoesOn) -> bool:
        """Whether the chunk after this place is of the same document, and part of what the one here is part of."""
        one, other = self._get(place), self._get(place + 1)
        return one is not None and other is not None and _follows(one, other) and goes_on(one, other)

    def _chars(self, span: Span) -> int:
        one, other = self._of(span.first), self._of(span.last)
        return len(one.text) if span.first == span.last else other.end - one.start

    def _of(self, place: int) -> Chunk:
        chunk = self._get(place)
        if chunk is None:
            raise AssertionError(f"there is no chunk {place}")
        return chunk

    def _get(self, place: int) -> Chunk | None:
        block = place // _BLOCK
        if block not in self._blocks:
            self._blocks.add(block)
            rows = self._table.stretch(block * _BLOCK, (block + 1) * _BLOCK - 1)
            self._read.update((rowid, Chunk.from_document(row)) for rowid, row in rows.items())
        return self._read.get(place)


def _follows(before: Chunk, after: Chunk) -> bool:
    """Whether a chunk stands behind another in the same document; one without a place stands nowhere."""
    return before.source == after.source and before.start < before.end <= after.start < after.end


def _continues(before: Chunk, after: Chunk) -> bool:
    """Whether both were cut from one list or table: what must be read with it is handed on from part to part."""
    return bool(after.lead) and (after.lead == before.lead or after.lead in before.text)


def _sections(chunk: Chunk) -> list[_GoesOn]:
    """The section a chunk stands in, and those above it up to the whole document; its page where it has no heading."""
    own: _GoesOn = _same_heading if chunk.heading else _same_page
    return [own, *(_under(chunk.heading[:depth]) for depth in range(max(len(chunk.heading) - 1, 0), -1, -1))]


def _same_heading(before: Chunk, after: Chunk) -> bool:
    return before.heading == after.heading


def _same_page(before: Chunk, after: Chunk) -> bool:
    return before.page == after.page and before.heading == after.heading


def _under(path: tuple[str, ...]) -> _GoesOn:
    return lambda before, after: before.heading[: len(path)] == path == after.heading[: len(path)]
