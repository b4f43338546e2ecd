"""Questions to passages.

Modes and the range of their score:

* ``keyword``     BM25 over words and bigrams, ≥ 0
* ``similarity``  cosine of the embeddings, in [-1, 1]
* ``hybrid``      both, fused (see ``rag.retrieval.fusion``), in [0, 1]; from the third place on every other one is
                  open to what the embeddings alone find, whatever its score
* ``mmr``         the hybrid candidates, diversified; the score is the hybrid one

With a reranker the best candidates of each mode are read again (see ``rag.retrieval.reranking``): then its score alone
decides, before MMR, and is the one that a threshold is held against.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from rag.answer import Hit
from rag.chunks import Chunk
from rag.errors import InputError
from rag.index.course import Course
from rag.index.table import Filter
from rag.query.parts import parts
from rag.query.typed.repair import QueryRepair
from rag.retrieval.candidates import Candidates, CandidateSearch, Evidence, Query
from rag.retrieval.fusion import interleaved
from rag.retrieval.mmr import maximal_marginal_relevance
from rag.settings import RetrievalSettings

_AT_ONCE = 4
"""Parts of a question that are searched beside each other."""


class CourseRetriever(BaseRetriever):
    """Searches one version of a course. ``invoke`` gives LangChain documents, ``search`` gives hits with scores."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    course: Course
    settings: RetrievalSettings = Field(default_factory=RetrievalSettings)
    k: int | None = Field(None, ge=1, description="How many passages at most; None takes the setting.")
    reranker: BaseCrossEncoder | None = Field(
        None, description="Rereads the best candidates; None takes the setting, which is none unless it is set."
    )

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
            RerankerError: a reranker is set and cannot be loaded or run.
            MissingExtraError: a reranker is set, and the extra ``neural`` is not installed.
        """
        if not question.strip():
            raise InputError("The question is empty.", remedy="Ask something about the course.")
        k = next(count for count in (k, self.k, self.settings.k) if count is not None)
        asked = dict.fromkeys((question, *(parts(question) if self.settings.decompose else ())))
        return _in_turn(_at_once(lambda each: self._found(each, k, filter), list(asked)))[:k]

    def _found(self, question: str, k: int, filter_: Filter | None) -> list[Hit]:
        query = self._query(question, k, filter_)
        match self.settings.mode:
            case "keyword":
                candidates = self._candidates.keyword(query)
            case "similarity":
                candidates = self._candidates.similarity(query)
            case _:
                candidates = self._candidates.hybrid(query)
        if self._reranker is not None:
            candidates = self._reread(self._reranker, question, candidates, max(k, self.settings.rerank_k))
        return self._hits(candidates, self._order(candidates, k))

    def _reread(self, reranker: BaseCrossEncoder, question: str, candidates: Candidates, count: int) -> Candidates:
        """The best of the candidates, scored anew."""
        from rag.retrieval.reranking import reread

        best = self._ranked(candidates)[:count]
        documents = self.course.store.table.get(candidates.rowids[best].tolist())
        rerank = reread(reranker, question, [Chunk.from_document(document) for document in documents])
        stages = {name: values[best] for name, values in candidates.stages.items()}
        return Candidates(candidates.rowids[best], {"rerank": rerank, **stages}, rerank)

    def repaired(self, question: str) -> str:
        """The question with what was mistyped put right by the words of the course; see ``rag.query.typed``."""
        if not self.settings.repair:
            return question
        found = self._repair.repair(question)
        # The analyzer sees through NFD and full width itself, and nobody would see what was changed.
        return found.text if found.shown else question

    @cached_property
    def _candidates(self) -> CandidateSearch:
        return CandidateSearch(self.course, self.settings)

    @cached_property
    def _reranker(self) -> BaseCrossEncoder | None:
        if self.reranker is not None or not self.settings.reranker:
            return self.reranker
        from rag.retrieval.reranking import load_reranker

        return load_reranker(self.settings.reranker, self.course.machine)

    @cached_property
    def _repair(self) -> QueryRepair:
        return QueryRepair(self.course.words, self.course.analyzer.user_words)

    def _query(self, question: str, k: int, filter_: Filter | None) -> Query:
        within = None if filter_ is None else np.asarray(self.course.store.table.matching(filter_), np.int64)
        return Query(question, self.course.analyzer, max(k, self.settings.fetch_k), within)

    def evidence(self, question: str) -> Evidence:
        """What both sides say of the hybrid candidates of a question, not yet fused: for fitting the fusion."""
        return self._candidates.evidence(self._query(question, self.settings.k, None))

    def _order(self, candidates: Candidates, k: int) -> list[int]:
        """Positions of the hits among the candidates, best first."""
        order = self._ranked(candidates, self.settings.threshold)
        if self.settings.mode != "mmr":
            return order[:k]
        vectors = self.course.vectors.vectors(candidates.rowids[order].tolist())
        chosen = maximal_marginal_relevance(candidates.score[order], vectors, k=k, lambda_mult=self.settings.mmr_lambda)
        return [order[position] for position in chosen]

    def _ranked(self, candidates: Candidates, least: float | None = None) -> list[int]:
        """Positions of all candidates, best first, without those that score less than ``least``."""
        score = candidates.score
        nearness = candidates.stages.get("similarity", score)  # hybrid scores below the background are equal
        order = np.lexsort((candidates.rowids, -nearness, -score))  # what is still tied, in document order
        if least is not None:
            order = order[score[order] >= least]
        ranked = [int(position) for position in order]
        if self.settings.mode == "hybrid" and self.settings.interleave and candidates.dense is not None:
            return interleaved(ranked, candidates.dense)
        return ranked

    def _hits(self, candidates: Candidates, order: list[int]) -> list[Hit]:
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


def _at_once(search: Callable[[str], list[Hit]], questions: Sequence[str]) -> list[list[Hit]]:
    """What each question finds; the first is searched here, the others meanwhile: numpy, FAISS and ONNX let them."""
    first, *others = questions
    if not others:
        return [search(first)]
    with ThreadPoolExecutor(min(len(others), _AT_ONCE), thread_name_prefix="part") as threads:
        rest = [threads.submit(search, each) for each in others]
        return [search(first), *(each.result() for each in rest)]


def _in_turn(runs: Sequence[list[Hit]]) -> list[Hit]:
    """The hits of a question and of its parts, one of each in turn; a passage that several found counts once.

    No passage answers all of a question that asks two things, so what is best for each part must not be outvoted, as it
    is when ranks are added up.
    """
    found: dict[str, Hit] = {}
    for hit in (hit for hits in zip_longest(*runs) for hit in hits if hit is not None):
        found.setdefault(hit.chunk.id, hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(found.values(), start=1)]
