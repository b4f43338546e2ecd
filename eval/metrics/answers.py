"""Metrics of answers that cost nothing: words, citations, refusals. All in [0, 1], higher is better."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.evidence import places_of, squeeze
from eval.questions import Question
from eval.records import GivenAnswer, Passage
from rag.answering.citations import MARK
from rag.answering.prompts import FRAMES

_LEAST_PART = 20
"""A passage shorter than the context it is part of counts as holding it from this many squeezed characters on."""


def token_f1(answer: Sequence[str], reference: Sequence[str]) -> float:
    """``2·P·R / (P + R)`` of two bags of words (Rajpurkar et al. 2016, §6.1).

    ``P`` and ``R`` are the shares of the answer's and the reference's words that the other has. Words are morphemes and
    stems as ``rag.analyzer`` makes them, so that 기울기를 agrees with 기울기.
    """
    common = sum((Counter(answer) & Counter(reference)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(answer), common / len(reference)
    return 2 * precision * recall / (precision + recall)


def answer_recall(answer: Sequence[str], reference: Sequence[str]) -> float:
    """``|answer ∩ reference| / |reference|`` over bags of words: whether it is all there, however much else is.

    0 for an empty reference, as ``token_f1``.
    """
    return sum((Counter(answer) & Counter(reference)).values()) / len(reference) if reference else 0.0


def without_marks(answer: str) -> str:
    """An answer's words without its citation marks, and without the lines that only frame what is quoted."""
    return "\n".join(line for line in MARK.sub(" ", answer).split("\n") if line.strip() not in FRAMES)


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """What holds of one citation.

    Attributes:
        mark: as in the answer.
        verbatim: its quote is not empty and stands in the passage, character by character.
        evidence: the passage holds a reference context, or is part of one.
        place: the passage stands in a reference source and, where both have pages, on its page.
    """

    mark: int
    verbatim: bool
    evidence: bool
    place: bool

    @property
    def correct(self) -> bool:
        """The quote is real, and the passage is one that the question's author would accept."""
        return self.verbatim and (self.evidence or self.place)


def check_citations_of(question: Question, answer: GivenAnswer) -> list[CheckedCitation]:
    """Compare every citation of an answer with the question's reference."""
    checked = []
    for citation in answer.citations:
        passage = citation.passage or answer.handed[citation.mark - 1]
        checked.append(
            CheckedCitation(
                mark=citation.mark,
                verbatim=bool(citation.quote.strip()) and citation.quote in passage.text,
                evidence=_holds_evidence(question, passage),
                place=_at_reference(question, passage),
            )
        )
    return checked


def citation_correctness(citations: Sequence[CheckedCitation]) -> float | None:
    """Share of the citations that are ``correct``; None without citations.

    Correct means: the quote stands verbatim in the cited passage, *and* the passage holds a reference context or comes
    from a reference source and page. In a source without pages the second half asks for the right document only;
    ``citation_evidence`` is the strict reading.
    """
    return sum(each.correct for each in citations) / len(citations) if citations else None


def citation_evidence(citations: Sequence[CheckedCitation]) -> float | None:
    """Share of the citations whose quote is verbatim and whose passage holds a reference context; None without."""
    return sum(each.verbatim and each.evidence for each in citations) / len(citations) if citations else None


def _holds_evidence(question: Question, passage: Passage) -> bool:
    text, alone = squeeze(f"{passage.lead}\n{passage.text}"), squeeze(passage.text)
    for context in map(squeeze, question.reference_contexts):
        if context in text or (len(alone) >= _LEAST_PART and alone in context):
            return True
    return False


def _at_reference(question: Question, passage: Passage) -> bool:
    pages: dict[str, set[int | None]] = {source: {question.page} for source in question.sources}
    for place in question.also_in:
        pages.setdefault(place.source, set()).add(place.page)
    return any(
        place.source in pages
        and (place.page is None or None in pages[place.source] or place.page in pages[place.source])
        for place in places_of(passage)
    )


def refusal_precision(*, refused: bool, answerable: bool) -> float | None:
    """Of one refusal, 1 if it was right, else 0; None for an answer.

    The mean over a set is ``refused ∧ unanswerable / refused``, the precision of refusing.
    """
    return float(not answerable) if refused else None


def refusal_recall(*, refused: bool, answerable: bool) -> float | None:
    """Of one unanswerable question, 1 if it was refused, else 0; None for an answerable one.

    The mean over a set is ``refused ∧ unanswerable / unanswerable``, the recall of refusing.
    """
    return None if answerable else float(refused)


def refusal_accuracy(*, refused: bool, answerable: bool) -> float:
    """1 if the question was refused exactly because it cannot be answered, else 0; every question has a value."""
    return float(refused != answerable)
