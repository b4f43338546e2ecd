"""What outlives one run of the page: the conversation, of each session alone, and the opened course, shared by all."""

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.answer import Answer
from rag.assistant import Assistant
from rag.errors import CourseRagError
from rag.index.course import Course
from rag.index.folder import IndexFolder
from rag.language import Language
from rag.sentences import split_sentences
from rag.settings import EmbedderSettings, Settings

_REMEMBERED_TURNS = 10
"""Turns handed over as history. A follow-up refers to what was said lately, and a prompt has its limits."""


@dataclass(slots=True)
class Turn:
    """A question and what came of it: an answer, an error, or neither if it was stopped."""

    question: str
    answer: Answer | None = None
    error: CourseRagError | None = None


@dataclass(slots=True)
class Conversation:
    """The turns of one session, oldest first."""

    turns: list[Turn] = field(default_factory=list)

    def history(self) -> list[BaseMessage]:
        """The answered turns as LangChain messages, oldest first."""
        messages: list[BaseMessage] = []
        for turn in self.turns[-_REMEMBERED_TURNS:]:
            if turn.answer is not None:
                messages += [HumanMessage(turn.question), AIMessage(turn.answer.text)]
        return messages


def conversation() -> Conversation:
    """The conversation of this session."""
    if "conversation" not in st.session_state:
        st.session_state["conversation"] = Conversation()
    found: Conversation = st.session_state["conversation"]
    return found


def begin_conversation() -> None:
    """Forget the conversation and begin a new one."""
    st.session_state["conversation"] = Conversation()
    st.session_state.pop("waiting_question", None)


def ask_next(question: str) -> None:
    """Have a question asked in the next run, as if it had been typed."""
    st.session_state["waiting_question"] = question


def ask_again(turn: Turn) -> None:
    """Take a turn that got no answer out of the conversation and ask its question once more."""
    turns = conversation().turns
    if turn in turns:
        turns.remove(turn)
    ask_next(turn.question)


def waiting_question() -> str | None:
    """The question that a button asked for, once."""
    question: str | None = st.session_state.pop("waiting_question", None)
    return question


def browser_language() -> Language:
    """The language of the reader's browser: Korean where that is preferred, else English."""
    return "ko" if (st.context.locale or "").lower().startswith("ko") else "en"


def courses(index: Path) -> list[Path]:
    """The index folder, and the folders beside it that have a version in service, by name."""
    try:
        beside = [path for path in index.absolute().parent.iterdir() if IndexFolder(path).current_file.is_file()]
    except OSError:  # a parent that may not be listed has no neighbours to offer
        beside = []
    return sorted({index.absolute(), *beside})


def open_course(index: Path, machine: EmbedderSettings) -> Course:
    """The version in service, its embedder run as ``machine`` says: opened once, and anew when another is published.

    Raises:
        IndexStateError: there is no index, or it cannot serve.
        EmbedderError: its embedder cannot be loaded.
    """
    return _opened(str(index.absolute()), machine)


def open_assistant(settings: Settings, course: Course) -> Assistant:
    """The assistant of this session for these settings: set up when they change, not for every question.

    Raises:
        LLMError: the model cannot be set up.
    """
    return _assistant(settings.model_dump_json(), course.version, settings, course)


# `validate` runs on every access; it reads one file of a few bytes.
@st.cache_resource(max_entries=4, show_spinner=False, validate=lambda course: course.is_current())
def _opened(index: str, _machine: EmbedderSettings) -> Course:
    course = Course.open(Path(index), machine=_machine)
    # Korean, so that morphemes and sentence boundaries are loaded now, seconds before the first question needs them.
    course.analyzer.analyze_one("강의")
    split_sentences("강의.")
    return course


# The underscore keeps an argument out of the key: the first two say which settings and course they are. An assistant
# weighs little beside its course, but would keep an outdated one in memory: so each session has one, the latest.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _assistant(key: str, version: int, _settings: Settings, _course: Course) -> Assistant:
    return Assistant(_settings, course=_course)
