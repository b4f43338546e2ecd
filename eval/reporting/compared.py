"""A comparison as Markdown: the verdict first, then what it rests on."""

from collections.abc import Iterable, Mapping, Sequence

from eval.compare import Comparison
from eval.differences import Difference
from eval.reporting.tables import cell, table

_HEAD = ("metric", "questions", "A", "B", "B − A", "95% interval", "win / tie / loss", "one-sided", "p", "p of all",
         "verdict")  # fmt: skip
_MOST_FLIPS = 40


def render_comparison(comparison: Comparison, *, name_a: str = "A", name_b: str = "B") -> str:
    """The report of a comparison: verdict, gates, metrics, slices that differ, time, flips."""
    unmatched = len(comparison.only_a) + len(comparison.only_b) + len(comparison.changed)
    parts = [
        "# Comparison",
        f"A: {cell(name_a)}  \nB: {cell(name_b)}",
        f"**{comparison.verdict}**",
        comparison.slices_verdict,
        *_gates(comparison.gates),
        f"{comparison.paired} questions compared, {unmatched} left out: {len(comparison.only_a)} only in A, "
        f"{len(comparison.only_b)} only in B, {len(comparison.changed)} asked or answered differently in the two sets.",
        table(_HEAD, (_row(each) for each in comparison.differences.values())),
        "The interval and *p* are of the metric by itself. A difference is called one by *p of all*, if below .05: how "
        "often chance would make any of these metrics differ as strikingly. *One-sided* questions have a value in one "
        "run only.",
        *_slices(comparison.slices),
        *_times(comparison),
        *_flips(comparison),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(each: Difference) -> tuple[str, ...]:
    interval = "–" if each.low is None else f"[{each.low:+.3f}, {each.high:+.3f}]"
    return (
        each.metric,
        str(each.count),
        f"{each.mean_a:.3f}",
        f"{each.mean_b:.3f}",
        f"{each.difference:+.3f}",
        interval,
        f"{each.wins} / {each.ties} / {each.losses}",
        str(each.one_sided),
        _p(each.p),
        _p(each.p_adjusted),
        f"**{each.verdict}**" if each.direction else each.verdict,
    )


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _gates(gates: Mapping[str, Difference]) -> Iterable[str]:
    if gates:
        yield "## Gates"
        yield "Named beforehand, so adjusted for each other alone."
        yield table(_HEAD, (_row(each) for each in gates.values()))


def _slices(slices: Mapping[str, Mapping[str, Difference]]) -> Iterable[str]:
    """Slices that differ, with what differs; for the others, how often B won and lost in the metric that moved most."""
    if not slices:
        return
    yield "## Slices"
    yield "*p of all* counts every metric of every slice."
    rows = []
    for name, metrics in slices.items():
        shown = [each for each in metrics.values() if each.direction]
        moved = min(metrics.values(), key=lambda each: (each.p, -abs(each.difference)), default=None)
        for each in shown or ([moved] if moved else []):
            rows.append((name, *_row(each)))
    yield table(("slice", *_HEAD), rows)


def _times(comparison: Comparison) -> Iterable[str]:
    if not comparison.latency:
        return
    yield "## Time"
    rows = [
        (
            step,
            str(each.count),
            f"× {each.ratio:.2f}",
            "–" if each.low is None else f"[{each.low:.2f}, {each.high:.2f}]",
        )
        for step, each in comparison.latency.items()
    ]
    yield table(("step", "questions", "B : A", "95% interval"), rows)
    yield "What else the machine did at that time is in it: no verdict on speed."


def _flips(comparison: Comparison) -> Iterable[str]:
    if not comparison.flips:
        yield "No question changed sides in a yes-or-no metric."
        return
    yield f"## Questions that flipped: {len(comparison.flips)}"
    rows = [(each.id, each.question, _names(each.rose), _names(each.fell)) for each in comparison.flips[:_MOST_FLIPS]]
    yield table(("id", "question", "rose to 1", "fell to 0"), rows)
    if len(comparison.flips) > _MOST_FLIPS:
        yield f"{len(comparison.flips) - _MOST_FLIPS} more: `--json`."


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "–"
