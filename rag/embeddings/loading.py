"""Which embedder the settings name."""

from importlib.resources import files
from pathlib import Path

from rag.embeddings.base import Embedder
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings


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
