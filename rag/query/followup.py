"""A follow-up question to one that stands on its own, without a language model: by rules of the two languages.

What was asked is read again from the first turn on, because a follow-up may lean on a follow-up. A rule that cannot
be sure leaves the question alone: the topic of the turn before must not be searched for a question about another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from langchain_core.messages import BaseMessage, HumanMessage

from rag.analyzer import Analyzer
from rag.language import Language, detect_language, has_hangul
from rag.query.grammar import english, english_topic, korean, korean_topic
from rag.query.grammar.smalltalk import asked_language, is_small_talk
from rag.query.grammar.turns import Before

Kind = Literal["question", "follow-up", "language", "small talk"]

_TURNS = 12
"""Turns that are read again: a topic older than that is not meant."""

_LONGEST = 500
"""Characters of a turn that is read: whoever leans on what was said is brief."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question as it is searched and shown.

    Attributes:
        text: the question that stands on its own.
        language: in which it is to be answered.
        kind: whether it was changed, and how; of small talk nothing is to be searched.
    """

    text: str
    language: Language
    kind: Kind


def standalone_question(question: str, history: Sequence[BaseMessage], analyzer: Analyzer) -> str:
    """The text of ``resolve``."""
    return resolve(question, history, analyzer).text


def resolve(question: str, history: Sequence[BaseMessage], analyzer: Analyzer) -> Standalone:
    """The question with what it leans on put in, as it is if it stands on its own.

    Args:
        question: as it was typed.
        history: the messages before it, oldest first; questions as they were typed, or standing alone.
        analyzer: of the course.
    """
    if len(question) > _LONGEST:
        return Standalone(question, detect_language(question), "question")
    before: Before | None = None
    for asked, answered in _turns(history)[-_TURNS:]:
        earlier = _resolved(asked, before)
        if earlier.kind == "small talk":
            continue
        answer = answered if earlier.kind != "language" or not before else before.answer
        about = korean_topic.topic(earlier.text) if has_hangul(earlier.text) else english_topic.topic(earlier.text)
        before = Before(earlier.text, answer, about)
    return _resolved(question, before)


def _resolved(question: str, before: Before | None) -> Standalone:
    language = detect_language(question)
    if is_small_talk(question):
        return Standalone(question, language, "small talk")
    wanted = asked_language(question)
    if wanted and before:
        return Standalone(before.question, wanted, "language")
    if before is None:
        return Standalone(question, language, "question")
    rules = korean if has_hangul(question) else english
    text = rules.resolve(question.strip(), before)
    return Standalone(text, language, "follow-up") if text else Standalone(question, language, "question")


def _turns(history: Sequence[BaseMessage]) -> list[tuple[str, str]]:
    """(question, answer) of each turn; the answer is "" where none came."""
    turns: list[tuple[str, str]] = []
    for message in history:
        if isinstance(message, HumanMessage):
            turns.append((str(message.text)[:_LONGEST], ""))
        elif turns:
            turns[-1] = (turns[-1][0], str(message.text))
    return turns
