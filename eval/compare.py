"""Two runs, question by question: a difference counts only if chance would hardly have made it."""

from collections.abc import Mapping
from dataclasses import dataclass

from eval.metrics.intervals import bootstrap_interval
from eval.records import Run
from eval.scoring import QuestionScore, question_scores
from rag.errors import InputError

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in two runs, over the questions that have a value in both.

    Attributes:
        metric: its name.
        count: questions with a value in both.
        mean_a, mean_b: over these.
        difference: ``mean_b − mean_a``; above 0, B is better.
        low, high: 95% paired bootstrap interval of the difference; None for fewer than two questions.
        wins, ties, losses: questions where B is better, equal, worse.
        one_sided: questions with a value in only one of the runs; they say nothing here.
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

    @property
    def direction(self) -> int:
        """1 if B is better beyond chance, -1 if it is worse, 0 if that is not shown."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)

    @property
    def verdict(self) -> str:
        """In words."""
        if self.direction == 0:
            return "no difference shown"
        return "B is better" if self.direction > 0 else "B is worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A question on which yes-or-no metrics changed sides: names of those that rose from 0 to 1, and that fell."""

    id: str
    question: str
    rose: tuple[str, ...]
    fell: tuple[str, ...]


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
    """

    paired: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    changed: tuple[str, ...]
    differences: dict[str, Difference]
    flips: tuple[Flip, ...]
    verdict: str


def compare(run_a: Run, run_b: Run) -> Comparison:
    """Compare run B with run A, paired by question id.

    Raises:
        InputError: the runs have no question in common.
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
    differences = _differences(pairs)
    return Comparison(
        paired=len(same),
        only_a=tuple(key for key in scores_a if key not in scores_b),
        only_b=tuple(key for key in scores_b if key not in scores_a),
        changed=tuple(key for key in common if key not in set(same)),
        differences=differences,
        flips=tuple(flip for pair in pairs if (flip := _flip(*pair))),
        verdict=_verdict(differences, len(same)),
    )


_Pair = tuple[QuestionScore, QuestionScore]


def _differences(pairs: list[_Pair]) -> dict[str, Difference]:
    names = dict.fromkeys(name for a, b in pairs for name in (*a.values, *b.values))
    found = ((name, _difference(name, pairs)) for name in names)
    return {name: difference for name, difference in found if difference is not None}


def _difference(metric: str, pairs: list[_Pair]) -> Difference | None:
    values = [(_number(a, metric), _number(b, metric)) for a, b in pairs]
    both = [(a, b) for a, b in values if a is not None and b is not None]
    if not both:
        return None
    steps = [b - a for a, b in both]
    interval = bootstrap_interval(steps)
    return Difference(
        metric=metric,
        count=len(both),
        mean_a=sum(a for a, _ in both) / len(both),
        mean_b=sum(b for _, b in both) / len(both),
        difference=sum(steps) / len(steps),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        wins=sum(step > _SAME for step in steps),
        ties=sum(abs(step) <= _SAME for step in steps),
        losses=sum(step < -_SAME for step in steps),
        one_sided=sum((a is None) != (b is None) for a, b in values),
    )


def _number(scored: QuestionScore, metric: str) -> float | None:
    value = scored.values.get(metric)
    return None if value is None else value.value


def _flip(a: QuestionScore, b: QuestionScore) -> Flip | None:
    moves = {name: (_number(a, name), _number(b, name)) for name in a.values}
    rose = tuple(name for name, move in moves.items() if move == (0.0, 1.0))
    fell = tuple(name for name, move in moves.items() if move == (1.0, 0.0))
    return Flip(a.question.id, a.question.user_input, rose, fell) if rose or fell else None


def _verdict(differences: Mapping[str, Difference], count: int) -> str:
    better = [_told(each) for each in differences.values() if each.direction > 0]
    worse = [_told(each) for each in differences.values() if each.direction < 0]
    if not better and not worse:
        return f"No difference between A and B is shown on {count} questions."
    parts = ([f"better in {', '.join(better)}"] if better else []) + ([f"worse in {', '.join(worse)}"] if worse else [])
    rest = len(differences) - len(better) - len(worse)
    return f"On {count} questions B is {' and '.join(parts)}; in {rest} other metrics no difference is shown."


def _told(difference: Difference) -> str:
    return f"{difference.metric} ({difference.difference:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}])"
