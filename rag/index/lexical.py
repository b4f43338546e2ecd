"""The lexical index: BM25 over two fields, words and bigrams, as plain arrays.

BM25 as in Lucene (Robertson & Zaragoza 2009; Kamphuis et al. 2020), computed at build by bm25s (Lù 2024), so that a
query is a sum over a few columns. Document *i* of the arrays is the chunk with rowid *i + 1*.

A chunk of several windows is scored by its best window too: words that stand close together say more than the same
words scattered over a passage, as in rankings of the best passage of a document (Callan 1994).
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.analyzer import Terms
from rag.errors import CorruptIndexError
from rag.query.expansion import Expansion

K1 = 0.9
B = 0.4
"""Anserini's values, which fit passages of even length; see CONTRIBUTING for what was measured."""

FIELDS = ("words", "bigrams")

WINDOW_SHARE = 0.2
"""Of the best window in a chunk's score. More finds single facts better (korquad1 first: 0 0.9385, 0.2 0.9410, 0.3
0.9423) and what a section is about worse."""

_WINDOWS = "windows"
_OWNERS = "owners.npy"
_LEAST_IDF = 1e-6


@dataclass(frozen=True, slots=True)
class Windowed:
    """The windows of the chunks that have several.

    Attributes:
        terms: (m,) of each window.
        owners: (m,) position of its chunk, rising.
    """

    terms: Sequence[Terms]
    owners: NDArray[np.int64]


