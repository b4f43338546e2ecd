"""What judging will cost, before anything is spent: RAGAS's own prompts are made, and answered by nobody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eval.judging.asking import Asking, Question
from eval.judging.cache import AnswerCache
from eval.judging.cost import estimated_tokens
from eval.judging.failures import NotJudged
from eval.judging.ragas_metrics import RagasMetrics
from eval.judging.samples import Sample
from eval.judging.settings import JudgeSettings

_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n+")
_REASON = 40
"""Tokens of a verdict's reason with the JSON around it, about."""


@dataclass(slots=True)
class MetricPlan:
    """What one metric will cost, about.

    Attributes:
        samples: that go before the judge.
        calls: to be made; retries come on top.
        cached: answers that are in the cache already.
        tokens_in, tokens_out: estimated.
    """

    samples: int = 0
    calls: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What judging a run will cost, about.

    Attributes:
        metrics: by name.
        judged: samples whose verdict is in the run already.
        settled: samples that need no judge, or to which the metric does not apply.
        cost: in the money of the prices; None without prices.
    """

    metrics: dict[str, MetricPlan] = field(default_factory=dict)
    judged: int = 0
    settled: int = 0
    cost: float | None = None

    @property
    def calls(self) -> int:
        """Of all metrics."""
        return sum(each.calls for each in self.metrics.values())

    @property
    def cached(self) -> int:
        """Of all metrics."""
        return sum(each.cached for each in self.metrics.values())

    @property
    def tokens_in(self) -> int:
        """Of all metrics."""
        return sum(each.tokens_in for each in self.metrics.values())

    @property
    def tokens_out(self) -> int:
        """Of all metrics."""
        return sum(each.tokens_out for each in self.metrics.values())


async def plan_of(
    samples: Iterable[Sample], settings: JudgeSettings, cache: AnswerCache | None, *, judged: int, settled: int
) -> Plan:
    """The plan for samples that go before the judge.

    Prompts of the first step are counted as they are; where a step needs an answer that nobody has given yet, the
    sentences of the text stand in for it.
    """
    ragas = RagasMetrics(lambda texts: [[1.0]] * len(texts), relevancy_questions=settings.relevancy_questions)
    metrics = {name: MetricPlan() for name in settings.metrics}
    seen: set[str] = set()
    for sample in samples:
        counted = metrics[sample.metric]
        counted.samples += 1
        try:
            await ragas.value(sample.row, sample.metric, _Counting(sample, settings, cache, counted, seen))
        except NotJudged:
            continue  # the answers in the cache make no number; no call will be made of it either
    plan = Plan(metrics, judged, settled)
    if settings.prices is None:
        return plan
    return Plan(metrics, judged, settled, settings.prices.cost(plan.tokens_in, plan.tokens_out))


class _Counting(Asking):
    """Counts what would be asked, and stands in for the judge."""

    def __init__(
        self, sample: Sample, settings: JudgeSettings, cache: AnswerCache | None, plan: MetricPlan, seen: set[str]
    ) -> None:
        super().__init__(settings, cache)
        answer = sample.row.answer
        self._answered = _sentences(answer.text if answer else "")
        self._reference = _sentences(sample.row.question.reference)
        self._plan = plan
        self._seen = seen

    async def _answer(self, question: Question) -> Any:
        known = self._known(question)
        if known is not None:
            self._plan.cached += 1
            return known
        stand_in, tokens = self._stand_in(question.shape.__name__)
        if question.key not in self._seen:
            self._seen.add(question.key)
            self._plan.calls += 1
            self._plan.tokens_in += estimated_tokens(question.prompt)
            self._plan.tokens_out += tokens
        return question.shape.model_validate(stand_in)

    def _stand_in(self, shape: str) -> tuple[dict[str, Any], int]:
        """An answer of that shape, and about how many tokens a judge's will have."""
        if shape == "StatementGeneratorOutput":
            return {"statements": self._answered}, sum(map(estimated_tokens, self._answered)) + _REASON
        if shape == "NLIStatementOutput":
            return {"statements": [_verdict(each, "verdict") for each in self._statements]}, _length(self._statements)
        if shape == "ContextRecallOutput":
            verdicts = [_verdict(each, "attributed") for each in self._reference]
            return {"classifications": verdicts}, _length(self._reference)
        if shape == "AnswerRelevanceOutput":
            return {"question": "?", "noncommittal": 0}, _REASON
        return {"reason": "?", "verdict": 1}, _REASON


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()] or ["?"]


def _verdict(statement: str, flag: str) -> dict[str, Any]:
    return {"statement": statement, "reason": "?", flag: 1}


def _length(statements: list[str]) -> int:
    return sum(estimated_tokens(each) + _REASON for each in statements)
