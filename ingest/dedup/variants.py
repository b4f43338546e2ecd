"""What was left out of a version as a repetition, and how it differs from what is searched in its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from ingest.dedup.statements import Statement, statements
from rag.chunks import Chunk
from rag.errors import InputError
from rag.index.folder import CHUNKS
from rag.index.table import ChunkTable

Change = Literal["same", "old", "new"]

_WORD = re.compile(r"\s*\S+")
_NOT_COUNTED = re.compile(r"[\s*_`#>|\"'“”‘’]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """A passage that is not searched.

    Attributes:
        place: as citations read it.
        similarity: 1.0 if only white space and marks differ.
        text: as it stands there.
        differences: runs of words, in order: "same", only in this passage ("old"), only in the one searched ("new").
    """

    place: str
    similarity: float
    text: str
    differences: tuple[tuple[Change, str], ...]

    @property
    def identical(self) -> bool:
        """Whether no word differs."""
        return all(change == "same" for change, _ in self.differences)

    def to_json(self) -> dict[str, Any]:
        """As ``duplicates --json`` prints it."""
        differences = [{"change": change, "text": text} for change, text in self.differences if change != "same"]
        return {
            "place": self.place,
            "similarity": self.similarity,
            "text": self.text,
            "identical": self.identical,
            "differences": differences,
        }


@dataclass(frozen=True, slots=True)
class Repeated:
    """A passage that is searched, and the others that say the same, the newest first."""

    kept: str
    text: str
    also_in: tuple[Variant, ...]

    def to_json(self) -> dict[str, Any]:
        """As ``duplicates --json`` prints it."""
        return {"kept": self.kept, "text": self.text, "also_in": [variant.to_json() for variant in self.also_in]}


@dataclass(frozen=True, slots=True)
class FileDiff:
    """Two documents compared, statement by statement.

    Attributes:
        same: how many statements they share.
        changes: place and text in the first, place and text in the second; "" where there is none.
    """

    same: int
    changes: tuple[tuple[str, str, str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """As ``duplicates A B --json`` prints it."""
        names = ("place", "text", "other_place", "other_text")
        return {"same": self.same, "changes": [dict(zip(names, change, strict=True)) for change in self.changes]}


def repeated_passages(version: Path, source: str | None = None) -> list[Repeated]:
    """The passages of a version that stand in several places, in order of the place that is searched.

    Args:
        version: folder of a version.
        source: only those that stand in this document, searched or not.

    Raises:
        InputError: there is no such document.
        CorruptIndexError: the version cannot be read.
    """
    table = ChunkTable(version / CHUNKS, read_only=True)
    try:
        _require(table, [source] if source else [])
        chunks = _by_id(table)
        groups: dict[str, list[Variant]] = {}
        sources: dict[str, set[str]] = {}
        for each in table.duplicates():
            first = each.kept[0]
            other = "\n".join(chunks[id_].text for id_ in sorted(each.kept, key=lambda id_: chunks[id_].start))
            variant = Variant(each.place, each.similarity, each.text, tuple(differences(each.text, other)))
            groups.setdefault(first, []).append(variant)
            sources.setdefault(first, {chunks[first].source}).add(each.source)
    finally:
        table.close()
    return [
        Repeated(chunk.place, chunk.text, _in_order(groups[id_], chunk))
        for id_, chunk in chunks.items()
        if id_ in groups and (source is None or source in sources[id_])
    ]


def compared(version: Path, one: str, other: str) -> FileDiff:
    """What changed between two documents of a version, whichever of their passages are searched.

    Raises:
        InputError: there is no such document.
        CorruptIndexError: the version cannot be read.
    """
    table = ChunkTable(version / CHUNKS, read_only=True)
    try:
        _require(table, [one, other])
        olds, news = _stated(table, one), _stated(table, other)
    finally:
        table.close()
    matcher = SequenceMatcher(None, [each.key for each in olds], [each.key for each in news], autojunk=False)
    changes = [
        (*_side(before), *_side(after))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
        for before, after in _paired(olds[a:b], news[c:d])
    ]
    return FileDiff(sum(block.size for block in matcher.get_matching_blocks()), tuple(changes))


def differences(old: str, new: str, *, whole: bool = False) -> Iterator[tuple[Change, str]]:
    """Words that stand in one text only, between those in both.

    White space, quotation marks and Markdown marks make no difference. What stands before and after the old text in
    the new one is left out, unless ``whole`` says that both are complete.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    keys = [[_NOT_COUNTED.sub("", word) for word in words] for words in (before, after)]
    opcodes = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes()
    for number, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            yield "same", "".join(before[a:b])
            continue
        if any(keys[0][a:b]):
            yield "old", "".join(before[a:b]).strip()
        around = not whole and tag == "insert" and number in (0, len(opcodes) - 1)
        if not around and any(keys[1][c:d]):
            yield "new", "".join(after[c:d]).strip()


@dataclass(frozen=True, slots=True)
class _Stated:
    """A statement of a document, with its place."""

    place: str
    key: str
    text: str


def _stated(table: ChunkTable, source: str) -> list[_Stated]:
    """The statements of a document in order, from its text and its units."""
    text = table.source_text(source) or ""
    found: list[_Stated] = []
    for unit in table.units(source):
        place = Chunk("", "", source, "", page=unit["page"], cell=unit["cell"], label=unit["label"]).place
        own = text[unit["start"] : unit["end"]]
        cut: Sequence[Statement] = statements(own, unit["kind"])
        found += [_Stated(place, each.key, own[each.start : each.end]) for each in cut if each.key]
    return found


def _paired(
    before: Sequence[_Stated], after: Sequence[_Stated]
) -> Iterator[tuple[Sequence[_Stated], Sequence[_Stated]]]:
    """As many statements on both sides are changed one by one; otherwise nobody knows which became which."""
    if len(before) == len(after):
        yield from (([one], [other]) for one, other in zip(before, after, strict=True))
    else:
        yield before, after


def _side(run: Sequence[_Stated]) -> tuple[str, str]:
    return (run[0].place, "\n".join(each.text for each in run)) if run else ("", "")


def _require(table: ChunkTable, sources: Sequence[str]) -> None:
    known = {source for source, _ in table.sources()}
    for source in sources:
        if source not in known:
            raise InputError(
                f"There is no document {source} in the index.", remedy="See what there is: course-rag status"
            )


def _by_id(table: ChunkTable) -> dict[str, Chunk]:
    documents = table.get(range(1, len(table) + 1))
    return {document.id or "": Chunk.from_document(document) for document in documents}


def _in_order(variants: list[Variant], chunk: Chunk) -> tuple[Variant, ...]:
    """As the passage's own list of other places has them."""
    places = {place: number for number, place in enumerate(chunk.also_in)}
    return tuple(sorted(variants, key=lambda variant: places.get(variant.place, len(places))))
