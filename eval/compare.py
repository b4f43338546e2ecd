"""Two runs, question by question: a difference counts only if chance would hardly have made it.

Every metric has a paired bootstrap interval; what is *called* a difference is decided by a randomization test that is
adjusted for all metrics at once (``eval.metrics.significance``), since of twenty metrics that do not differ about one
has an interval without 0. The whole and the slices are two families that share the 5%: of comparisons of equal runs, no
more than that say anything of a difference, in either. Who has one question in mind ("is hit@5 worse?") names the
metric beforehand, as a gate, and pays for no other.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.differences import Difference, Pair, differences_of, differences_of_groups
from eval.metrics.intervals import bootstrap_interval
from eval.records import Row, Run
from eval.scoring import QuestionScore, question_scores
from eval.slices import by_slice
from rag.errors import InputError

_MOST_TOLD = 4
"""Metrics named in a sentence."""

_LEAST_OF_A_SLICE = 5
"""Questions below which a slice is not compared: no sign test could show anything at 5%."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A question on which yes-or-no metrics changed sides: names of those that rose from 0 to 1, and that fell."""

    id: str
    question: str
    rose: tuple[str, ...]
    fell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slower:
    """Time of a step in both runs, over the questions where it ended in both; a machine's load is in it, so no verdict.

    Attributes:
        count: questions.
        ratio: geometric mean of B's time by A's; above 1, B is slower.
        low, high: 95% paired bootstrap interval of it; None for fewer than two questions.
    """

    count: int
    ratio: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared.

    Attributes:
        paired: questions that both runs have.
        only_a, only_b: ids of questions that only one has.
        changed: ids that both have, but for another question, reference or sources; they are not compared.
        differences: by metric.
        flips: in the order of run A.
        verdict: one sentence.
        slices: by slice, then by metric; slices of fewer than five questions are left out.
        slices_verdict: one sentence on them.
        gates: of the metrics that were named beforehand, adjusted for each other alone.
        latency: of "search" and "answer", where both runs measured them.
    """

    paired: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    changed: tuple[str, ...]
    differences: dict[str, Difference]
    flips: tuple[Flip, ...]
    verdict: str
    slices: dict[str, dict[str, Difference]]
    slices_verdict: str
    gates: dict[str, Difference]
    latency: dict[str, Slower]

    @property
    def worse(self) -> list[Difference]:
        """The gates that B fails."""
        return [each for each in self.gates.values() if each.direction < 0]


def compare(run_a: Run, run_b: Run, *, gates: Iterable[str] = ()) -> Comparison:
    """Compare run B with run A, paired by question id.

    Args:
        run_a: what is there.
        run_b: what may replace it.
        gates: metrics named beforehand.

    Raises:
        InputError: the runs have no question in common, or a gate has no value in both.
    """
    scores_a = {each.question.id: each for each in question_scores(run_a)}
    scores_b = {each.question.id: each for each in question_scores(run_b)}
    common = [key for key in scores_a if key in scores_b]
    same = [key for key in common if scores_a[key].question == scores_b[key].question]
    if not same:
        raise InputError(
            f"The runs have no question in common: {len(scores_a)} in A ({run_a.question_set or 'no file'}), "
            f"{len(scores_b)} in B ({run_b.question_set or 'no file'}), {len(common)} ids shared.",
            remedy="Compare two runs of the same question set.",
        )
    pairs = [(scores_a[key], scores_b[key]) for key in same]
    differences, slices = both_families(pairs)
    return Comparison(
        paired=len(same),
        only_a=tuple(key for key in scores_a if key not in scores_b),
        only_b=tuple(key for key in scores_b if key not in scores_a),
        changed=tuple(key for key in common if key not in set(same)),
        differences=differences,
        flips=tuple(flip for pair in pairs if (flip := _flip(*pair))),
        verdict=verdict_on(differences, len(same)),
        slices=slices,
        slices_verdict=_slices_verdict(slices),
        gates=_gates(pairs, tuple(dict.fromkeys(gates)), differences),
        latency=_latency(run_a.rows, run_b.rows, set(same)),
    )


def both_families(pairs: Sequence[Pair]) -> tuple[dict[str, Difference], dict[str, dict[str, Difference]]]:
    """The differences on the whole, and in each slice; a slice that has all questions would say the same twice."""
    slices = by_slice([a.question for a, _ in pairs])
    groups = {name: places for name, places in slices.items() if _LEAST_OF_A_SLICE <= len(places) < len(pairs)}
    if not groups:
        return differences_of(pairs), {}
    return differences_of(pairs, families=2), differences_of_groups(pairs, groups, families=2)


def verdict_on(differences: Mapping[str, Difference], count: int) -> str:
    """The sentence: what is better, what is worse, or that no difference is shown."""
    better = [each for each in differences.values() if each.direction > 0]
    worse = [each for each in differences.values() if each.direction < 0]
    if not better and not worse:
        return f"No difference between A and B is shown on {count} questions."
    parts = ([f"better in {_listed(better)}"] if better else []) + ([f"worse in {_listed(worse)}"] if worse else [])
    rest = len(differences) - len(better) - len(worse)
    return f"On {count} questions B is {' and '.join(parts)}; in {rest} other metrics no difference is shown."


def _slices_verdict(slices: Mapping[str, Mapping[str, Difference]]) -> str:
    if not slices:
        return "No slice has questions enough to be compared."
    told = []
    for word, sign in (("better", 1), ("worse", -1)):
        names = [
            f"{name}: {_listed(found)}"
            for name, metrics in slices.items()
            if (found := [each for each in metrics.values() if each.direction == sign])
        ]
        told += [f"{word} in {'; '.join(names)}"] if names else []
    if not told:
        return f"In none of {len(slices)} slices a difference is shown."
    return f"By slice B is {', and '.join(told)}."


def _listed(differences: Sequence[Difference]) -> str:
    """The most striking ones, named."""
    first = sorted(differences, key=lambda each: (each.p_adjusted, each.p))[:_MOST_TOLD]
    more = len(differences) - len(first)
    return ", ".join(each.told() for each in first) + (f" and {more} more" if more else "")


def _gates(pairs: Sequence[Pair], names: Sequence[str], known: Mapping[str, Difference]) -> dict[str, Difference]:
    missing = [name for name in names if name not in known]
    if missing:
        raise InputError(
            f"No question has a value of {' or '.join(missing)} in both runs.",
            remedy=f"Name one of: {', '.join(known)}.",
        )
    return differences_of(pairs, names) if names else {}


def _flip(a: QuestionScore, b: QuestionScore) -> Flip | None:
    moves = {name: (a.values[name].value, b.values[name].value) for name in a.values if name in b.values}
    rose = tuple(name for name, move in moves.items() if move == (0.0, 1.0))
    fell = tuple(name for name, move in moves.items() if move == (1.0, 0.0))
    return Flip(a.question.id, a.question.user_input, rose, fell) if rose or fell else None


def _latency(rows_a: Sequence[Row], rows_b: Sequence[Row], same: set[str]) -> dict[str, Slower]:
    found = {}
    second = {row.question.id: row for row in rows_b}
    pairs = [(row, second[row.question.id]) for row in rows_a if row.question.id in same]
    for step, times in {
        "search": [(a.search_ms, b.search_ms) for a, b in pairs],
        "answer": [(a.answer_ms, b.answer_ms) for a, b in pairs],
    }.items():
        logs = [math.log(b / a) for a, b in times if a and b]
        if logs:
            interval = bootstrap_interval(logs)
            low, high = map(math.exp, interval) if interval else (None, None)
            found[step] = Slower(len(logs), math.exp(sum(logs) / len(logs)), low, high)
    return found
