"""The end of the chain: what was written, checked, as an ``Answer``."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from langchain_core.runnables.utils import AddableDict

from rag.answer import Answer, Citation, Hit, Sought
from rag.answering.citations import CheckedText, check_citations
from rag.answering.prompts import NOT_SHOWN, REFUSALS
from rag.answering.running import Run, Written
from rag.answering.steps import Steps, is_small_talk
from rag.answering.told import Note, told
from rag.extractive.sought import sought
from rag.grounding.guard import Guard
from rag.grounding.support import Support
from rag.language import Language
from rag.llm import EXTRACTIVE
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings

_INTERNAL = frozenset({"run", "resolved", "withheld", "written"})
"""Keys of the state that are not passed on as they are."""


def not_shown_text(state: dict[str, Any]) -> str:
    """What is said instead of a secret, with the mark of its place."""
    return f"{NOT_SHOWN[state['resolved'].language]} [{state['withheld'].mark}]"


class Checking:
    """Passes the state on as it comes about, and adds the checked answer."""

    def __init__(self, steps: Steps, retriever: CourseRetriever, settings: LLMSettings) -> None:
        """Take what knows where secrets stand, and the course."""
        self._steps, self._course, self._settings = steps, retriever.course, settings

    def check(self, states: Iterator[dict[str, Any]]) -> Iterator[AddableDict]:
        """Pass everything on as it comes; when all has come, add the checked answer."""
        whole = AddableDict()
        for state in states:
            whole += AddableDict(state)
            yield _shown(state)
        yield AddableDict(answer=self._answer(whole))

    async def acheck(self, states: AsyncIterator[dict[str, Any]]) -> AsyncIterator[AddableDict]:
        """As ``check``."""
        whole = AddableDict()
        async for state in states:
            whole += AddableDict(state)
            yield _shown(state)
        yield AddableDict(answer=self._answer(whole))

    def _answer(self, state: dict[str, Any]) -> Answer:
        run: Run = state["run"]
        question, raw, language = state["question"], state["written"].text, state["resolved"].language
        hits = tuple(run.read(state["hits"]))
        refusals = [REFUSALS[language], *REFUSALS.values()]
        told_off = any(sentence in raw for sentence in refusals)
        checked = CheckedText(raw, (), ()) if told_off else self._checked(state, hits)
        if state["withheld"] is not None:
            checked = replace(checked, citations=(state["withheld"],))
        # An answer that no passage supports is not given: right or silent.
        refused = told_off or not (is_small_talk(state) or checked.citations)
        text, citations = (refusals[0], ()) if refused else (checked.text, checked.citations)
        if refused and (place := self._steps.secret(question, hits)):
            text, citations, hits = self._hidden(state, *place)
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
            llm=run.llm,
            index_version=self._course.version,
            took_ms=(time.monotonic() - run.started) * 1000,
            notes=tuple(told(note, language) for note in run.notes),
            sought=sought(state["standalone"], self._course) if refused and not citations else Sought(),
        )

    def _checked(self, state: dict[str, Any], hits: tuple[Hit, ...]) -> CheckedText:
        """The marks checked, and each sentence of a model that does not quote."""
        run: Run = state["run"]
        raw, analyzer = state["written"].text, self._course.analyzer
        ours = run.llm == EXTRACTIVE or state["withheld"] is not None or is_small_talk(state) or not hits
        if ours or self._settings.unsupported == "keep":
            return check_citations(raw, hits, analyzer)
        guard = self._guard(state["resolved"].language)
        checked = check_citations(raw, hits, analyzer, guard)
        if checked.unsupported:
            dropped = self._settings.unsupported == "drop"
            run.notes.append(Note("dropped" if dropped else "marked", count=len(checked.unsupported)))
        return checked

    def _guard(self, language: Language) -> Guard:
        course = self._course
        support = Support(course.analyzer, course.embedder, course.lexical.idf, course.bridge)
        return Guard(support, self._settings.unsupported, language)

    @staticmethod
    def _hidden(
        state: dict[str, Any], withheld: Citation, hits: tuple[Hit, ...]
    ) -> tuple[str, tuple[Citation, ...], tuple[Hit, ...]]:
        return not_shown_text(state | {"withheld": withheld}), (withheld,), hits


def _shown(state: dict[str, Any]) -> AddableDict:
    """What is passed on: the state, and what was written as text."""
    shown = AddableDict({key: value for key, value in state.items() if key not in _INTERNAL})
    written: Written | None = state.get("written")
    if written is not None:
        shown |= {key: value for key, value in (("restarted", written.restarted), ("step", written.step)) if value}
        if written.text or not shown:
            shown["raw"] = written.text
    return shown
