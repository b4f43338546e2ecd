"""Prepared files to one version: chunks with their sources, duplicates removed, everything written to a folder."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePosixPath

import numpy as np

from ingest.chunking.chunk_spans import ChunkSpan
from ingest.dedup.duplicates import Duplicate, LeftOut, remove_duplicates
from ingest.dedup.recency import Recency, newest_first, recency
from ingest.pictures import PagePictures
from ingest.prepare import Prepared
from ingest.windows import Rows
from rag.chunks import Chunk, with_ids
from rag.index.choosing import choose
from rag.index.folder import CHUNKS, LEXICAL, VECTORS
from rag.index.lexical import LexicalIndex
from rag.index.manifest import VectorFacts
from rag.index.table import ChunkTable
from rag.language import detect_language
from rag.settings import DedupSettings, IndexSettings


@dataclass(frozen=True, slots=True)
class Source:
    """One indexed file; ``modified`` is the UTC day on which it was last changed, "" if that is not known."""

    source: str
    sha256: str
    prepared: Prepared
    modified: str = ""

    @property
    def title(self) -> str:
        """Its own title, or its name without the suffix."""
        return self.prepared.title or PurePosixPath(self.source).stem

    @property
    def recency(self) -> Recency:
        """How new it is, which decides whose copy of a passage is searched."""
        return recency(self.source, self.prepared.date, self.modified)


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a version will hold, before vectors and terms.

    ``left_out`` names the passages that say the same by their positions in ``chunks``.
    """

    sources: list[Source]
    chunks: list[Chunk]
    left_out: list[LeftOut]

    @property
    def duplicates(self) -> list[Duplicate]:
        """What was left out, as the build report tells it."""
        return [
            Duplicate(each.passage.place, self.chunks[each.kept[0]].place, each.similarity) for each in self.left_out
        ]


def assemble(sources: Iterable[Source], settings: DedupSettings) -> Assembled:
    """Cut, deduplicate and name the chunks of all sources, in order of source.

    Of copies the newest is kept, but one that was read rather than recognised before all others.
    """
    ordered = sorted(sources, key=lambda source: source.source)
    best = sorted(ordered, key=lambda each: (each.prepared.recognised, newest_first(each.source, each.recency.day)))
    found = remove_duplicates([chunk for source in best for chunk in passages_of(source)], settings)
    # Back from the order of preference to that of the sources.
    order = sorted(range(len(found.kept)), key=lambda at: (found.kept[at].source, found.kept[at].start))
    new_position = {old: new for new, old in enumerate(order)}
    left_out = [replace(each, kept=tuple(new_position[at] for at in each.kept)) for each in found.left_out]
    return Assembled(
        ordered,
        [
            chunk
            for _, own in groupby((found.kept[at] for at in order), key=lambda chunk: chunk.source)
            for chunk in with_ids(own)
        ],
        sorted(left_out, key=lambda each: (each.passage.source, each.passage.start)),
    )


def passages_of(source: Source) -> Iterator[Chunk]:
    """The passages of one source, before duplicates are removed and ids are given."""
    return (_chunk(source, span) for span in source.prepared.chunks)


def write_version(
    folder: Path,
    assembled: Assembled,
    rows: Rows,
    lexical: LexicalIndex,
    settings: IndexSettings,
    pictures: PagePictures | None = None,
) -> VectorFacts:
    """Write ``chunks.sqlite``, ``vectors.faiss``, ``lexical/`` and, of pages that could not be read, ``pages/``.

    The same chunks in the same order give the same bytes; rowids are 1, 2, 3 …, as the lexical index expects.

    Args:
        folder: where to.
        assembled: what the version holds.
        rows: the vectors by which the chunks are found.
        lexical: the chunks' index terms.
        settings: which kind of vector index.
        pictures: of the pages that could not be read.

    Returns:
        Which kind of vector index was written, and how well it finds.
    """
    table = ChunkTable(folder / CHUNKS)
    rowids = np.array(table.add([chunk.to_document() for chunk in assembled.chunks]), np.int64)
    for source in assembled.sources:
        units = [unit.to_json() for unit in source.prepared.units]
        facts = {**source.recency._asdict(), "links": source.prepared.links}
        table.add_source(source.source, source.title, source.prepared.text, units, facts)
    for each in assembled.left_out:
        table.add_duplicate(each.passage, [assembled.chunks[at].id for at in each.kept], each.similarity)
    table.close()
    dense, kind = choose(rowids[rows.owners].tolist(), rows.vectors, settings)
    dense.save(folder / VECTORS)
    lexical.save(folder / LEXICAL)
    if pictures is not None:
        pictures.write(folder)
    return kind


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
