"""What an embedder must tell of itself."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.embeddings.tokens import TokenRule, bundled_rule


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
    def token_rule(self) -> TokenRule:
        """How its tokens are counted elsewhere; the bundled model's, as an estimate, for one that cannot tell."""
        return bundled_rule()

    @abstractmethod
    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension); a text without a known token is a zero row."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Passages to unit vectors."""
        rows: list[list[float]] = self.embed_array(texts).tolist()
        return rows
