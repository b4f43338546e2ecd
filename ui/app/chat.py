"""The page that ``streamlit run`` runs, from top to bottom, for every click."""

import argparse
import shlex
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answer import Answer
from rag.assistant import Assistant
from rag.errors import CourseRagError, NoIndexError
from rag.index.course import Course
from rag.settings import load_settings
from ui.app import sidebar, state
from ui.app.escaping import html_text, label
from ui.app.examples import example_questions
from ui.app.facts import facts_html
from ui.app.sources import answer_html, citations_html, finished_answer_html, nearest_html, sought_html
from ui.app.state import Conversation, Turn
from ui.app.style import ICON, STYLE
from ui.app.texts import Texts

_REPAINT_S = 0.05
"""Seconds between two pictures of a growing answer: quick to the eye, without sending a long one a thousand times."""

_AVATARS = {"user": ":material/person:", "assistant": ":material/school:"}


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="course-rag", page_icon=ICON, layout="centered")
    st.html(STYLE)
    texts = sidebar.choose_language()
    try:
        config, given = _arguments()
        started_with = load_settings(config, **given)
        settings = load_settings(config, **sidebar.choose(started_with, texts))
        with st.spinner(texts.opening):
            course = state.open_course(settings.index.path, settings.embedder)
        with st.sidebar, st.expander(texts.about_index, icon=":material/menu_book:", expanded=True):
            st.html(facts_html(course, texts))
        _talk(state.open_assistant(settings, course), course, texts)
    except NoIndexError:
        _show_no_index(settings.index.path, texts)
    except CourseRagError as error:
        _show_error(error, texts)


def _arguments() -> tuple[Path | None, dict[str, dict[str, Any]]]:
    """``--config`` and ``--index`` behind the ``--`` of ``streamlit run``."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--index", type=Path)
    arguments = parser.parse_args(sys.argv[1:])
    return arguments.config, {"index": {"path": arguments.index}} if arguments.index else {}


def _talk(assistant: Assistant, course: Course, texts: Texts) -> None:
    conversation = state.conversation()
    # Drawn first, so that whatever the question brings, the next one can be typed.
    typed = st.chat_input(texts.ask, key="question", submit_mode="stop")
    question = typed or state.waiting_question()
    if not conversation.turns and not question:
        _show_welcome(course, texts)
    for number, turn in enumerate(conversation.turns):
        _show_question(turn.question)
        with st.chat_message("assistant", avatar=_AVATARS["assistant"]):
            _show_outcome(turn, number, st.empty(), texts)
    if question:
        _ask(question, assistant, conversation, texts)


def _show_welcome(course: Course, texts: Texts) -> None:
    hint = f"<h2>{html_text(texts.welcome)}</h2><p>{html_text(texts.welcome_hint)}</p>"
    st.html(f'<div class="cr-welcome">{hint}</div>')
    for number, question in enumerate(example_questions(course, texts)):
        st.button(label(question), key=f"example_{number}", width="stretch", on_click=state.ask_next, args=(question,))


def _show_question(question: str) -> None:
    with st.chat_message("user", avatar=_AVATARS["user"]):
        st.html(f'<div class="cr-question">{html_text(question)}</div>')


def _ask(question: str, assistant: Assistant, conversation: Conversation, texts: Texts) -> None:
    """Ask, show the answer as it comes, and keep the turn, however it ends."""
    history = conversation.history()
    turn = Turn(question)
    # Kept before it is answered: if the reader stops the run, it ends right here and the question must not be lost.
    conversation.turns.append(turn)
    _show_question(question)
    with st.chat_message("assistant", avatar=_AVATARS["assistant"]):
        slot = st.empty()
        slot.html(f'<div class="cr-waiting">{html_text(texts.searching)}</div>')
        try:
            turn.answer = stream_answer(assistant.stream(question, history), slot, assistant.settings.llm.model)
        except CourseRagError as error:
            turn.error = error
        _show_outcome(turn, len(conversation.turns) - 1, slot, texts)


def stream_answer(steps: Iterable[dict[str, Any]], slot: DeltaGenerator, llm: str) -> Answer:
    """Write an answer into the slot as it comes; the finished one comes last and is returned.

    Raises:
        CourseRagError: whatever the chain tells.
    """
    written, painted = "", 0.0
    answer: Answer | None = None
    for step in steps:
        answer = step.get("answer", answer)
        if "step" in step:
            slot.html(f'<div class="cr-waiting">{html_text(step["step"])}</div>')
        # What another model had begun to say is no part of the answer of the one that took over.
        written = ("" if "restarted" in step else written) + step.get("raw", "")
        if written and time.monotonic() - painted >= _REPAINT_S:
            slot.html(answer_html(written, llm))
            painted = time.monotonic()
    if answer is None:
        raise AssertionError("the chain ended without an answer")
    return answer


def _show_outcome(turn: Turn, number: int, slot: DeltaGenerator, texts: Texts) -> None:
    if turn.answer is not None:
        _show_answer(turn.answer, number, slot, texts)
        return
    if turn.error is not None:
        slot.error(_told(turn.error, texts), icon=":material/error:")
    else:
        slot.html(f'<div class="cr-note">{html_text(texts.stopped)}</div>')
    st.button(texts.ask_again, key=f"again_{number}", icon=":material/refresh:", on_click=state.ask_again, args=(turn,))


def _show_answer(answer: Answer, number: int, slot: DeltaGenerator, texts: Texts) -> None:
    if answer.refused:
        slot.info(label(answer.text), icon=":material/info:")
    else:
        slot.html(finished_answer_html(answer, number))
    if answer.standalone != answer.question:
        st.html(f'<div class="cr-note">{html_text(texts.searched)} {html_text(answer.standalone)}</div>')
    if answer.citations:
        st.html(citations_html(answer, number, texts))
    if answer.sought.words:
        st.html(sought_html(answer.sought, texts))
    if answer.nearest:
        st.html(nearest_html(answer.nearest, texts))
    for note in answer.notes:
        st.html(f'<div class="cr-note">{html_text(note)}</div>')
    about = f"{answer.llm} · {texts.version} {answer.index_version} · {answer.took_ms / 1000:.1f} s"
    st.html(f'<div class="cr-note">{html_text(about)}</div>')


def _show_no_index(index: Path, texts: Texts) -> None:
    st.html(
        f'<div class="cr-welcome"><h2>{html_text(texts.no_index)}</h2><p>{html_text(texts.no_index_hint)}</p></div>'
    )
    st.code(f"course-rag build FOLDER --index {shlex.quote(str(index))}", language="bash", wrap_lines=True)
    st.button(texts.look_again, icon=":material/refresh:")


def _show_error(error: CourseRagError, texts: Texts) -> None:
    st.error(_told(error, texts), icon=":material/error:")


def _told(error: CourseRagError, texts: Texts) -> str:
    return f"{label(error.message)}\n\n**{texts.remedy}** {label(error.remedy)}"


if __name__ == "__main__":
    main()
