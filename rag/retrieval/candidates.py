"""Candidates for a question: what BM25, the vectors, or both sides say of the passages, unsorted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.analyzer import Analyzer, Terms
from rag.index.course import Course
from rag.index.dense import unit
from rag.index.grouped import Grouped
from rag.language import detect_language
from rag.query.lexicon import bundled_lexicon
from rag.retrieval.fusion import Scores, above_background, convex, reciprocal_rank
from rag.settings import RetrievalSettings

_BACKGROUND = 512
"""Passages that tell a question's usual cosine: its mean is then sure to a hundredth."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rowids with the score of every stage, unsorted; where both sides were asked, the cosine above the background."""

    rowids: NDArray[np.int64]
    stages: dict[str, NDArray[np.float32]]
    score: NDArray[np.float32]
    dense: Scores | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What both sides say of the candidates of one question.

    Attributes:
        rowids: (n,) of the candidates.
        lexical: (n,) BM25, ≥ 0.
        bridged: (n,) what the course's other names for the question's terms, and translations, add to it, ≥ 0.
        similarity: (n,) cosine, in [-1, 1].
        dense: (n,) the cosine above the question's background, in [0, 1].
        ceiling: what BM25 of this question could reach at most.
        foreign: (n,) whether a candidate is in another language than the question.
    """

    rowids: NDArray[np.int64]
    lexical: Scores
    bridged: Scores
    similarity: Scores
    dense: Scores
    ceiling: float
    foreign: NDArray[np.bool_]


class Query:
    """A question on its way through the stages; analysed at most once."""

    def __init__(self, text: str, analyzer: Analyzer, fetch_k: int, within: NDArray[np.int64] | None) -> None:
        self.text, self.fetch_k, self.within = text, fetch_k, within
        self._analyzer = analyzer

    @cached_property
    def terms(self) -> Terms:
        """Its index terms without function words."""
        return self._analyzer.analyze_one(self.text).content()


class CandidateSearch:
    """Finds candidates in one version of a course."""

    def __init__(self, course: Course, settings: RetrievalSettings) -> None:
        """Take the course and the weights."""
        self._course, self._settings = course, settings

    def keyword(self, query: Query) -> Candidates:
        """The best of BM25, other names for the question's terms included."""
        _, scores = self._lexical_scores(query)
        rowids = _best(scores, query.fetch_k) + 1
        return Candidates(rowids, {"lexical": scores[rowids - 1]}, scores[rowids - 1])

    def similarity(self, query: Query) -> Candidates:
        """The nearest."""
        vector = np.asarray(self._course.embedder.embed_query(query.text), np.float32)
        within = None if query.within is None else query.within.tolist()
        rowids, similarity = self._course.vectors.search(vector, query.fetch_k, within=within)
        return Candidates(rowids, {"similarity": similarity}, similarity)

    def hybrid(self, query: Query) -> Candidates:
        """The best of both sides; each candidate gets its true score on either side, however it was found."""
        evidence = self.evidence(query)
        fused = self._fused(evidence)
        stages = {"hybrid": fused, "lexical": evidence.lexical + evidence.bridged, "similarity": evidence.similarity}
        return Candidates(evidence.rowids, stages, fused, evidence.dense)

    def evidence(self, query: Query) -> Evidence:
        """What both sides say of the hybrid candidates, not yet fused."""
        plain, scores = self._lexical_scores(query)
        direction = unit(np.asarray(self._course.embedder.embed_query(query.text), np.float32)[None, :])[0]
        within = None if query.within is None else query.within.tolist()
        near, _ = self._course.vectors.search(direction, query.fetch_k, within=within)
        rowids = np.union1d(near, _best(scores, query.fetch_k) + 1)
        similarity = self._course.vectors.grouped(rowids.tolist()).similarity(direction)
        language = detect_language(query.text)
        return Evidence(
            rowids=rowids,
            lexical=plain[rowids - 1],
            bridged=scores[rowids - 1] - plain[rowids - 1],
            similarity=similarity,
            dense=above_background(similarity, self._background.similarity(direction)),
            ceiling=self._course.lexical.ceiling(query.terms, bigram_weight=self._settings.bigram_weight),
            foreign=np.array([lang != language for lang in self._course.store.table.languages(rowids.tolist())], bool),
        )

    def _fused(self, evidence: Evidence) -> Scores:
        weight = self._settings.dense_weight
        if self._settings.fusion == "rrf":
            return reciprocal_rank(evidence.lexical + evidence.bridged, evidence.similarity, dense_weight=weight)
        return convex(
            evidence.lexical,
            evidence.dense,
            bridged=evidence.bridged,
            dense_weight=weight,
            ceiling=evidence.ceiling,
            foreign=evidence.foreign,
        )

    def _lexical_scores(self, query: Query) -> tuple[Scores, Scores]:
        """BM25 of every chunk, position = rowid − 1: by the question's words, and by other names for them too."""
        words = query.terms.words
        expansions = [
            *self._course.bridge.expansions(words, weight=self._settings.term_weight),
            *bundled_lexicon().expansions(words, weight=self._settings.lexicon_weight),
        ]
        weight = self._settings.bigram_weight
        plain, bridged = self._course.lexical.both(query.terms, bigram_weight=weight, expansions=expansions)
        return self._within(query, plain), self._within(query, bridged)

    @staticmethod
    def _within(query: Query, scores: Scores) -> Scores:
        """The scores, 0 for what the question's filter leaves out."""
        if query.within is None:
            return scores
        kept = np.zeros_like(scores)
        kept[query.within - 1] = scores[query.within - 1]
        return kept

    @cached_property
    def _background(self) -> Grouped:
        """Vectors of passages spread evenly over the course: what any question has some cosine with."""
        count = len(self._course.store.table)
        rowids = np.unique(np.linspace(1, count, min(count, _BACKGROUND)).astype(np.int64))
        return self._course.vectors.grouped(rowids.tolist())


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the largest positive scores, unsorted."""
    if count < len(scores):
        positions = np.argpartition(-scores, count)[:count]
    else:
        positions = np.arange(len(scores))
    return positions[scores[positions] > 0].astype(np.int64)
