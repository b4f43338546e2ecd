"""The differences of two scored runs, metric by metric, each with its interval and with how likely chance makes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.metrics.intervals import bootstrap_intervals
from eval.metrics.significance import LEVEL, randomization_test
from eval.scoring import QuestionScore

Pair = tuple[QuestionScore, QuestionScore]
"""One question in run A and in run B."""

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in two runs, over the questions that have a value in both.

    Attributes:
        metric: its name.
        count: questions with a value in both.
        mean_a, mean_b: over these.
        difference: ``mean_b − mean_a``; above 0, B is better.
        low, high: 95% paired bootstrap interval of the difference, of this metric by itself; None for fewer than two
            questions.
        wins, ties, losses: questions where B is better, equal, worse.
        one_sided: questions with a value in only one of the runs; they say nothing here.
        p: how often chance would make such a difference in this metric, by the randomization test.
        p_adjusted: how often it would make one as striking in any metric of the family, and in as many families as are
            looked at; never below ``p``.
    """

    metric: str
    count: int
    mean_a: float
    mean_b: float
    difference: float
    low: float | None
    high: float | None
    wins: int
    ties: int
    losses: int
    one_sided: int
    p: float = 1.0
    p_adjusted: float = 1.0

    @property
    def direction(self) -> int:
        """1 if B is better beyond chance, -1 if it is worse, 0 if that is not shown."""
        if self.p_adjusted >= LEVEL:
            return 0
        return int(self.difference > 0) - int(self.difference < 0)

    @property
    def verdict(self) -> str:
        """In words."""
        if self.direction == 0:
            return "no difference shown"
        return "B is better" if self.direction > 0 else "B is worse"

    def told(self) -> str:
        """``hit@5 (+0.050 [+0.012, +0.087])``."""
        interval = "" if self.low is None else f" [{self.low:+.3f}, {self.high:+.3f}]"
        return f"{self.metric} ({self.difference:+.3f}{interval})"


def differences_of(
    pairs: Sequence[Pair], metrics: Iterable[str] | None = None, *, families: int = 1
) -> dict[str, Difference]:
    """The differences by metric, adjusted for each other.

    Args:
        pairs: the same questions in both runs.
        metrics: the family; None: all there are. Those without a value in both runs are left out.
        families: how many families share the chance of a false alarm; p is multiplied by it (Bonferroni).
    """
    members = {"": range(len(pairs))}
    return differences_of_groups(pairs, members, metrics, families=families)[""]


def differences_of_groups(
    pairs: Sequence[Pair],
    groups: Mapping[str, Sequence[int]],
    metrics: Iterable[str] | None = None,
    *,
    families: int = 1,
) -> dict[str, dict[str, Difference]]:
    """The differences by group of questions and by metric, all of them adjusted for each other.

    Args:
        pairs: the same questions in both runs.
        groups: places among the pairs, by name; a pair may be in several.
        metrics: as in ``differences_of``.
        families: as there.
    """
    names = list(
        dict.fromkeys(metrics if metrics is not None else (name for a, b in pairs for name in [*a.values, *b.values]))
    )
    first, second = (_values([pair[side] for pair in pairs], names) for side in (0, 1))
    found: list[tuple[str, str, NDArray[np.bool_]]] = []
    for group, places in groups.items():
        inside = np.zeros(len(pairs), bool)
        inside[list(places)] = True
        for column, name in enumerate(names):
            if (inside & np.isfinite(first[:, column] + second[:, column])).any():
                found.append((group, name, inside))
    columns = [names.index(name) for _, name, _ in found]
    mask = np.stack([inside for _, _, inside in found], axis=1) if found else np.zeros((len(pairs), 0), bool)
    a, b = np.where(mask, first[:, columns], np.nan), np.where(mask, second[:, columns], np.nan)
    steps = b - a
    alone, adjusted = randomization_test(np.nan_to_num(steps))
    adjusted = [min(1.0, families * p) for p in adjusted]
    intervals = _intervals(steps)
    told: dict[str, dict[str, Difference]] = {group: {} for group in groups}
    for column, (group, name, _) in enumerate(found):
        told[group][name] = _difference(
            name, a[:, column], b[:, column], intervals[column], alone[column], adjusted[column]
        )
    return told


def _values(scored: Sequence[QuestionScore], names: Sequence[str]) -> NDArray[np.float64]:
    """Questions × metrics; NaN where there is no value, for no longer than the arithmetic takes."""
    values = np.full((len(scored), len(names)), np.nan)
    for row, each in enumerate(scored):
        for column, name in enumerate(names):
            value = each.values.get(name)
            if value is not None and value.value is not None:
                values[row, column] = value.value
    return values


def _intervals(steps: NDArray[np.float64]) -> list[tuple[float, float] | None]:
    """Of every column; columns over the same questions are resampled together."""
    intervals: list[tuple[float, float] | None] = [None] * steps.shape[1]
    together: dict[bytes, list[int]] = {}
    for column in range(steps.shape[1]):
        together.setdefault(np.isfinite(steps[:, column]).tobytes(), []).append(column)
    for members in together.values():
        values = steps[np.isfinite(steps[:, members[0]])][:, members]
        if len(values) > 1:
            for column, interval in zip(members, bootstrap_intervals(values), strict=True):
                intervals[column] = interval
    return intervals


def _difference(
    metric: str,
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    interval: tuple[float, float] | None,
    p: float,
    p_adjusted: float,
) -> Difference:
    both = np.isfinite(first + second)
    steps = second[both] - first[both]
    return Difference(
        metric=metric,
        count=len(steps),
        mean_a=float(first[both].mean()),
        mean_b=float(second[both].mean()),
        difference=float(steps.mean()),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        wins=int((steps > _SAME).sum()),
        ties=int((np.abs(steps) <= _SAME).sum()),
        losses=int((steps < -_SAME).sum()),
        one_sided=int((np.isfinite(first) != np.isfinite(second)).sum()),
        p=p,
        p_adjusted=p_adjusted,
    )
