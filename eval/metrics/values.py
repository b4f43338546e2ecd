"""The metrics of one question, each with a value or with the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.answers import (
    answer_recall,
    check_citations_of,
    citation_correctness,
    citation_evidence,
    refusal_accuracy,
    refusal_precision,
    refusal_recall,
    token_f1,
    without_marks,
)
from eval.metrics.characters import chrf
from eval.metrics.claims import citation_precision, citation_recall, claims_cited, evidence_cited, judge_claims
from eval.metrics.evidence import evidence_hit, evidence_recall, ranked_sources, relevant_sources
from eval.metrics.holding import Holding
from eval.metrics.ranking import hit_at_k, ndcg_at_k, recall_at_k, reciprocal_rank
from eval.questions import Question
from eval.records import GivenAnswer, Row

CUTS = (1, 3, 5, 10)
"""The k of recall@k and hit@k (sources) and of evidence_hit@k and evidence_recall@k (passages)."""


@dataclass(frozen=True, slots=True)
class Value:
    """One metric of one question.

    Attributes:
        value: in [0, 1], higher is better; None is a gap.
        gap: why there is no value.
        failed: whether a value was due; a gap that is no failure is a metric that does not apply to the question.
    """

    value: float | None
    gap: str = ""
    failed: bool = False


def retrieval_values(row: Row, depth: int) -> dict[str, Value]:
    """Metrics of the passages found, up to the depth that was recorded."""
    question = row.question
    names = [f"recall@{k}" for k in CUTS] + [f"hit@{k}" for k in CUTS] + ["mrr", "ndcg@10"]
    names += [f"evidence_hit@{k}" for k in CUTS] + [f"evidence_recall@{k}" for k in CUTS]
    names = [name for name in names if int(name.partition("@")[2] or 1) <= depth]
    if not question.answerable:
        return dict.fromkeys(names, Value(None, "the question is unanswerable"))
    if row.hits is None:
        return dict.fromkeys(names, Value(None, row.error, failed=True))
    ranked, relevant = ranked_sources(question, row.hits), relevant_sources(question)
    contexts = question.reference_contexts
    found: dict[str, float | None] = {
        "mrr": reciprocal_rank(ranked, relevant),
        "ndcg@10": ndcg_at_k(ranked, relevant, 10),
    }
    for k in CUTS:
        found |= {f"recall@{k}": recall_at_k(ranked, relevant, k), f"hit@{k}": hit_at_k(ranked, relevant, k)}
    for k in CUTS:
        found[f"evidence_hit@{k}"] = evidence_hit(contexts, row.hits, k)
        found[f"evidence_recall@{k}"] = evidence_recall(contexts, row.hits, k)
    return {
        name: _value(found[name], "no reference context" if name.startswith("evidence") else "no reference source")
        for name in names
    }


def answer_values(row: Row, words: Sequence[str], reference: Sequence[str], holding: Holding) -> dict[str, Value]:
    """Metrics of the answer, given its words and those of the reference, and what compares claims with passages."""
    answerable, answer = row.question.answerable, row.answer
    if answer is None:
        return _failed_answer(row)
    judgement = {"refused": answer.refused, "answerable": answerable}
    return {
        **_word_metrics(row.question, answer, words, reference),
        **_citation_metrics(row.question, answer),
        **_claim_metrics(answer, holding),
        "evidence_cited": _evidence_cited(row.question, answer),
        "refusal_precision": _value(refusal_precision(**judgement), "not refused"),
        "refusal_recall": _value(refusal_recall(**judgement), "the question is answerable"),
        "refusal_accuracy": Value(refusal_accuracy(**judgement)),
    }


_WORD_METRICS = ("token_f1", "answer_recall", "chrf")
_CITATION_METRICS = ("citation_correctness", "citation_evidence")
_CLAIM_METRICS = ("claims_cited", "citation_recall", "citation_precision")
_EVIDENCE_METRICS = ("evidence_cited",)
_REFUSAL_METRICS = ("refusal_precision", "refusal_recall", "refusal_accuracy")


def _failed_answer(row: Row) -> dict[str, Value]:
    """A failure for every metric that was due: what does not apply to the question did not fail."""
    failed = dict.fromkeys(_REFUSAL_METRICS, Value(None, row.error, failed=True))
    others = [*_WORD_METRICS, *_CITATION_METRICS, *_CLAIM_METRICS, *_EVIDENCE_METRICS]
    if row.question.answerable:
        failed["refusal_recall"] = Value(None, "the question is answerable")
        return dict.fromkeys(others, Value(None, row.error, failed=True)) | failed
    return dict.fromkeys(others, Value(None, "the question is unanswerable")) | failed


def _word_metrics(
    question: Question, answer: GivenAnswer, words: Sequence[str], reference: Sequence[str]
) -> dict[str, Value]:
    """An answerable question that was refused has 0: nothing of the answer is there."""
    if not question.answerable:
        return dict.fromkeys(_WORD_METRICS, Value(None, "the question is unanswerable"))
    if not reference:
        return dict.fromkeys(_WORD_METRICS, Value(None, "no reference answer"))
    if answer.refused:
        return dict.fromkeys(_WORD_METRICS, Value(0.0))
    return {
        "token_f1": Value(token_f1(words, reference)),
        "answer_recall": Value(answer_recall(words, reference)),
        "chrf": Value(chrf(without_marks(answer.text), question.reference)),
    }


def _citation_metrics(question: Question, answer: GivenAnswer) -> dict[str, Value]:
    why = None
    if not question.answerable:
        why = "the question is unanswerable"
    elif answer.refused:
        why = "refused"
    elif not (question.sources or question.reference_contexts):
        why = "no reference source or context"
    if why:
        return dict.fromkeys(_CITATION_METRICS, Value(None, why))
    checked = check_citations_of(question, answer)
    evidence = citation_evidence(checked) if question.reference_contexts else None
    return {
        "citation_correctness": _value(citation_correctness(checked), "no citation"),
        "citation_evidence": _value(evidence, "no citation" if question.reference_contexts else "no reference context"),
    }


def _claim_metrics(answer: GivenAnswer, holding: Holding) -> dict[str, Value]:
    """Of every answer that was given: a claim that no passage holds is wrong whatever the question."""
    if answer.refused:
        return dict.fromkeys(_CLAIM_METRICS, Value(None, "refused"))
    claims = judge_claims(answer, holding)
    if not claims:
        return dict.fromkeys(_CLAIM_METRICS, Value(None, "no claim"))
    foreign = "all cited passages are in another language"
    marked = any(each.citations for each in claims)
    return {
        "claims_cited": _value(claims_cited(claims), "no claim"),
        "citation_recall": _value(citation_recall(claims), foreign),
        "citation_precision": _value(citation_precision(claims), foreign if marked else "no citation"),
    }


def _evidence_cited(question: Question, answer: GivenAnswer) -> Value:
    if not question.answerable:
        return Value(None, "the question is unanswerable")
    return _value(evidence_cited(question.reference_contexts, answer), "no reference context")


def _value(value: float | None, gap: str) -> Value:
    return Value(None, gap) if value is None else Value(value)
