"""What every parser yields: the elements of a document in reading order, and what had to be left out.

A parser is a LangChain ``BaseBlobParser``. Inside the pipeline its ``parse_elements`` is called; anything else of
the LangChain ecosystem may call ``lazy_parse`` and gets one ``Document`` per element.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from langchain_core.document_loaders import BaseBlobParser, Blob
from langchain_core.documents import Document

from rag.settings import ParseSettings


class Kind(StrEnum):
    """What an element is; decides how it may be cut and whether it opens a section."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Element:
    """One block of a document, as text.

    Attributes:
        kind: what it is.
        text: its text, without surrounding blank lines. A table is Markdown rows (``| a | b |``), one per line, the
            header row first and a ``| --- | --- |`` row second when there is a header; a list has one item per
            line, nested items indented by two spaces per level, markers ``- `` or ``1. `` kept; code is verbatim,
            without its fence; a heading is one line without its marker.
        level: depth of a heading, 1 is the highest. Of anything else: 0, or the level of the sections that have ended
            before it, so that a slide without a title does not stand under that of the slide before.
        page: 1-based page, or None where the format has no pages.
        cell: 1-based cell of a notebook, or None.
        label: what the document itself calls the place: a printed page number (``iii``), a time (``00:03:15``), or "".
        language: programming language of a code element, "" if unknown.
    """

    kind: Kind
    text: str
    level: int = 0
    page: int | None = None
    cell: int | None = None
    label: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out, and why. ``source`` may name a part: ``week1.pdf, page 3``."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The elements of one file in reading order, and what is known about it.

    Attributes:
        elements: in reading order.
        title: its own title, if it states one.
        skipped: what was left out.
        metadata: anything else; ``links`` is a list of the addresses it refers to.
        date: day on which it was last changed, if it states one itself: ``2025-09-01``.
        recognised: whether its text was recognised, from pictures or sound, and may be wrong in places.
        pictures: PNG files of pages that could not be read, by their number; each is in ``skipped`` too.
    """

    elements: list[Element]
    title: str | None = None
    skipped: list[Skipped] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    date: str | None = None
    pictures: dict[int, bytes] = field(default_factory=dict)
    recognised: bool = False


class ElementParser(BaseBlobParser):
    """Base of the parsers: one file format each."""

    @classmethod
    def from_settings(cls, settings: ParseSettings) -> Self:
        """The parser as the settings want it; most formats have none."""
        return cls()

    @abstractmethod
    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file.

        Raises:
            ParseError: the file cannot be read at all (empty, encrypted, truncated, not what its name says).
        """

    def lazy_parse(self, blob: Blob) -> Iterator[Document]:
        """Yield one LangChain ``Document`` per element, with source, title, kind, level, page, cell and label."""
        parsed = self.parse_elements(blob)
        for element in parsed.elements:
            yield Document(
                page_content=element.text,
                metadata={
                    "source": blob.source,
                    "title": parsed.title,
                    "kind": str(element.kind),
                    "level": element.level,
                    "page": element.page,
                    "cell": element.cell,
                    "label": element.label,
                },
            )
