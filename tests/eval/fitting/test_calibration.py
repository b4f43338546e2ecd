"""Fitting when to refuse: the regression, the weights of questions, the threshold, and the curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eval.fitting.calibration import Labelled, area, curve, fit, fit_sets, held_out_table, support, threshold_of
from eval.fitting.unanswerable import Kind

SHARES = st.floats(0, 1, allow_subnormal=False)
RANDOM = np.random.default_rng(7)


def labelled(name: str, count: int = 400) -> Labelled:
    """Questions that are answered the more likely, the higher the first of four features of their passage is."""
    values = np.c_[RANDOM.random((count, 4)), np.zeros(count)]
    answered = RANDOM.random(count) < 1 / (1 + np.exp(4 - 8 * values[:, 0]))
    return Labelled(name, tuple(values[:, None]), tuple("answerable" if each else "held out" for each in answered))


def test_the_regression_finds_the_weights_that_made_the_labels() -> None:
    sets = [labelled("a", 4000)]
    bias, first, second, *_ = fit(np.concatenate(sets[0].features)[:, :-1], sets[0].answerable, np.ones(4000))
    assert -bias / first == pytest.approx(0.5, abs=0.05)
    assert 5 < first < 9, "a little less than the 8 it was made with: the ridge"
    assert second == pytest.approx(0, abs=0.5)


def test_a_row_counts_as_often_as_is_said() -> None:
    one = labelled("a", 60)
    counts = RANDOM.integers(1, 4, 60)
    repeated, values = np.repeat(np.arange(60), counts), np.concatenate(one.features)[:, :-1]
    assert fit(values, one.answerable, counts.astype(float)) == pytest.approx(
        fit(values[repeated], one.answerable[repeated], np.ones(len(repeated))), abs=1e-6
    )


def test_the_best_passage_decides_whichever_it_is() -> None:
    """A second passage that tells nothing changes neither weights nor support by much."""
    one = labelled("a", 2000)
    poor = np.array([[0.0, 0.1, 0.1, 0.1, 0.0]])
    two = Labelled("a", tuple(np.concatenate([poor, values]) for values in one.features), one.kinds)
    weights = fit_sets([one])
    assert fit_sets([two])[:2] == pytest.approx(weights[:2], rel=0.25)
    strong = np.array([[0.9, 0.5, 0.5, 0.5, 0.0]])
    assert support([np.concatenate([poor, strong])], weights) == pytest.approx(support([strong], weights))


def test_answers_and_none_count_the_same_and_so_do_the_kinds_of_none() -> None:
    kinds: tuple[Kind, ...] = ("answerable", "answerable", "held out", "held out", "held out", "natural")
    weights = Labelled("a", tuple(np.zeros((6, 1, 4))), kinds).weights
    assert weights == pytest.approx([1 / 2, 1 / 2, 1 / 6, 1 / 6, 1 / 6, 1 / 2])


def test_the_threshold_refuses_a_twentieth_of_the_answerable() -> None:
    sets = [labelled("a"), labelled("b")]
    weights = fit_sets(sets)
    threshold = threshold_of(sets, weights)
    answered = np.concatenate([support(each.features, weights)[each.answerable] for each in sets])
    assert (answered < threshold).mean() == pytest.approx(0.05, abs=0.01)


@given(arrays(float, 6, elements=SHARES), arrays(float, 4, elements=SHARES))
def test_the_area_is_the_share_of_pairs_in_the_right_order(answered: np.ndarray, vain: np.ndarray) -> None:
    pairs = [1.0 if one > other else 0.5 if one == other else 0.0 for one in answered for other in vain]
    assert area(answered, vain) == pytest.approx(np.mean(pairs))
    assert area(vain, answered) == pytest.approx(1 - area(answered, vain))


def test_the_curve_says_what_is_refused_at_each_price() -> None:
    answered, vain = np.linspace(0, 1, 101), np.array([0.01, 0.07, 0.15, 0.25, 0.9])
    assert curve(answered, vain).endswith("refused at 0.05 · 0.1 · 0.2 · 0.3: 0.20 · 0.40 · 0.60 · 0.80")


def test_each_set_is_judged_by_weights_of_the_others() -> None:
    backwards = labelled("backwards")
    turned = Labelled(
        "backwards", tuple(np.c_[1 - values[:, :-1], values[:, -1:]] for values in backwards.features), backwards.kinds
    )
    lines = list(held_out_table([labelled("a"), labelled("b"), turned]))
    areas = [float(line.partition("area ")[2].partition(";")[0]) for line in lines]
    assert areas[2] < 0.3, "what was fitted on a and b is wrong for the third"
    assert [line.partition(",")[0] for line in lines] == ["a", "b", "backwards"]
