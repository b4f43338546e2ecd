"""The model card of an adapted model: what it was continued from, and what that was worth. No text of the course."""

from dataclasses import dataclass
from pathlib import Path

from ingest.training.adaptation.judging import Figures, Verdict
from ingest.training.card import CARD_FILE

_CARD = """\
# {name}

The embedding model {model}, continued on the documents of one course with `course-rag embedder adapt`: {steps} steps on
{pairs}.

## Figures

Questions made from {held_out} sections of the same documents that were not trained on, each searched among all passages
of the index, before and after. MRR@10 {difference}; it was adopted because the lower end of the 95% interval (bootstrap
over sections) is above 0.

| questions made from | number | recall@1 | recall@5 | MRR@10 |
|---|---:|---:|---:|---:|
{figures}

## Limits

- The figures are those of this course. On other texts it may be worse than the model it comes from.
- No text is stored in the model, but what was trained on documents can tell something of them: treat it as
  confidential as the documents are.
- Everything else is said in the card of the model it was continued from, whose licence it keeps.
"""
_SAID = {
    "heading": "a heading that was taken out",
    "sentence": "a sentence that was taken out",
    "verbatim": "a sentence that still stands there",
    "term": "a term of which the other name stands there",
    "all": "all of these",
}


@dataclass(frozen=True)
class Facts:
    """What the card says."""

    name: str
    model: str
    steps: int
    pairs: dict[str, int]
    held_out: int
    verdict: Verdict


def write_adapted_card(folder: Path, facts: Facts) -> None:
    """Write the model card into the model's folder."""
    verdict = facts.verdict
    card = _CARD.format(
        name=facts.name,
        model=facts.model,
        steps=facts.steps,
        pairs=", ".join(f"{count:,} pairs from {task}" for task, count in facts.pairs.items()),
        held_out=facts.held_out,
        difference=told_difference(verdict),
        figures="\n".join(_row(kind, verdict.before[kind], verdict.after[kind]) for kind in verdict.before),
    )
    (folder / CARD_FILE).write_text(card, encoding="utf-8")


def told_difference(verdict: Verdict) -> str:
    """``+0.042 (95% interval +0.021 to +0.063)``."""
    return f"{verdict.difference:+.3f} (95% interval {verdict.low:+.3f} to {verdict.high:+.3f})"


def said(kind: str) -> str:
    """A kind of question in words."""
    return _SAID[kind]


def _row(kind: str, before: Figures, after: Figures) -> str:
    return (
        f"| {said(kind)} | {before.questions} | {before.recall_at_1:.3f} → {after.recall_at_1:.3f} "
        f"| {before.recall_at_5:.3f} → {after.recall_at_5:.3f} | {before.mrr_at_10:.3f} → {after.mrr_at_10:.3f} |"
    )
