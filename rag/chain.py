"""The chain: question → standalone question → passages → prompt → model → checked answer. LCEL, on one screen."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import (
    Runnable,
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnablePassthrough,
)
from langchain_core.runnables.utils import AddableDict

from rag.answer import Answer, Citation, Hit
from rag.citations import CheckedText, check_citations
from rag.extractive.model import ExtractiveChatModel
from rag.llm import translated_errors
from rag.not_shown import look_up, not_shown
from rag.prompts import COURTESY, NOT_SHOWN, REFUSALS, answer_prompt, render_passages, standalone_prompt
from rag.query.followup import Standalone, resolve
from rag.retriever import CourseRetriever
from rag.settings import LLMSettings

_INTERNAL = ("started", "resolved", "withheld")
"""Keys of the state that are not passed on."""


class ChainInput(TypedDict, total=False):
    """What the chain takes: the question, and the messages before it (none for a first question)."""

    question: str
    history: list[BaseMessage]


def build_chain(retriever: CourseRetriever, llm: BaseChatModel, settings: LLMSettings) -> Runnable[ChainInput, Any]:
    """The chain over one version of a course.

    ``invoke`` gives a dict with ``question``, ``history``, ``standalone``, ``hits``, ``raw`` and ``answer`` (an
    ``Answer``); ``stream`` gives the same keys as they come about, ``raw`` token by token and ``answer`` last.
    ``batch`` and the asynchronous forms work too.

    Raises (when run):
        InputError: the question is empty.
        LLMError: the model cannot be reached or fails.
    """
    steps = _Steps(retriever, llm, settings)
    model = RunnableGenerator(steps.write, steps.awrite) | StrOutputParser()
    refusal: Runnable[dict[str, Any], str] = RunnableLambda(lambda state: REFUSALS[state["resolved"].language])
    courtesy: Runnable[dict[str, Any], str] = RunnableLambda(lambda state: COURTESY[state["resolved"].language])
    return (
        RunnableLambda(_started)
        | RunnablePassthrough.assign(resolved=RunnableLambda(steps.resolved))
        | RunnablePassthrough.assign(standalone=RunnableLambda(steps.standalone))
        | RunnablePassthrough.assign(hits=RunnableLambda(steps.retrieve))
        | RunnablePassthrough.assign(withheld=RunnableLambda(steps.withhold))
        | RunnablePassthrough.assign(
            raw=RunnableBranch(
                (_is_small_talk, courtesy),
                (lambda state: not state["hits"], refusal),
                (lambda state: state["withheld"] is not None, RunnableLambda(_not_shown)),
                RunnableLambda(steps.prompt) | model,
            )
        )
        | RunnableGenerator(steps.check, steps.acheck)
    )


def _started(state: ChainInput) -> dict[str, Any]:
    return {"question": state["question"], "history": state.get("history", []), "started": time.monotonic()}


def _is_small_talk(state: dict[str, Any]) -> bool:
    return bool(state["resolved"].kind == "small talk")


def _not_shown(state: dict[str, Any]) -> str:
    return f"{NOT_SHOWN[state['resolved'].language]} [{state['withheld'].mark}]"


class _Steps:
    """The steps, with what they share."""

    def __init__(self, retriever: CourseRetriever, llm: BaseChatModel, settings: LLMSettings) -> None:
        self._retriever, self._llm, self._settings = retriever, llm, settings
        self._analyzer = retriever.course.analyzer

    def resolved(self, state: dict[str, Any]) -> Standalone:
        """What is asked, and in which language it is to be answered, as far as rules tell."""
        return resolve(state["question"], state["history"], self._analyzer)

    def standalone(self, state: dict[str, Any]) -> str:
        """The question as it is searched."""
        question, history, resolved = state["question"], state["history"], state["resolved"]
        if resolved.kind == "small talk":
            return str(question)
        if isinstance(self._llm, ExtractiveChatModel) or resolved.kind == "language" or not history:
            return self._retriever.repaired(resolved.text)
        rewrite = standalone_prompt(resolved.language) | self._llm | StrOutputParser()
        with translated_errors(self._settings):
            rewritten: str = rewrite.invoke({"question": question, "history": history})
        return rewritten.strip() or str(question)

    def retrieve(self, state: dict[str, Any]) -> list[Hit]:
        """The passages, as many as fit the model's context; the best one always. None for thanks and greetings."""
        if _is_small_talk(state):
            return []
        hits = self._retriever.search(state["standalone"])
        room = self._settings.context_chars
        kept: list[Hit] = []
        for hit in hits:
            room -= len(hit.chunk.text)
            if room >= 0 or not kept:
                kept.append(hit)
        return kept

    def withhold(self, state: dict[str, Any]) -> Citation | None:
        """Where the secret stands that is asked for; no model is asked about it."""
        hits = state["hits"]
        return next(
            (found for key in ("question", "standalone") if (found := not_shown(state[key], hits, self._analyzer))),
            None,
        )

    def prompt(self, state: dict[str, Any]) -> list[BaseMessage]:
        """The messages for the model."""
        prompt = answer_prompt(state["resolved"].language)
        values = {"passages": render_passages(state["hits"]), "question": state["standalone"]}
        return prompt.invoke(values).to_messages()

    def write(self, inputs: Iterator[list[BaseMessage]]) -> Iterator[BaseMessage]:
        """What the model writes, as it comes."""
        for messages in inputs:
            with translated_errors(self._settings):
                yield from self._llm.stream(messages)

    async def awrite(self, inputs: AsyncIterator[list[BaseMessage]]) -> AsyncIterator[BaseMessage]:
        """What the model writes, as it comes."""
        async for messages in inputs:
            with translated_errors(self._settings):
                async for chunk in self._llm.astream(messages):
                    yield chunk

    def check(self, states: Iterator[dict[str, Any]]) -> Iterator[AddableDict]:
        """Pass everything on as it comes; when all has come, add the checked answer."""
        whole = AddableDict()
        for state in states:
            whole += AddableDict(state)
            yield AddableDict({key: value for key, value in state.items() if key not in _INTERNAL})
        yield AddableDict(answer=self._checked(whole))

    async def acheck(self, states: AsyncIterator[dict[str, Any]]) -> AsyncIterator[AddableDict]:
        """As ``check``."""
        whole = AddableDict()
        async for state in states:
            whole += AddableDict(state)
            yield AddableDict({key: value for key, value in state.items() if key not in _INTERNAL})
        yield AddableDict(answer=self._checked(whole))

    def _checked(self, state: dict[str, Any]) -> Answer:
        question, raw, hits = state["question"], state["raw"], tuple(state["hits"])
        refusals = [REFUSALS[state["resolved"].language], *REFUSALS.values()]
        told_off = any(sentence in raw for sentence in refusals)
        checked = CheckedText(raw, (), ()) if told_off else check_citations(raw, hits, self._analyzer)
        if state["withheld"] is not None:
            checked = replace(checked, citations=(state["withheld"],))
        # An answer that no passage supports is not given: right or silent.
        courtesy = _is_small_talk(state)
        refused = told_off or not (courtesy or checked.citations)
        text, citations = (refusals[0], ()) if refused else (checked.text, checked.citations)
        if refused and (place := look_up(question, self._retriever, hits)):
            withheld, hits = place
            text, citations = _not_shown(state | {"withheld": withheld}), (withheld,)
        # What is not shown is no answer either, but says where to look.
        hidden = not refused and any(sentence in raw for sentence in NOT_SHOWN.values())
        return Answer(
            question=question,
            standalone=state["standalone"],
            text=text,
            refused=refused or hidden,
            citations=citations,
            hits=hits,
            unknown_marks=checked.unknown_marks,
            raw=raw,
            llm=self._settings.model,
            index_version=self._retriever.course.version,
            took_ms=(time.monotonic() - state["started"]) * 1000,
        )
