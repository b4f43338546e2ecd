"""What the reader chooses: language, course, retrieval, language model."""

from pathlib import Path
from typing import Any, get_args

import streamlit as st

from rag.language import Language
from rag.settings import SearchMode, Settings
from ui.app import state
from ui.app.escaping import label
from ui.app.texts import LANGUAGE_NAMES, TEXTS, Texts

_MOST_PASSAGES = 20

Choices = dict[str, dict[str, Any]]
"""Settings by section, as ``load_settings`` takes them."""


def choose_language() -> Texts:
    """The words of the chosen language; the browser's until one is chosen."""
    if "language" not in st.session_state:
        st.session_state["language"] = state.browser_language()
    # The label cannot follow the choice, which is not known yet: it names both.
    language: Language | None = st.sidebar.segmented_control(
        "언어 · Language",
        list(LANGUAGE_NAMES),
        format_func=lambda code: LANGUAGE_NAMES[code],
        required=True,
        key="language",
        label_visibility="collapsed",
    )
    return TEXTS[language or state.browser_language()]


def choose(settings: Settings, texts: Texts) -> Choices:
    """What is chosen instead of the settings the chat was started with."""
    with st.sidebar:
        st.button(
            texts.new_conversation, icon=":material/edit_square:", width="stretch", on_click=state.begin_conversation
        )
        return {
            "index": {"path": _choose_course(settings.index.path, texts)},
            "retrieval": _choose_retrieval(settings, texts),
            "llm": _choose_llm(settings, texts),
        }


def _choose_course(index: Path, texts: Texts) -> Path:
    paths = state.courses(index)
    chosen: Path = st.selectbox(
        texts.course,
        paths,
        index=paths.index(index.absolute()),
        format_func=lambda path: path.name,
        help=texts.course_help,
        key="course",
        filter_mode=None,
    )
    # A conversation is about one course: its citations and follow-ups mean nothing in another.
    if st.session_state.setdefault("asked_course", chosen) != chosen:
        st.session_state["asked_course"] = chosen
        state.begin_conversation()
    return chosen


def _choose_retrieval(settings: Settings, texts: Texts) -> dict[str, Any]:
    modes: list[SearchMode] = list(get_args(SearchMode))
    before = settings.retrieval
    with st.expander(texts.retrieval, icon=":material/search:"):
        mode = st.selectbox(
            texts.mode, modes, index=modes.index(before.mode), format_func=lambda each: texts.modes[each], key="mode"
        )
        most = max(_MOST_PASSAGES, before.k)
        k = st.slider(texts.passages, 1, most, before.k, help=texts.passages_help, key="k")
        threshold = None
        if st.toggle(texts.use_threshold, value=before.threshold is not None, key="use_threshold"):
            threshold = st.number_input(
                texts.threshold, value=before.threshold or 0.0, step=0.05, help=texts.threshold_help, key="threshold"
            )
    return {"mode": mode, "k": k, "threshold": threshold}


def _choose_llm(settings: Settings, texts: Texts) -> dict[str, Any]:
    with st.expander(texts.model, icon=":material/neurology:"):
        model = st.text_input(texts.model_name, settings.llm.model, help=texts.model_help, key="llm").strip()
        address = st.text_input(
            texts.base_url, settings.llm.base_url or "", help=texts.base_url_help, key="base_url"
        ).strip()
        st.caption(label(texts.key_hint))
    return {"model": model or settings.llm.model, "base_url": address or None}
