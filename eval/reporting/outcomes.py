"""What became of each question, from search to citation, so that a team sees which step loses them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.metrics.answers import check_citations_of
from eval.metrics.evidence import contexts_found, ranked_sources, relevant_sources
from eval.questions import Question
from eval.records import GivenAnswer, Passage, Row, Run

Tone = Literal["good", "fair", "poor", "bad"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way a question can end: its name, how good that is, and what it means for who has to act."""

    key: str
    label: str
    tone: Tone
    means: str


OUTCOMES = {
    each.key: each
    for each in (
        Outcome("right", "Answered from the evidence", "good", "A citation points at the evidence."),
        Outcome("refused", "Rightly refused", "good", "Nothing answers the question, and it was refused."),
        Outcome("found", "Evidence found", "good", "The evidence is among the passages that are handed over."),
        Outcome("elsewhere", "Answered from elsewhere", "fair", "The evidence was handed over, another place cited."),
        Outcome("timid", "Refused despite the evidence", "poor", "The evidence was handed over: answering lost it."),
        Outcome("lost", "Evidence not found, refused", "poor", "The search lost it; refusing was then right."),
        Outcome("missing", "Evidence not found", "poor", "The search lost it."),
        Outcome("blind", "Answered without the evidence", "bad", "The search lost it, and it was answered anyway."),
        Outcome("invented", "Answered though nothing does", "bad", "No document answers it; a refusal was due."),
        Outcome("failed", "Failed", "bad", "An error; see the reasons for gaps."),
        Outcome("unknown", "Nothing to check against", "fair", "The set names neither a passage nor a document."),
    )
}
"""In the order they are shown."""


def outcome_of(row: Row, k: int) -> Outcome:
    """What became of a question; ``k`` passages count as handed over where no answer was asked for."""
    return OUTCOMES[_failed_or_unanswerable(row) or _answerable(row, k)]


def outcomes(run: Run) -> list[tuple[Outcome, int]]:
    """How many questions ended in which way; what did not occur is left out."""
    k = handed_over(run)
    counted = Counter(outcome_of(row, k).key for row in run.rows)
    return [(outcome, counted[key]) for key, outcome in OUTCOMES.items() if counted[key]]


def handed_over(run: Run) -> int:
    """Passages handed over per question, by the run's settings."""
    k = run.settings.get("retrieval", {}).get("k")
    return k if isinstance(k, int) else 5


def _failed_or_unanswerable(row: Row) -> str:
    if row.error:
        return "failed"
    if row.question.answerable:
        return ""
    if row.answer is None:
        return "unknown"
    return "refused" if row.answer.refused else "invented"


def _answerable(row: Row, k: int) -> str:
    answer = row.answer
    if answer is None:
        return {True: "found", False: "missing", None: "unknown"}[_holds(row, (row.hits or ())[:k])]
    there = _holds(row, answer.handed)
    if there is None:
        return "unknown"
    if answer.refused:
        return "timid" if there else "lost"
    if not there:
        return "blind"
    return "right" if _cites_evidence(row.question, answer) else "elsewhere"


def _holds(row: Row, passages: Sequence[Passage]) -> bool | None:
    """Whether the passages hold all that is needed; None if nobody knows what that is."""
    question = row.question
    if question.reference_contexts:
        return all(contexts_found(question.reference_contexts, passages))
    wanted = relevant_sources(question)
    return wanted <= set(ranked_sources(question, passages)) if wanted else None


def _cites_evidence(question: Question, answer: GivenAnswer) -> bool:
    """Whether a citation holds evidence; in a set without passages, whether one stands at a right place."""
    checked = check_citations_of(question, answer)
    if question.reference_contexts:
        return any(each.evidence for each in checked)
    return any(each.correct for each in checked)
