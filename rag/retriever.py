"""Questions to passages.

Modes and the range of their score:

* ``keyword``     BM25 over words and bigrams, ≥ 0
* ``similarity``  cosine of the embeddings, in [-1, 1]
* ``hybrid``      both, fused (see ``rag.fusion``), in [0, 1]
* ``mmr``         the hybrid candidates, diversified; the score is the hybrid one
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from rag.answer import Hit
from rag.chunks import Chunk
from rag.errors import InputError
from rag.fusion import convex, reciprocal_rank
from rag.index.course import Course
from rag.index.table import Filter
from rag.mmr import maximal_marginal_relevance
from rag.settings import RetrievalSettings


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rowids with the score of every stage, unsorted."""

    rowids: NDArray[np.int64]
    stages: dict[str, NDArray[np.float32]]
    score: NDArray[np.float32]


class CourseRetriever(BaseRetriever):
    """Searches one version of a course. ``invoke`` gives LangChain documents, ``search`` gives hits with scores."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    course: Course
    settings: RetrievalSettings = Field(default_factory=RetrievalSettings)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        **kwargs: Any,
    ) -> list[Document]:
        documents = []
        for hit in self.search(query, k=kwargs.get("k")):
            document = hit.chunk.to_document()
            document.metadata |= {"score": hit.score, "scores": hit.scores}
            documents.append(document)
        return documents

    def search(self, question: str, *, k: int | None = None, filter: Filter | None = None) -> list[Hit]:  # noqa: A002
        """Find passages.

        Args:
            question: in Korean, English or both.
            k: how many at most; None takes the setting.
            filter: metadata the passages must have.

        Raises:
            InputError: the question is empty.
        """
        if not question.strip():
            raise InputError("The question is empty.", remedy="Ask something about the course.")
        within = None if filter is None else np.asarray(self.course.store.table.matching(filter), np.int64)
        candidates = self._candidates(question, within)
        order = self._order(candidates, self.settings.k if k is None else k)
        return self._hits(candidates, order)

    def _candidates(self, question: str, within: NDArray[np.int64] | None) -> _Candidates:
        mode = self.settings.mode
        lexical = None if mode == "similarity" else self._lexical(question, within)
        if mode == "keyword" and lexical is not None:
            rowids = _best(lexical, self.settings.fetch_k) + 1
            found = lexical[rowids - 1]
            return _Candidates(rowids, {"lexical": found}, found)
        query = np.asarray(self.course.embedder.embed_query(question), np.float32)
        dense_index = self.course.store.dense
        if dense_index is None:
            raise AssertionError("an opened course has a dense index")
        near, similarity = dense_index.search(
            query, self.settings.fetch_k, within=None if within is None else within.tolist()
        )
        if lexical is None:
            return _Candidates(near, {"similarity": similarity}, similarity)
        rowids = np.union1d(near, _best(lexical, self.settings.fetch_k) + 1)
        dense = dense_index.vectors(rowids.tolist()) @ _unit(query)
        words = lexical[rowids - 1]
        fuse = convex if self.settings.fusion == "convex" else reciprocal_rank
        fused = fuse(words, dense, dense_weight=self.settings.dense_weight)
        return _Candidates(rowids, {"hybrid": fused, "lexical": words, "similarity": dense}, fused)

    def _lexical(self, question: str, within: NDArray[np.int64] | None) -> NDArray[np.float32]:
        """BM25 of every chunk; position = rowid − 1."""
        terms = self.course.analyzer.analyze_one(question)
        scores = self.course.lexical.scores(terms, bigram_weight=self.settings.bigram_weight)
        if within is None:
            return scores
        kept = np.zeros_like(scores)
        kept[within - 1] = scores[within - 1]
        return kept

    def _order(self, candidates: _Candidates, k: int) -> list[int]:
        """Positions of the hits among the candidates, best first."""
        score = candidates.score
        order = np.lexsort((candidates.rowids, -score))  # ties in document order
        if self.settings.threshold is not None:
            order = order[score[order] >= self.settings.threshold]
        if self.settings.mode != "mmr" or self.course.store.dense is None:
            return [int(position) for position in order[:k]]
        order = order[: self.settings.fetch_k]
        vectors = self.course.store.dense.vectors(candidates.rowids[order].tolist())
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


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the largest positive scores, unsorted."""
    if count < len(scores):
        positions = np.argpartition(-scores, count)[:count]
    else:
        positions = np.arange(len(scores))
    return positions[scores[positions] > 0].astype(np.int64)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector
