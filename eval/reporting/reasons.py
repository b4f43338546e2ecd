"""Which questions went worst, what went wrong with them, and why values are missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from eval.metrics.evidence import evidence_rank, relevant_sources
from eval.records import Row, Run
from eval.reporting.outcomes import Outcome, handed_over, outcome_of
from eval.scoring import QuestionScore, Scores

_GOOD_ENOUGH_F1 = 0.3
_JUDGED = ("faithfulness", "answer_relevancy", "context_recall", "context_precision")
_WEIGHTY = ("evidence_hit@5", "hit@5", "refusal_accuracy", "token_f1")
_SEVERITY = {"bad": -1.0, "poor": -0.5, "fair": 0.0, "good": 0.0}


@dataclass(frozen=True, slots=True)
class Bad:
    """A question that went wrong.

    Attributes:
        number: its place in the set, from 1 on.
        row: what was asked, found and answered.
        scored: its values.
        outcome: what became of it.
        why: what went wrong, in words.
    """

    number: int
    row: Row
    scored: QuestionScore
    outcome: Outcome
    why: tuple[str, ...]


def worst(run: Run, scores: Scores) -> list[Bad]:
    """The questions that went wrong in some way, worst first: failures, then by outcome and by what matters most."""
    k = handed_over(run)
    bad = [
        Bad(number, row, scored, outcome_of(row, k), tuple(why))
        for number, (row, scored) in enumerate(zip(run.rows, scores.questions, strict=True), start=1)
        if (why := why_bad(row, scored))
    ]
    return sorted(bad, key=lambda each: (_rank(each), -len(each.why)))


def _rank(bad: Bad) -> float:
    """Mean of what matters most, less how bad the outcome is; failures come first."""
    values = [bad.scored.values[name] for name in _WEIGHTY if name in bad.scored.values]
    if any(value.failed for value in values):
        return -2.0
    numbers = [value.value for value in values if value.value is not None]
    return _SEVERITY[bad.outcome.tone] + (sum(numbers) / len(numbers) if numbers else 1.0)


def varied(bad: Sequence[Bad], most: int) -> list[Bad]:
    """As many of the worst, still worst first, but some of every outcome there is: each asks for another mending."""
    groups: dict[str, list[Bad]] = {}
    for each in bad:
        groups.setdefault(each.outcome.key, []).append(each)
    rounds = (each for tier in zip_longest(*groups.values()) for each in tier if each)
    shown = {each.number for each in islice(rounds, most)}
    return [each for each in bad if each.number in shown]


def why_bad(row: Row, scored: QuestionScore) -> list[str]:
    """What went wrong with a question, in words; empty if nothing did."""
    if row.error:
        return [row.error]
    return [*_search_faults(row), *_answer_faults(row, scored), *_judge_faults(scored)]


def _search_faults(row: Row) -> list[str]:
    question, hits = row.question, row.hits or ()
    if not question.answerable:
        return []
    if question.reference_contexts:
        rank = evidence_rank(question.reference_contexts, hits)
        if rank is None:
            return [f"the evidence is not in the first {len(hits)} passages"]
        return [f"the evidence is complete only with passage {rank}"] if rank > 5 else []
    wanted = relevant_sources(question)
    missing = sorted(wanted - {hit.source for hit in hits[:5]})
    return [f"not among the sources of the first 5 passages: {', '.join(missing)}"] if missing else []


def _answer_faults(row: Row, scored: QuestionScore) -> list[str]:
    answer, faults = row.answer, []
    if answer is None:
        return []
    if answer.refused == row.question.answerable:
        faults.append("refused, though the documents answer it" if answer.refused else "answered, though nothing does")
    if not answer.refused:
        for name, least in (("citation_correctness", 1.0), ("token_f1", _GOOD_ENOUGH_F1)):
            value = scored.values[name].value if name in scored.values else None
            if value is not None and value < least:
                faults.append(f"{name} {value:.2f}")
    return faults


def _judge_faults(scored: QuestionScore) -> list[str]:
    judged = {name: scored.values[name] for name in _JUDGED if name in scored.values}
    low = [f"{name} {each.value:.2f}" for name, each in judged.items() if each.value is not None and each.value < 1]
    return low + [f"{name} failed: {each.gap}" for name, each in judged.items() if each.failed]


def failures(questions: Iterable[QuestionScore]) -> dict[str, dict[str, int]]:
    """Values that were due and are not there: reason, then metric, to how many questions."""
    return _gaps(questions, failed=True)


def left_out(questions: Iterable[QuestionScore]) -> dict[str, dict[str, int]]:
    """Values of metrics that do not apply to a question: reason, then metric, to how many questions."""
    return _gaps(questions, failed=False)


def _gaps(questions: Iterable[QuestionScore], *, failed: bool) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for each in questions:
        for name, value in each.values.items():
            if value.value is None and value.failed == failed:
                reasons = found.setdefault(value.gap, {})
                reasons[name] = reasons.get(name, 0) + 1
    return found


def grouped(names: Sequence[str]) -> dict[str, list[str]]:
    """Metrics by their name without the cut, with their cuts: ``recall@1, recall@3`` are recall, 1 and 3."""
    bases: dict[str, list[str]] = {}
    for name in names:
        base, _, cut = name.partition("@")
        bases.setdefault(base, []).append(cut)
    return bases