class LexicalIndex:
    """BM25 scores of all chunks for a query."""

    def __init__(self, fields: dict[str, Any], size: int, windows: "_BestWindow | None" = None) -> None:
        """Wrap one bm25s index per field; use ``build`` or ``open``."""
        self._fields = fields
        self._size = size
        self._windows = windows

    def __len__(self) -> int:
        """Number of chunks."""
        return self._size

    @classmethod
    def build(cls, documents: Iterable[Terms], windows: Windowed | None = None) -> "LexicalIndex":
        """Index terms; the first become those of chunk 1."""
        columns = list(documents)
        fields = {name: _index([getattr(terms, name) for terms in columns]) for name in FIELDS}
        some = windows if windows is not None and len(windows.owners) else None
        return cls(fields, len(columns), None if some is None else _BestWindow(cls.build(some.terms), some.owners))

    def save(self, folder: Path) -> None:
        """Write one folder per field, and one for the windows."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, field in self._fields.items():
            if field is not None:
                field.save(str(folder / name), show_progress=False)
        (folder / "size.json").write_text(json.dumps({"chunks": self._size}), encoding="utf-8")
        if self._windows is not None:
            self._windows.index.save(folder / _WINDOWS)
            np.save(folder / _WINDOWS / _OWNERS, self._windows.owners, allow_pickle=False)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Read an index.

        Raises:
            CorruptIndexError: a file is missing or not one of ours.
        """
        from bm25s import BM25

        try:
            size = int(json.loads((folder / "size.json").read_text(encoding="utf-8"))["chunks"])
            fields = {
                name: BM25.load(str(folder / name), load_corpus=False) if (folder / name).is_dir() else None
                for name in FIELDS
            }
            inner = folder / _WINDOWS
            windows = (
                _BestWindow(cls.open(inner), np.load(inner / _OWNERS, allow_pickle=False)) if inner.is_dir() else None
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorruptIndexError(f"{folder} is not a lexical index ({error}).", remedy=_REBUILD) from error
        return cls(fields, size, windows)

    def scores(
        self, query: Terms, *, bigram_weight: float, expansions: Sequence[Expansion] = ()
    ) -> NDArray[np.float32]:
        """BM25 of every chunk (size,), words plus weighted bigrams; 0 where no term matches.

        Of a chunk of several windows it is a mean with that of its best window, as ``WINDOW_SHARE`` weighs them.

        Expansions are the synonyms of Lucene's ``SynonymQuery``, with weights: a chunk that has other words for those
        of the question is scored as if it had the question's, times the weight, and one that has both gains nothing.
        """
        return self.both(query, bigram_weight=bigram_weight, expansions=expansions)[1]

    def both(
        self, query: Terms, *, bigram_weight: float, expansions: Sequence[Expansion]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The scores without the expansions and with them, as ``scores``; one array where they change nothing."""
        plain = self._score("words", query.words) + np.float32(bigram_weight) * self._score("bigrams", query.bigrams)
        expanded = self._expanded(plain, expansions)
        if self._windows is None:
            return plain, expanded
        inner = self._windows.index.both(query, bigram_weight=bigram_weight, expansions=expansions)
        mixed = self._windows.mixed(plain, inner[0])
        same = expanded is plain and inner[0] is inner[1]
        return mixed, mixed if same else self._windows.mixed(expanded, inner[1])

    def _expanded(self, plain: NDArray[np.float32], expansions: Sequence[Expansion]) -> NDArray[np.float32]:
        """The scores with other words for the question's; they are worked out where one of all these words stands."""
        scores = plain
        for of, others in _by_terms(expansions):
            places = self._places([*of, *(term for expansion in others for term in expansion.to)])
            if not len(places):
                continue
            had = self._score("words", of)[places]
            best = had
            for expansion in others:
                worth = sum(self.idf(of)) / max(sum(self.idf(expansion.to)), _LEAST_IDF)
                theirs = self._score("words", expansion.to)[places]
                best = np.maximum(best, np.float32(expansion.weight * worth) * theirs)
            scores = scores.copy() if scores is plain else scores
            scores[places] += best - had
        return scores

    def ceiling(self, query: Terms, *, bigram_weight: float) -> float:
        """What no score of this query can exceed: the sum of its terms' idf, since a term's weight is below its idf.

        Terms that the course does not have count in full, so a query it knows little of scores far below.
        """
        return sum(self.idf(query.words)) + bigram_weight * sum(self.idf(query.bigrams, field="bigrams"))

    def idf(self, terms: Sequence[str], *, field: str = "words") -> list[float]:
        """Inverse document frequency of each term, ``ln(1 + (N - n + ½) / (n + ½))``; unknown terms have the most."""
        counts = [self._document_frequency(self._fields[field], term) for term in terms]
        return [math.log(1 + (self._size - count + 0.5) / (count + 0.5)) for count in counts]

    def _document_frequency(self, field: Any, term: str) -> int:
        return len(self._postings(field, term)[0])

    @staticmethod
    def _postings(field: Any, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Positions (n,) of the chunks that have a term, each once, and what it scores in each; views."""
        column = None if field is None else field.vocab_dict.get(term)
        if column is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        first, last = field.scores["indptr"][column : column + 2]
        return field.scores["indices"][first:last], field.scores["data"][first:last]

    def _places(self, terms: Iterable[str]) -> NDArray[np.int64]:
        """Positions of the chunks that have any of the words, rising."""
        marked = np.zeros(self._size, np.bool_)  # ten times as fast as numpy's unique
        for term in terms:
            marked[self._postings(self._fields["words"], term)[0]] = True
        return np.flatnonzero(marked)

    def _score(self, name: str, terms: Iterable[str]) -> NDArray[np.float32]:
        """The sum of what the terms score, one after the other, as in bm25s' own ``get_scores``."""
        scores = np.zeros(self._size, np.float32)
        for term in terms:
            places, worth = self._postings(self._fields[name], term)
            np.add.at(scores, places, worth)
        return scores


class _BestWindow:
    """An index of windows, and which chunk each belongs to."""

    def __init__(self, index: LexicalIndex, owners: NDArray[np.int64]) -> None:
        self.index, self.owners = index, owners
        chunks, starts, counts = np.unique(owners, return_index=True, return_counts=True)
        order = np.argsort(-counts, kind="stable")  # those of most windows first, so that a maximum is of one stretch
        self._chunks = chunks[order]
        most = int(counts.max(initial=0))
        self._nth = [starts[order][: int((counts > number).sum())] + number for number in range(most)]

    def mixed(self, scores: NDArray[np.float32], of_windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores of all chunks (n,), those of several windows mixed with the best of their windows' (m,)."""
        best = of_windows.take(self._nth[0])
        for nth in self._nth[1:]:
            np.maximum(best[: len(nth)], of_windows.take(nth), out=best[: len(nth)])
        own = scores.take(self._chunks)
        mixed = scores.copy()
        mixed[self._chunks] = own + np.float32(WINDOW_SHARE) * (best - own)
        return mixed


def _by_terms(expansions: Iterable[Expansion]) -> list[tuple[tuple[str, ...], list[Expansion]]]:
    """The expansions of each name; of names that share a word the longest, so that no word is counted twice."""
    groups: dict[tuple[str, ...], list[Expansion]] = {}
    for expansion in expansions:
        groups.setdefault(expansion.of, []).append(expansion)
    kept, taken = [], set[str]()
    for of in sorted(groups, key=len, reverse=True):
        if taken.isdisjoint(of):
            taken.update(of)
            kept.append((of, groups[of]))
    return kept


def _index(documents: list[list[str]]) -> Any:
    from bm25s import BM25

    if not any(documents):
        return None  # bm25s cannot index a field without any term
    index = BM25(method="lucene", k1=K1, b=B)
    index.index(documents, show_progress=False)
    return index


_REBUILD = "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"
