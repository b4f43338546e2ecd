"""A sweep for a terminal: the table, the front as a plot of characters, and what it cost."""

from collections.abc import Sequence

from eval.metrics.significance import LEVEL
from eval.reporting.tables import table
from eval.sweeping.grid import told
from eval.sweeping.records import Sweep, Trial

_WIDTH, _HEIGHT = 64, 14


def render_sweep(sweep: Sweep) -> str:
    """Verdict, table, plot and cost, as Markdown."""
    parts = [
        f"# Sweep of {len(sweep.trials)} settings on {sweep.question_set}",
        f"**{sweep.verdict}**",
        settings_table(sweep),
        f"Setting {sweep.base} is the base of the differences; *p* is adjusted for all settings. On the front: nothing "
        f"else is as good in {sweep.metric} and as fast.",
        "```\n" + plot(sweep) + "\n```",
        costs(sweep),
    ]
    return "\n\n".join(parts) + "\n"


def settings_table(sweep: Sweep) -> str:
    """One row per setting, best first."""
    head = (
        "",
        "setting",
        sweep.metric,
        "95% interval",
        "to the base",
        "p",
        "ms",
        "ms p95",
        "k chars",
        "build s",
        "front",
    )
    ranked = sorted(sweep.trials, key=lambda each: (-(each.quality.mean or 0.0), each.search.p50))
    return table(head, [_row(sweep, each) for each in ranked])


def _row(sweep: Sweep, each: Trial) -> tuple[str, ...]:
    quality = each.quality
    interval = "–" if quality.low is None else f"[{quality.low:.3f}, {quality.high:.3f}]"
    failed = f" ({each.failed} failed)" if each.failed else ""
    return (
        str(each.number),
        told(each.changes),
        f"{quality.mean:.3f}{failed}",
        interval,
        "–" if each.difference is None else f"{each.difference:+.3f}",
        told_p(each.p),
        f"{each.search.p50:.1f}",
        f"{each.search.p95:.1f}",
        f"{each.handed_chars / 1000:.1f}",
        f"{sweep.builds[each.built].wall_s:.0f}",
        "●" if each.number in sweep.front else "",
    )


def told_p(p: float | None) -> str:
    """``.031*``: with a star where the setting differs."""
    if p is None:
        return "–"
    return ("< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")) + ("*" if p < LEVEL else "")


def costs(sweep: Sweep) -> str:
    """What was built, what was reused, and how long it took."""
    rows = [
        (
            str(number),
            told(each.changes) or "as it is",
            f"{each.wall_s:.1f}",
            f"{each.files_read} of {each.files}",
            str(each.embedded),
            str(each.chunks),
        )
        for number, each in enumerate(sweep.builds, start=1)
    ]
    head = ("index", "setting", "s", "files read", "texts embedded", "passages")
    ratio = sweep.build_ratio
    whole = sum(each.wall_s for each in sweep.builds)
    told_ratio = f", {ratio:.2f} times one full build" if ratio is not None and len(sweep.builds) > 1 else ""
    seconds = f"Built in {whole:.1f} s{told_ratio}; searched in {sweep.searches_s:.1f} s."
    return f"{table(head, rows)}\n\n{seconds}"


def plot(sweep: Sweep) -> str:
    """Quality over milliseconds: settings by number, those on the front with a star."""
    times = [each.search.p50 for each in sweep.trials]
    means = [each.quality.mean or 0.0 for each in sweep.trials]
    field = [[" "] * (_WIDTH + 4) for _ in range(_HEIGHT)]
    for each in sorted(sweep.trials, key=lambda each: each.number in sweep.front):
        column = _place(each.search.p50, times, _WIDTH - 1)
        row = _HEIGHT - 1 - _place(each.quality.mean or 0.0, means, _HEIGHT - 1)
        for offset, char in enumerate(f"{each.number}{'*' if each.number in sweep.front else ''}"):
            field[row][column + offset] = char
    top, bottom = f"{max(means):.3f}", f"{min(means):.3f}"
    labels = [top, *[" " * len(top)] * (_HEIGHT - 2), bottom]
    lines = [f"{label} │{''.join(line).rstrip()}" for label, line in zip(labels, field, strict=True)]
    pad = " " * len(top)
    fastest, slowest = f"{min(times):.1f} ms", f"{max(times):.1f} ms"
    axis = f"{pad} └{'─' * _WIDTH}"
    return "\n".join([f"{sweep.metric} (* front)", *lines, axis, f"{pad}  {fastest}{slowest:>{_WIDTH - len(fastest)}}"])


def _place(value: float, values: Sequence[float], steps: int) -> int:
    low, high = min(values), max(values)
    return round((value - low) / (high - low) * steps) if high > low else 0
