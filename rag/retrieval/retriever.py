"""Questions to passages.

Modes and the range of their score:

* ``keyword``     BM25 over words and bigrams, ≥ 0
* ``similarity``  cosine of the embeddings, in [-1, 1]
* ``hybrid``      both, fused (see ``rag.retrieval.fusion``), in [0, 1]; from the third place on every other one is
                  open to what the embeddings alone find, whatever its score
* ``mmr``         the hybrid candidates, diversified; the score is the hybrid one
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
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
                candidates = self._candidates.keyword(query)
            case "similarity":
                candidates = self._candidates.similarity(query)
            case _:
                candidates = self._candidates.hybrid(query)
        return self._hits(candidates, self._order(candidates, k))

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


def _in_turn(runs: Sequence[list[Hit]]) -> list[Hit]:
    """The hits of a question and of its parts, one of each in turn; a passage that several found counts once.

    No passage answers all of a question that asks two things, so what is best for each part must not be outvoted, as it
    is when ranks are added up.
    """
    found: dict[str, Hit] = {}
    for hit in (hit for hits in zip_longest(*runs) for hit in hits if hit is not None):
        found.setdefault(hit.chunk.id, hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(found.values(), start=1)]
