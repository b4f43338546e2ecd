"""Agent mode: the model searches itself, as often as it needs and may, before it answers (extra ``agent``).

A ReAct loop (Yao et al. 2023) of LangGraph, by LangChain's ``create_agent``. Its tools are ours: search, read a whole
section, look up the names of a term. Every passage that a tool gives gets a number that stays, so the answer is checked
like any other: marks, and each sentence against the passages it cites.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import BaseTool, tool

from rag.answer import Hit
from rag.answering.prompts import agent_prompt, render_passages
from rag.chunks import Chunk
from rag.extras import require
from rag.language import Language
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings

_AROUND = 3
"""Passages before and after the one whose section is read."""

_TERMS = 20
_DESKS = 3
"""How many times the context of a plain answer an agent may have read in the end."""

_DOES: dict[str, dict[Language, str]] = {
    "search": {"ko": "검색", "en": "searches"},
    "read_section": {"ko": "이어 읽기", "en": "reads on at passage"},
    "terms": {"ko": "용어 찾기", "en": "looks up the term"},
}


@dataclass(slots=True)
class Desk:
    """The passages an agent has on its desk: each once, its number its place.

    Attributes:
        hits: in the order in which they were found.
        room: characters that may still be put there.
    """

    room: int
    hits: list[Hit] = field(default_factory=list)

    def put(self, hits: Sequence[Hit]) -> str:
        """Put passages there, and give them as the model reads them, under their numbers."""
        shown = []
        for hit in hits:
            # A passage that stands in a context that was handed over already has its number.
            numbers = {part.id: number for number, each in enumerate(self.hits, start=1) for part in each.parts}
            number = numbers.get(hit.chunk.id)
            if number is None:
                if self.hits and len(hit.chunk.text) > self.room:
                    continue
                self.room -= len(hit.chunk.text)
                number = len(self.hits) + 1
                self.hits.append(replace(hit, rank=number))
            shown.append(render_passages([hit], foreign=True, first=number))
        return "\n\n".join(shown) or "Nothing was found, or there is no room for more passages."


def agent_tools(retriever: CourseRetriever, desk: Desk) -> list[BaseTool]:
    """What an agent can do: search, read on, look a term up. Nothing of it changes anything."""

    @tool
    def search(query: str) -> str:
        """Search the course documents; gives numbered passages. Ask one thing at a time, in Korean or English."""
        return desk.put(retriever.search(retriever.repaired(query))) if query.strip() else "The query is empty."

    @tool
    def read_section(number: int) -> str:
        """Read the section that passage NUMBER stands in: the passages before and after it in the same document."""
        if not 1 <= number <= len(desk.hits):
            return f"There is no passage {number}."
        return desk.put(_section(retriever, desk.hits[number - 1]))

    @tool
    def terms(word: str) -> str:
        """Look up other names of a term in this course, such as its English or Korean name or its abbreviation."""
        wanted = word.strip().lower()
        names = [pair.names for pair in retriever.course.bridge.pairs.used]
        found = [f"{one} = {other}" for one, other in names if wanted and wanted in f"{one} {other}".lower()]
        return "\n".join(found[:_TERMS]) or "The course has no other name for it."

    return [search, read_section, terms]


class Agent:
    """Answers one question with the tools, in a bounded number of steps."""

    def __init__(
        self, llm: BaseChatModel, retriever: CourseRetriever, found: Sequence[Hit], settings: LLMSettings
    ) -> None:
        """Begin with what a plain search has found.

        Raises:
            MissingExtraError: LangGraph is not installed.
        """
        self._graph = require("langgraph.errors", extra="agent")
        self._llm, self._settings = llm, settings
        self.desk = Desk(_DESKS * settings.context_chars)
        self._begun_with = self.desk.put(found)
        self._tools = agent_tools(retriever, self.desk)

    def run(self, question: str, language: Language) -> Iterator[str | BaseMessage]:
        """What it does, as sentences, and its answer as a message; no answer where it has used all of its steps."""
        agent, asked, config = self._made(question, language)
        try:
            for update in agent.stream(asked, config, stream_mode="updates"):
                yield from _told(update, language)
        except self._graph.GraphRecursionError:
            return

    async def arun(self, question: str, language: Language) -> AsyncIterator[str | BaseMessage]:
        """As ``run``."""
        agent, asked, config = self._made(question, language)
        try:
            async for update in agent.astream(asked, config, stream_mode="updates"):
                for said in _told(update, language):
                    yield said
        except self._graph.GraphRecursionError:
            return

    def _made(self, question: str, language: Language) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        agents = require("langchain.agents", extra="agent")
        values = {"passages": self._begun_with, "question": question}
        system, *asked = agent_prompt(language).invoke(values).to_messages()
        agent = agents.create_agent(self._llm, self._tools, system_prompt=system)
        # A step is a turn of the model and one of its tools; the last turn answers.
        return agent, {"messages": asked}, {"recursion_limit": 2 * self._settings.agent_steps + 1}


def _told(update: dict[str, Any], language: Language) -> Iterator[str | BaseMessage]:
    """The calls of an update of the graph as sentences, and an answer as it is."""
    for change in update.values():
        for message in (change or {}).get("messages", []):
            if not isinstance(message, AIMessage):
                continue
            for call in message.tool_calls:
                said = ", ".join(str(value) for value in call["args"].values())
                yield f"{_DOES.get(call['name'], {}).get(language, call['name'])}: {said}"
            if not message.tool_calls:
                yield message


def _section(retriever: CourseRetriever, hit: Hit) -> list[Hit]:
    """The passages under the same headings of the same document, in reading order, around the one that was found."""
    table = retriever.course.store.table
    chunks = [Chunk.from_document(each) for each in table.get(table.matching({"source": hit.chunk.source}))]
    same = sorted((each for each in chunks if each.heading == hit.chunk.heading), key=lambda each: each.start)
    place = next((number for number, each in enumerate(same) if each.id == hit.chunk.id), 0)
    around = same[max(0, place - _AROUND) : place + _AROUND + 1]
    return [Hit(rank, chunk, hit.score, {}) for rank, chunk in enumerate(around, start=1)]
