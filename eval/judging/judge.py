"""A language model as judge: RAGAS faithfulness and context recall, every sample a value or a reason.

What RAGAS 0.4.3 leaves to its caller is done here: calls are bounded in number and time, a judge that wraps its JSON in
a code fence is understood, a NaN becomes a told failure, Korean questions are judged by Korean instructions, and its
telemetry is off.
"""

import asyncio
import logging
import math
import os
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from eval.judging import prompts as korean
from eval.metrics.answers import without_marks
from eval.records import GivenAnswer, JudgedRow, Passage, Row, Run
from eval.run import Progress
from rag.errors import LLMError, SettingsError
from rag.extras import require

_FENCED = re.compile(r"^\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_REASKS = 1
"""How often the judge is asked again when its answer does not fit the schema; each time is paid for."""


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Which model judges, and how patiently it is waited for.

    Attributes:
        model: ``openai:MODEL``; any OpenAI-compatible server with ``base_url``.
        base_url: address of such a server; None is OpenAI's.
        concurrency: samples judged at a time.
        timeout_s: for one call.
        sample_timeout_s: for one sample with all its calls and retries.
        max_retries: of one call, on rate limits, server errors and time-outs.
        max_tokens: of one answer; Korean takes more than RAGAS's default of 1,024.
    """

    model: str
    base_url: str | None = None
    concurrency: int = 4
    timeout_s: float = 60.0
    sample_timeout_s: float = 300.0
    max_retries: int = 2
    max_tokens: int = 4096


def judge_run(run: Run, settings: JudgeSettings, *, progress: Progress | None = None) -> list[JudgedRow]:
    """Judge every answered question of a run; add the result to it with ``eval.run.with_verdicts``.

    Faithfulness: supported statements of the answer / all its statements. Context recall: statements of the reference
    answer that the passages support / all its statements (Es et al. 2024, and the RAGAS documentation). Both are given
    the passages that were handed to the language model.

    Args:
        run: with answers.
        settings: of the judge.
        progress: told after each question.

    Returns:
        Two rows per question, in the order of the run; a sample that failed has its reason and no value.

    Raises:
        SettingsError: the judge's name is not ``openai:MODEL``, or a number is out of range.
        LLMError: there is no key, or the run has no answers to judge.
        MissingExtraError: the extra ``eval`` is not installed.
    """
    model = _model_name(settings)
    if not run.answered:
        raise LLMError("The run has no answers to judge.", remedy="Run the questions with answers, then judge.")
    key = os.environ.get("OPENAI_API_KEY") or ("none" if settings.base_url else "")
    if not key:
        raise LLMError("The judge has no key.", remedy="Set OPENAI_API_KEY, or give the base URL of your own server.")
    logging.getLogger("instructor").setLevel(logging.CRITICAL)  # what it would print stands in the rows
    return asyncio.run(_judge_all(run, model, key, settings, progress))


def _model_name(settings: JudgeSettings) -> str:
    provider, colon, model = settings.model.partition(":")
    if not (provider and colon and model):
        raise SettingsError(f"{settings.model!r} is not a judge.", remedy="Write openai:MODEL.")
    if provider != "openai":
        raise SettingsError(
            f"The judge does not support {provider} yet.",
            remedy="Write openai:MODEL, with the base URL of any OpenAI-compatible server (Ollama has one at /v1).",
        )
    numbers = (settings.concurrency, settings.timeout_s, settings.sample_timeout_s, settings.max_tokens)
    if min(numbers) <= 0 or settings.max_retries < 0:
        raise SettingsError("A number in the judge's settings is out of range.", remedy="Give positive numbers.")
    return model


_Judgement = Callable[[], Awaitable[Any]]


async def _judge_all(
    run: Run, model: str, key: str, settings: JudgeSettings, progress: Progress | None
) -> list[JudgedRow]:
    limit = asyncio.Semaphore(settings.concurrency)
    done = 0

    async def judged(row: Row, metric: str, why_not: str, sample: _Judgement) -> JudgedRow:
        if why_not:
            return JudgedRow(row.question.id, metric, reason=why_not, failed=bool(row.error))
        async with limit:
            return await _judged(row.question.id, metric, sample, settings)

    async def judged_row(row: Row) -> list[JudgedRow]:
        nonlocal done
        verdicts = list(await asyncio.gather(*(judged(row, *sample) for sample in metrics.samples(row))))
        done += 1
        if progress:
            progress(done, len(run.rows))
        return verdicts

    async with _client(key, settings) as client:
        metrics = _Metrics(model, client, settings)
        return [verdict for verdicts in await asyncio.gather(*map(judged_row, run.rows)) for verdict in verdicts]


async def _judged(key: str, metric: str, sample: _Judgement, settings: JudgeSettings) -> JudgedRow:
    """One sample. Whatever RAGAS or a client raises is its reason: nothing may end the other samples."""
    started = time.perf_counter()
    value, reason = None, ""
    try:
        async with asyncio.timeout(settings.sample_timeout_s):
            found = float((await sample()).value)
        if math.isnan(found):
            reason = "the judge found no statement to judge"
        elif not 0 <= found <= 1:
            reason = f"the judge's verdicts make {found:g}, which is not between 0 and 1"
        else:
            value = found
    except TimeoutError:
        reason = f"TimeoutError: no verdict within {settings.sample_timeout_s:g} s"
    except Exception as error:
        reason = _reason(error)
    took_ms = (time.perf_counter() - started) * 1000
    return JudgedRow(key, metric, value, reason, failed=value is None, took_ms=took_ms)


def _reason(error: Exception) -> str:
    """The cause at the bottom in one line: RAGAS and instructor wrap it."""
    cause: BaseException = error
    while type(cause).__module__.startswith(("instructor", "tenacity")) and cause.__cause__ is not None:
        cause = cause.__cause__
    return f"{type(cause).__name__}: {' '.join(str(cause).split())[:300]}"


def _client(key: str, settings: JudgeSettings) -> Any:
    openai = require("openai", extra="eval")
    return openai.AsyncOpenAI(
        api_key=key, base_url=settings.base_url, timeout=settings.timeout_s, max_retries=settings.max_retries
    )


class _Metrics:
    """RAGAS's metrics, in both languages."""

    def __init__(self, model: str, client: Any, settings: JudgeSettings) -> None:
        os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read once, at its first event
        analytics: Any = require("ragas._analytics", extra="eval")
        analytics.user_data_dir = _nowhere
        llms = require("ragas.llms", extra="eval")
        collections = require("ragas.metrics.collections", extra="eval")
        llm = llms.llm_factory(model, client=client, max_tokens=settings.max_tokens, max_retries=_REASKS)
        llm.client.on("completion:response", _unfence)
        self._faithfulness = {lang: collections.Faithfulness(llm=llm) for lang in ("en", "ko")}
        self._recall = {lang: collections.ContextRecall(llm=llm) for lang in ("en", "ko")}
        in_korean(self._faithfulness["ko"].statement_generator_prompt, korean.STATEMENTS, korean.STATEMENTS_EXAMPLES)
        in_korean(self._faithfulness["ko"].nli_statement_prompt, korean.VERDICTS, korean.VERDICTS_EXAMPLES)
        in_korean(self._recall["ko"].prompt, korean.ATTRIBUTIONS, korean.ATTRIBUTIONS_EXAMPLES)

    def samples(self, row: Row) -> list[tuple[str, str, _Judgement]]:
        """Metric, why it does not apply (empty if it does), and how to get its value."""
        question, answer = row.question, row.answer or GivenAnswer("", True, (), ())
        lang = "ko" if question.lang == "ko" else "en"
        contexts = [_as_handed(passage) for passage in answer.handed]
        faithfulness, recall = self._faithfulness[lang], self._recall[lang]

        async def faithful() -> Any:
            response = without_marks(answer.text)
            return await faithfulness.ascore(
                user_input=question.user_input, response=response, retrieved_contexts=contexts
            )

        async def recalled() -> Any:
            if not contexts:
                return SimpleNamespace(value=0.0)  # nothing can be attributed to nothing; RAGAS would raise
            return await recall.ascore(
                user_input=question.user_input, retrieved_contexts=contexts, reference=question.reference
            )

        no_reference = "" if question.reference.strip() else "no reference answer"
        return [
            ("faithfulness", row.error or ("refused" if answer.refused else ""), faithful),
            ("context_recall", row.error or no_reference, recalled),
        ]


def _nowhere(*_: Any, **__: Any) -> str:
    """In place of the folder where RAGAS keeps a user id, which it does even when it may not track."""
    raise OSError("no user id is kept")


def in_korean(prompt: Any, instruction: str, examples: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Give a RAGAS prompt Korean words; its models check that the examples fit."""
    prompt.instruction = instruction
    prompt.examples = [
        (prompt.input_model.model_validate(given), prompt.output_model.model_validate(made)) for given, made in examples
    ]
    prompt.language = "korean"


def _as_handed(passage: Passage) -> str:
    return "\n".join(part for part in (passage.lead, passage.text) if part)


def _unfence(response: Any) -> None:
    """Take the code fence off a judge's JSON before instructor reads it: it would ask three times more, and fail."""
    for choice in response.choices:
        match = _FENCED.match(choice.message.content or "")
        if match:
            choice.message.content = match.group(1)
