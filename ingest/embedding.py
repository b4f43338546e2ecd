"""Vectors and index terms of all passages: from the cache where known, made in batches where not."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.artifacts import Artifacts
from ingest.progress import Progress
from rag.analyzer import Analyzer, Terms
from rag.embeddings.base import Embedder

_BATCH = 1024
"""Texts between two writes to the cache; the embedder makes its own, smaller batches of them."""


def embed(
    texts: Sequence[str], embedder: Embedder, artifacts: Artifacts, progress: Progress, *, fresh: bool = False
) -> tuple[NDArray[np.float32], int]:
    """Vectors (n × dimension) of the texts, in order, and how many had to be made.

    Args:
        texts: may repeat; each is embedded once.
        embedder: makes the vectors.
        artifacts: where known ones come from and new ones go, batch by batch.
        progress: told of the batches.
        fresh: make all of them anew.
    """
    known = {} if fresh else artifacts.vectors(embedder.identity, texts)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    with progress.stage("embed", len(missing), "passages") as advance:
        for batch in _batches(missing, advance):
            vectors = embedder.embed_array(batch)
            artifacts.store_vectors(embedder.identity, batch, vectors)
            known.update(zip(batch, vectors, strict=True))
    if not texts:
        return np.empty((0, embedder.dimension), np.float32), 0
    return np.stack([known[text] for text in texts]), len(missing)


def analyze(
    texts: Sequence[str], analyzer: Analyzer, artifacts: Artifacts, progress: Progress, *, fresh: bool = False
) -> list[Terms]:
    """Index terms of the texts, in order; arguments as for ``embed``."""
    known = {} if fresh else artifacts.terms(analyzer.identity, texts)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    with progress.stage("analyse", len(missing), "passages") as advance:
        for batch in _batches(missing, advance):
            terms = list(analyzer.analyze(batch))
            artifacts.store_terms(analyzer.identity, batch, terms)
            known.update(zip(batch, terms, strict=True))
    return [known[text] for text in texts]


def _batches(texts: list[str], advance: Callable[[int], None]) -> Iterator[list[str]]:
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        yield batch
        advance(len(batch))
