from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from rag.retrieval.fusion import (
    EXPECTED,
    MARGIN,
    REFERENCE,
    Scores,
    above_background,
    chance,
    convex,
    interleaved,
    reciprocal_rank,
    weight_at,
)


def scores(*values: float) -> Scores:
    return np.array(values, np.float32)


def none(count: int) -> NDArray[np.bool_]:
    return np.zeros(count, bool)


def test_convex_by_hand() -> None:
    fused = convex(scores(8, 4, 0), scores(0.2, 0.9, -0.5), dense_weight=0.25, ceiling=10, foreign=none(3))
    assert fused == pytest.approx([0.75 * 0.8 + 0.25 * 0.2, 0.75 * 0.4 + 0.25 * 0.9, 0.0])


def test_a_cosine_counts_from_the_background_of_its_question() -> None:
    found = above_background(scores(1.0, 0.9, 0.5, 0.1, -1.0), scores(*[0.4] * 10))
    assert found == pytest.approx([1.0, 0.875, 0.375, 0.0, 0.0])  # 10 passages of 0.4 and 10 of 0: mean 0.2


def test_a_course_without_passages_has_no_background() -> None:
    assert above_background(scores(0.5, -0.5), scores()) == pytest.approx([0.5, 0.0])


def test_a_background_below_zero_lifts_nothing() -> None:
    assert above_background(scores(0.0, 0.5), scores(*[-0.5] * 50)) == pytest.approx([0.0, 0.5])


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=6),
    st.floats(0, 0.7),
    st.floats(0, 0.5),
)
def test_where_a_model_puts_unrelated_texts_makes_no_difference(cosines: list[float], low: float, mean: float) -> None:
    many = np.full(50_000, mean, np.float32)
    plain = above_background(scores(*cosines), many)
    crowded = above_background(low + (1 - low) * scores(*cosines), low + (1 - low) * many)
    assert crowded == pytest.approx(plain, abs=2e-3)


@given(st.floats(REFERENCE, 500), st.floats(0.01, 0.99))
def test_a_dense_score_is_worth_the_same_nats_in_a_long_question(ceiling: float, dense_weight: float) -> None:
    weight = weight_at(ceiling, dense_weight)
    assert weight / (1 - weight) * ceiling == pytest.approx(REFERENCE * dense_weight / (1 - dense_weight))
    assert weight <= dense_weight + 1e-12


def test_the_dense_weight_holds_up_to_the_reference() -> None:
    assert [weight_at(ceiling, 0.3) for ceiling in (0.0, 3.0, REFERENCE)] == pytest.approx([0.3] * 3)
    assert [weight_at(99.0, weight) for weight in (0.0, 1.0)] == [0.0, 1.0]


def test_words_weigh_more_in_a_long_question_but_not_against_the_other_language() -> None:
    foreign = np.array([False, False, True, True])
    fused = convex(scores(20, 8, 0, 20), scores(0.5, 1.0, 1.0, 0.5), dense_weight=0.3, ceiling=40, foreign=foreign)
    weight = 3 / (3 + 0.7 * 40)
    assert fused == pytest.approx(
        [(1 - weight) * 0.5 + weight * 0.5, (1 - weight) * 0.2 + weight, 0.7 * EXPECTED + 0.3, 0.7 * 0.5 + 0.3 * 0.5]
    )


def test_what_the_other_language_is_expected_to_have_can_be_set() -> None:
    foreign = np.array([True, True])
    fused = convex(scores(0, 5), scores(0.5, 0), dense_weight=0.5, ceiling=10, foreign=foreign, expected=0.8)
    assert fused == pytest.approx([0.5 * 0.4 + 0.5 * 0.5, 0.25])


def test_convex_without_a_lexical_match_is_the_cosine() -> None:
    fused = convex(scores(0, 0), scores(0.4, 0.8), dense_weight=0.5, ceiling=0, foreign=none(2))
    assert fused == pytest.approx([0.4, 0.8])


