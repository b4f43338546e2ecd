"""What an embedder must tell of itself, and which one the settings name."""

from abc import abstractmethod
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import EmbedderError
from rag.settings import EmbedderSettings


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

    @abstractmethod
    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension); a text without a known token is a zero row."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Passages to unit vectors."""
        rows: list[list[float]] = self.embed_array(texts).tolist()
        return rows


def load_embedder(settings: EmbedderSettings) -> Embedder:
    """The embedder the settings name: a bundled one, a static one in a folder, or a sentence-transformers model.

    Raises:
        EmbedderError: there is no such model, or it cannot be loaded.
        MissingExtraError: the model needs the extra ``neural``.
    """
    from rag.embeddings.static import StaticEmbeddings

    bundled = Path(str(files("rag") / "models" / settings.model))
    if "/" not in settings.model and bundled.is_dir():
        return StaticEmbeddings.load(bundled)
    folder = Path(settings.model).expanduser()
    if (folder / "modules.json").is_file():
        return _neural(str(folder), settings)
    if folder.is_dir():
        return StaticEmbeddings.load(folder)
    if settings.model.startswith((".", "/", "~")):
        raise EmbedderError(
            f"There is no model in {settings.model}.",
            remedy="Give a folder saved by sentence-transformers, a hub name, or 'static-ko-en'.",
        )
    return _neural(settings.model, settings)


def _neural(model: str, settings: EmbedderSettings) -> Embedder:
    from rag.embeddings.neural import NeuralEmbeddings

    return NeuralEmbeddings(
        model,
        device=settings.device,
        batch_size=settings.batch_size,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
