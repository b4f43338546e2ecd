"""The questions of one sample: answered from the cache, else by whoever asks anew; each answer is checked."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import BaseModel

from eval.judging.cache import AnswerCache, Known, cache_key
from eval.judging.caller import Caller
from eval.judging.checking import read_answer
from eval.judging.cost import Usage
from eval.judging.failures import BadAnswer, Stopped
from eval.judging.settings import JudgeSettings
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt of RAGAS's, the shape of its answer, and how that is read."""

    key: str
    prompt: str
    shape: type[BaseModel]
    read: Callable[[str], Any]


class Asking(ABC):
    """Asks what one sample needs; a new one for each sample."""

    def __init__(self, settings: JudgeSettings, cache: AnswerCache | None) -> None:
        """Without a cache, everything is asked anew."""
        self._settings = settings
        self._cache = cache
        self._times: Counter[str] = Counter()
        self._statements: list[str] = []

    async def __call__(self, prompt: str, shape: type[BaseModel]) -> Any:
        """The answer, in RAGAS's model.

        Raises:
            NotJudged: there is none.
        """
        key = cache_key(self._settings.model, self._settings.server, prompt, shape.__name__, self._times[prompt])
        self._times[prompt] += 1
        handed = len(self._statements) if shape.__name__ == "NLIStatementOutput" else None
        read = partial(read_answer, shape=shape, statements=handed)
        answer = await self._answer(Question(key, prompt, shape, read))
        if shape.__name__ == "StatementGeneratorOutput":
            self._statements = answer.statements
        return answer

    @abstractmethod
    async def _answer(self, question: Question) -> Any:
        """From the cache or anew."""

    def _known(self, question: Question) -> Any:
        """What the cache has, if it still reads as it should."""
        if self._cache is None or (known := self._cache.get(question.key)) is None:
            return None
        try:
            return question.read(known.text)
        except BadAnswer:
            self._cache.forget(question.key)
            return None


@dataclass(slots=True)
class Judge:
    """Who is asked by all samples of a run."""

    caller: Caller
    settings: JudgeSettings
    cache: AnswerCache | None
    usage: Usage
    asked: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One at a time asks the same thing, so that the others find it in the cache."""


class AskingJudge(Asking):
    """Asks the judge, and keeps each good answer on disk before the next question."""

    def __init__(self, judge: Judge) -> None:
        """For one sample."""
        super().__init__(judge.settings, judge.cache)
        self._judge = judge

    async def _answer(self, question: Question) -> Any:
        async with self._judge.asked[question.key]:
            try:
                known = self._known(question)
            except InputError as error:
                self._judge.caller.stop(f"not asked: {error.message}")
                raise Stopped(f"not asked: {error.message}") from error
            if known is not None:
                self._judge.usage.cached += 1
                return known
            answer, text, charge = await self._judge.caller.ask(question.prompt, question.read)
            if self._cache is not None:
                tokens = (charge.tokens_in, charge.tokens_out) if charge.told else (0, 0)
                try:
                    self._cache.put(question.key, self._settings.model, Known(text, *tokens))
                except InputError as error:  # what was paid for is used; nothing more is spent
                    self._judge.caller.stop(f"not asked: {error.message}")
            return answer
