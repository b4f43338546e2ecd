"""What is doubtful about a question set: nothing that keeps it from being read, but that would spoil its figures."""

import difflib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.metrics.evidence import squeeze
from eval.questions import KNOWN_KEYS, Question
from rag.index.table import ChunkTable
from rag.language import detect_language

_ALIKE = 0.8
"""Of 1: how near the name of an unknown key must be to a known one to be taken for a slip."""


@dataclass(frozen=True, slots=True)
class Warn:
    """A doubt about one question; ``line`` is 1-based."""

    line: int
    id: str
    what: str


Numbered = Sequence[tuple[int, Question]]
"""Questions with their lines, as ``eval.questions.inspect_questions`` gives them."""


def warnings_of(questions: Numbered, table: ChunkTable | None = None) -> list[Warn]:
    """Every doubt, by line.

    Args:
        questions: of one set.
        table: chunks and documents of the index that the set is about; without it sources and contexts are not looked
            up.
    """
    known = IndexedTexts(table) if table is not None else None
    first: dict[str, int] = {}
    found = []
    for line, question in questions:
        told = [*_of_question(question), *(known.doubts(question) if known else ())]
        asked = squeeze(question.user_input)
        if first.setdefault(asked, line) != line:
            told.append(f"the same question as line {first[asked]}")
        found += [Warn(line, question.id, what) for what in told]
    return found


def _of_question(question: Question) -> Iterator[str]:
    if not question.answerable and question.reference_contexts:
        yield "not answerable, but has reference contexts"
    if not question.answerable and question.sources:
        yield "not answerable, but names a source"
    if question.answerable and not (question.reference or question.reference_contexts or question.sources):
        yield "answerable, but has no reference, reference context or source to measure by"
    if question.page is not None and not question.sources:
        yield "has a page, but no source"
    yield from _of_language(question)
    for key in question.extra:
        near = difflib.get_close_matches(key, KNOWN_KEYS, n=1, cutoff=_ALIKE)
        if near:
            yield f"the key {key!r} is not read; {near[0]!r} is"


def _of_language(question: Question) -> Iterator[str]:
    if question.lang not in ("ko", "en"):
        yield f"the language {question.lang!r} is neither ko nor en"
    elif question.lang != detect_language(question.user_input):
        yield f"the language is said to be {question.lang}, but it reads as {detect_language(question.user_input)}"


class IndexedTexts:
    """The documents of an index, for looking up what a question names."""

    def __init__(self, table: ChunkTable) -> None:
        """Read the documents; their texts are read when they are first looked into."""
        self._table = table
        self._sources = [source for source, _ in table.sources()]
        self._squeezed: dict[str, str] = {}

    def doubts(self, question: Question) -> Iterator[str]:
        """What a question names and the index does not have, or not there."""
        named = [*question.sources, *(place.source for place in question.also_in)]
        for source in named:
            if source not in self._sources:
                near = difflib.get_close_matches(unicodedata.normalize("NFC", source), self._sources, n=1)
                yield f"the index has no source {source!r}" + (f"; it has {near[0]!r}" if near else "")
        for number, context in enumerate(question.reference_contexts, start=1):
            places = self.holding(context, first=named)
            if not places:
                yield f"reference context {number} stands nowhere in the index: “{_shortened(context)}”"
            elif named and not set(places) & set(named):
                yield f"reference context {number} stands in {places[0]!r}, not in {', '.join(map(repr, named))}"

    def holding(self, context: str, *, first: Sequence[str] = ()) -> list[str]:
        """Sources that hold a context, marks and white space aside; those looked into first are enough."""
        wanted = squeeze(context)
        likely = [source for source in first if source in self._sources and wanted in self._text(source)]
        return likely or [source for source in self._sources if wanted in self._text(source)]

    def _text(self, source: str) -> str:
        if source not in self._squeezed:
            self._squeezed[source] = squeeze(self._table.source_text(source) or "")
        return self._squeezed[source]


def _shortened(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
