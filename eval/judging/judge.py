"""A language model judges a run by RAGAS's metrics: every sample gets a value, or a gap with its reason.

What was judged stays judged: a good answer is on disk before the next question, so a judging that is broken off goes on
where it was, and pays for nothing twice.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from eval.judging import prompts as korean
from eval.judging.asking import AskingJudge, Judge
from eval.judging.cache import AnswerCache
from eval.judging.caller import Caller
from eval.judging.cost import Budget, Usage
from eval.judging.failures import NotJudged
from eval.judging.planning import Plan, plan_of
from eval.judging.ragas_metrics import RagasMetrics
from eval.judging.samples import Sample, without_judge
from eval.judging.settings import METRICS, JudgeSettings, key_of, model_name
from eval.records import JudgedRow, Run
from eval.run import Progress
from rag.embeddings.base import Embedder
from rag.embeddings.loading import load_embedder
from rag.errors import InputError, LLMError
from rag.extras import require
from rag.settings import EmbedderSettings

EMBEDDER = "duo-ko-en"
"""Compares questions for answer relevancy; always the same, whatever the index was built with."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judging led to.

    Attributes:
        run: with the verdicts.
        usage: what was spent this time.
        notes: what went wrong on the way and is to be known.
        interrupted: whether it was broken off; the rest are gaps that say so.
    """

    run: Run
    usage: Usage
    notes: tuple[str, ...]
    interrupted: bool


class Judging:
    """A run before a judge.

    Args:
        run: with answers.
        settings: of the judge.
        cache: of its answers; without one, everything is asked anew.
        again: leave out the verdicts that the run has already; the cache still answers what it knows.

    Raises:
        SettingsError: the settings name no judge, or a number is out of range.
        InputError: the run has another judge's verdicts, which would be lost.
        LLMError: the run has no answers to judge.
        LLMKeyError: there is no key.
        MissingExtraError: the extra ``eval`` is not installed.
    """

    def __init__(self, run: Run, settings: JudgeSettings, cache: AnswerCache | None, *, again: bool = False) -> None:
        """Sort the samples into those that have their verdict, and those that are due."""
        self._model = model_name(settings)
        if not run.answered:
            raise LLMError("The run has no answers to judge.", remedy="Run the questions with answers, then judge.")
        self._key = key_of(settings)
        require("ragas.metrics.collections", extra="eval")
        self._run, self._settings, self._cache = run, settings, cache
        self._fingerprint = _fingerprint(settings)
        self._verdicts = self._kept(again)
        self._before = len(self._verdicts)
        self._due: list[list[Sample]] = []
        for row in run.rows:
            samples = [Sample(row, metric) for metric in settings.metrics]
            settled = {each.key: verdict for each in samples if (verdict := without_judge(each))}
            self._verdicts = settled | self._verdicts
            self._due.append([each for each in samples if each.key not in self._verdicts])
        self._settled = len(self._verdicts) - self._before

    def plan(self) -> Plan:
        """What it will cost, about; nothing is spent."""
        due = (sample for samples in self._due for sample in samples)
        planned = plan_of(due, self._settings, self._cache, judged=self._before, settled=self._settled)
        return asyncio.run(planned)

    def judge(self, *, progress: Progress | None = None) -> Judged:
        """Judge what is due. Ctrl-C breaks it off and keeps what was judged.

        Args:
            progress: told after each question.
        """
        settings = self._settings
        budget = Budget(settings.prices, settings.max_cost)
        interrupted = False
        rest = "not judged: interrupted"
        try:
            if not asyncio.run(self._judge_all(budget, progress)):
                rest = f"not judged: the {settings.total_timeout_s:g} s for all samples were over"
        except KeyboardInterrupt:
            interrupted = True
        for sample in (sample for samples in self._due for sample in samples):
            self._verdicts.setdefault(sample.key, sample.verdict(reason=rest, failed=True))
        notes = tuple(self._cache.notes) if self._cache is not None else ()
        return Judged(self._judged_run(budget.usage), budget.usage, notes, interrupted)

    async def _judge_all(self, budget: Budget, progress: Progress | None) -> bool:
        """Whether the time was enough."""
        limit = asyncio.Semaphore(self._settings.concurrency)
        caller = Caller(self._model, self._key, self._settings, budget)
        judge = Judge(caller, self._settings, self._cache, budget.usage)
        embed = _embedder().embed_array if "answer_relevancy" in self._settings.metrics else _embeds_nothing
        ragas = RagasMetrics(embed, relevancy_questions=self._settings.relevancy_questions)
        done = 0

        async def judged(sample: Sample) -> None:
            async with limit:
                self._verdicts[sample.key] = await self._verdict(sample, ragas, judge)

        async def judged_row(samples: list[Sample]) -> None:
            nonlocal done
            await asyncio.gather(*map(judged, samples))
            done += 1
            if progress:
                progress(done, len(self._due))

        try:
            async with asyncio.timeout(self._settings.total_timeout_s):
                await asyncio.gather(*map(judged_row, self._due))
        except TimeoutError:
            return False
        finally:
            await caller.close()
        return True

    async def _verdict(self, sample: Sample, ragas: RagasMetrics, judge: Judge) -> JudgedRow:
        """One sample. Whatever goes wrong in it is its reason: nothing may end the other samples."""
        started = time.perf_counter()
        limit_s = self._settings.sample_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                value = await ragas.value(sample.row, sample.metric, AskingJudge(judge))
            verdict = sample.verdict(value)
        except TimeoutError:
            verdict = sample.verdict(reason=f"Timeout: no verdict within {limit_s:g} s", failed=True)
        except NotJudged as error:
            verdict = sample.verdict(reason=str(error), failed=True)
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            verdict = sample.verdict(reason=f"{type(error).__name__}: {said}", failed=True)
        return replace(verdict, took_ms=(time.perf_counter() - started) * 1000)

    def _kept(self, again: bool) -> dict[tuple[str, str], JudgedRow]:
        """Verdicts that this judge has given already, with these prompts; of other metrics, their gaps too."""
        given = {(each.id, each.metric): each for each in self._run.judged}
        if self._run.judging.get("fingerprint") == self._fingerprint:
            asked = self._settings.metrics
            return {
                key: each
                for key, each in given.items()
                if key[1] not in asked or (each.value is not None and not again)
            }
        if not again and any(each.value is not None for each in given.values()):
            raise InputError(
                f"The run has verdicts of {self._run.judge or 'another judge'}, given with other settings or prompts.",
                remedy="Give --again to judge again in place of them, or judge a copy of the run.",
            )
        return {}

    def _judged_run(self, usage: Usage) -> Run:
        judged = {metric for _, metric in self._verdicts}
        metrics = [metric for metric in METRICS if metric in judged]
        keys = [(row.question.id, metric) for row in self._run.rows for metric in metrics]
        verdicts = [self._verdicts[key] for key in keys if key in self._verdicts]
        return replace(
            self._run, judge=self._settings.model, judged=tuple(verdicts), judging=self._record(metrics, usage)
        )

    def _record(self, metrics: list[str], usage: Usage) -> dict[str, object]:
        """How it was judged, and what that cost, earlier goes included where the judge was the same."""
        before = self._run.judging["spent"] if self._run.judging.get("fingerprint") == self._fingerprint else {}
        spent = {name: (before.get(name) or 0) + value for name, value in usage.as_dict().items() if value is not None}
        return {
            "fingerprint": self._fingerprint,
            "judge": self._settings.model,
            "server": self._settings.server,
            "ragas": version("ragas"),
            "embedder": EMBEDDER,
            "relevancy_questions": self._settings.relevancy_questions,
            "metrics": metrics,
            "judged": datetime.now(UTC).isoformat(timespec="seconds"),
            "spent": spent,
        }


def _embedder() -> Embedder:
    return load_embedder(EmbedderSettings(model=EMBEDDER))


def _embeds_nothing(texts: Sequence[str]) -> NDArray[np.float32]:
    raise NotImplementedError("only answer relevancy embeds")


def _fingerprint(settings: JudgeSettings) -> str:
    """Of all that may change a verdict."""
    made_with = [
        settings.model,
        settings.server,
        settings.relevancy_questions,
        EMBEDDER,
        version("ragas"),
        korean.PROMPTS,
    ]
    return hashlib.sha256(json.dumps(made_with, ensure_ascii=False).encode()).hexdigest()[:16]
