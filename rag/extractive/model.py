"""The chat model: it reads the numbered passages and the question out of the prompt, and writes lines of the passages,
each with its mark, or the refusal sentence. So chain, citation check and interface need no special case for it.
"""  # noqa: D205

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from textwrap import dedent
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from rag.analyzer import Analyzer
from rag.extractive.scoring import THRESHOLD, Candidate, Reading
from rag.language import detect_language
from rag.prompts import REFUSALS, Passage, parse_passages

_CLOSE = 0.4
"""A candidate is added to the best one if it is at least this many times as likely to be the answer."""

_SAME = 0.8
"""A candidate is left out if this share of its pairs of characters stands in what is said already."""


class ExtractiveChatModel(BaseChatModel):
    """Answers with lines of the passages it is given; refuses if their support is below ``threshold``."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    analyzer: Analyzer = Field(default_factory=Analyzer)
    embeddings: Embeddings | None = Field(None, description="Compares question and sentence by meaning.")
    quick: Embeddings | None = Field(None, description="Chooses the few sentences that embeddings reads; None: all.")
    idf: Callable[[Sequence[str]], list[float]] | None = Field(None, description="Rarity of words in the course.")
    threshold: float = Field(THRESHOLD, description="Least support in [0, 1]; below it the answer is a refusal.")
    max_sentences: int = Field(3, ge=1)
    max_chars: int = Field(400, ge=50)

    @property
    def _llm_type(self) -> str:
        return "extractive"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": "extractive", "threshold": self.threshold}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params.setdefault("ls_model_name", "extractive")
        return params

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = _stopped(self._answer(messages), stop)
        message = AIMessage(
            content=text, usage_metadata=_usage(messages, text), response_metadata={"model_name": "extractive"}
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        text = _stopped(self._answer(messages), stop)
        words = [word for line in text.splitlines(keepends=True) for word in _words(line)]
        for number, word in enumerate(words):
            last = number == len(words) - 1
            chunk = AIMessageChunk(
                content=word,
                usage_metadata=_usage(messages, text) if last else None,
                response_metadata={"model_name": "extractive"} if last else {},
                chunk_position="last" if last else None,
            )
            if run_manager:
                run_manager.on_llm_new_token(word)
            yield ChatGenerationChunk(message=chunk)

    def _answer(self, messages: list[BaseMessage]) -> str:
        asked = [message for message in messages if isinstance(message, HumanMessage)]
        passages, question = parse_passages(str(asked[-1].text) if asked else "")
        refusal = REFUSALS[detect_language(question)]
        if not passages:
            return refusal
        reading = self.reading(question, passages)
        if reading.support() < self.threshold:
            return refusal
        return self._written(reading.candidates()) or refusal

    def reading(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Passages read with a question in mind."""
        return Reading(question, passages, self.analyzer, self.embeddings, self.idf, self.quick)

    def _written(self, candidates: list[Candidate]) -> str:
        """The best candidates that fit, passage by passage in order of the best one, each in its own order."""
        ranked = sorted(candidates, key=lambda each: -each.score)
        chosen: list[Candidate] = []
        said: frozenset[str] = frozenset()
        counted: frozenset[str] = frozenset()
        length = 0
        for candidate in ranked:
            if len(chosen) == self.max_sentences or candidate.score < _CLOSE * ranked[0].score:
                break
            fitting = self._fitting(candidate, self.max_chars - length if chosen else self.max_chars)
            pairs, numbers = _pairs(fitting.text), _numbers(fitting.text)
            if fitting.lines and (len(pairs & said) <= _SAME * len(pairs) or numbers - counted):
                chosen.append(fitting)
                said, counted = said | pairs, counted | numbers
                length += len(fitting.text)
        first_of: dict[int, int] = {}
        for rank, candidate in enumerate(chosen):
            first_of.setdefault(candidate.passage, rank)
        chosen.sort(key=lambda each: (first_of[each.passage], each.position))
        return "\n".join(f"{dedent(candidate.text)} [{candidate.passage}]" for candidate in chosen)

    def _fitting(self, candidate: Candidate, room: int) -> Candidate:
        """As many of its lines as there is room for; a single one that is too long stays whole."""
        lines = [line.replace("\n", " ") for line in candidate.lines]  # where a page broke the line
        if len(lines) == 1 and room >= min(len(lines[0]), self.max_chars):
            return replace(candidate, lines=tuple(lines))
        kept: list[str] = []
        for line in lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept.append(line)
        return replace(candidate, lines=tuple(kept))


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters, white space left out: two sentences that share most say the same."""
    letters = "".join(text.split())
    return frozenset(letters[start : start + 2] for start in range(max(1, len(letters) - 1)))


def _numbers(text: str) -> frozenset[str]:
    """Numbers: where they differ, two sentences do not say the same, however alike they are."""
    return frozenset(re.findall(r"\d+(?:[.,]\d+)*", text))


def _words(line: str) -> list[str]:
    """Words with the white space behind them, so that they add up to the line."""
    words = line.split(" ")
    return [*(f"{word} " for word in words[:-1]), words[-1]] if words else []


def _stopped(text: str, stop: list[str] | None) -> str:
    cuts = [text.find(word) for word in stop or [] if word in text]
    return text[: min(cuts)] if cuts else text


def _usage(messages: list[BaseMessage], text: str) -> UsageMetadata:
    """Words, for want of tokens: nobody pays for them."""
    read = sum(len(str(message.text).split()) for message in messages)
    written = len(text.split())
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
