"""Ranks, figures and the interval that decides."""

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.training.adaptation.judging import judge, ranks_of
from ingest.training.adaptation.probes import Probe
from ingest.training.adaptation.progress import Limits, falling
from rag.embeddings.base import Embedder


class Letters(Embedder):
    """A text's vector counts the letters a to d."""

    identity, dimension = "letters", 4

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = np.array([[text.count(letter) for letter in "abcd"] for text in texts], np.float32).reshape(-1, 4)
        return np.asarray(counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9), np.float32)

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self.embed_array([text])[0].tolist()
        return row


def probe(text: str, *passages: str, hidden: set[int] | None = None, section: str = "s") -> Probe:
    return Probe("term", text, passages, section, hidden=frozenset(hidden or ()))


def test_a_rank_counts_what_is_as_near_and_not_hidden() -> None:
    passages = ["a", "ab", "abc", "d"]
    asked = [
        probe("a", "aab"),  # "a" is nearer
        probe("a", "aab", hidden={0}),
        probe("a", "d", "a"),  # the best of its passages; "a" ties
        probe("d", "ab"),  # as far as "a", "ab" and "abc", which are before it then
        probe("ab", "ab", hidden={1, 2}),
    ]
    assert ranks_of(Letters(), asked, passages).tolist() == [2, 1, 2, 5, 1]


def test_figures_and_difference_are_those_of_the_formulas() -> None:
    probes = [probe("x", "y", section=str(number)) for number in range(4)]
    verdict = judge(probes, np.array([1, 2, 11, 6]), np.array([1, 1, 10, 12]))
    assert astuple(verdict.before["all"]) == pytest.approx((4, 0.25, 0.5, (1 + 1 / 2 + 1 / 6) / 4))
    assert astuple(verdict.after["term"]) == pytest.approx((4, 0.5, 0.5, (1 + 1 + 1 / 10) / 4))
    assert verdict.difference == pytest.approx((0.5 + 0.1 - 1 / 6) / 4)
    assert set(verdict.before) == {"term", "all"}
    assert verdict.low < 0 < verdict.difference < verdict.high and not verdict.won


def test_equal_ranks_never_win_and_a_clear_gain_does() -> None:
    probes = [probe("x", "y", section=str(number)) for number in range(40)]
    same = np.full(40, 3)
    assert (judge(probes, same, same).low, judge(probes, same, same).won) == (0.0, False)
    assert judge(probes, same, np.full(40, 1)).won
    assert not judge(probes, np.full(40, 1), same).won


def test_many_questions_of_one_section_are_one_witness() -> None:
    before, after = np.full(60, 2), np.full(60, 2)
    after[:30] = 1
    after[30:33] = 9
    alone = [probe("x", "y", section=str(number)) for number in range(60)]
    together = [probe("x", "y", section=str(min(number // 30, 1))) for number in range(60)]
    assert judge(alone, before, after).won
    assert not judge(together, before, after).won
    assert judge(alone, before, after).difference == judge(together, before, after).difference


def test_the_rate_rises_and_falls_to_nothing_by_steps_or_by_time() -> None:
    limits = Limits(100)
    rates = [falling(step, limits, 1e9) for step in range(1, 101)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == 1.0
    assert rates[20:] == sorted(rates[20:], reverse=True) and 0 < rates[-1] < 0.02
    timed = Limits(100, minutes=1.0)
    assert falling(1, timed, 57.0) == pytest.approx((1 - 0.95) / 0.9)
    assert falling(1, timed, 61.0) == 0.0
    assert (timed.reached(59.0), timed.reached(60.0), limits.reached(1e9)) == (False, True, False)
