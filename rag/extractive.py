"""The language model that needs no language model: it answers with the sentences that answer the question.

A LangChain chat model like any other: it reads the numbered passages and the question out of the prompt, and writes
sentences of the passages, each with its mark, or the refusal sentence. So chain, citation check and interface need
no special case for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from rag.analyzer import Analyzer
from rag.language import detect_language
from rag.prompts import REFUSALS, parse_passages
from rag.sentences import split_sentences

_QUESTION_WORDS = frozenset(
    "무엇 뭐 뭣 어떻다 어떻게 왜 언제 어디 누구 어느 무슨 몇 얼마 것 거 수 때 하다 되다 있다 없다 알다 말하다 설명 "
    "이것 그것 저것 이 그 저 등 및 대하다 위하다 주다 보다 "
    "what which who whom whose when where whi how is are was were be been do doe did can could should would will "
    "the a an of in on at to for from by with and or not it this that these those i you we they "
    "tell me explain describ please there their its as if".split()
)
"""Words that ask, or that every sentence has; they say nothing about which sentence answers. Stemmed as indexed."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage: where it stands, and how well it answers."""

    passage: int
    position: int
    text: str
    score: float = 0.0


class ExtractiveChatModel(BaseChatModel):
    """Answers with sentences of the passages it is given.

    A sentence is scored by the share of the question's terms that it holds, weighted by how rare they are
    (``idf``), and by the cosine of its embedding to the question's. If no passage reaches ``threshold``, it refuses.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    analyzer: Analyzer = Field(default_factory=Analyzer)
    embeddings: Embeddings | None = Field(None, description="Compares question and sentence by meaning.")
    idf: Callable[[Sequence[str]], list[float]] | None = Field(None, description="Rarity of words in the course.")
    threshold: float = Field(0.5, description="Least support in [0, 1]; below it the answer is a refusal.")
    max_sentences: int = Field(3, ge=1)
    max_chars: int = Field(400, ge=50)

    @property
    def _llm_type(self) -> str:
        return "extractive"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": "extractive", "threshold": self.threshold}

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
        reading = _Reading(self, question)
        scored = [reading.scored(_sentences(number, text)) for number, text in passages.items()]
        if reading.support(list(passages.values()), scored) < self.threshold:
            return refusal
        return self._written(scored)

    def _written(self, scored: list[list[_Sentence]]) -> str:
        """The best sentences, passage by passage in order of the best one, each passage in its own order."""
        ranked = sorted((each for passage in scored for each in passage), key=lambda each: -each.score)
        chosen: list[_Sentence] = []
        length = 0
        for sentence in ranked[: self.max_sentences]:
            good = sentence.score >= 0.75 * ranked[0].score
            if chosen and (not good or length + len(sentence.text) > self.max_chars):
                continue
            if all(sentence.text != each.text for each in chosen):
                chosen.append(sentence)
                length += len(sentence.text)
        first_of: dict[int, int] = {}
        for rank, sentence in enumerate(chosen):
            first_of.setdefault(sentence.passage, rank)
        chosen.sort(key=lambda each: (first_of[each.passage], each.position))
        return "\n".join(f"{sentence.text} [{sentence.passage}]" for sentence in chosen)


class _Reading:
    """One question, ready to be compared with sentences."""

    def __init__(self, model: ExtractiveChatModel, question: str) -> None:
        self._model = model
        self._question = question
        words = dict.fromkeys(model.analyzer.analyze_one(question).words)
        # If nothing but question words is left ("what is it?"), those are all there is.
        self._words = [word for word in words if word not in _QUESTION_WORDS] or list(words)
        self._weights = model.idf(self._words) if model.idf else [1.0] * len(self._words)

    def scored(self, sentences: list[_Sentence]) -> list[_Sentence]:
        """The sentences with their scores in [0, 1]."""
        texts = [sentence.text for sentence in sentences]
        cosines = self._cosines(texts)
        terms = self._model.analyzer.analyze(texts)
        return [
            _Sentence(each.passage, each.position, each.text, 0.6 * self._coverage(set(found.words)) + 0.4 * cosine)
            for each, found, cosine in zip(sentences, terms, cosines, strict=True)
        ]

    def support(self, passages: list[str], scored: list[list[_Sentence]]) -> float:
        """How well the passages answer, in [0, 1]: the better of words covered and nearness in meaning."""
        terms = self._model.analyzer.analyze(passages)
        covered = max(self._coverage(set(found.words)) for found in terms)
        nearest = max(self._cosines([sentence.text for passage in scored for sentence in passage]), default=0.0)
        return max(covered, nearest)

    def _coverage(self, found: set[str]) -> float:
        """Share of the question's terms, weighted by rarity."""
        total = sum(self._weights)
        held = sum(weight for word, weight in zip(self._words, self._weights, strict=True) if word in found)
        return held / total if total else 0.0

    def _cosines(self, texts: list[str]) -> list[float]:
        if self._model.embeddings is None or not texts:
            return [0.0] * len(texts)
        vectors = np.asarray(self._model.embeddings.embed_documents(texts), np.float32)
        lengths = np.linalg.norm(vectors, axis=1) * (np.linalg.norm(self._query) or 1.0)
        cosines = np.divide(vectors @ self._query, lengths, out=np.zeros(len(texts), np.float32), where=lengths > 0)
        return [float(value) for value in np.clip(cosines, 0.0, 1.0)]

    @cached_property
    def _query(self) -> "np.ndarray[Any, np.dtype[np.float32]]":
        if self._model.embeddings is None:
            return np.zeros(1, np.float32)
        return np.asarray(self._model.embeddings.embed_query(self._question), np.float32)


def _sentences(passage: int, text: str) -> list[_Sentence]:
    spans = split_sentences(text)
    return [_Sentence(passage, position, text[start:end]) for position, (start, end) in enumerate(spans)]


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
