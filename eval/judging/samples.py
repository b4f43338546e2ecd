"""What is put before the judge: one question by one metric, unless that has its verdict without a judge."""

from dataclasses import dataclass

from eval.metrics.answers import without_marks
from eval.records import JudgedRow, Row

_AGAINST_REFERENCE = ("context_recall", "context_precision")


@dataclass(frozen=True, slots=True)
class Sample:
    """One question by one metric."""

    row: Row
    metric: str

    @property
    def key(self) -> tuple[str, str]:
        """What its verdict is found by."""
        return self.row.question.id, self.metric

    def verdict(self, value: float | None = None, reason: str = "", *, failed: bool = False) -> JudgedRow:
        """A verdict on it."""
        return JudgedRow(self.row.question.id, self.metric, value, reason, failed)


def without_judge(sample: Sample) -> JudgedRow | None:
    """The verdict that needs no judge, or None.

    Nothing found recalls nothing; an answer to an answerable question that refuses is not relevant, as RAGAS has it of
    any evasive one; what fails or does not apply is a gap.
    """
    row, answer = sample.row, sample.row.answer
    if sample.metric in _AGAINST_REFERENCE and not row.question.reference.strip():
        return sample.verdict(reason="no reference answer")
    if row.error or answer is None:
        return sample.verdict(reason=row.error or "no answer was recorded", failed=True)
    if sample.metric not in _AGAINST_REFERENCE:
        if answer.refused:
            irrelevant = sample.metric == "answer_relevancy" and row.question.answerable
            return sample.verdict(0.0) if irrelevant else sample.verdict(reason="refused")
        if not without_marks(answer.text).strip():
            return sample.verdict(reason="the answer is empty", failed=True)
    if sample.metric != "answer_relevancy" and not answer.handed:
        return sample.verdict(0.0)
    return None
