"""Questions to passages.

Modes and the range of their score:

* ``keyword``     BM25 over words and bigrams, ≥ 0
* ``similarity``  cosine of the embeddings, in [-1, 1]
* ``hybrid``      both, fused (see ``rag.fusion``), in [0, 1]; from the third place on every other one is open to what
                  the embeddings alone find, whatever its score
* ``mmr``         the hybrid candidates, diversified; the score is the hybrid one
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from rag.analyzer import Analyzer, Terms
from rag.answer import Hit
from rag.chunks import Chunk
from rag.errors import InputError
from rag.fusion import Scores, above_background, convex, interleaved, reciprocal_rank
from rag.index.course import Course
from rag.index.dense import unit
from rag.index.table import Filter
from rag.language import detect_language
from rag.mmr import maximal_marginal_relevance
from rag.query.expansion import Expansion
from rag.query.parts import parts
from rag.query.typed.repair import QueryRepair
from rag.settings import RetrievalSettings

_BACKGROUND = 512
"""Passages that tell a question's usual cosine: its mean is then sure to a hundredth."""


@dataclass(frozen=True, slots=True)
class _Candidates:
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
        bridged: (n,) what the course's other names for the question's terms add to it, ≥ 0.
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


class _Query:
    """A question on its way through the stages; analysed at most once."""

    def __init__(self, text: str, analyzer: Analyzer, fetch_k: int, within: NDArray[np.int64] | None) -> None:
        self.text, self.fetch_k, self.within = text, fetch_k, within
        self._analyzer = analyzer

    @cached_property
    def terms(self) -> Terms:
        return self._analyzer.analyze_one(self.text).content()


