"""The steps of the chain: what each does with the state, and what a run remembers beside it."""

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser

from rag.answer import Citation, Hit
from rag.answering.contexts import contexts
from rag.answering.not_shown import look_up, not_shown
from rag.answering.prompts import standalone_prompt
from rag.answering.running import Run
from rag.answering.told import Note
from rag.errors import LLMError
from rag.extractive.model import ExtractiveChatModel
from rag.llm import EXTRACTIVE, translated_errors
from rag.query.followup import Standalone, resolve
from rag.query.hyde import imagined_passage
from rag.query.multi_query import other_wordings
from rag.query.ranks import reciprocal_ranks
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings


class Steps:
    """The steps, with what they share."""

    def __init__(
        self,
        retriever: CourseRetriever,
        llm: BaseChatModel,
        settings: LLMSettings,
        unusable: LLMError | None = None,
    ) -> None:
        """Take what searches and what writes; ``unusable`` says why ``llm`` is not the model of the settings."""
        self._retriever, self._llm, self._settings, self._unusable = retriever, llm, settings, unusable
        self._analyzer = retriever.course.analyzer
        # What is imagined has the wrong words as often as the right ones: only its meaning is searched.
        meaning = retriever.settings.model_copy(update={"mode": "similarity", "decompose": False, "reranker": None})
        self._by_meaning = CourseRetriever(course=retriever.course, settings=meaning, k=retriever.k)

    def start(self, state: Any) -> dict[str, Any]:
        """The state at the beginning."""
        run = Run(EXTRACTIVE if isinstance(self._llm, ExtractiveChatModel) else self._settings.model)
        if self._unusable is not None:
            run.fails(self._unusable)
        elif self._settings.agent and run.llm == EXTRACTIVE:
            run.notes.append(Note("no agent"))
        return {"question": state["question"], "history": state.get("history", []), "run": run}

    def resolved(self, state: dict[str, Any]) -> Standalone:
        """What is asked, and in which language it is to be answered, as far as rules tell."""
        return resolve(state["question"], state["history"], self._analyzer)

    def standalone(self, state: dict[str, Any]) -> str:
        """The question as it is searched."""
        question, history, resolved = state["question"], state["history"], state["resolved"]
        if resolved.kind == "small talk":
            return str(question)
        if self._asks_llm(state) and resolved.kind != "language" and history:
            rewrite = standalone_prompt(resolved.language) | self._llm | StrOutputParser()
            try:
                with translated_errors(self._settings):
                    rewritten: str = rewrite.invoke({"question": question, "history": history})
                return rewritten.strip() or str(question)
            except LLMError as error:
                self._fall_back(state, error)
        return self._retriever.repaired(resolved.text)

    def retrieve(self, state: dict[str, Any]) -> list[Hit]:
        """The passages, as many as fit the model's context; the best one always. None for thanks and greetings.

        Another's model reads them with their sections. Ours answers better from the hits by themselves: token F1 0.226
        on course-documents, with sections 0.217.
        """
        if is_small_talk(state):
            return []
        search = self._retriever.settings
        return contexts(
            self._found(state),
            self._retriever.course.store.table,
            section_chars=search.section_chars if self._asks_llm(state) else 0,
            context_chars=self._settings.context_chars,
            most=self._retriever.k or search.k,
        )

    def _found(self, state: dict[str, Any]) -> list[Hit]:
        """The hits of the question, and of what the model makes of it, if it is asked to."""
        question, search = state["standalone"], self._retriever.settings
        k = self._retriever.k or search.k
        if self._asks_llm(state) and search.section_chars:
            k *= 2  # hits that stand in one section are handed over as one
        runs = [self._retriever.search(question, k=k)]
        if not (self._asks_llm(state) and (search.multi_query or search.hyde)):
            return runs[0]
        try:
            with translated_errors(self._settings):
                if search.multi_query:
                    wordings = other_wordings(question, self._llm, search.multi_query, state["resolved"].language)
                    runs += [self._retriever.search(wording) for wording in wordings]
                if search.hyde and (passage := imagined_passage(question, self._llm, state["resolved"].language)):
                    runs.append(self._by_meaning.search(passage))
        except LLMError as error:
            self._fall_back(state, error)
        return reciprocal_ranks(runs, k)

    def withhold(self, state: dict[str, Any]) -> Citation | None:
        """Where the secret stands that is asked for; no model is asked about it."""
        hits = state["hits"]
        return next(
            (found for key in ("question", "standalone") if (found := not_shown(state[key], hits, self._analyzer))),
            None,
        )

    def secret(self, question: str, hits: tuple[Hit, ...]) -> tuple[Citation, tuple[Hit, ...]] | None:
        """Where the secret stands that a refused question asked for, searched for once more."""
        return look_up(question, self._retriever, hits)

    def _fall_back(self, state: dict[str, Any], error: LLMError) -> None:
        if not self._settings.fallback:
            raise error
        state["run"].fails(error)

    def _asks_llm(self, state: dict[str, Any]) -> bool:
        return not isinstance(self._llm, ExtractiveChatModel) and state["run"].failure is None


def is_small_talk(state: dict[str, Any]) -> bool:
    """Whether nothing is asked."""
    return bool(state["resolved"].kind == "small talk")
