"""How numbers and metrics are written."""

import pytest

from eval.metrics.values import Value
from eval.reporting.tables import cell, table
from eval.reporting.wording import (
    FAMILIES,
    OTHER,
    below,
    interval,
    listed,
    meaning,
    milliseconds,
    number,
    percent,
    plural,
    stamp,
    told_percent,
    visible,
)
from eval.scoring import Mean, mean_of


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0%"), (1.0, "100%"), (0.996, "99.6%"), (0.004, "0.4%"), (0.5, "50%"), (0.125, "12%")]
)
def test_a_share_is_never_all_or_nothing_unless_it_is(value: float, written: str) -> None:
    assert percent(value) == written


def test_numbers_intervals_and_times() -> None:
    assert (number(None), number(0.5)) == ("–", "0.500")
    assert (interval(None, 1.0), interval(-0.1, 0.2, sign="+")) == ("–", "[-0.100, +0.200]")
    assert (milliseconds(8.4), milliseconds(1234)) == ("8 ms", "1.2 s")
    assert told_percent(Mean(0.9, 0.8, 0.98, 40, 0, 0)) == "90% (95% interval 80–98%)"
    assert told_percent(Mean(0.9, None, None, 1, 0, 0)) == "90%"
    assert (plural(1, "question"), plural(2, "question")) == ("1 question", "2 questions")
    assert (listed("abc", 2), listed("ab", 2)) == ("a, b and 1 more", "a, b")
    assert (stamp("2026-11-22T00:51:07+00:00"), stamp("?")) == ("2026-11-22 00:51 UTC", "?")


def test_metrics_have_names_and_families() -> None:
    assert meaning("recall@5").label == "Document recall @5"
    assert meaning("chrf").family in FAMILIES
    assert (meaning("made_up@3").label, meaning("made_up@3").family) == ("made_up@3", OTHER)


def test_a_slice_is_below_if_its_whole_interval_is() -> None:
    whole = mean_of([Value(1.0)] * 30 + [Value(0.0)] * 10)
    assert below(mean_of([Value(0.0)] * 10), whole)
    assert not below(mean_of([Value(0.0)] * 7), whole)  # too few
    assert not below(mean_of([Value(1.0)] * 5 + [Value(0.0)] * 5), whole)
    assert not below(None, whole)


def test_what_steers_text_is_shown_as_a_sign() -> None:
    assert visible("a\u202eb\x1b[31mc\ud800\n\td") == "a�b�[31mc�\n\td"


def test_a_cell_is_safe_and_stays_so() -> None:
    hostile = "a | b <script> ![x](http://x) [y](javascript:z)\nnext"
    once = cell(hostile)
    assert once == "a \\| b &lt;script> ![x]\\(http://x) [y]\\(javascript:z) next"
    assert cell(once) == once
    assert table(("h",), [(hostile,)]).splitlines()[2] == f"| {once} |"
