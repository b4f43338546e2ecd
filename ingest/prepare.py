"""One file, from bytes to chunk spans. Runs in a worker process; its result is cached by the file's content."""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.chunking.chunk_spans import ChunkSpan, chunk_document
from ingest.chunking.sizes import Tokens
from ingest.cleaning import clean
from ingest.document import SourceDocument, Unit, join, mask
from ingest.elements import Skipped
from ingest.masking.spans import MaskSpan, find_spans
from ingest.parsers.ocr import identity as ocr_identity
from ingest.parsers.registry import FORMATS, parser_for
from rag.embeddings.tokens import TokenRule, bundled_rule, counter_of
from rag.errors import ParseError
from rag.settings import ChunkSettings, MaskSettings, ParseSettings, Settings

PREPARE_VERSION = 3
"""Raise it when parsing, cleaning, masking or chunking changes what comes out: it is part of the cache key."""

_UNTITLED = "week 01 - name of a file"
"""Takes the room of the file's name, which is embedded where there is no title; what is cached depends on no name."""


_TOOLS: dict[str, str | tuple[str, ...]] = {"ocr": ("pdf.", "picture."), "speech_model": "spoken.speech."}
"""Of what only some parsers use: which. Installing Tesseract must not make every text be read again."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to prepare, with the settings that shape the result."""

    path: Path
    source: str
    parse: ParseSettings
    mask: MaskSettings
    chunk: ChunkSettings


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one file came to; independent of where the file lies.

    Attributes:
        title: its own title, or None.
        text: parsed, cleaned and masked.
        units: which part of the text is what.
        chunks: spans of the text.
        skipped: parts left out: name of the part ("" for the whole file) and reason.
        masked: how many secrets of each kind were masked.
        failure: why the file cannot be read at all, or None.
        date: day on which it was last changed, if it states one itself.
        links: addresses it refers to, those with a secret in them left out.
        pictures: PNG files of the pages that could not be read, by their number.
        recognised: whether its text was recognised, from pictures or sound, and may be wrong in places.
    """

    title: str | None = None
    text: str = ""
    units: list[Unit] = field(default_factory=list)
    chunks: list[ChunkSpan] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)
    failure: str | None = None
    date: str | None = None
    links: list[str] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    recognised: bool = False

    def dump(self) -> bytes:
        """As compressed JSON."""
        values = {
            "title": self.title,
            "text": self.text,
            "units": [unit.to_json() for unit in self.units],
            "chunks": [chunk.to_json() for chunk in self.chunks],
            "skipped": [asdict(skip) for skip in self.skipped],
            "masked": self.masked,
            "failure": self.failure,
            "date": self.date,
            "links": self.links,
            "recognised": self.recognised,
            "pictures": {page: b64encode(picture).decode("ascii") for page, picture in self.pictures.items()},
        }
        return zlib.compress(json.dumps(values, ensure_ascii=False).encode())

    @classmethod
    def load(cls, data: bytes) -> "Prepared":
        """Back from compressed JSON."""
        values: dict[str, Any] = json.loads(zlib.decompress(data))
        values["units"] = [Unit.from_json(unit) for unit in values["units"]]
        values["chunks"] = [ChunkSpan.from_json(chunk) for chunk in values["chunks"]]
        values["skipped"] = [Skipped(**skip) for skip in values["skipped"]]
        values["pictures"] = {int(page): b64decode(picture) for page, picture in values["pictures"].items()}
        return cls(**values)


def shaping_settings(settings: Settings) -> dict[str, Any]:
    """The settings and tools that change what is prepared from a file; limits of time and memory do not."""
    return {
        "prepare": PREPARE_VERSION,
        "notebook_output_chars": settings.parse.notebook_output_chars,
        "ocr": ocr_identity(settings.parse),
        "speech_model": settings.parse.speech_model,
        "mask": settings.mask.model_dump(),
        "chunk": settings.chunk.model_dump(),
    }


def artifact_key(file_sha256: str, suffix: str, settings: Settings, tokens: str = "") -> str:
    """Cache key of a prepared file.

    Args:
        file_sha256: its content.
        suffix: of its name, which chooses the parser.
        settings: of which some shape the result.
        tokens: identity of the rule by which tokens are counted.
    """
    parser = FORMATS.get(suffix.lower(), "")
    shaping = shaping_settings(settings) | {"tokens": tokens}
    shaping = {key: value for key, value in shaping.items() if parser.startswith(_TOOLS.get(key, ""))}
    shape = json.dumps(shaping, sort_keys=True)
    return hashlib.sha256(f"{file_sha256}\x00{suffix.lower()}\x00{shape}".encode()).hexdigest()


def prepare(job: Job, rule: TokenRule | None = None) -> Prepared:
    """Parse, clean, mask and chunk one file.

    Args:
        job: the file.
        rule: how the embedder counts tokens; None: as the bundled one does.

    Returns:
        The prepared file; with ``failure`` set if it cannot be read, so that this too is cached.
    """
    try:
        return _prepare(job, rule or bundled_rule())
    except ParseError as error:
        return Prepared(failure=f"{error.message} {error.remedy}")


def _prepare(job: Job, rule: TokenRule) -> Prepared:
    parser = parser_for(job.path, job.parse)
    if parser is None:
        raise ParseError(f"The format {job.path.suffix} is not read yet.", remedy="Convert it to PDF, HTML or text.")
    # The name stands in for the path, so that what is cached does not depend on where the file lies.
    parsed = clean(parser.parse_elements(Blob.from_data(job.path.read_bytes(), path=job.path.name)))
    document = join(parsed)
    spans = find_spans(document.text, job.mask)
    document = mask(document, spans)
    title, in_title = _masked_title(document.title, job.mask)
    measure = Tokens(counter_of(rule))
    chunks = chunk_document(document, max_size=job.chunk.max_tokens, measure=measure, title=title or _UNTITLED)
    skipped = [Skipped(_part(skip.source, job.path.name), skip.why) for skip in document.skipped]
    if not chunks and not skipped:
        raise ParseError("The file holds no text.", remedy="Check it in its own program, or leave it out.")
    return Prepared(
        title=title,
        text=document.text,
        units=document.units,
        chunks=chunks,
        skipped=skipped,
        masked=dict(Counter(span.kind for span in [*spans, *in_title])),
        date=parsed.date,
        links=[link for link in document.links if not find_spans(link, job.mask)],
        pictures=parsed.pictures,
        recognised=parsed.recognised,
    )


def _masked_title(title: str | None, settings: MaskSettings) -> tuple[str | None, list[MaskSpan]]:
    """The title, which may come from metadata rather than from the text."""
    spans = find_spans(title or "", settings)
    return mask(SourceDocument(title or "", [], None, []), spans).text or None, spans


def _part(source: str, name: str) -> str:
    """``week1.pdf, page 3`` → ``page 3``."""
    return source.removeprefix(name).lstrip(", ")
