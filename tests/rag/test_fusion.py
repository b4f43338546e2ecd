from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from rag.fusion import EXPECTED, Scores, convex, reciprocal_rank


def scores(*values: float) -> Scores:
    return np.array(values, np.float32)


def none(count: int) -> NDArray[np.bool_]:
    return np.zeros(count, bool)


def test_convex_by_hand() -> None:
    fused = convex(scores(8, 4, 0), scores(0.2, 0.9, -0.5), dense_weight=0.25, ceiling=10, foreign=none(3))
    assert fused == pytest.approx([0.75 * 0.8 + 0.25 * 0.2, 0.75 * 0.4 + 0.25 * 0.9, 0.0])


def test_convex_without_a_lexical_match_is_the_cosine() -> None:
    fused = convex(scores(0, 0), scores(0.4, 0.8), dense_weight=0.5, ceiling=0, foreign=none(2))
    assert fused == pytest.approx([0.2, 0.4])


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
