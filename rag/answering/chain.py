"""The chain: question → standalone question → passages → prompt → model → checked answer. LCEL, on one screen."""

from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableBranch, RunnableGenerator, RunnableLambda, RunnablePassthrough

from rag.answering.checking import Checking, not_shown_text
from rag.answering.prompts import COURTESY, REFUSALS
from rag.answering.running import Written
from rag.answering.steps import Steps, is_small_talk
from rag.answering.writing import Writing
from rag.errors import LLMError
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings


class ChainInput(TypedDict, total=False):
    """What the chain takes: the question, and the messages before it (none for a first question)."""

    question: str
    history: list[BaseMessage]


def build_chain(
    retriever: CourseRetriever, llm: BaseChatModel, settings: LLMSettings, *, unusable: LLMError | None = None
) -> Runnable[ChainInput, Any]:
    """The chain over one version of a course.

    ``invoke`` gives a dict with ``question``, ``history``, ``standalone``, ``hits``, ``raw`` and ``answer`` (an
    ``Answer``); ``stream`` gives the same keys as they come about, ``raw`` token by token and ``answer`` last. Where
    a model fails in the middle and another takes over, ``restarted`` says why what was streamed does not count; an
    agent's doings come as ``step``. ``batch`` and the asynchronous forms work too.

    Args:
        retriever: searches the course.
        llm: writes the answer.
        settings: of the language model.
        unusable: why ``llm`` is not the model of the settings, where another stands in for it.

    Raises (when run):
        InputError: the question is empty.
        LLMError: the model cannot be reached or fails, and ``settings.fallback`` is not set.
    """
    steps, writing = Steps(retriever, llm, settings, unusable), Writing(retriever, llm, settings)
    checking = Checking(steps, retriever, settings)
    begun: Runnable[ChainInput, dict[str, Any]] = RunnableLambda(steps.start)
    return (
        begun
        | RunnablePassthrough.assign(resolved=RunnableLambda(steps.resolved))
        | RunnablePassthrough.assign(standalone=RunnableLambda(steps.standalone))
        | RunnablePassthrough.assign(hits=RunnableLambda(steps.retrieve))
        | RunnablePassthrough.assign(withheld=RunnableLambda(steps.withhold))
        | RunnablePassthrough.assign(
            written=RunnableBranch(
                (is_small_talk, _said(lambda state: COURTESY[state["resolved"].language])),
                (lambda state: not state["hits"], _said(lambda state: REFUSALS[state["resolved"].language])),
                (lambda state: state["withheld"] is not None, _said(not_shown_text)),
                RunnableGenerator(writing.write, writing.awrite),
            )
        )
        | RunnableGenerator(checking.check, checking.acheck)
    )


def _said(say: Any) -> Runnable[dict[str, Any], Written]:
    """A sentence that no model is needed for."""
    return RunnableLambda(lambda state: Written(say(state)))
