"""What the turns before a question hold: the topic of the last question, and the items of its answer."""

import re
from dataclasses import dataclass

_MARK = re.compile(r"\s*\[\d+\]")
_BULLET = re.compile(r"\s*(?:[-*•‣·]|\(?\d{1,2}[.)])\s+(.+)")
_LABEL = re.compile(r"(.{1,40}?)\s*(?::|\s[-–—])\s")
_BOLD = re.compile(r"[*_`]{1,3}")

_LONG = 80
"""Characters of an item that are quoted at most."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about.

    Attributes:
        text: the thing itself: "RAG" of "RAG의 장점은 무엇인가요?".
        start: where it begins in the question, in characters.
        end: where it ends (exclusive).
        phrase: the thing with what is asked of it: "RAG의 장점".
        pair: the two things that are set against each other, if there are two.
    """

    text: str
    start: int
    end: int
    phrase: str
    pair: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """The turn before a question.

    Attributes:
        question: what was asked, standing alone.
        answer: what was answered.
        topic: of the question, if it could be told.
    """

    question: str
    answer: str
    topic: Topic | None

    @property
    def bare(self) -> str:
        """The question without its question mark."""
        return self.question.rstrip(" ?？.!")

    @property
    def topical(self) -> bool:
        """Whether the question is about its topic as a whole, and not about doing something with it."""
        about = self.topic
        return about is not None and (
            about.text != about.phrase or re.match(r"은|는|이|가|란", self.question[about.end :]) is not None
        )

    def joined(self, question: str) -> str:
        """Both, for want of anything better: the last question — this one."""
        return f"{self.question} — {question.strip()}"

    def item(self, number: int) -> str | None:
        """Label of an item of the answer, from 1; -1 is the last. None if the answer lists no such item."""
        found = items(self.answer)
        position = number - 1 if number > 0 else len(found) + number
        return found[position] if 0 <= position < len(found) else None


def items(answer: str) -> list[str]:
    """Labels of the items that an answer lists; of its lines if it lists nothing but has several."""
    lines = [_MARK.sub("", line) for line in answer.splitlines() if line.strip()]
    listed = [match.group(1) for line in lines if (match := _BULLET.match(line))]
    return [_label(text) for text in (listed if len(listed) > 1 else lines)] if len(lines) > 1 else []


def _label(text: str) -> str:
    """What stands before a colon or dash, else the item up to its full stop."""
    text = _BOLD.sub("", text).strip()
    named = _LABEL.match(text)
    if named:
        return named.group(1).strip()
    return text.rstrip(" .。") if len(text) <= _LONG else text[:_LONG].rsplit(" ", 1)[0] + " …"
