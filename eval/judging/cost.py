"""What judging costs: tokens as the server counts them, and a bound that is never passed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from math import ceil

from eval.judging.failures import Stopped
from eval.judging.settings import Prices

HOW_ESTIMATED = "estimated: four ASCII characters or one other character make a token"
_FRAME = 100
"""Tokens that a chat template may put around a prompt, for the upper bound."""


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is: English has four letters a token, a Hangul syllable is about one."""
    ascii_characters = sum(character.isascii() for character in text)
    return ceil(ascii_characters / 4 + len(text) - ascii_characters)


def most_tokens(text: str) -> int:
    """More tokens than a text can be, frame included: today's vocabularies have a token for every byte."""
    return len(text.encode("utf-8", "replace")) + _FRAME


@dataclass(slots=True)
class Usage:
    """What was spent.

    Attributes:
        calls: requests sent to the server, failed ones too.
        failed: those that brought no answer.
        tokens_in, tokens_out: as the server counted them.
        uncounted: calls that may have been charged for and of which the server told no tokens (a time-out, a lost
            connection); the most they can have cost is part of ``cost_bound``, not of ``tokens_in``.
        cached: answers that came from the cache instead.
        cost_bound: the most that all of it can have cost; None without prices.
    """

    calls: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    uncounted: int = 0
    cached: int = 0
    cost_bound: float | None = None

    def as_dict(self) -> dict[str, float | int | None]:
        """For JSON."""
        return asdict(self)


@dataclass(slots=True)
class Charge:
    """What one call is charged for: the most it can be, until the server has told."""

    tokens_in: int
    tokens_out: int
    told: bool = False
    answered: bool = False

    def settle(self, tokens_in: int, tokens_out: int) -> None:
        """Put down what the server counted."""
        self.tokens_in, self.tokens_out, self.told = tokens_in, tokens_out, True

    def free(self) -> None:
        """Nothing is charged: the server was not reached, or it refused."""
        self.settle(0, 0)


class Budget:
    """Counts what is spent, and lets no call begin that could take it past the bound.

    Of calls under way and of those whose cost is not known, the most they can cost is put aside: all bytes of the
    prompt as tokens, and as many tokens of an answer as are allowed.
    """

    def __init__(self, prices: Prices | None, max_cost: float | None) -> None:
        """Without a bound it only counts."""
        self.usage = Usage(cost_bound=0.0 if prices else None)
        self._prices = prices
        self._max_cost = max_cost
        self._reserved: list[float] = []
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def call(self, most_in: int, most_out: int) -> AsyncIterator[Charge]:
        """One call; what its charge says at the end is spent.

        Raises:
            Stopped: it could cost more than is left. Where calls are under way, it waits for what they leave.
        """
        worst = self._prices.cost(most_in, most_out) if self._prices else 0.0
        while self._over(worst):
            if not self._reserved:
                raise Stopped(f"not judged: the next call could pass the bound of {self._max_cost:g} on the cost")
            self._changed.clear()
            await self._changed.wait()
        charge = Charge(most_in, most_out)
        self._reserved.append(worst)
        self.usage.calls += 1
        try:
            yield charge
        finally:
            self._reserved.remove(worst)
            self._add(charge)
            self._changed.set()

    @property
    def _spent(self) -> float:
        return self.usage.cost_bound or 0.0

    def _over(self, worst: float) -> bool:
        return self._max_cost is not None and self._spent + sum(self._reserved) + worst > self._max_cost

    def _add(self, charge: Charge) -> None:
        if self._prices:
            self.usage.cost_bound = self._spent + self._prices.cost(charge.tokens_in, charge.tokens_out)
        self.usage.failed += not charge.answered
        if charge.told:
            self.usage.tokens_in += charge.tokens_in
            self.usage.tokens_out += charge.tokens_out
        else:
            self.usage.uncounted += 1
