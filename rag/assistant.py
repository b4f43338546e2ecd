"""A course that can be asked: the newest version of an index with retriever, model and chain over it."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable

from rag.answer import Answer, Hit
from rag.chain import ChainInput, build_chain
from rag.index.course import Course
from rag.llm import load_llm
from rag.retriever import CourseRetriever
from rag.settings import Settings


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
        self._follow(course or Course.open(settings.index.path))

    @property
    def course(self) -> Course:
        """The version that answers."""
        return self._course

    @property
    def chain(self) -> Runnable[ChainInput, Any]:
        """The LCEL chain, for whoever wants to go on building with it."""
        return self._chain

    def search(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Passages for a question, best first."""
        self._refresh()
        return self._retriever.search(question, k=k)

    def ask(self, question: str, history: Sequence[BaseMessage] = ()) -> Answer:
        """The answer to a question, given the messages before it."""
        self._refresh()
        result: dict[str, Any] = self._chain.invoke({"question": question, "history": list(history)})
        answer: Answer = result["answer"]
        return answer

    def stream(self, question: str, history: Sequence[BaseMessage] = ()) -> Iterator[dict[str, Any]]:
        """The answer as it comes about; see ``rag.chain.build_chain``."""
        self._refresh()
        yield from self._chain.stream({"question": question, "history": list(history)})

    def _refresh(self) -> None:
        newer = self._course.refreshed()
        if newer is not self._course:
            self._follow(newer)

    def _follow(self, course: Course) -> None:
        self._course = course
        self._retriever = CourseRetriever(course=course, settings=self.settings.retrieval)
        self._chain = build_chain(self._retriever, load_llm(self.settings.llm, course), self.settings.llm)
