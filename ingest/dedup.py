"""Exact and near duplicates: one copy is searched, all places are cited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.chunks import Chunk
from rag.settings import DedupSettings

_PERMUTATIONS = 128
_SEED = 20_26
_SHINGLE = 5
_SHORTEST = 60
"""Below this many letters a difference of one word is most of the text, so only exact copies count."""

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A passage that was left out because another one says the same.

    Attributes:
        source: place of the copy that was left out.
        kept: place of the copy that is searched.
        similarity: Jaccard similarity of their shingles, 1.0 if only white space differs.
    """

    source: str
    kept: str
    similarity: float


def remove_duplicates(chunks: Sequence[Chunk], settings: DedupSettings) -> tuple[list[Chunk], list[Duplicate]]:
    """Leave out passages that repeat an earlier one; the earlier one then names the others in ``also_in``.

    Near duplicates are found by MinHash LSH (Broder 1997) over character shingles, which need no word boundaries,
    and each candidate is checked by its true Jaccard similarity. Passages whose numbers differ are never
    duplicates: "due 12 May" is not "due 19 May".
    """
    if not settings.enabled:
        return list(chunks), []
    keeper_of = _keepers(chunks, settings.similarity)
    places: dict[int, list[str]] = {}
    duplicates = []
    for position, (keeper, similarity) in keeper_of.items():
        places.setdefault(keeper, []).append(chunks[position].place)
        duplicates.append(Duplicate(chunks[position].place, chunks[keeper].place, similarity))
    kept = [
        replace(chunk, also_in=tuple(dict.fromkeys(places.get(position, ()))))
        for position, chunk in enumerate(chunks)
        if position not in keeper_of
    ]
    return kept, duplicates


def _keepers(chunks: Sequence[Chunk], threshold: float) -> dict[int, tuple[int, float]]:
    """Position of each duplicate → position of the copy that is kept, and how similar they are."""
    texts = [_SPACE.sub("", chunk.text).lower() for chunk in chunks]
    first_with: dict[str, int] = {}
    keepers: dict[int, tuple[int, float]] = {}
    for position, text in enumerate(texts):
        if text in first_with:
            keepers[position] = (first_with[text], 1.0)
        else:
            first_with[text] = position
    for position, keeper, similarity in _near(texts, sorted(first_with.values()), threshold):
        if keeper not in keepers:  # a copy of a copy is reported under its own keeper
            keepers[position] = (keeper, similarity)
    for position, (keeper, similarity) in keepers.items():
        if keeper in keepers:  # the first exact copy turned out to be a near duplicate itself
            keepers[position] = (keepers[keeper][0], min(similarity, keepers[keeper][1]))
    return keepers


def _near(texts: list[str], positions: list[int], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Near duplicates among distinct texts: position, position of the earlier one, similarity."""
    from rensa import RMinHash, RMinHashLSH

    lsh = RMinHashLSH(threshold, _PERMUTATIONS, _bands(threshold))
    dropped: set[int] = set()
    for position in positions:
        text = texts[position]
        if len(text) < _SHORTEST:
            continue
        shingles = _shingles(text)
        minhash = RMinHash(_PERMUTATIONS, _SEED)
        minhash.update(sorted(shingles))
        for keeper in sorted(lsh.query(minhash)):
            similarity = _jaccard(shingles, _shingles(texts[keeper]))
            if similarity >= threshold and _numbers(text) == _numbers(texts[keeper]):
                dropped.add(position)
                yield position, keeper, round(similarity, 4)
                break
        if position not in dropped:
            lsh.insert(position, minhash)


def _bands(threshold: float) -> int:
    """Bands so that a pair at the threshold is almost surely a candidate; the true similarity decides anyway.

    With b bands of r = permutations / b rows a pair of similarity s is missed with probability (1 - s^r)^b.
    """
    for bands in (8, 16, 32, 64):
        if (1 - threshold ** (_PERMUTATIONS // bands)) ** bands < 0.01:
            return bands
    return _PERMUTATIONS


def _shingles(text: str) -> set[str]:
    return {text[start : start + _SHINGLE] for start in range(max(1, len(text) - _SHINGLE + 1))}


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)
