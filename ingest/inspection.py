"""One file as a build would prepare it, to be looked at: its units, its chunks, and why each ends where it ends."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.chunking.chunk_spans import ChunkSpan
from ingest.chunking.sections import Boundary
from ingest.document import Unit
from ingest.elements import Skipped
from ingest.prepare import Job, Prepared, prepare
from ingest.sources.discovery import discover
from ingest.workers import FileMap, Lost, ProcessMap
from rag.chunks import Chunk, embedded_text
from rag.embeddings.loading import load_embedder
from rag.embeddings.tokens import TokenCounter, TokenRule, counter_of
from rag.errors import InputError, ParseError
from rag.settings import Settings

START = "start of the document"
"""Why the first chunk begins where it begins; each of the others begins where the one before ends."""


@dataclass(frozen=True, slots=True)
class SeenUnit:
    """A unit: what it is, where it stands, its text, and its size in tokens."""

    kind: str
    heading: tuple[str, ...]
    page: int | None
    cell: int | None
    label: str
    start: int
    end: int
    tokens: int
    text: str


@dataclass(frozen=True, slots=True)
class SeenChunk:
    """A chunk, as it would be cited, and its borders.

    Attributes:
        chunk: without an id.
        tokens: of its text.
        embedded_tokens: of what is embedded: title and headings, lead, text.
        begins: why it begins where it begins.
        ends: why it ends where it ends.
    """

    chunk: Chunk
    tokens: int
    embedded_tokens: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a build would make of a file.

    Attributes:
        source: what citations would call it.
        title: its own title, or its name without the suffix.
        date: day on which it was last changed, if it states one itself.
        links: how many addresses it refers to.
        max_tokens: largest chunk; what the embedder reads at most is in it.
        units: in order.
        chunks: in order.
        skipped: parts left out, and why.
        masked: how many secrets of each kind were masked.
        unreadable_pages: numbers of pages that could not be read and of which a picture is kept.
    """

    source: str
    title: str
    date: str | None
    links: int
    max_tokens: int
    units: list[SeenUnit]
    chunks: list[SeenChunk]
    skipped: list[Skipped] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)
    unreadable_pages: list[int] = field(default_factory=list)


def inspect_file(path: Path, settings: Settings, *, file_map: FileMap | None = None) -> Inspection:
    """Prepare one file exactly as a build does, in a process with the same limits; no index is needed.

    Args:
        path: of the file.
        settings: of a build; the embedder tells how tokens are counted.
        file_map: runs the preparation; one worker process with the limits of the settings by default.

    Raises:
        InputError: the path is no file, or a file that a build would leave out.
        ParseError: the file cannot be read.
        EmbedderError: the embedder cannot be loaded.
    """
    parse = settings.parse
    if path.is_dir():
        raise InputError(f"{path} is a folder.", remedy="Name one file; a whole folder: course-rag build FOLDER")
    found = discover([path], ignore=parse.ignore, max_file_mib=parse.max_file_mib)
    if len(found.files) != 1:
        raise _left_out(path, found.skipped)
    file = found.files[0]
    rule = load_embedder(settings.embedder).token_rule
    job = Job(file.path, file.source, parse, settings.mask, settings.chunk)
    run = file_map or ProcessMap(1, parse.timeout_s, parse.memory_mib)
    [(_, result)] = run(partial(prepare, rule=rule), [job])
    if isinstance(result, Lost):
        raise ParseError(f"{file.source} cannot be read: {result.why}.", remedy="Check the file in its own program.")
    if result.failure is not None:
        raise ParseError(
            f"{file.source} cannot be read: {result.failure}", remedy="A build would leave it out, and say so."
        )
    return _seen(file.source, result, rule, settings.chunk.max_tokens)


def _left_out(path: Path, skipped: list[Skipped]) -> InputError:
    if not skipped:
        return InputError(f"{path} names several files or none.", remedy="Name one file.")
    return InputError(
        f"A build would leave {skipped[0].source} out: {skipped[0].why.rstrip('.')}.", remedy="Name another file."
    )


def _seen(source: str, prepared: Prepared, rule: TokenRule, max_tokens: int) -> Inspection:
    counter = counter_of(rule)
    title = prepared.title or PurePosixPath(source).stem
    begins = [START, *(str(span.boundary) for span in prepared.chunks)]
    chunks = [
        _chunk(Chunk("", _of(prepared, span), source, title, **_place(span)), counter, why, span.boundary)
        for span, why in zip(prepared.chunks, begins, strict=False)
    ]
    units = [
        SeenUnit(
            kind=str(unit.kind),
            heading=unit.heading,
            page=unit.page,
            cell=unit.cell,
            label=unit.label,
            start=unit.start,
            end=unit.end,
            tokens=counter.count(_of(prepared, unit)),
            text=_of(prepared, unit),
        )
        for unit in prepared.units
    ]
    return Inspection(
        source=source,
        title=title,
        date=prepared.date,
        links=len(prepared.links),
        max_tokens=min(max_tokens, rule.max_tokens or max_tokens),
        units=units,
        chunks=chunks,
        skipped=prepared.skipped,
        masked=prepared.masked,
        unreadable_pages=sorted(prepared.pictures),
    )


def _chunk(chunk: Chunk, counter: TokenCounter, begins: str, ends: Boundary) -> SeenChunk:
    return SeenChunk(chunk, counter.count(chunk.text), counter.count(embedded_text(chunk)), begins, str(ends))


def _of(prepared: Prepared, part: Unit | ChunkSpan) -> str:
    return prepared.text[part.start : part.end]


def _place(span: ChunkSpan) -> dict[str, Any]:
    names = ("heading", "page", "cell", "kind", "start", "end", "lead", "label")
    return {name: getattr(span, name) for name in names}
