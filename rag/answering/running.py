"""What comes about while a question is answered: what a model writes, and what a run remembers beside the state."""

import time
from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage

from rag.answer import Hit
from rag.answering.told import Note
from rag.errors import LLMError
from rag.llm import EXTRACTIVE


@dataclass(frozen=True, slots=True)
class Written:
    """Some of what a model writes; added up, the whole of it.

    Attributes:
        text: the next words.
        restarted: why what was written before does not count.
        step: what an agent does, where it is none of the answer.
    """

    text: str = ""
    restarted: str = ""
    step: str = ""

    def __add__(self, other: "Written") -> "Written":
        """What was written before a new start is forgotten."""
        return Written(other.text if other.restarted else self.text + other.text, self.restarted or other.restarted)


@dataclass(slots=True)
class Run:
    """What one question's run remembers beside the state, step after step.

    Attributes:
        started: time of the monotonic clock.
        llm: the model that answers.
        failure: why the model that was asked for does not.
        handed: how many of the hits were handed over; None: all of them.
        found: passages that an agent found itself, or that a model which takes over reads, in the order of marks.
        begun: whether the model has written something in the attempt that is under way.
        answered: whether the answer is complete.
        notes: what the reader is to be told.
    """

    llm: str
    started: float = field(default_factory=time.monotonic)
    failure: LLMError | None = None
    handed: int | None = None
    found: list[Hit] | None = None
    begun: bool = False
    answered: bool = False
    notes: list[Note] = field(default_factory=list)

    def read(self, hits: list[Hit]) -> list[Hit]:
        """The passages that the model has to read, of the ones that were found."""
        return (hits if self.found is None else self.found)[: self.handed]

    def writes(self, chunk: BaseMessage) -> Written:
        """The next words of the model."""
        text = str(chunk.text)
        self.begun = self.begun or bool(text)
        return Written(text)

    def takes(self, said: str | BaseMessage) -> Written:
        """What an agent does or answers."""
        if isinstance(said, str):
            return Written(step=said)
        self.answered = bool(str(said.text).strip())
        return Written(str(said.text))

    def fails(self, error: LLMError) -> None:
        """Answer without the model from now on, and remember why."""
        if self.failure is None:
            self.failure, self.llm = error, EXTRACTIVE
            self.notes.append(Note("fallback", reason=error.message))
