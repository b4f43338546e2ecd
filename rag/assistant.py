"""A course that can be asked: the newest version of an index with retriever, model and chain over it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable

from rag.answer import Answer, Hit
from rag.answering.chain import ChainInput, build_chain
from rag.errors import LLMError, LLMKeyError
from rag.index.course import Course
from rag.llm import extractive, load_llm
from rag.retrieval.retriever import CourseRetriever
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class _Serving:
    """One version with what was made for it."""

    course: Course
    retriever: CourseRetriever
    chain: Runnable[ChainInput, Any]


class Assistant:
    """What both doors talk to. Picks up a newly published version before the next question."""

    def __init__(self, settings: Settings, *, course: Course | None = None) -> None:
        """Open the version in service, or take an opened one.

        Raises:
            IndexStateError: there is no index, or it cannot serve.
            EmbedderError: its embedder cannot be loaded.
            LLMError: the model cannot be set up.
        """
        self.settings = settings
        self._serving = self._served(course or Course.open(settings.index.path, machine=settings.embedder))

    @property
    def course(self) -> Course:
        """The version that answers."""
        return self._serving.course

    @property
    def chain(self) -> Runnable[ChainInput, Any]:
        """The LCEL chain, for whoever wants to go on building with it."""
        return self._serving.chain

    def repaired(self, question: str) -> str:
        """The question as it is searched: with what was mistyped put right."""
        return self._current().retriever.repaired(question)

    def search(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Passages for a question, ``repaired``, best first."""
        retriever = self._current().retriever
        return retriever.search(retriever.repaired(question), k=k)

    def ask(self, question: str, history: Sequence[BaseMessage] = ()) -> Answer:
        """The answer to a question, given the messages before it."""
        result: dict[str, Any] = self._current().chain.invoke({"question": question, "history": list(history)})
        answer: Answer = result["answer"]
        return answer

    def stream(self, question: str, history: Sequence[BaseMessage] = ()) -> Iterator[dict[str, Any]]:
        """The answer as it comes about; see ``rag.answering.chain.build_chain``."""
        yield from self._current().chain.stream({"question": question, "history": list(history)})

    def _current(self) -> _Serving:
        """What answers now. Replaced in one assignment, so that a thread sees one version or the other."""
        newer = self._serving.course.refreshed()
        if newer is not self._serving.course:
            self._serving = self._served(newer)
        return self._serving

    def _served(self, course: Course) -> _Serving:
        retriever = CourseRetriever(course=course, settings=self.settings.retrieval)
        llm, unusable = self._llm(course)
        return _Serving(course, retriever, build_chain(retriever, llm, self.settings.llm, unusable=unusable))

    def _llm(self, course: Course) -> tuple[BaseChatModel, LLMError | None]:
        """The model of the settings; without its key, ours and the reason, if that is allowed."""
        try:
            return load_llm(self.settings.llm, course), None
        except LLMKeyError as error:
            if not self.settings.llm.fallback:
                raise
            return extractive(course), error
