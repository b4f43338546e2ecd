"""A chunk: a piece of a document that is searched and cited, and where it came from."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from langchain_core.documents import Document

from rag.language import Language


@dataclass(frozen=True, slots=True)
class Chunk:
    """One searchable piece.

    Invariant: ``document.text[start:end] == text`` for the document stored under ``source``.

    Attributes:
        id: content hash, stable as long as source, heading path and text stay.
        text: the passage, verbatim from the parsed document.
        source: path relative to the folder that was indexed, POSIX, NFC.
        title: title of the document.
        heading: headings above the passage, outermost first.
        page: 1-based page or slide on which it begins, or None.
        cell: 1-based notebook cell, or None.
        label: what the document itself calls the place where it begins: a printed page number, a time, or "".
        kind: "text", "table" or "code".
        lang: language of the passage, which tells whether a question's words can be expected in it.
        start: first character in the document's text.
        end: one past the last.
        lead: what must be read with the passage but stands before it: the header of a table cut between rows, the
            sentence that introduces a list cut between items.
        also_in: other places where the same passage stands, as citations read it (``b.pdf, p. 3``).
    """

    id: str
    text: str
    source: str
    title: str
    heading: tuple[str, ...] = ()
    page: int | None = None
    cell: int | None = None
    kind: str = "text"
    lang: Language = "en"
    start: int = 0
    end: int = 0
    lead: str = ""
    label: str = ""
    also_in: tuple[str, ...] = ()

    def to_document(self) -> Document:
        """As LangChain knows it; everything but the text is metadata."""
        metadata = asdict(self)
        metadata["heading"], metadata["also_in"] = list(self.heading), list(self.also_in)
        return Document(id=metadata.pop("id"), page_content=metadata.pop("text"), metadata=metadata)

    @classmethod
    def from_document(cls, document: Document) -> "Chunk":
        """Back from LangChain; a foreign document without our metadata becomes a chunk without provenance."""
        known: dict[str, Any] = {key: document.metadata[key] for key in _METADATA if key in document.metadata}
        known |= {key: tuple(known[key]) for key in ("heading", "also_in") if key in known}
        known.setdefault("source", "")
        known.setdefault("title", known["source"])
        return cls(id=document.id or "", text=document.page_content, **known)

    @property
    def place(self) -> str:
        """Source and, where there is one, page, slide, cell or time.

        ``week1.pdf, p. 3``; ``week1.pdf, p. 3 (iii)`` where another number is printed on the page;
        ``talk.srt, 00:03:15``.
        """
        if self.page is not None:
            word = "slide" if self.source.lower().endswith(_SLIDES) else "p."
            printed = f" ({self.label})" if self.label not in ("", str(self.page)) else ""
            return f"{self.source}, {word} {self.page}{printed}"
        if self.cell is not None:
            return f"{self.source}, cell {self.cell}"
        return f"{self.source}, {self.label}" if self.label else self.source


_SLIDES = (".pptx", ".ppsx", ".pptm")
_METADATA = frozenset(Chunk.__dataclass_fields__) - {"id", "text"}


def indexed_text(chunk: Chunk) -> str:
    """What is analysed for words: title and heading path, lead, passage, one below the other.

    The passage alone is cited; the path makes "its drawbacks" findable under the heading "BM25".
    """
    return _below(chunk, (chunk.title, *chunk.heading))


def embedded_text(chunk: Chunk) -> str:
    """What is embedded: as ``indexed_text``, without a title that is only the file's name.

    "ch03_final_v2" says nothing to a model and moves every vector of the file: English questions found the right Korean
    paragraph first in 0.915 instead of 0.939 (xling-hf-nlp-course). Words may still match it.
    """
    untitled = chunk.title == PurePosixPath(chunk.source).stem
    return _below(chunk, chunk.heading if untitled else (chunk.title, *chunk.heading))


def _below(chunk: Chunk, headings: Sequence[str]) -> str:
    path = [part for part in dict.fromkeys(headings) if part and part not in chunk.text]
    return "\n".join(part for part in (" › ".join(path), chunk.lead, chunk.text) if part)


def with_ids(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Give the chunks of one document their ids.

    The offset is left out, so that a sentence inserted above does not rename all that follows; a passage that
    occurs several times under one heading is told apart by its number.
    """
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    named = []
    for chunk in chunks:
        key = (chunk.heading, chunk.text)
        number = seen[key] = seen.get(key, -1) + 1
        content = "\x00".join((chunk.source, *chunk.heading, chunk.text, str(number)))
        named.append(replace(chunk, id=hashlib.sha256(content.encode()).hexdigest()[:24]))
    return named
