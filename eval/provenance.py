"""What a run is made with: settings without secrets, models, versions, seeds, machine."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from eval.metrics.intervals import SEED
from eval.metrics.significance import RANDOMIZATION_SEED
from rag.index.manifest import Manifest
from rag.settings import Settings

_LIBRARIES = ("course-rag", "langchain-core", "numpy", "faiss-cpu", "faiss-gpu", "bm25s", "kiwipiepy", "tokenizers")

SEEDS = {"bootstrap": SEED, "randomization": RANDOMIZATION_SEED}
"""Asking draws nothing at random; the intervals are drawn when a run is scored."""


def without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings; of a server's address, only where it is, for a key may stand in the rest."""
    return {name: _bare(value) for name, value in settings.model_dump(mode="json").items()}


def _bare(section: Any) -> Any:
    if not isinstance(section, dict):
        return section
    return {name: _place(value) if name.endswith("url") and value else value for name, value in section.items()}


def _place(url: str) -> str:
    address = urlsplit(url)
    return urlunsplit((address.scheme, address.netloc.rpartition("@")[2], address.path, "", ""))


def index_facts(manifest: Manifest) -> dict[str, Any]:
    """What an index is, as a run records it."""
    return {
        "version": manifest.version,
        "fingerprint": manifest.fingerprint,
        "embedder": manifest.embedder,
        "analyzer": manifest.analyzer,
        "chunks": manifest.chunks,
        "sources": len(manifest.sources),
        "created": manifest.created,
    }


def models_of(settings: Settings, manifest: Manifest, *, answers: bool) -> dict[str, str]:
    """The models that take part, by what they do."""
    found = {"embeds": manifest.embedder, "reads words": manifest.analyzer}
    return found | ({"answers": settings.llm.model} if answers else {})


def versions() -> dict[str, str]:
    """Versions of what the answers depend on, Python among it."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # faiss comes as faiss-cpu or as faiss-gpu
    return found


def machine() -> str:
    """What times are to be held against: ``Linux x86_64, 2 cores``."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