class CourseRetriever(BaseRetriever):
    """Searches one version of a course. ``invoke`` gives LangChain documents, ``search`` gives hits with scores."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    course: Course
    settings: RetrievalSettings = Field(default_factory=RetrievalSettings)
    k: int | None = Field(None, ge=1, description="How many passages at most; None takes the setting.")

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        **kwargs: Any,
    ) -> list[Document]:
        documents = []
        for hit in self.search(query, k=kwargs.get("k"), filter=kwargs.get("filter")):
            document = hit.chunk.to_document()
            document.metadata |= {"score": hit.score, "scores": hit.scores}
            documents.append(document)
        return documents

    def search(self, question: str, *, k: int | None = None, filter: Filter | None = None) -> list[Hit]:  # noqa: A002
        """Find passages; for a question that asks two things, those of the whole and of each part in turn.

        Args:
            question: in Korean, English or both.
            k: how many at most; None takes this retriever's ``k`` or, without one, the setting.
            filter: metadata the passages must have.

        Raises:
            InputError: the question is empty.
        """
        if not question.strip():
            raise InputError("The question is empty.", remedy="Ask something about the course.")
        k = next(count for count in (k, self.k, self.settings.k) if count is not None)
        asked = parts(question) if self.settings.decompose else (question,)
        return _in_turn([self._found(each, k, filter) for each in dict.fromkeys((question, *asked))])[:k]

    def _found(self, question: str, k: int, filter_: Filter | None) -> list[Hit]:
        query = self._query(question, k, filter_)
        match self.settings.mode:
            case "keyword":
                candidates = self._keyword(query)
            case "similarity":
                candidates = self._similarity(query)
            case _:
                candidates = self._hybrid(query)
        return self._hits(candidates, self._order(candidates, k))

    def repaired(self, question: str) -> str:
        """The question with what was mistyped put right by the words of the course; see ``rag.query.typed``."""
        if not self.settings.repair:
            return question
        found = self._repair.repair(question)
        # The analyzer sees through NFD and full width itself, and nobody would see what was changed.
        return found.text if found.shown else question

    @cached_property
    def _repair(self) -> QueryRepair:
        return QueryRepair(self.course.words, self.course.analyzer.user_words)

    @cached_property
    def _background(self) -> NDArray[np.float32]:
        """Vectors of passages spread evenly over the course: what any question has some cosine with."""
        count = len(self.course.store.table)
        rowids = np.unique(np.linspace(1, count, min(count, _BACKGROUND)).astype(np.int64))
        return self.course.vectors.vectors(rowids.tolist())

    def _query(self, question: str, k: int, filter_: Filter | None) -> _Query:
        within = None if filter_ is None else np.asarray(self.course.store.table.matching(filter_), np.int64)
        return _Query(question, self.course.analyzer, max(k, self.settings.fetch_k), within)

    def _keyword(self, query: _Query) -> _Candidates:
        _, scores = self._lexical_scores(query)
        rowids = _best(scores, query.fetch_k) + 1
        return _Candidates(rowids, {"lexical": scores[rowids - 1]}, scores[rowids - 1])

    def _similarity(self, query: _Query) -> _Candidates:
        vector = np.asarray(self.course.embedder.embed_query(query.text), np.float32)
        within = None if query.within is None else query.within.tolist()
        rowids, similarity = self.course.vectors.search(vector, query.fetch_k, within=within)
        return _Candidates(rowids, {"similarity": similarity}, similarity)

    def _hybrid(self, query: _Query) -> _Candidates:
        """The best of both sides; each candidate gets its true score on either side, however it was found."""
        evidence = self._evidence(query)
        fused = self._fused(evidence)
        stages = {"hybrid": fused, "lexical": evidence.lexical + evidence.bridged, "similarity": evidence.similarity}
        return _Candidates(evidence.rowids, stages, fused, evidence.dense)

    def evidence(self, question: str) -> Evidence:
        """What both sides say of the hybrid candidates of a question, not yet fused: for fitting the fusion."""
        return self._evidence(self._query(question, self.settings.k, None))

    def _evidence(self, query: _Query) -> Evidence:
        plain, scores = self._lexical_scores(query)
        direction = unit(np.asarray(self.course.embedder.embed_query(query.text), np.float32)[None, :])[0]
        within = None if query.within is None else query.within.tolist()
        near, _ = self.course.vectors.search(direction, query.fetch_k, within=within)
        rowids = np.union1d(near, _best(scores, query.fetch_k) + 1)
        similarity = self.course.vectors.vectors(rowids.tolist()) @ direction
        language = detect_language(query.text)
        return Evidence(
            rowids=rowids,
            lexical=plain[rowids - 1],
            bridged=(scores - plain)[rowids - 1],
            similarity=similarity,
            dense=above_background(similarity, self._background @ direction),
            ceiling=self.course.lexical.ceiling(query.terms, bigram_weight=self.settings.bigram_weight),
            foreign=np.array([lang != language for lang in self.course.store.table.languages(rowids.tolist())], bool),
        )

    def _fused(self, evidence: Evidence) -> Scores:
        weight = self.settings.dense_weight
        if self.settings.fusion == "rrf":
            return reciprocal_rank(evidence.lexical + evidence.bridged, evidence.similarity, dense_weight=weight)
        return convex(
            evidence.lexical,
            evidence.dense,
            bridged=evidence.bridged,
            dense_weight=weight,
            ceiling=evidence.ceiling,
            foreign=evidence.foreign,
        )

    def _lexical_scores(self, query: _Query) -> tuple[Scores, Scores]:
        """BM25 of every chunk, position = rowid − 1: by the question's words, and by the course's other names too."""
        expansions = self.course.bridge.expansions(query.terms.words, weight=self.settings.term_weight)
        plain = self._bm25(query)
        return plain, self._bm25(query, expansions) if expansions else plain

    def _bm25(self, query: _Query, expansions: Sequence[Expansion] = ()) -> Scores:
        weight = self.settings.bigram_weight
        scores = self.course.lexical.scores(query.terms, bigram_weight=weight, expansions=expansions)
        if query.within is None:
            return scores
        kept = np.zeros_like(scores)
        kept[query.within - 1] = scores[query.within - 1]
        return kept

    def _order(self, candidates: _Candidates, k: int) -> list[int]:
        """Positions of the hits among the candidates, best first."""
        score = candidates.score
        nearness = candidates.stages.get("similarity", score)  # hybrid scores below the background are equal
        order = np.lexsort((candidates.rowids, -nearness, -score))  # what is still tied, in document order
        if self.settings.threshold is not None:
            order = order[score[order] >= self.settings.threshold]
        if self.settings.mode == "hybrid" and self.settings.interleave and candidates.dense is not None:
            return interleaved(order.tolist(), candidates.dense)[:k]
        if self.settings.mode != "mmr":
            return [int(position) for position in order[:k]]
        vectors = self.course.vectors.vectors(candidates.rowids[order].tolist())
        chosen = maximal_marginal_relevance(score[order], vectors, k=k, lambda_mult=self.settings.mmr_lambda)
        return [int(order[position]) for position in chosen]

    def _hits(self, candidates: _Candidates, order: list[int]) -> list[Hit]:
        documents = self.course.store.table.get([int(candidates.rowids[position]) for position in order])
        return [
            Hit(
                rank=rank,
                chunk=Chunk.from_document(document),
                score=float(candidates.score[position]),
                scores={name: float(values[position]) for name, values in candidates.stages.items()},
            )
            for rank, (position, document) in enumerate(zip(order, documents, strict=True), start=1)
        ]


def _in_turn(runs: Sequence[list[Hit]]) -> list[Hit]:
    """The hits of a question and of its parts, one of each in turn; a passage that several found counts once.

    No passage answers all of a question that asks two things, so what is best for each part must not be outvoted, as it
    is when ranks are added up.
    """
    found: dict[str, Hit] = {}
    for hit in (hit for hits in zip_longest(*runs) for hit in hits if hit is not None):
        found.setdefault(hit.chunk.id, hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(found.values(), start=1)]


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the largest positive scores, unsorted."""
    if count < len(scores):
        positions = np.argpartition(-scores, count)[:count]
    else:
        positions = np.arange(len(scores))
    return positions[scores[positions] > 0].astype(np.int64)
