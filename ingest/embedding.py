"""Vectors and index terms of all passages: from the cache where known, made in batches where not."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from ingest.artifacts import Artifacts, text_hash
from ingest.monitor import EmbeddingFigures, memory_mib
from ingest.progress import Advance, Progress
from rag.analyzer import Analyzer, Terms
from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.errors import EmbedderError

_BATCH = 1024
"""Texts between two writes of terms to the cache."""

_LOOKED_UP = 4096
"""Vectors that are read from the cache at a time, so that a large course is in memory once."""


class VectorMaker:
    """Embeds texts for one build, and streams the vectors into the cache.

    A batch is committed before the next one is asked for. A build that is killed loses what the embedder had not yet
    handed over: the batch it was computing, and those it works ahead on, if it does.

    Attributes:
        embedder: makes the vectors.
        artifacts: keeps them.
        figures: of all batches so far.
    """

    def __init__(self, embedder: Embedder, artifacts: Artifacts, *, fresh: bool = False) -> None:
        """Take the tools of a build; ``fresh``: what an earlier build made counts as unknown."""
        self.embedder = embedder
        self.figures = EmbeddingFigures(device=embedder.device)
        self.artifacts, self._fresh = artifacts, fresh
        self._made: set[bytes] = set()

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Those of the texts that must be made, each once."""
        unique = list(dict.fromkeys(texts))
        known = self._known(unique)
        return [text for text in unique if text not in known]

    def make(self, texts: Sequence[str], advance: Advance) -> Generator[EmbeddedBatch, None, None]:
        """Embed texts that are missing; each batch is in the cache when it is yielded.

        Raises:
            EmbedderError: the embedder fails, or leaves a text out.
        """
        left = len(texts)
        with closing(self._timed(texts)) as batches:
            for batch in batches:
                some = [texts[row] for row in batch.rows.tolist()]
                self.artifacts.store_vectors(self.embedder.identity, some, batch.vectors)
                self._made.update(map(text_hash, some))
                left -= len(some)
                advance(len(some), note=self.figures.note())
                yield batch
        if left:
            raise EmbedderError(
                f"The embedder {self.embedder.identity} gave {len(texts) - left} vectors for {len(texts)} texts.",
                remedy="Set embedder.model to another one; this is a defect of that embedder.",
            )

    def made(self, texts: Sequence[str]) -> int:
        """How many of these texts, each once, this build has embedded."""
        return sum(text_hash(text) in self._made for text in dict.fromkeys(texts)) if self._made else 0

    def vectors(self, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        """Vectors (n × dimension) of the texts, in order.

        Raises:
            EmbedderError: as for ``make``.
        """
        rows: dict[str, int] = {}
        repeats = [(row, first) for row, text in enumerate(texts) if (first := rows.setdefault(text, row)) != row]
        found = np.empty((len(texts), self.embedder.dimension), np.float32)
        unique, missing = list(rows), list[str]()
        for start in range(0, len(unique), _LOOKED_UP):
            some = unique[start : start + _LOOKED_UP]
            known = self._known(some)
            for text, vector in known.items():
                found[rows[text]] = vector
            missing += [text for text in some if text not in known]
        with progress.stage("embed", len(missing), "passages") as advance:
            places = np.array([rows[text] for text in missing], np.int64)
            for batch in self.make(missing, advance):
                found[places[batch.rows]] = batch.vectors
        for row, first in repeats:
            found[row] = found[first]
        return found

    def _known(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        if self._fresh:
            texts = [text for text in texts if text_hash(text) in self._made]
        return self.artifacts.vectors(self.embedder.identity, texts)

    def _timed(self, texts: Sequence[str]) -> Generator[EmbeddedBatch, None, None]:
        """The embedder's batches, each counted with the time that was waited for it."""
        if not texts:
            return
        started = time.monotonic()
        for batch in self.embedder.embed_batches(texts):
            self.figures = self.figures.plus(batch, time.monotonic() - started, memory_mib(self.embedder))
            yield batch
            started = time.monotonic()


def analyze(
    texts: Sequence[str], analyzer: Analyzer, artifacts: Artifacts, progress: Progress, *, fresh: bool = False
) -> list[Terms]:
    """Index terms of the texts, in order.

    Args:
        texts: may repeat; each is analysed once.
        analyzer: makes the terms.
        artifacts: where known ones come from and new ones go, batch by batch.
        progress: told of the batches.
        fresh: make all of them anew.
    """
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
