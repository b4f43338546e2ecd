import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.correlation import pearson, spearman

_NUMBERS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=12)


def test_pearson_by_hand() -> None:
    assert pearson([1, 2, 3], [2, 4, 7]) == pytest.approx(5 / (2 * 38 / 3) ** 0.5)
    assert pearson([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)


def test_equal_values_share_their_mean_rank() -> None:
    # ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4
    assert spearman([0, 5, 5, 9], [1, 2, 3, 4]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    assert spearman([0.1, 0.2, 9.0], [1, 2, 3]) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_what_does_not_vary_has_no_correlation(values: list[float]) -> None:
    assert pearson(values, list(range(len(values)))) is None
    assert spearman(values, list(range(len(values)))) is None


@given(_NUMBERS)
def test_spearman_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    first, second = ([float(each[side]) for each in pairs] for side in (0, 1))
    if len(set(first)) < 2 or len(set(second)) < 2:
        assert spearman(first, second) is None
    else:
        assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic, abs=1e-9)
