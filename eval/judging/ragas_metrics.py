"""RAGAS's own metrics, asked in the language of the question, through a judge and an embedder of ours.

What RAGAS 0.4.3 leaves to its caller is done around it: calls are bounded, what it would make a silent NaN is a failure
that is told, and its telemetry is off. Its arithmetic and its prompts are its own.
"""

import math
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel

from eval.judging import prompts as korean
from eval.judging.failures import NotJudged
from eval.metrics.answers import without_marks
from eval.records import GivenAnswer, Passage, Row
from rag.extras import require

Ask = Callable[[str, type[BaseModel]], Awaitable[Any]]
"""A prompt and RAGAS's model of the answer, to that answer."""

Embed = Callable[[list[str]], Any]
"""Texts to rows of a matrix."""


class RagasMetrics:
    """RAGAS's four metrics.

    Args:
        embed: compares questions, for answer relevancy.
        relevancy_questions: how many questions are made of an answer there.
    """

    def __init__(self, embed: Embed, *, relevancy_questions: int) -> None:
        """Import RAGAS, which takes seconds.

        Raises:
            MissingExtraError: the extra ``eval`` is not installed.
        """
        os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read once, at its first event
        analytics: Any = require("ragas._analytics", extra="eval")
        analytics.user_data_dir = _nowhere
        self._collections = require("ragas.metrics.collections", extra="eval")
        self._llm = require("ragas.llms.base", extra="eval").InstructorBaseRagasLLM
        self._embeddings = _embeddings(require("ragas.embeddings.base", extra="eval").BaseRagasEmbedding, embed)
        self._relevancy_questions = relevancy_questions
        self._korean = {name: self._in_korean(name) for name in korean.PROMPTS}

    async def value(self, row: Row, metric: str, ask: Ask) -> float:
        """One metric of one row, in [0, 1].

        Faithfulness: supported statements of the answer / all its statements. Answer relevancy: mean cosine between the
        question and questions made of the answer; 0 for an evasive one. Context recall: statements of the reference
        answer that the passages support / all its statements. Context precision: average precision of the passages, in
        their order, that were of use for the reference answer (Es et al. 2024, and the RAGAS documentation).

        Raises:
            NotJudged: there is no number, and why.
        """
        question, answer = row.question, row.answer or GivenAnswer("", True, (), ())
        scorer = self._scorer(metric, ask, "ko" if question.lang == "ko" else "en")
        texts: dict[str, Any] = {"user_input": question.user_input}
        if metric in ("faithfulness", "answer_relevancy"):
            texts["response"] = without_marks(answer.text)
        if metric in ("context_recall", "context_precision"):
            texts["reference"] = question.reference
        if metric != "answer_relevancy":
            texts["retrieved_contexts"] = [_as_handed(passage) for passage in answer.handed]
        return _in_range(float((await scorer.ascore(**texts)).value), metric)

    def _scorer(self, metric: str, ask: Ask, language: str) -> Any:
        """RAGAS's metric with a judge of its own; making one costs microseconds."""
        llm = _judge(self._llm, ask)
        if metric == "answer_relevancy":
            scorer = self._collections.AnswerRelevancy(
                llm=llm, embeddings=self._embeddings, strictness=self._relevancy_questions
            )
        else:
            scorer = getattr(self._collections, _CLASSES[metric])(llm=llm)
        if language == "ko":
            for attribute, prompt in self._korean[metric].items():
                setattr(scorer, attribute, prompt)
        return scorer

    def _in_korean(self, metric: str) -> dict[str, Any]:
        scorer = self._scorer(metric, _asks_nothing, "en")
        prompts = {}
        for attribute, (instruction, examples) in korean.PROMPTS[metric].items():
            in_korean(prompt := getattr(scorer, attribute), instruction, examples)
            prompts[attribute] = prompt
        return prompts


_CLASSES = {
    "faithfulness": "Faithfulness",
    "context_recall": "ContextRecall",
    "context_precision": "ContextPrecision",
}


def in_korean(prompt: Any, instruction: str, examples: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Give a RAGAS prompt Korean words; its models check that the examples fit."""
    prompt.instruction = instruction
    prompt.examples = [
        (prompt.input_model.model_validate(given), prompt.output_model.model_validate(made)) for given, made in examples
    ]
    prompt.language = "korean"


def _in_range(found: float, metric: str) -> float:
    """A value between 0 and 1, without what RAGAS adds to divide by (1e-10) and what a cosine has too much."""
    if math.isnan(found):
        raise NotJudged("RAGAS made no number of the judge's answers")
    if metric == "answer_relevancy":
        found = max(found, 0.0)  # a cosine below 0 is no less related than one of 0
    found = round(found, 9)
    if not 0 <= found <= 1:
        raise NotJudged(f"the judge's verdicts make {found:g}, which is not between 0 and 1")
    return found


def _judge(base: Any, ask: Ask) -> Any:
    """Our judge behind RAGAS's interface."""

    async def agenerate(_: Any, prompt: str, response_model: type[BaseModel]) -> Any:
        return await ask(prompt, response_model)

    return type("Judge", (base,), {"agenerate": agenerate, "generate": _only_async})()


def _embeddings(base: Any, embed: Embed) -> Any:
    """Our embedder behind RAGAS's interface. It computes in milliseconds, so it may do so in the event loop."""

    def embed_texts(_: Any, texts: list[str], **__: Any) -> list[list[float]]:
        once = {text: number for number, text in enumerate(dict.fromkeys(texts))}  # the judge often repeats itself
        vectors = np.asarray(embed(list(once)), dtype=np.float64)
        if not vectors.any(axis=1).all():
            raise NotJudged("the embedder knows no word of a question")  # a cosine with nothing is NaN
        rows: list[list[float]] = vectors[[once[text] for text in texts]].tolist()
        return rows

    def embed_text(self: Any, text: str, **__: Any) -> list[float]:
        return embed_texts(self, [text])[0]

    async def aembed_texts(self: Any, texts: list[str], **__: Any) -> list[list[float]]:
        return embed_texts(self, texts)

    async def aembed_text(self: Any, text: str, **__: Any) -> list[float]:
        return embed_text(self, text)

    methods: dict[str, Any] = {"embed_text": embed_text, "embed_texts": embed_texts}
    methods |= {"aembed_text": aembed_text, "aembed_texts": aembed_texts}
    return type("OwnEmbeddings", (base,), methods)()


def _only_async(*_: Any, **__: Any) -> Any:
    raise NotImplementedError("the judge is asked asynchronously")


async def _asks_nothing(*_: Any) -> Any:
    raise NotImplementedError("this one is there for its prompts")


def _nowhere(*_: Any, **__: Any) -> str:
    """In place of the folder where RAGAS keeps a user id, which it does even when it may not track."""
    raise OSError("no user id is kept")


def _as_handed(passage: Passage) -> str:
    return "\n".join(part for part in (passage.lead, passage.text) if part)
