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
    """The question, preceded by the one before where it leans on it.

    A question leans if it points back ("그럼 …", "what about its …") or has too few words of its own to be searched.
    """
    asked = [str(message.text) for message in history if isinstance(message, HumanMessage)]
    if not asked:
        return question
    words = question.lower().replace("?", " ").replace(",", " ").split()
    terms = set(analyzer.analyze_one(question).words)
    leans = len(terms) <= _FEW_WORDS or any(word in _REFERRING for word in words)
    return f"{asked[-1]} {question}" if leans else question
