"""The size of a batch, found against made cards: a rate that levels off, a memory that ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embeddings.engine.budget import ON_CPU, PROBE_FROM, PROBE_TO, TokenBudget


def ran(budget: TokenBudget, rate: "dict[int, float] | float", memory: float = 0.0, batches: int = 40) -> list[int]:
    """Limits over some full batches on a card with so many tokens/s at each size."""
    limits = []
    for _ in range(batches):
        limits.append(budget.limit)
        speed = rate if isinstance(rate, float) else rate[budget.limit]
        budget.record(budget.limit, budget.limit / speed, memory * budget.limit)
    return limits


def test_it_doubles_while_that_pays_and_steps_back_once_it_does_not() -> None:
    rates = {PROBE_FROM: 1e6, 2 * PROBE_FROM: 1.5e6, 4 * PROBE_FROM: 1.8e6, 8 * PROBE_FROM: 1.82e6}
    budget = TokenBudget(gpu=True)
    limits = ran(budget, rates)
    assert limits[:7] == [PROBE_FROM] * 2 + [2 * PROBE_FROM] * 2 + [4 * PROBE_FROM] * 2 + [8 * PROBE_FROM]
    assert (budget.limit, budget.probing) == (4 * PROBE_FROM, False)


def test_the_faster_of_two_counts_since_the_first_warms_up() -> None:
    budget = TokenBudget(gpu=True)
    budget.record(PROBE_FROM, 5.0, None)
    assert budget.limit == PROBE_FROM
    budget.record(PROBE_FROM, 0.01, None)
    budget.record(2 * PROBE_FROM, 9.0, None)
    budget.record(2 * PROBE_FROM, 0.015, None)
    assert budget.limit == 4 * PROBE_FROM


def test_it_ends_before_the_memory_does_and_before_the_largest() -> None:
    rates = {PROBE_FROM * 2**power: 2.0**power for power in range(12)}
    budget = TokenBudget(gpu=True)
    ran(budget, rates, memory=0.2 / PROBE_FROM)
    assert (budget.limit, budget.probing) == (4 * PROBE_FROM, False), "0.2, 0.4, then 0.8 of the memory"
    endless = TokenBudget(gpu=True)
    ran(endless, rates)
    assert (endless.limit, endless.probing) == (PROBE_TO, False)


def test_batches_that_are_not_full_tell_nothing() -> None:
    budget = TokenBudget(gpu=True)
    for _ in range(10):
        budget.record(PROBE_FROM // 2, 1e-6, None)
        budget.record(PROBE_FROM + 1, 1e-6, None)  # a text longer than the limit
    assert (budget.limit, budget.probing) == (PROBE_FROM, True)


def test_a_set_size_and_a_cpu_are_not_probed() -> None:
    for budget, limit in ((TokenBudget(500, gpu=True), 500), (TokenBudget(), ON_CPU)):
        ran(budget, 1e6)
        assert (budget.limit, budget.probing) == (limit, False)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_what_fits_is_within_the_limit_or_one(limit: int, longest: int) -> None:
    count = TokenBudget(limit).texts(longest)
    assert count >= 1
    assert count == 1 or count * longest <= limit
    assert (count + 1) * max(longest, 1) > limit, "one more would not fit"


@pytest.mark.parametrize(("padded", "limit"), [(8_000, 4_000), (1, 1)])
def test_want_of_memory_halves_what_was_tried_and_ends_the_search(padded: int, limit: int) -> None:
    budget = TokenBudget(gpu=True)
    budget.halve(padded)
    ran(budget, 1e6)
    assert (budget.limit, budget.probing) == (limit, False)
