"""A question that went wrong, with everything that is needed to see why, ready to be laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.answers import CheckedCitation, check_citations_of
from eval.metrics.evidence import contexts_found
from eval.metrics.holding import Holding
from eval.records import CitedPassage, GivenAnswer, Passage, Row
from eval.reporting.explaining import explained
from eval.reporting.marking import Piece, marked, shortened
from eval.reporting.reasons import Bad, grouped
from eval.reporting.wording import meaning
from rag.analyzer import Analyzer
from rag.answering.citations import MARK

_SHOWN = 5
"""Passages that are shown, best first; one further down is shown if it holds evidence."""

_STRETCH = 500
"""Characters of a passage that are shown around its marked parts."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage that was found.

    Attributes:
        rank: 1 is best.
        place: source, page and headings.
        score: of the search.
        pieces: its text; what is marked is expected evidence.
        holds: whether it holds some of the evidence.
        handed: whether it was handed over for the answer.
    """

    rank: int
    place: str
    score: float
    pieces: tuple[Piece, ...]
    holds: bool
    handed: bool


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """A citation: its mark, where it leads, what it quotes, and what holds of it, each as ``(yes, what)``."""

    mark: int
    place: str
    quote: str
    checks: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class ShownMetric:
    """A metric at its cuts: ``("1", "0.00")``; what it says is why."""

    label: str
    values: tuple[tuple[str, str], ...]
    why: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a question.

    Attributes:
        bad: the question, its outcome and what went wrong.
        places: the documents that hold the answer.
        answer: in pieces; the marks of citations are the marked ones.
        citations: in the order of the answer.
        passages: best first.
        metrics: those that are not 1, with why.
        fine: those that are 1.
        left_out: those that do not apply, by reason.
        support: of the answer, with the threshold; empty where it is not known.
    """

    bad: Bad
    places: tuple[str, ...]
    answer: tuple[Piece, ...]
    citations: tuple[ShownCitation, ...]
    passages: tuple[ShownPassage, ...]
    metrics: tuple[ShownMetric, ...]
    fine: tuple[str, ...]
    left_out: dict[str, list[str]]
    support: str


def card_of(bad: Bad, analyzer: Analyzer, holding: Holding, threshold: float | None = None) -> Card:
    """Everything that is shown of a question that went wrong."""
    row = bad.row
    metrics, fine, left_out = _metrics(bad, explained(row, analyzer, holding))
    page = f", p. {row.question.page}" if row.question.page else ""
    return Card(
        bad=bad,
        places=tuple(f"{source}{page if number == 0 else ''}" for number, source in enumerate(row.question.sources)),
        answer=tuple(_with_marks(row.answer.text)) if row.answer else (),
        citations=tuple(_citations(row)),
        passages=tuple(_passages(row)),
        metrics=tuple(metrics),
        fine=tuple(fine),
        left_out=left_out,
        support=_support(row.answer, threshold),
    )


def _support(answer: GivenAnswer | None, threshold: float | None) -> str:
    if answer is None or answer.support is None:
        return ""
    needed = f"; an answer needs {threshold:.2f}" if threshold is not None else ""
    return f"support {answer.support:.2f}{needed}"


def place_of(passage: Passage) -> str:
    """``week1.pdf, p. 3 › Heading``."""
    page = f", p. {passage.page}" if passage.page else ""
    return " › ".join((f"{passage.source}{page}", *passage.heading))


def _with_marks(text: str) -> list[Piece]:
    pieces, done = [], 0
    for match in MARK.finditer(text):
        pieces += [Piece(text[done : match.start()]), Piece(match.group().strip(), marked=True)]
        done = match.end()
    return [piece for piece in [*pieces, Piece(text[done:])] if piece.text]


def _passages(row: Row) -> list[ShownPassage]:
    contexts, hits = row.question.reference_contexts, row.hits or ()
    handed = {(each.source, each.start) for each in row.answer.handed} if row.answer else set()
    shown = []
    for rank, hit in enumerate(hits, start=1):
        pieces = marked(hit.text, contexts)
        holds = any(piece.marked for piece in pieces) or any(contexts_found(contexts, [hit]))
        if rank <= _SHOWN or holds:
            kept = tuple(shortened(pieces, _STRETCH))
            shown.append(ShownPassage(rank, place_of(hit), hit.score, kept, holds, (hit.source, hit.start) in handed))
    return shown


def _citations(row: Row) -> list[ShownCitation]:
    answer = row.answer
    if answer is None:
        return []
    checks: Sequence[CheckedCitation | None] = [None] * len(answer.citations)
    if row.question.answerable:
        checks = check_citations_of(row.question, answer)
    return [_citation(each, check, answer) for each, check in zip(answer.citations, checks, strict=True)]


def _citation(citation: CitedPassage, check: CheckedCitation | None, answer: GivenAnswer) -> ShownCitation:
    passage = citation.passage or answer.handed[citation.mark - 1]
    held: tuple[tuple[bool, str], ...] = ()
    if check is not None:
        held = (
            (check.verbatim, "quoted word for word" if check.verbatim else "not quoted word for word"),
            (check.evidence, "holds evidence" if check.evidence else "holds no evidence"),
            (check.place, "at a place the set names" if check.place else "not at a place the set names"),
        )
    return ShownCitation(citation.mark, place_of(passage), citation.quote, held)


def _metrics(bad: Bad, why: dict[str, str]) -> tuple[list[ShownMetric], list[str], dict[str, list[str]]]:
    """Metrics that are not 1, those that are, and those that do not apply."""
    shown: list[ShownMetric] = []
    fine: list[str] = []
    left_out: dict[str, list[str]] = {}
    values = bad.scored.values
    for base, cuts in grouped(list(values)).items():
        names = {cut: f"{base}@{cut}" if cut else base for cut in cuts}
        found = {cut: values[name] for cut, name in names.items()}
        label = meaning(base).label
        failed = [value for value in found.values() if value.failed]
        gap = next((value.gap for value in found.values() if value.value is None), "")
        if failed:
            shown.append(ShownMetric(label, (), failed[0].gap, failed=True))
        elif gap:
            left_out.setdefault(gap, []).append(label)
        elif all((value.value or 0.0) >= 1 for value in found.values()):
            fine.append(label)
        else:
            numbers = tuple((cut, f"{value.value or 0.0:.2f}") for cut, value in found.items())
            shown.append(ShownMetric(label, numbers, why.get(base, ""), failed=False))
    return shown, fine, left_out
