"""Which embedder the settings name."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from rag.embeddings.base import Embedder
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings

_MODELS = Path(str(files("rag") / "models"))


def bundled_models() -> list[str]:
    """Names of the models that come with the package."""
    return sorted(card.parent.name for card in _MODELS.glob("*/README.md"))


def load_embedder(settings: EmbedderSettings) -> Embedder:
    """The embedder the settings name: a bundled one, one of those kinds in a folder, or a sentence-transformers model.

    A bundled model is loaded once in a process, so that a new version of an index is in service at once.

    Raises:
        EmbedderError: there is no such model, or it cannot be loaded.
        MissingExtraError: the model needs the extra ``neural``.
    """
    if settings.model in bundled_models():
        return _bundled(settings.model)
    folder = Path(settings.model).expanduser()
    if (folder / "modules.json").is_file():
        return _neural(str(folder), settings)
    if folder.is_dir():
        return _own_kind(folder)
    if settings.model.startswith((".", "/", "~")):
        raise EmbedderError(
            f"There is no model in {settings.model}.",
            remedy=f"Give a folder saved by sentence-transformers, a hub name, or {' or '.join(bundled_models())}.",
        )
    return _neural(settings.model, settings)


@lru_cache(maxsize=1)
def _bundled(name: str) -> Embedder:
    return _own_kind(_MODELS / name)


def _own_kind(folder: Path) -> Embedder:
    """A model that runs without torch; its weights' file tells which, and one without weights is made of others."""
    from rag.embeddings import static, transformer
    from rag.embeddings.combined import PARTS_FILE, CombinedEmbeddings

    if (folder / transformer.WEIGHTS_FILE).is_file():
        return transformer.TransformerEmbeddings.load(folder)
    if (folder / PARTS_FILE).is_file():
        return CombinedEmbeddings.load(folder, _own_kind, _MODELS)
    return static.StaticEmbeddings.load(folder)


def _neural(model: str, settings: EmbedderSettings) -> Embedder:
    from rag.embeddings.neural import NeuralEmbeddings

    return NeuralEmbeddings(
        model,
        device=settings.device,
        precision=settings.precision,
        batch_tokens=settings.batch_tokens,
        batch_size=settings.batch_size,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
