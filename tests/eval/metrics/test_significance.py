"""The randomization test: exact values by hand, beside scipy, and what adjusting promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eval.metrics.significance import holm, randomization_test


@pytest.mark.parametrize(
    ("won", "lost", "exact"),
    [(10, 0, 2 / 2**10), (9, 1, 2 * 11 / 2**10), (5, 5, 1.0), (3, 0, 2 / 2**3), (7, 2, 2 * (1 + 9 + 36) / 2**9)],
)
def test_of_wins_and_losses_it_is_the_sign_test(won: int, lost: int, exact: float) -> None:
    differences = np.array([1.0] * won + [-1.0] * lost + [0.0] * 7)[:, None]
    alone, adjusted = randomization_test(differences)
    assert alone == adjusted
    assert alone[0] == pytest.approx(exact, abs=0.015)


def test_it_agrees_with_all_signs_enumerated() -> None:
    differences = np.array([0.3, 0.1, -0.2, 0.5, 0.25, -0.05, 0.4, 0.15])
    signs = np.array([[1 if number >> bit & 1 else -1 for bit in range(8)] for number in range(256)])
    exact = (np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9).mean()
    assert randomization_test(differences[:, None])[0][0] == pytest.approx(exact, abs=0.015)


def test_repeating_a_metric_costs_nothing_where_holm_pays_for_each() -> None:
    column = np.array([1.0] * 9 + [-1.0])[:, None]
    alone, adjusted = randomization_test(np.repeat(column, 20, axis=1))
    assert adjusted == alone
    assert min(holm(alone)) == pytest.approx(20 * alone[0])


def test_what_is_settled_does_not_hide_the_rest() -> None:
    """Step-down: the second of two metrics is held against what is left, not against the first."""
    generator = np.random.default_rng(0)
    sure = np.ones(40)
    weaker = np.where(generator.random(40) < 0.72, 1.0, -1.0)
    alone, adjusted = randomization_test(np.stack([sure, weaker], axis=1))
    assert adjusted[1] == alone[1]


def test_p_values_of_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_equal_runs_have_p_1_and_no_metric_has_none() -> None:
    assert randomization_test(np.zeros((5, 2))) == ([1.0, 1.0], [1.0, 1.0])
    assert randomization_test(np.zeros((5, 0))) == ([], [])


@given(arrays(np.float64, st.tuples(st.integers(1, 25), st.integers(1, 6)), elements=st.floats(-1, 1, width=16)))
def test_adjusting_never_helps_repeats_and_keeps_the_order(differences: np.ndarray) -> None:
    alone, adjusted = randomization_test(differences, draws=200)
    assert (alone, adjusted) == randomization_test(differences, draws=200)
    assert all(0 < one <= more <= 1 for one, more in zip(alone, adjusted, strict=True))
    turned = randomization_test(-differences, draws=200)
    assert turned == (alone, adjusted)


def test_families_of_noise_are_called_different_in_5_of_100_at_most() -> None:
    generator = np.random.default_rng(4)
    wrong = 0
    for _ in range(200):
        shared = generator.standard_normal((60, 1))
        columns = np.sign(shared + generator.standard_normal((60, 15))) * (generator.random((60, 15)) < 0.3)
        wrong += min(randomization_test(columns, draws=499)[1]) < 0.05
    assert wrong <= 16  # 5% of 200, and what chance adds once in 100
