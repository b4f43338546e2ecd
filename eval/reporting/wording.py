"""What metrics are called and mean, and how numbers are written, for all reports."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eval.scoring import Mean


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric is called, to which family it belongs, and what it says, in a sentence."""

    label: str
    family: str
    says: str


FINDING, ANSWERING, CITING, REFUSING, JUDGED, OTHER = (
    "Finding",
    "Answering",
    "Citing",
    "Refusing",
    "Judged by a language model",
    "Other",
)
FAMILIES = (FINDING, ANSWERING, CITING, REFUSING, JUDGED, OTHER)

_MEANINGS = {
    "evidence_hit": Meaning("Evidence found", FINDING, "All reference passages stand in the first k passages."),
    "evidence_recall": Meaning("Evidence recall", FINDING, "Share of the reference passages in the first k passages."),
    "recall": Meaning("Document recall", FINDING, "Share of the documents needed that are among the first k."),
    "hit": Meaning("Document found", FINDING, "At least one of the documents needed is among the first k."),
    "mrr": Meaning("Reciprocal rank", FINDING, "1 / rank of the first right document."),
    "ndcg": Meaning("nDCG", FINDING, "How near the top the right documents stand, discounted by rank."),
    "token_f1": Meaning("Word F1", ANSWERING, "Overlap of words (morphemes) of answer and reference, both ways."),
    "answer_recall": Meaning("Answer recall", ANSWERING, "Share of the reference's words that the answer has."),
    "chrf": Meaning("Letter F2", ANSWERING, "chrF: overlap of letter sequences of answer and reference."),
    "evidence_cited": Meaning("Evidence cited", CITING, "Share of the reference passages in a cited passage."),
    "citation_correctness": Meaning(
        "Citations right", CITING, "Share of the citations with a verbatim quote from a place the set accepts."
    ),
    "citation_evidence": Meaning(
        "Citations of evidence", CITING, "Share of the citations whose passage holds a reference passage."
    ),
    "citation_precision": Meaning("Citation precision", CITING, "Share of the marks that carry their claim."),
    "citation_recall": Meaning("Citation recall", CITING, "Share of the claims that the passages they cite hold."),
    "claims_cited": Meaning("Claims cited", CITING, "Share of the claims that have a mark at all."),
    "refusal_precision": Meaning("Refusal precision", REFUSING, "Of the refusals, the share that was right."),
    "refusal_recall": Meaning("Refusal recall", REFUSING, "Of the unanswerable questions, the share refused."),
    "refusal_accuracy": Meaning("Refusal accuracy", REFUSING, "Refused exactly where nothing answers."),
    "faithfulness": Meaning("Faithfulness", JUDGED, "Share of the answer's claims that its passages support."),
    "answer_relevancy": Meaning("Answer relevancy", JUDGED, "How directly the answer speaks to the question."),
    "context_recall": Meaning("Context recall", JUDGED, "Share of the reference that the passages support."),
    "context_precision": Meaning("Context precision", JUDGED, "Whether the useful passages stand at the top."),
}


def meaning(metric: str) -> Meaning:
    """What a metric means; one that is not known here stands under its own name."""
    base, _, cut = metric.partition("@")
    known = _MEANINGS.get(base)
    if known is None:
        return Meaning(metric, OTHER, "")
    return Meaning(f"{known.label} @{cut}" if cut else known.label, known.family, known.says)


_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Text with a sign in the place of what controls how text is shown: escape sequences, the direction of writing.

    And of half a character, which could not be written at all.
    """
    return _HIDDEN.sub("�", text)


SLICED = (
    "evidence_hit@5",
    "recall@5",
    "answer_recall",
    "citation_correctness",
    "refusal_accuracy",
    "faithfulness",
    "answer_relevancy",
    "context_recall",
    "context_precision",
)
"""Metrics by which slices are told apart."""

LEAST_OF_A_SLICE = 8


def below(part: Mean | None, whole: Mean | None) -> bool:
    """Whether the whole interval of a slice that is not too small lies below the mean of the set."""
    if part is None or whole is None or part.high is None or whole.mean is None:
        return False
    return part.count >= LEAST_OF_A_SLICE and part.high < whole.mean


def number(value: float | None) -> str:
    """``0.900``, or a dash."""
    return "–" if value is None else f"{value:.3f}"


def interval(low: float | None, high: float | None, *, sign: str = "") -> str:
    """``[0.800, 0.975]``, or a dash."""
    return "–" if low is None or high is None else f"[{low:{sign}.3f}, {high:{sign}.3f}]"


def percent(value: float) -> str:
    """``90%``; never 0% or 100% for what is not."""
    rounded = round(value * 100)
    if (rounded == 100 and value < 1) or (rounded == 0 and value > 0):
        return f"{value:.1%}"
    return f"{rounded}%"


def percent_interval(mean: Mean) -> str:
    """``95% interval 80–98%``; empty where there is none."""
    if mean.low is None or mean.high is None:
        return ""
    return f"95% interval {percent(mean.low).removesuffix('%')}–{percent(mean.high)}"


def told_percent(mean: Mean) -> str:
    """``90% (95% interval 80–98%)``."""
    spread = percent_interval(mean)
    return f"{percent(mean.mean or 0.0)} ({spread})" if spread else percent(mean.mean or 0.0)


def milliseconds(value: float) -> str:
    """``8 ms``, ``1.2 s``."""
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"


def stamp(created: str) -> str:
    """``2026-11-22 00:51 UTC`` of an ISO time."""
    return f"{created[:10]} {created[11:16]} UTC" if len(created) >= 16 else created


def listed(names: Iterable[str], most: int = 5) -> str:
    """``a, b and 3 more``."""
    names = list(names)
    shown, more = names[:most], len(names) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def plural(count: int, one: str, many: str = "") -> str:
    """``1 question``, ``2 questions``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def were(count: int) -> str:
    """``1 was``, ``2 were``."""
    return f"{count} {'was' if count == 1 else 'were'}"
