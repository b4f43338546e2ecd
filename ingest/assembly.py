"""Prepared files to one version: chunks with their sources, duplicates removed, everything written to a folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ingest.chunking import ChunkSpan
from ingest.dedup import Duplicate, remove_duplicates
from ingest.prepare import Prepared
from rag.analyzer import Terms
from rag.chunks import Chunk, with_ids
from rag.embeddings.base import Embedder
from rag.index.dense import DenseIndex
from rag.index.folder import CHUNKS, LEXICAL, VECTORS
from rag.index.lexical import LexicalIndex
from rag.index.store import CourseStore
from rag.index.table import ChunkTable
from rag.language import detect_language
from rag.settings import DedupSettings


@dataclass(frozen=True, slots=True)
class Source:
    """One indexed file."""

    source: str
    sha256: str
    prepared: Prepared

    @property
    def title(self) -> str:
        """Its own title, or its name without the suffix."""
        return self.prepared.title or PurePosixPath(self.source).stem


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a version will hold, before vectors and terms."""

    sources: list[Source]
    chunks: list[Chunk]
    duplicates: list[Duplicate]


def assemble(sources: Iterable[Source], settings: DedupSettings) -> Assembled:
    """Cut, name and deduplicate the chunks of all sources, in order of source."""
    ordered = sorted(sources, key=lambda source: source.source)
    chunks = [chunk for source in ordered for chunk in _chunks(source)]
    kept, duplicates = remove_duplicates(chunks, settings)
    return Assembled(ordered, kept, duplicates)


def write_version(
    folder: Path, assembled: Assembled, vectors: NDArray[np.float32], terms: list[Terms], embedder: Embedder
) -> None:
    """Write ``chunks.sqlite``, ``vectors.faiss`` and ``lexical/``.

    The same chunks in the same order give the same bytes; rowids are 1, 2, 3 …, as the lexical index expects.
    """
    table = ChunkTable(folder / CHUNKS)
    store = CourseStore(embedder, table=table, dense=DenseIndex(vectors.shape[1]))
    store.add_embedded([chunk.to_document() for chunk in assembled.chunks], vectors)
    for source in assembled.sources:
        units = [unit.to_json() for unit in source.prepared.units]
        table.add_source(source.source, source.title, source.prepared.text, units)
    if store.dense is not None:
        store.dense.save(folder / VECTORS)
    store.close()
    LexicalIndex.build(terms).save(folder / LEXICAL)


def _chunks(source: Source) -> list[Chunk]:
    return with_ids(_chunk(source, span) for span in source.prepared.chunks)


def _chunk(source: Source, span: ChunkSpan) -> Chunk:
    text = source.prepared.text[span.start : span.end]
    return Chunk(
        id="",
        text=text,
        source=source.source,
        title=source.title,
        heading=span.heading,
        page=span.page,
        cell=span.cell,
        kind=span.kind,
        lang=detect_language(text),
        start=span.start,
        end=span.end,
        lead=span.lead,
        label=span.label,
    )