def test_where_no_passage_has_a_notable_share_of_the_words_the_cosine_decides_alone() -> None:
    lexical, dense = scores(11, 4, 0), scores(0.1, 0.2, 0.3)
    fused = convex(lexical, dense, dense_weight=0.4, ceiling=100, foreign=none(3))
    assert fused == pytest.approx([0.1, 0.2, 0.3])
    # Half way between the two shares the weight is half way to 1 from where it was.
    between = convex(scores(15, 0), scores(0, 0.2), dense_weight=0.4, ceiling=100, foreign=none(2))
    weight = weight_at(100, 0.4)
    assert between == pytest.approx([0.15 * (1 - weight) / 2, 0.2 * (1 + weight) / 2])


@pytest.mark.parametrize(("reached", "foreign", "chances"), [(0.12, False, 1), (0.18, False, 0), (0.12, True, 0)])
def test_how_surely_words_met_by_chance(reached: float, foreign: bool, chances: float) -> None:
    assert chance(scores(reached, 0), np.array([foreign, False])) == pytest.approx(chances, abs=1e-5)


def test_a_dense_weight_of_nothing_is_lexical_alone_however_little_is_found() -> None:
    assert convex(scores(1), scores(0.9), dense_weight=0, ceiling=100, foreign=none(1)) == pytest.approx([0.01])


def test_a_passage_in_the_other_language_is_taken_to_have_some_of_its_cosine_as_lexical_score() -> None:
    foreign = np.array([True, True, True, False])
    fused = convex(scores(0, 9, 0, 1), scores(0.6, 0.6, -0.4, 0.1), dense_weight=0.5, ceiling=10, foreign=foreign)
    assert fused == pytest.approx([0.5 * EXPECTED * 0.6 + 0.3, 0.45 + 0.3, 0.0, 0.05 + 0.05])
    assert fused[0] > fused[3]  # a chance word in the question's language does not win


def test_reciprocal_rank_by_hand() -> None:
    fused = reciprocal_rank(scores(8, 4, 0), scores(0.2, 0.9, -0.5), dense_weight=0.25)
    assert fused == pytest.approx([0.75 / 61 + 0.25 / 62, 0.75 / 62 + 0.25 / 61, 1 / 63])


@pytest.mark.parametrize("fuse", [partial(convex, ceiling=3.0, foreign=none(0)), reciprocal_rank])
def test_no_candidates(fuse: Callable[..., Scores]) -> None:
    assert fuse(scores(), scores(), dense_weight=0.25).shape == (0,)


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(
            arrays(np.float32, n, elements=st.floats(0, 100, width=32), unique=True),
            arrays(np.float32, n, elements=st.floats(-1, 1, width=32), unique=True),
        )
    )
)
def test_extreme_weights_give_the_one_ranking(pair: tuple[Scores, Scores]) -> None:
    lexical, dense = pair
    for fuse in (partial(convex, ceiling=100.0, foreign=none(len(lexical))), reciprocal_rank):
        by_words, by_meaning = (fuse(lexical, dense, dense_weight=weight) for weight in (0.0, 1.0))
        assert (np.diff(by_words[np.argsort(lexical)]) >= 0).all()
        assert (np.diff(by_meaning[np.argsort(dense)]) >= 0).all()
        assert by_words.dtype == np.float32
        assert (by_words >= 0).all()
        assert (by_words <= 1).all()


def test_the_nearest_take_every_other_place_from_the_third_on() -> None:
    dense = scores(0.1, 0.2, 0.1, 0.3, 0.1, 0.9, 0.8)
    assert interleaved([0, 1, 2, 3, 4, 5, 6], dense) == [0, 1, 5, 2, 6, 3, 4]


def test_a_passage_that_is_hardly_nearer_takes_no_place() -> None:
    assert interleaved([0, 1, 2, 3], scores(0, 0, 0.5, 0.5 + 0.9 * MARGIN)) == [0, 1, 2, 3]
    assert interleaved([0, 1, 2, 3], scores(0, 0, 0.5, 0.5 + 1.1 * MARGIN)) == [0, 1, 3, 2]


@given(st.lists(st.floats(0, 1, width=32), max_size=12), st.randoms())
def test_interleaving_keeps_each_passage_once_and_the_first_two(dense: list[float], random: Random) -> None:
    order = list(range(len(dense)))
    random.shuffle(order)
    found = interleaved(order, scores(*dense))
    assert sorted(found) == sorted(order) and found[:2] == order[:2]
    # Who has lost its place stands in the next one at the latest that is not open, so it falls by few.
    assert all(found.index(position) <= 2 * order.index(position) for position in order)
