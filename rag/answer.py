"""Results as the doors show them: hits, citations, answers, and their JSON of the command-line contract."""

from dataclasses import dataclass, field
from typing import Any

from rag.chunks import Chunk


def _heading(chunk: Chunk) -> list[str]:
    """The heading path; a time, which the contract has no key for, is its last part."""
    timed = chunk.label if chunk.page is None else ""
    return [*chunk.heading, timed] if timed else list(chunk.heading)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, or the part of its document that it is handed over with (see ``rag.answering.contexts``).

    Attributes:
        rank: 1 is best.
        chunk: what was found; with the text and span of the whole context, if it is one.
        score: how well it fits; its range, and whether hits are sorted by it alone, is the mode's matter (see
            ``rag.retrieval.retriever``).
        scores: score of every stage it went through, by name.
        members: the chunks a context is made of, in reading order; none for a chunk by itself.
    """

    rank: int
    chunk: Chunk
    score: float
    scores: dict[str, float]
    members: tuple[Chunk, ...] = ()

    @property
    def parts(self) -> tuple[Chunk, ...]:
        """The chunks to cite: what was found first, what was handed over with it in reading order."""
        return tuple(sorted(self.members, key=lambda each: each.id != self.chunk.id)) or (self.chunk,)

    def holding(self, words: str) -> Chunk:
        """The chunk that holds words of the passage; what was found, if none does by itself."""
        return next((part for part in self.parts if words in part.text), self.parts[0])

    def to_json(self) -> dict[str, Any]:
        """As ``search --json`` prints it."""
        chunk = self.chunk
        return {
            "rank": self.rank,
            "text": chunk.text,
            "source": chunk.source,
            "title": chunk.title,
            "heading": _heading(chunk),
            "page": chunk.page,
            "start": chunk.start,
            "end": chunk.end,
            "scores": {name: round(value, 6) for name, value in self.scores.items()},
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A mark in an answer, checked against the passages that were handed over.

    Attributes:
        mark: the number in brackets, 1-based.
        chunk: the passage it stands for.
        quote: the part of the passage that supports the sentence, verbatim.
    """

    mark: int
    chunk: Chunk
    quote: str

    def to_json(self) -> dict[str, Any]:
        """As ``ask --json`` prints it."""
        return {
            "mark": self.mark,
            "source": self.chunk.source,
            "page": self.chunk.page,
            "heading": _heading(self.chunk),
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question looks for, in its own words and their order.

    Attributes:
        words: the nouns and English words that say what it is about.
        unknown: those of them that the course nowhere names.
    """

    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence.

    Attributes:
        question: as it was asked.
        standalone: as it was searched, follow-ups resolved.
        text: the answer; marks without a passage are removed.
        refused: whether it says that the documents do not answer.
        citations: the marks that hold, in the order of their first use.
        hits: the passages that were handed over.
        unknown_marks: marks the model made up.
        raw: what the model wrote, untouched.
        llm: which model answered.
        index_version: version of the index.
        took_ms: from question to answer.
        notes: what the reader should know of how it came about, in the language of the answer; doors show them.
        sought: what was looked for, where nothing answers; doors show it with what is ``nearest``.
    """

    question: str
    standalone: str
    text: str
    refused: bool
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    unknown_marks: tuple[int, ...] = ()
    raw: str = ""
    llm: str = ""
    index_version: int | None = None
    took_ms: float = field(default=0.0, compare=False)
    notes: tuple[str, ...] = ()
    sought: Sought = Sought()

    @property
    def nearest(self) -> tuple[Hit, ...]:
        """What was found but does not answer, best first, each place once; nothing where there is an answer."""
        if not self.refused or self.citations:
            return ()
        found: dict[tuple[str, tuple[str, ...]], Hit] = {}
        for hit in self.hits:
            found.setdefault((hit.chunk.place, hit.chunk.heading), hit)
        return tuple(found.values())

    def to_json(self) -> dict[str, Any]:
        """As ``ask --json`` prints it."""
        return {
            "question": self.question,
            "answer": self.text,
            "refused": self.refused,
            "citations": [citation.to_json() for citation in self.citations],
            "hits": [hit.to_json() for hit in self.hits],
            "llm": self.llm,
            "took_ms": round(self.took_ms, 1),
        }
