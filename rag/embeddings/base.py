"""What an embedder must tell of itself."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.embeddings.tokens import TokenRule, bundled_rule

_SLICE = 1_024


@dataclass(frozen=True, slots=True)
class EmbeddedBatch:
    """Vectors as they come out of an embedder, a batch at a time, in whatever order it chose.

    Attributes:
        rows: (n,) positions of the texts among all that were given.
        vectors: (n × dimension) unit vectors of these texts.
        tokens: tokens that were read for them, without padding; 0 where the embedder does not count.
        padded: tokens that were computed for them, padding included; equal to ``tokens`` without padding.
    """

    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]
    tokens: int = 0
    padded: int = 0


class Embedder(Embeddings):
    """LangChain's ``Embeddings`` plus what an index must know to be sure it meets the same model again."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Name and hash of the weights and of all that changes a vector."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def device(self) -> str:
        """Where it computes, as torch names it: cpu, cuda, mps. Unless on cpu, a build reads files meanwhile."""
        return "cpu"

    @property
    def peak_memory_bytes(self) -> int | None:
        """Most memory taken so far on a device with memory of its own; None without one, or if it does not tell."""
        return None

    @property
    def token_rule(self) -> TokenRule:
        """How its tokens are counted elsewhere; the bundled model's, as an estimate, for one that cannot tell."""
        return bundled_rule()

    @abstractmethod
    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension); a text without a known token is a zero row."""

    def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
        """Passages to unit vectors, each batch as soon as it is done: what was yielded survives a kill.

        Every position comes exactly once. An embedder that profits from it sorts by length across all texts.
        """
        for first in range(0, len(texts), _SLICE):
            some = texts[first : first + _SLICE]
            yield EmbeddedBatch(np.arange(first, first + len(some)), self.embed_array(some))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Passages to unit vectors."""
        rows: list[list[float]] = self.embed_array(texts).tolist()
        return rows
