"""Does each cited sentence stand where its citation says? The strict reading of "a citation supports its sentence".

For answers that quote. A sentence counts if it stands in the passage of its mark, and the place that the citation
names (page, or else heading) is one where the source file has it. The files are read without the product's parsers as
far as they can be (``eval.bench.stated_places``); where a file does not tell, the passage alone counts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from eval.bench.stated_places import stated_headings
from eval.metrics.evidence import places_of, squeeze
from eval.records import GivenAnswer, Passage
from rag.answering.citations import MARK
from rag.answering.prompts import FRAMES

_LEAST = 8
"""Squeezed characters from which on a sentence can be looked for in a whole file: shorter ones stand anywhere."""

_NOT_SAID = re.compile(r"^\W*$")
_WORD = re.compile(r"\w{3,}")
_HELD = 0.8
"""Share of a sentence's words that a page must hold where the file's own text is set otherwise than the passage's."""


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A line of an answer, with the mark that stands at its end or below it.

    Attributes:
        text: the line without marks.
        mark: which passage it cites.
        verbatim: it stands in that passage, or in what must be read with it.
        place: it stands at the place the citation names; None where the file does not tell.
    """

    text: str
    mark: int
    verbatim: bool
    place: bool | None

    @property
    def supported(self) -> bool:
        """It stands in the passage, and not at another place than the one named."""
        return self.verbatim and self.place is not False


def cited_sentences(answer: GivenAnswer, documents: Path | None = None) -> list[CitedSentence]:
    """Every line of an answer that claims something, compared with its citation.

    Args:
        answer: one that quotes; lines up to a mark belong to it, as a list does to the mark below it.
        documents: the folder that was indexed; None: places are not looked at.
    """
    cited = {each.mark: each.passage for each in answer.citations}
    found = []
    for text, mark in _lines(answer.text):
        passage = cited.get(mark) or answer.handed[mark - 1]
        found.append(
            CitedSentence(
                text,
                mark,
                verbatim=squeeze(text) in squeeze(f"{passage.lead}\n{passage.text}"),
                place=_in_place(text, passage, documents) if documents else None,
            )
        )
    return found


def citation_support(sentences: Sequence[CitedSentence]) -> float | None:
    """Share of the cited sentences that are ``supported``; None without."""
    return sum(each.supported for each in sentences) / len(sentences) if sentences else None


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Each line with the first mark behind it; lines that nothing follows have none and are left out."""
    waiting: list[str] = []
    for line in text.split("\n"):
        match = re.search(rf"\s*{MARK.pattern}\s*$", line)
        said = line[: match.start()] if match else line
        if said.strip() not in FRAMES and not _NOT_SAID.match(said):
            waiting.append(said.strip())
        if match:
            mark = int(match.group(1).split(",")[0])
            yield from ((each, mark) for each in waiting)
            waiting = []


def _in_place(text: str, passage: Passage, documents: Path) -> bool | None:
    told = [
        each
        for each in (_at(text, place.source, passage, documents) for place in places_of(passage)[:1])
        if each is not None
    ]
    return any(told) if told else None


def _at(text: str, source: str, passage: Passage, documents: Path) -> bool | None:
    wanted, path = squeeze(text), documents / source
    if len(wanted) < _LEAST:
        return None
    if passage.page is not None:
        return _on_page(text, passage.page, path)
    headings = stated_headings(path, text)
    if not headings:
        return None
    own = squeeze(passage.heading[-1]) if passage.heading else ""
    return any(own == heading or (bool(own) and own in heading) or not own for heading in headings)


def _on_page(text: str, page: int, path: Path) -> bool | None:
    """Whether a page has the text; None where no page has it as it was read (a scan, another order)."""
    pages = _pages(path)
    if not 1 <= page <= len(pages):
        return None if not pages else False
    holding = [number for number, content in enumerate(pages, start=1) if squeeze(text) in content]
    if holding:
        return page in holding
    words = [squeeze(word) for word in _WORD.findall(text)]
    shares = [sum(word in content for word in words) / max(1, len(words)) for content in pages]
    if max(shares) < _HELD:
        return None
    return shares[page - 1] >= _HELD


@lru_cache(maxsize=64)
def _pages(path: Path) -> tuple[str, ...]:
    """The text of each page of a PDF file, squeezed, as pypdf reads it; none for other formats."""
    if path.suffix.lower() != ".pdf" or not path.is_file():
        return ()
    from pypdf import PdfReader

    return tuple(squeeze(page.extract_text()) for page in PdfReader(path).pages)
