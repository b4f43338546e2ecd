"""How often a comparison is right: a short form here, the whole figure in the slow test."""

import pytest

from eval.bench.comparison import coverage, drawn_pairs, try_comparisons
from eval.differences import differences_of


def test_drawn_runs_have_the_rates_that_are_claimed() -> None:
    same = [drawn_pairs(seed, likeness=0.95, better=False) for seed in range(5)]
    apart = [drawn_pairs(seed, likeness=0.95, better=True) for seed in range(5)]
    for pairs, step in ((same, 0.0), (apart, 0.05)):
        found = [differences_of(each, ["hit@5", "hit@1"])["hit@5"] for each in pairs]
        assert sum(each.mean_a for each in found) / 5 == pytest.approx(0.8, abs=0.03)
        assert sum(each.difference for each in found) / 5 == pytest.approx(step, abs=0.015)


def test_a_true_difference_is_found_and_none_is_made_up() -> None:
    same = try_comparisons(likeness=0.95, better=False, trials=6, first_seed=1000)
    assert (same.count, same.better + same.worse + same.none >= 6) == (6, True)
    assert same.none >= 5
    apart = try_comparisons(likeness=0.95, better=True, trials=6, first_seed=1000)
    assert (apart.better, apart.worse) == (6, 0)
    assert apart.primary >= 3
    assert 0.04 < same.flips < 0.12


def test_intervals_cover_as_the_table_says() -> None:
    covered = coverage(0.9, 20, trials=200)
    assert covered["Wilson"] >= 0.92
    assert covered["plain bootstrap"] <= covered["expanded bootstrap"] < 0.93


@pytest.mark.slow
def test_of_100_comparisons_93_are_right(likeness: float = 0.9, gate: int = 70) -> None:
    """The harder of the two cases that are quick enough; ``python -m eval.bench.comparison`` prints them all."""
    assert try_comparisons(likeness=likeness, better=False, trials=100).none >= 93
    apart = try_comparisons(likeness=likeness, better=True, trials=100)
    assert (apart.better >= 80, apart.worse) == (True, 0)
    assert apart.gate >= gate
