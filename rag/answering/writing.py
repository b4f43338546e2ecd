"""What the model writes, as it comes: from fewer passages if they are too long for it, without it if it fails."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, BaseMessageChunk

from rag.answering.agent import Agent
from rag.answering.prompts import answer_prompt, render_passages
from rag.answering.running import Run, Written
from rag.answering.told import Note, told
from rag.errors import LLMContextError, LLMError
from rag.extractive.model import ExtractiveChatModel
from rag.llm import extractive, require_finished, translated_errors
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings


class Writing:
    """Writes the answer to the state of a question, once its passages are found."""

    def __init__(self, retriever: CourseRetriever, llm: BaseChatModel, settings: LLMSettings) -> None:
        """Take what writes; the course is for an agent, and for our own model where it takes over."""
        self._retriever, self._llm, self._settings = retriever, llm, settings

    def write(self, states: Iterator[dict[str, Any]]) -> Iterator[Written]:
        """What is written, piece by piece; ``Written.restarted`` where what came before does not count.

        Raises:
            LLMError: the model fails, and nothing may take over.
        """
        for state in states:
            for attempt in self._attempts(state):
                try:
                    with translated_errors(self._settings):
                        yield from self._searched(state) if attempt is not None else self._streamed(state)
                except LLMError as error:
                    yield from self._again(state, error)
            if not state["run"].answered:
                for message in self._extractive().stream(self.prompt(state)):
                    yield Written(str(message.text))

    async def awrite(self, states: AsyncIterator[dict[str, Any]]) -> AsyncIterator[Written]:
        """As ``write``."""
        async for state in states:
            async for written in self._awritten(state):
                yield written
            if not state["run"].answered:
                async for message in self._extractive().astream(self.prompt(state)):
                    yield Written(str(message.text))

    async def _awritten(self, state: dict[str, Any]) -> AsyncIterator[Written]:
        for attempt in self._attempts(state):
            try:
                with translated_errors(self._settings):
                    async for written in self._asearched(state) if attempt is not None else self._astreamed(state):
                        yield written
            except LLMError as error:
                for written in self._again(state, error):
                    yield written

    def prompt(self, state: dict[str, Any]) -> list[BaseMessage]:
        """The messages for the model."""
        hits, foreign = state["run"].read(state["hits"]), self._asks_llm(state)
        values = {"passages": render_passages(hits, foreign=foreign), "question": state["standalone"]}
        return answer_prompt(state["resolved"].language).invoke(values).to_messages()

    def _attempts(self, state: dict[str, Any]) -> Iterator[str | None]:
        """One attempt after the other until there is an answer, or the model has failed; an agent's is the first."""
        if self._settings.agent and self._asks_llm(state):
            yield "agent"
        while self._asks_llm(state) and not state["run"].answered:
            state["run"].begun = False
            yield None

    def _streamed(self, state: dict[str, Any]) -> Iterator[Written]:
        """One attempt of the model."""
        chunks: list[BaseMessageChunk] = []
        for chunk in self._llm.stream(self.prompt(state)):
            chunks.append(chunk)
            yield state["run"].writes(chunk)
        require_finished(chunks)
        state["run"].answered = True

    async def _astreamed(self, state: dict[str, Any]) -> AsyncIterator[Written]:
        """As ``_streamed``."""
        chunks: list[BaseMessageChunk] = []
        async for chunk in self._llm.astream(self.prompt(state)):
            chunks.append(chunk)
            yield state["run"].writes(chunk)
        require_finished(chunks)
        state["run"].answered = True

    def _searched(self, state: dict[str, Any]) -> Iterator[Written]:
        """What an agent does and writes; where it comes to no end in its steps, the next attempt goes on from there."""
        agent = Agent(self._llm, self._retriever, state["hits"], self._settings)
        for said in agent.run(state["standalone"], state["resolved"].language):
            yield state["run"].takes(said)
        self._take_over(state["run"], agent)

    async def _asearched(self, state: dict[str, Any]) -> AsyncIterator[Written]:
        """As ``_searched``."""
        agent = Agent(self._llm, self._retriever, state["hits"], self._settings)
        async for said in agent.arun(state["standalone"], state["resolved"].language):
            yield state["run"].takes(said)
        self._take_over(state["run"], agent)

    def _take_over(self, run: Run, agent: Agent) -> None:
        run.found = agent.desk.hits
        if not run.answered:
            run.notes.append(Note("stopped", count=self._settings.agent_steps))

    def _again(self, state: dict[str, Any], error: LLMError) -> Iterator[Written]:
        """Make ready for another attempt: half of the passages if they were too long, else without the model.

        Raises:
            LLMError: neither helps or is allowed.
        """
        run: Run = state["run"]
        handed = len(run.read(state["hits"]))
        if isinstance(error, LLMContextError) and handed > 1:
            run.handed = handed // 2
            run.notes = [note for note in run.notes if note.kind != "fewer"]
            run.notes.append(Note("fewer", count=run.handed, of=len(run.found or state["hits"])))
        elif self._settings.fallback:
            run.fails(error)
            # Ours answers better from passages without their sections.
            run.found, run.handed = self._retriever.search(state["standalone"]), None
        else:
            raise error
        if run.begun:
            yield Written(restarted=told(run.notes[-1], state["resolved"].language))

    def _asks_llm(self, state: dict[str, Any]) -> bool:
        return not isinstance(self._llm, ExtractiveChatModel) and state["run"].failure is None

    def _extractive(self) -> BaseChatModel:
        return self._llm if isinstance(self._llm, ExtractiveChatModel) else extractive(self._retriever.course)
