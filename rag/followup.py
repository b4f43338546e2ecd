"""A follow-up question to one that stands on its own, without a language model."""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage, HumanMessage

from rag.analyzer import Analyzer

_REFERRING = frozenset(
    "그럼 그러면 그렇다면 그것 그거 그건 그게 이것 이건 이게 거기 여기 그중 앞 위 둘 첫째 둘째 그리고 또 "
    "it its they them their this that these those he she there then also former latter one ones".split()
)
"""Words that point back at what was said before."""

_FEW_WORDS = 2
"""A question with this many content words or fewer leans on the one before ("단점은?")."""


def standalone_question(question: str, history: Sequence[BaseMessage], analyzer: Analyzer) -> str:
    """The question, preceded by the last one that stood on its own, where it leans on what was said.

    A question leans if it points back ("그럼 …", "what about its …") or has too few words of its own to be searched.
    """
    if not _leans(question, analyzer):
        return question
    asked = [str(message.text) for message in history if isinstance(message, HumanMessage)]
    alone = [earlier for earlier in asked if not _leans(earlier, analyzer)] or asked
    return f"{alone[-1]} {question}" if alone else question


def _leans(question: str, analyzer: Analyzer) -> bool:
    words = question.lower().replace("?", " ").replace(",", " ").split()
    few = len(set(analyzer.analyze_one(question).words)) <= _FEW_WORDS
    return few or any(word in _REFERRING for word in words)
