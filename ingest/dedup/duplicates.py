"""Exact and near duplicates: one copy is searched, all places are cited.

Files of two semesters are cut differently as soon as one sentence is added, so passages are compared statement by
statement (``ingest.dedup.statements``), not as wholes. What is left out is a run of statements each of which stands in
the passages that are kept; a passage of which only a part is repeated keeps the rest. No text is lost that stands
nowhere else, but for a mistyped word (``ingest.dedup.typos``) and for an older version's wording
(``ingest.dedup.edits``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from ingest.dedup.edits import same_document
from ingest.dedup.passages import SHORTEST, Found, Neighbourhood, Passage, anchors, weight
from ingest.dedup.statements import Statement
from ingest.dedup.typos import words_of
from rag.chunks import Chunk
from rag.language import detect_language
from rag.settings import DedupSettings

_MOST_CANDIDATES = 8
"""Kept passages that one passage is compared with."""

_WORTH_CUTTING = 160
"""Letters. A shorter run of repeated statements stays in its passage, as what the rest is read with."""

_MOST_POSTINGS = 50
"""A statement in more passages than this is boilerplate, and points at none of them."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A passage that was left out because another one says the same.

    Attributes:
        source: place of the copy that was left out.
        kept: place of the copy that is searched.
        similarity: share of its letters that stand there, or in the passage next to it, letter by letter: 1.0 if only
            white space and marks differ.
    """

    source: str
    kept: str
    similarity: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A passage that is not searched.

    Attributes:
        passage: a passage, or the part of one that is repeated.
        kept: positions among the kept passages of those that say the same, the one with most of it first.
        similarity: as in ``Duplicate``.
    """

    passage: Chunk
    kept: tuple[int, ...]
    similarity: float


class Deduplicated(NamedTuple):
    """What is searched, and what is left out."""

    kept: list[Chunk]
    left_out: list[LeftOut]


def remove_duplicates(chunks: Sequence[Chunk], settings: DedupSettings) -> Deduplicated:
    """Leave out what repeats an earlier passage; the earlier one then names the others in ``also_in``.

    Args:
        chunks: the ones to be preferred first; those of one source together and in order.
        settings: whether at all, and how similar.

    Returns:
        The passages kept, in the order given, and those left out. Of a passage that is repeated in part, the rest is
        kept as one or more passages without id, as it is no longer the passage that was named.
    """
    if not settings.enabled:
        return Deduplicated(list(chunks), [])
    kept = _Kept()
    left_out: list[LeftOut] = []
    for _, own in groupby(chunks, key=lambda chunk: chunk.source):
        source = [Passage.of(chunk) for chunk in own]
        words = words_of("\n".join(passage.chunk.text for passage in source))
        versions = kept.versions_of(source)
        for passage in source:
            left_out += kept.take(passage, words, versions, settings.similarity)
    places: dict[int, list[str]] = {}
    for each in left_out:
        for position in each.kept:
            places.setdefault(position, []).append(each.passage.place)
    named = [
        replace(passage.chunk, also_in=_others(passage.chunk, places.get(position, ())))
        for position, passage in enumerate(kept.passages)
    ]
    return Deduplicated(named, left_out)


def _others(chunk: Chunk, places: Iterable[str]) -> tuple[str, ...]:
    """Places without repetitions, and without the passage's own, where the same page says it twice."""
    return tuple(place for place in dict.fromkeys(places) if place != chunk.place)


