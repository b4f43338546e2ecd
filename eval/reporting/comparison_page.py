"""Two runs compared, as one HTML file: the verdict first, then differences, slices, and the questions that flipped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eval.compare import Comparison, Flip
from eval.differences import Difference
from eval.journal import differing
from eval.metrics.evidence import evidence_rank
from eval.records import Row, Run
from eval.reporting.outcomes import Outcome, handed_over, outcome_of
from eval.reporting.rendering import environment
from eval.reporting.views import facts_of

_MOST_FLIPS = 60
_LEAST_SCALE = 0.05


@dataclass(frozen=True, slots=True)
class Side:
    """One run's part in a question that flipped: what became of it, where the evidence stands, what was answered."""

    outcome: Outcome
    rank: str
    answer: str


@dataclass(frozen=True, slots=True)
class ShownFlip:
    """A question that flipped, in both runs."""

    flip: Flip
    a: Side
    b: Side

    @property
    def tone(self) -> str:
        """Good if metrics only rose, bad if they only fell."""
        if self.flip.rose and self.flip.fell:
            return "fair"
        return "good" if self.flip.rose else "bad"


def render_comparison_html(
    comparison: Comparison, run_a: Run, run_b: Run, *, name_a: str = "A", name_b: str = "B"
) -> str:
    """The report of a comparison as one HTML file.

    Args:
        comparison: of these runs.
        run_a: what is there.
        run_b: what may replace it.
        name_a: what a reader knows the first by, such as its folder.
        name_b: the same of the second.
    """
    slices = _slices(comparison.slices)
    return (
        environment()
        .get_template("comparison.html.jinja")
        .render(
            title="Comparison",
            comparison=comparison,
            name_a=name_a,
            name_b=name_b,
            facts=_both(facts_of(run_a), facts_of(run_b)),
            changed=differing(run_a, run_b),
            scale=_scale(comparison.differences.values()),
            slices=slices,
            slice_scale=_scale(each for _, differences in slices for each in differences),
            flips=_flips(comparison, run_a, run_b),
            more=max(len(comparison.flips) - _MOST_FLIPS, 0),
        )
    )


def _both(a: Mapping[str, str], b: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (a.get(name, "–"), b.get(name, "–")) for name in dict.fromkeys((*a, *b))}


def _scale(differences: Iterable[Difference]) -> float:
    """How far from 0 differences and their intervals go; small ones are not drawn large."""
    ends = [end for each in differences for end in (each.difference, each.low or 0.0, each.high or 0.0)]
    return max([_LEAST_SCALE, *map(abs, ends)])


def _slices(slices: Mapping[str, Mapping[str, Difference]]) -> list[tuple[str, list[Difference]]]:
    """Of each slice what differs; of one where nothing does, what moved most."""
    shown = []
    for name, metrics in slices.items():
        differ = [each for each in metrics.values() if each.direction]
        moved = sorted(metrics.values(), key=lambda each: (each.p, -abs(each.difference)))
        shown.append((name, differ or moved[:1]))
    return sorted(shown, key=lambda each: not any(difference.direction for difference in each[1]))


def _flips(comparison: Comparison, run_a: Run, run_b: Run) -> list[ShownFlip]:
    rows_a, rows_b = ({row.question.id: row for row in run.rows} for run in (run_a, run_b))
    k_a, k_b = handed_over(run_a), handed_over(run_b)
    flips = sorted(comparison.flips, key=lambda each: len(each.rose) - len(each.fell))
    return [
        ShownFlip(each, _side(rows_a[each.id], k_a), _side(rows_b[each.id], k_b))
        for each in flips[:_MOST_FLIPS]
        if each.id in rows_a and each.id in rows_b
    ]


def _side(row: Row, k: int) -> Side:
    rank = evidence_rank(row.question.reference_contexts, row.hits or ()) if row.question.answerable else None
    known = row.question.answerable and row.question.reference_contexts
    answer = row.answer.text if row.answer else row.error
    return Side(outcome_of(row, k), f"passage {rank}" if rank else "not found" if known else "–", answer)
