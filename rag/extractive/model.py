"""The chat model: it reads the numbered passages and the question out of the prompt, and writes lines of the passages,
each with its mark, or the refusal sentence. So chain, citation check and interface need no special case for it.
"""  # noqa: D205

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from rag.analyzer import Analyzer
from rag.answering.prompts import ASSENTS, DIFFER, REFUSALS, Passage, parse_passages
from rag.extractive.asked import compares
from rag.extractive.composing import Room, chosen, told_apart, written
from rag.extractive.conflicts import Conflicts
from rag.extractive.forms import assent, of_each_side, of_form, whole_lists, with_reason
from rag.extractive.scoring import THRESHOLD, Candidate, Reading
from rag.language import detect_language
from rag.query.lexicon import Lexicon
from rag.query.parts import parts

_PAIR = 2


class ExtractiveChatModel(BaseChatModel):
    """Answers with lines of the passages it is given; refuses if their support is below ``threshold``."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    analyzer: Analyzer = Field(default_factory=Analyzer)
    embeddings: Embeddings | None = Field(None, description="Compares question and sentence by meaning.")
    quick: Embeddings | None = Field(None, description="Chooses the few sentences that embeddings reads; None: all.")
    idf: Callable[[Sequence[str]], list[float]] | None = Field(None, description="Rarity of words in the course.")
    lexicon: Lexicon | None = Field(None, description="What a question's terms are in the other language.")
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
        return self._composed(question, passages, reading) or refusal

    def _composed(self, question: str, passages: Sequence[Passage], reading: Reading) -> str:
        """The best candidates, in the form that was asked for; "" where none is of it."""
        language, room = detect_language(question), Room(self.max_sentences, self.max_chars)
        candidates = of_form(reading.candidates(), reading)
        picked = self._of_each_side(question, passages, reading) or chosen(candidates, room)
        picked = with_reason(whole_lists(picked, reading, room), reading, room)
        picked += self._of_each_part(question, passages, picked)
        conflict = Conflicts(reading, self.analyzer).first(picked)
        if conflict is not None:
            return told_apart(picked, conflict, DIFFER[language], room)
        yes = assent(question, picked[0], self.analyzer) if picked else None
        text = written(picked)
        return text if yes is None else f"{ASSENTS[language][0 if yes else 1]}\n{text}"

    def _of_each_side(self, question: str, passages: Sequence[Passage], reading: Reading) -> list[Candidate]:
        """What is said of either of two things that are compared."""
        sides = parts(question) if compares(question) else ()
        return of_each_side([self.reading(side, passages) for side in sides], reading) if len(sides) == _PAIR else []

    def _of_each_part(self, question: str, passages: Sequence[Passage], picked: Sequence[Candidate]) -> list[Candidate]:
        """Of each part of a question that asks two things the best sentence, if it is not said and has support."""
        halves = parts(question)
        if len(halves) != _PAIR or compares(question):
            return []
        room, added = Room(1, self.max_chars // _PAIR), list[Candidate]()
        for half in halves:
            reading = self.reading(half, passages)
            if reading.support() < self.threshold:
                continue
            best = whole_lists(chosen(of_form(reading.candidates(), reading), room), reading, room)
            said = [each.text for each in (*picked, *added)]
            added += [each for each in best if not any(each.text in text or text in each.text for text in said)]
        return added[: max(0, self.max_sentences + 1 - len(picked))]

    def reading(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Passages read with a question in mind."""
        return Reading(question, passages, self.analyzer, self.embeddings, self.idf, self.quick, self.lexicon)


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