class _Kept:
    """The passages that are searched, and which statement stands where."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._postings: dict[str, list[int]] = {}
        self._seen: dict[tuple[str, ...], dict[int, Found]] = {}

    def take(
        self, passage: Passage, words: Counter[str], versions: AbstractSet[str], similarity: float
    ) -> Iterator[LeftOut]:
        """Keep of a passage what is new, and yield what is not.

        Args:
            passage: of a source.
            words: how often each word occurs in it.
            versions: sources that are newer versions of it.
            similarity: from which a run of statements is repeated.
        """
        found = self._seen.get(passage.signature) or self._found(passage, words, versions)
        now = self._seen.setdefault(passage.signature, dict(found))
        runs = [(is_new, range(first, last)) for is_new, first, last in _runs(passage, found, similarity)]
        if all(is_new for is_new, _ in runs):
            now |= self._keep(passage, runs[0][1])
            return
        for is_new, run in runs:
            part = passage.chunk if len(runs) == 1 else _part(passage, run)
            if is_new:
                now |= self._keep(Passage.of(part), run)
            else:
                yield _left_out(part, [passage.statements[each] for each in run], [found.get(each) for each in run])

    def _keep(self, passage: Passage, run: range) -> dict[int, Found]:
        """Keep a passage, which is a run of the statements of one; where each of these stands now."""
        for anchor in {anchor for key in passage.keys for anchor in anchors(key)}:
            self._postings.setdefault(anchor, []).append(len(self.passages))
        self.passages.append(passage)
        return dict.fromkeys(run, Found(len(self.passages) - 1, 1.0))

    def versions_of(self, own: Sequence[Passage]) -> set[str]:
        """Sources that are newer versions of a document: they share its name, or a third of its statements."""
        shared: Counter[str] = Counter()
        keys = {key for passage in own for key in passage.keys}
        for key in keys:
            shared.update({self.passages[at].chunk.source for at in self._postings.get(key, [])})
        source = own[0].chunk.source
        names = {kept.chunk.source for kept in self.passages}
        return {name for name in names if shared[name] >= len(keys) / 3 or same_document(name, source)}

    def _found(self, passage: Passage, words: Counter[str], versions: AbstractSet[str]) -> dict[int, Found]:
        """For each statement of a passage that is repeated, by its number: where.

        What stands near a kept passage counts if it is so much that it is no accident: a short sentence means what
        the text around it makes it mean.
        """
        candidates = self._candidates(passage)
        if passage.is_short:
            return self._short(passage, candidates)
        found: dict[int, Found] = {}
        for position in candidates:
            near = Neighbourhood.of(self.passages, position)
            new = {number: each for number, each in near.holding(passage).items() if number not in found}
            if new and passage.chunk.kind != "code":
                new |= near.mistyped(passage, found.keys() | new.keys(), words)
                if self.passages[position].chunk.source in versions:
                    new |= near.edited(passage, found.keys() | new.keys())
            if weight(passage.statements[number] for number in new) >= SHORTEST:
                found |= new
        return found

    def _short(self, passage: Passage, candidates: Iterable[int]) -> dict[int, Found]:
        """A short passage is repeated by one that holds all of it under the same heading."""
        for position in candidates:
            kept = self.passages[position]
            if passage.keys <= kept.keys and passage.section == kept.section:
                return {number: Found(position, 1.0) for number, each in enumerate(passage.statements) if each.key}
        return {}

    def _candidates(self, passage: Passage) -> list[int]:
        """Positions of kept passages that share statements with this one, those that share most first."""
        votes: Counter[int] = Counter()
        for statement in passage.statements:
            for anchor in anchors(statement.key):
                positions = self._postings.get(anchor, [])
                if len(positions) <= _MOST_POSTINGS or passage.is_short:
                    votes.update(dict.fromkeys(positions, len(anchor)))
        most = len(votes) if passage.is_short else _MOST_CANDIDATES
        return sorted(votes, key=lambda each: (-votes[each], each))[:most]


def _runs(passage: Passage, found: dict[int, Found], similarity: float) -> Iterator[tuple[bool, int, int]]:
    """A passage in runs of statements: whether the run is to be kept, its first statement, one past its last."""
    new = [bool(each.key) and number not in found for number, each in enumerate(passage.statements)]
    if not any(each.key for each in passage.statements) or (any(new) and not _may_be_cut(passage.chunk)):
        yield True, 0, len(new)
        return
    if any(new):
        if passage.chunk.kind == "text":  # a sentence is read with the one before it and the one after it
            new = [any(new[max(0, number - 1) : number + 2]) for number in range(len(new))]
        new = _without_short_runs(passage.statements, new)
    runs: list[tuple[bool, int, int]] = []
    for is_new, numbers in groupby(range(len(new)), key=new.__getitem__):
        run = list(numbers)
        is_new = is_new or _similarity([passage.statements[each] for each in run], map(found.get, run)) < similarity
        if runs and runs[-1][0] == is_new:
            runs[-1] = (is_new, runs[-1][1], run[-1] + 1)
        else:
            runs.append((is_new, run[0], run[-1] + 1))
    yield from runs


def _without_short_runs(found: Sequence[Statement], new: Sequence[bool]) -> list[bool]:
    """Repeated runs that are too short to be cut off count as new."""
    kept: list[bool] = []
    for is_new, numbers in groupby(range(len(new)), key=new.__getitem__):
        run = list(numbers)
        short = weight(found[each] for each in run) < _WORTH_CUTTING
        kept += [is_new or short] * len(run)
    return kept


def _may_be_cut(chunk: Chunk) -> bool:
    """Not where the place cited is where the passage begins: a time in a recording."""
    return not chunk.label or chunk.page is not None


def _part(passage: Passage, run: range) -> Chunk:
    chunk, first, last = passage.chunk, passage.statements[run[0]], passage.statements[run[-1]]
    text = chunk.text[first.start : last.end]
    # A row goes with its header, unless that is what the part begins with.
    lead = first.header if first.header and not text.startswith(first.header.partition("\n")[0]) else ""
    return replace(
        chunk,
        id="",
        text=text,
        lead=lead or (chunk.lead if run[0] == 0 else ""),
        lang=detect_language(text),
        start=chunk.start + first.start,
        end=chunk.start + last.end,
    )


def _left_out(part: Chunk, own: Sequence[Statement], found: Sequence[Found | None]) -> LeftOut:
    letters: Counter[int] = Counter()
    for statement, each in zip(own, found, strict=True):
        if each is not None and statement.key:
            letters[each.position] += len(statement.key)
    holders = sorted(letters, key=lambda position: (-letters[position], position))
    return LeftOut(part, tuple(holders), round(_similarity(own, found), 4))


def _similarity(own: Sequence[Statement], found: Iterable[Found | None]) -> float:
    """Mean similarity of the statements, weighted by their letters."""
    letters = sum(len(statement.key) for statement in own)
    same = sum(len(statement.key) * each.similarity for statement, each in zip(own, found, strict=True) if each)
    return same / letters if letters else 1.0
