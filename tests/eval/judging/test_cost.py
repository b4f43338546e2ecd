"""Tokens and money: nothing is counted that was not spent, and the bound is never passed."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging.cost import Budget, estimated_tokens, most_tokens
from eval.judging.failures import Stopped
from eval.judging.settings import Prices


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("four", 1), ("fives", 2), ("드롭아웃", 4), ("dropout 드롭아웃", 2 + 4), ("é", 1)]
)
def test_the_estimate_is_the_one_that_is_told(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


@given(st.text())
def test_no_text_has_more_tokens_than_its_bound(text: str) -> None:
    assert most_tokens(text) >= len(text.encode("utf-8", "replace")) >= 0
    assert most_tokens(text) >= estimated_tokens(text)


def test_prices_are_per_million_tokens() -> None:
    assert Prices(0.25, 2.0).cost(1_000_000, 500_000) == 1.25


async def test_what_the_server_counts_is_spent_and_what_it_does_not_tell_is_bounded() -> None:
    budget = Budget(Prices(1.0, 10.0), None)
    async with budget.call(1000, 100) as charge:
        charge.settle(500, 20)
        charge.answered = True
    async with budget.call(1000, 100):
        pass  # the server told nothing
    async with budget.call(1000, 100) as charge:
        charge.free()
    usage = budget.usage
    assert (usage.calls, usage.failed, usage.tokens_in, usage.tokens_out, usage.uncounted) == (3, 2, 500, 20, 1)
    assert usage.cost_bound == pytest.approx((500 + 200 + 1000 + 1000) / 1e6)


async def test_a_call_that_is_broken_off_is_charged_with_the_most_it_can_be() -> None:
    budget = Budget(Prices(1.0, 1.0), None)
    with pytest.raises(RuntimeError):
        async with budget.call(300, 100):
            raise RuntimeError("lost")
    assert (budget.usage.uncounted, budget.usage.cost_bound) == (1, pytest.approx(400 / 1e6))


async def test_a_call_that_could_pass_the_bound_does_not_begin() -> None:
    budget = Budget(Prices(1.0, 1.0), 0.001)
    with pytest.raises(Stopped, match="bound of 0.001 on the cost"):
        async with budget.call(900, 101):
            raise AssertionError("it began")
    assert budget.usage.calls == 0
    async with budget.call(900, 100) as charge:
        charge.settle(0, 0)
    assert budget.usage.calls == 1


async def test_a_call_waits_for_what_those_under_way_leave() -> None:
    budget = Budget(Prices(1.0, 0.0), 0.001)
    order = []

    async def first() -> None:
        async with budget.call(1000, 0) as charge:
            await asyncio.sleep(0.01)
            order.append("first ends")
            charge.settle(10, 0)

    async def second() -> None:
        async with budget.call(900, 0):
            order.append("second begins")

    await asyncio.gather(first(), second())
    assert order == ["first ends", "second begins"]


@given(st.integers(0, 2**32), st.floats(1e-6, 0.01))
def test_the_bound_is_never_passed_whatever_comes(seed: int, bound: float) -> None:
    """Calls side by side that cost up to what was put aside, that fail, and of which nothing is known."""
    draw = random.Random(seed)
    budget = Budget(Prices(draw.random(), 3 * draw.random()), bound)

    async def call() -> None:
        most_in, most_out = draw.randrange(5000), draw.randrange(5000)
        try:
            async with budget.call(most_in, most_out) as charge:
                await asyncio.sleep(0)
                if draw.random() < 0.7:
                    charge.settle(draw.randint(0, most_in), draw.randint(0, most_out))
        except Stopped:
            return

    async def all_calls() -> None:
        await asyncio.gather(*(call() for _ in range(20)))

    asyncio.run(all_calls())
    assert budget.usage.cost_bound is not None
    assert budget.usage.cost_bound <= bound * (1 + 1e-9)
