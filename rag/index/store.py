"""Chunks and their vectors as a LangChain ``VectorStore``: cosine search, filters, MMR, no pickle."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from rag.errors import IndexStateError
from rag.index.dense import DenseIndex
from rag.index.folder import CHUNKS, VECTORS
from rag.index.grouped import Vectors
from rag.index.table import ChunkTable, Filter
from rag.retrieval.mmr import maximal_marginal_relevance


class CourseStore(VectorStore):
    """Chunk table and dense index under common rowids.

    In memory and writable by ``CourseStore(embeddings)``, or one published version, read-only, by ``open``.
    """

    def __init__(
        self, embeddings: Embeddings, *, table: ChunkTable | None = None, dense: DenseIndex | None = None
    ) -> None:
        """Start empty, or wrap what was opened. The dimension is learned from the first vectors."""
        self._embeddings = embeddings
        self.table = ChunkTable() if table is None else table  # an empty table is falsy
        self.dense = dense

    @classmethod
    def open(cls, folder: Path, embeddings: Embeddings) -> "CourseStore":
        """Open a version folder, read-only.

        Raises:
            CorruptIndexError: a file is missing or not what it should be.
        """
        table = ChunkTable(folder / CHUNKS, read_only=True)
        return cls(embeddings, table=table, dense=DenseIndex.open(folder / VECTORS))

    @property
    def embeddings(self) -> Embeddings:
        """The model that embeds texts and questions."""
        return self._embeddings

    def close(self) -> None:
        """Release the files."""
        self.table.close()

    def add_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Embed and store documents; those whose id is known are replaced. Returns their ids."""
        if not documents:
            return []
        vectors = self._embeddings.embed_documents([document.page_content for document in documents])
        return self.add_embedded(documents, np.asarray(vectors, np.float32), ids=kwargs.get("ids"))

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_: Any,
    ) -> list[str]:
        """Embed and store texts; returns their ids."""
        texts = list(texts)
        metadata = metadatas or [{} for _ in texts]
        documents = [Document(page_content=text, metadata=data) for text, data in zip(texts, metadata, strict=True)]
        return self.add_documents(documents, ids=ids)

    def add_embedded(
        self, documents: Sequence[Document], vectors: Vectors, *, ids: Sequence[str | None] | None = None
    ) -> list[str]:
        """Store documents with vectors (n × dimension) computed elsewhere; returns their ids.

        Raises:
            IndexStateError: this is a published version, which nothing may change.
        """
        self._require_writable()
        wanted = list(ids) if ids is not None else [document.id for document in documents]
        named = [id_ or uuid.uuid4().hex for id_ in wanted]
        # Of several documents with one id the last wins, as if they had been added one after another.
        last = {id_: position for position, id_ in enumerate(named)}
        rows = [documents[position].model_copy(update={"id": id_}) for id_, position in last.items()]
        if self.dense is None:
            self.dense = DenseIndex(vectors.shape[1])
        self.dense.add(self.table.add(rows), vectors[list(last.values())])
        return named

    def delete(self, ids: list[str] | None = None, **_: Any) -> bool:
        """Remove chunks by id; unknown ids are ignored, no ids removes nothing."""
        self._require_writable()
        removed = self.table.remove(ids or [])
        if self.dense is not None:
            self.dense.remove(removed)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Chunks by id, in the order asked for; unknown ids are left out."""
        return self.table.get_by_ids(ids)

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """The ``k`` chunks nearest to a question."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        *,
        filter: Filter | None = None,  # noqa: A002
        **_: Any,
    ) -> list[tuple[Document, float]]:
        """The ``k`` nearest chunks and their cosine similarity in [-1, 1], best first."""
        return self._search(self._embed_query(query), k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        *,
        filter: Filter | None = None,  # noqa: A002
        **_: Any,
    ) -> list[Document]:
        """The ``k`` chunks nearest to a vector."""
        return [document for document, _ in self._search(np.asarray(embedding, np.float32), k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        *,
        filter: Filter | None = None,  # noqa: A002
        **_: Any,
    ) -> list[Document]:
        """``k`` of the ``fetch_k`` nearest chunks, near to the question and far from each other."""
        vector = self._embed_query(query).tolist()
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, filter=filter)

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        *,
        filter: Filter | None = None,  # noqa: A002
        **_: Any,
    ) -> list[Document]:
        """As ``max_marginal_relevance_search``, for a vector."""
        if self.dense is None:
            return []
        rowids, similarities = self.dense.search(
            np.asarray(embedding, np.float32), fetch_k, within=self._within(filter)
        )
        vectors = self.dense.vectors(rowids.tolist())
        chosen = maximal_marginal_relevance(similarities, vectors, k=k, lambda_mult=lambda_mult)
        return self.table.get([int(rowids[position]) for position in chosen])

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_: Any,
    ) -> "CourseStore":
        """A store in memory with these texts."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda similarity: (similarity + 1) / 2

    def _embed_query(self, query: str) -> Vectors:
        return np.asarray(self._embeddings.embed_query(query), np.float32)

    def _search(self, vector: Vectors, k: int, filter_: Filter | None) -> list[tuple[Document, float]]:
        if self.dense is None:
            return []
        rowids, similarities = self.dense.search(vector, k, within=self._within(filter_))
        return list(zip(self.table.get(rowids.tolist()), similarities.tolist(), strict=True))

    def _within(self, filter_: Filter | None) -> list[int] | None:
        return None if filter_ is None else self.table.matching(filter_)

    def _require_writable(self) -> None:
        if self.table.read_only:
            raise IndexStateError(
                "A published version of the index never changes.", remedy="Build a new one: course-rag build FOLDER"
            )
