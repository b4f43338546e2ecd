"""The words nearest to a misspelt one among a hundred thousand, in under a millisecond.

The distance is the restricted Damerau–Levenshtein distance (optimal string alignment): letters put in, left out,
changed, or two neighbours swapped. A word's letters, and those it has twice, are sets of 64 bits; one edit takes at
most one away and adds one, so all but some dozens of words are ruled out by numpy, and rapidfuzz measures the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.query.typed.jamo import initials, strokes


@dataclass(frozen=True, slots=True)
class Near:
    """A word and how far it is: edits of strokes for Korean, of letters for English."""

    word: str
    distance: int
    same_start: bool


class Nearest:
    """Words with the letters that each is compared by."""

    def __init__(self, words: Sequence[str], keys: Sequence[str]) -> None:
        """Take words and, for each, its letters; use ``of_korean`` or ``of_english``."""
        self.words = list(words)
        self._keys = list(keys)
        lengths = np.fromiter(map(len, self._keys), np.int16, len(self._keys))
        self._order = np.argsort(lengths, kind="stable")
        self._lengths = lengths[self._order]
        self._sets = _letter_sets(self._keys, lengths)[:, self._order]

    @classmethod
    def of_korean(cls, words: Sequence[str]) -> "Nearest":
        """Compare by strokes; see ``rag.query.typed.jamo``."""
        return cls(words, strokes("\n".join(words)).split("\n") if words else [])

    @classmethod
    def of_english(cls, words: Sequence[str]) -> "Nearest":
        """Compare by letters, in lower case."""
        return cls(words, [word.lower() for word in words])

    def near(self, key: str, most: int) -> list[Near]:
        """Words at most so many edits away from letters, the nearest first; of equals, the earlier one first."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cdist

        first, last = np.searchsorted(self._lengths, [len(key) - most, len(key) + most + 1])
        own = _letter_sets([key], np.array([len(key)], np.int16))
        left = np.arange(first, last)
        for have, others in zip(own[:, 0], self._sets, strict=True):
            sets = others[left]
            missing, added = np.bitwise_count(have & ~sets), np.bitwise_count(sets & ~have)
            left = left[(missing <= most) & (added <= most)]
        places = np.sort(self._order[left]).tolist()
        if not places:
            return []
        keys = [self._keys[place] for place in places]
        distances = cdist([key], keys, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        near = np.flatnonzero(distances <= most)
        found = [
            Near(self.words[places[at]], int(distances[at]), keys[at][:1] == key[:1])
            for at in near[np.argsort(distances[near], kind="stable")].tolist()
        ]
        return found

    def with_initials(self, letters: str) -> list[str]:
        """The Korean words whose syllables begin with these consonants: 경사하강법 for ㄱㅅㅎㄱㅂ."""
        return self._by_initials.get(letters, [])

    @cached_property
    def _by_initials(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.words:
            found.setdefault(initials(word), []).append(word)
        return found


def _letter_sets(keys: Sequence[str], lengths: NDArray[np.int16]) -> NDArray[np.uint64]:
    """For each key (2, n) its letters, and those it has twice, as sets of bits.

    Two letters may share a bit, which only lets more through.
    """
    codes = np.frombuffer("".join(keys).encode("utf-32-le"), np.uint32).astype(np.int64) % 64
    owned, times = np.unique(np.repeat(np.arange(len(keys)), lengths) * 64 + codes, return_counts=True)
    sets = np.zeros((2, len(keys)), np.uint64)
    for row in (0, 1):
        letters = owned[times > row]
        np.bitwise_or.at(sets[row], letters // 64, np.uint64(1) << (letters % 64).astype(np.uint64))
    return sets
