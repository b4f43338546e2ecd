"""From figures to the geometry of a plot; ``templates/plots.jinja`` draws it as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from eval.reporting.curves import DepthCurve, Histogram, LatencyCurve, RefusalPoint
from eval.reporting.wording import meaning, milliseconds, number, percent

WIDTH, HEIGHT = 440, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 14, 14, 42
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the band of its interval, both as SVG paths; ``style`` is its number, for colour and dashes."""

    label: str
    style: int
    path: str
    band: str = ""
    dots: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with what is written above and below it; ``muted`` where it stands for what is missing."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Attributes:
        name: unique in the report.
        title: above it.
        says: what it shows, in a sentence or two: its text alternative, and below it.
        x_label, y_label: of the axes.
        x_ticks, y_ticks: place in the picture, and what is written there.
        lines, bars: what is drawn.
        upright: a vertical line, and what is written at it.
        head, rows: the figures themselves, as a table.
    """

    name: str
    title: str
    says: str
    x_label: str
    y_label: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    upright: tuple[float, str] | None = None
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())


def _x(share: float) -> float:
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""


VALUE = "value"
"""Label of an axis from 0 to 1, which is told at its edges."""

_VALUE_TICKS = tuple((_x(tenths / 10), f"{tenths / 10:g}") for tenths in range(0, 11, 2))
_SHARE_TICKS = tuple((_y(share), percent(share)) for share in _SHARES)


def depth_plot(curves: Sequence[DepthCurve], handed: int) -> Plot | None:
    """Recall by the number of passages read, with 95% bands."""
    if not curves:
        return None
    depths = [k for k, _ in curves[0].points]
    place = {k: _x((index + 0.5) / len(depths)) for index, k in enumerate(depths)}
    lines = []
    for style, curve in enumerate(curves):
        dots = [(place[k], _y(mean.mean or 0.0)) for k, mean in curve.points]
        low = [(place[k], _y(mean.low)) for k, mean in curve.points if mean.low is not None]
        high = [(place[k], _y(mean.high)) for k, mean in curve.points if mean.high is not None]
        band = _path([*high, *reversed(low)]) + "Z" if low else ""
        lines.append(Line(meaning(curve.metric).label, style, _path(dots), band, tuple(dots)))
    best = curves[0].points[-1]
    label = meaning(curves[0].metric).label.lower()
    return Plot(
        name="depth",
        title="What the search finds, by depth",
        says=f"Mean by the number k of passages (documents, for document recall) read, with 95% bands. {handed} are "
        f"handed over for an answer. At k = {best[0]}, {label} is {percent(best[1].mean or 0.0)}.",
        x_label="first k",
        y_label="mean",
        x_ticks=tuple((place[k], str(k)) for k in depths),
        y_ticks=_SHARE_TICKS,
        lines=tuple(lines),
        upright=(place[handed], "handed over") if handed in place else None,
        head=("k", *(meaning(curve.metric).label for curve in curves)),
        rows=tuple((str(k), *(number(dict(curve.points)[k].mean) for curve in curves)) for k in depths),
    )


def bar_plot(histogram: Histogram, *, name: str, title: str, says: str, x_label: str) -> Plot:
    """Counts as bars."""
    top = max((count for _, count in histogram.bins), default=0) or 1
    step = _nice(top / 4)
    highest = step * math.ceil(top / step)
    wide = 1 / len(histogram.bins)
    bars = [
        Bar(
            x=_x((index + 0.12) * wide),
            y=_y(count / highest),
            width=round(_x((index + 0.88) * wide) - _x((index + 0.12) * wide), 1),
            height=round(_y(0) - _y(count / highest), 1),
            label=label,
            count=count,
            muted=label == "not found",
        )
        for index, (label, count) in enumerate(histogram.bins)
    ]
    ticks = tuple((_x((index + 0.5) * wide), label) for index, (label, _) in enumerate(histogram.bins))
    return Plot(
        name=name,
        title=title,
        says=says,
        x_label=x_label,
        y_label="questions",
        x_ticks=_VALUE_TICKS if x_label == VALUE else ticks,
        y_ticks=tuple((_y(at / highest), f"{at:g}") for at in _steps(highest, step)),
        bars=tuple(bars),
        head=(x_label, "questions"),
        rows=tuple((label, str(count)) for label, count in histogram.bins),
    )


def _nice(least: float) -> int:
    """The least of 1, 2, 5, 10, 20, … that is not below."""
    for exponent in range(12):
        for digit in (1, 2, 5):
            if digit * 10**exponent >= least:
                return int(digit * 10**exponent)
    return math.ceil(least)


def _steps(highest: int, step: int) -> range:
    return range(0, highest + 1, step)


def refusal_plot(points: Sequence[RefusalPoint], threshold: float | None) -> Plot | None:
    """Shares of the answerable and of the unanswerable questions refused, by the threshold of the support score."""
    if not points:
        return None
    kinds = (("unanswerable", "No answer exists (refuse)"), ("answerable", "An answer exists (answer)"))
    lines = []
    for style, (kind, label) in enumerate(kinds):
        shares = [(point.threshold, getattr(point, kind)) for point in points]
        path = [(_x(at), _y(share)) for at, share in shares if share is not None]
        if path:
            lines.append(Line(label, style, _path(path)))
    return Plot(
        name="refusal",
        title="Refusals, by threshold",
        says="What share of the questions would be refused if an answer needed at least this support score: of those "
        "that nothing answers, as many as possible; of those that are answered, as few." + _now(points, threshold),
        x_label="least support of an answer",
        y_label="refused",
        x_ticks=tuple((_x(at), f"{at:g}") for at in _SHARES),
        y_ticks=_SHARE_TICKS,
        lines=tuple(lines),
        upright=(_x(threshold), "now") if threshold is not None else None,
        head=("threshold", "no answer exists: refused", "an answer exists: refused"),
        rows=tuple(
            (f"{point.threshold:.2f}", number(point.unanswerable), number(point.answerable)) for point in points[::5]
        ),
    )


def _now(points: Sequence[RefusalPoint], threshold: float | None) -> str:
    if threshold is None:
        return ""
    near = min(points, key=lambda point: abs(point.threshold - threshold))
    if near.answerable is None or near.unanswerable is None:
        return f" The threshold is {threshold:.2f}."
    return (
        f" At the threshold of {threshold:.2f} it is about {percent(near.unanswerable)} of the former and "
        f"{percent(near.answerable)} of the latter."
    )


def latency_plot(curves: Sequence[LatencyCurve]) -> Plot | None:
    """Within which time which share of the questions was done; time on a logarithmic scale."""
    times = [time for curve in curves for _, time in curve.points]
    if not times:
        return None
    low = math.floor(math.log10(max(min(times), 0.1)))
    high = max(math.ceil(math.log10(max(times, default=1.0))), low + 1)

    def place(time: float) -> float:
        return _x((math.log10(max(time, 10.0**low)) - low) / (high - low))

    quantiles = {curve.step: dict(curve.points) for curve in curves}
    told = "; ".join(
        f"{step}, half within {milliseconds(of[0.5])}, 95% within {milliseconds(of[0.95])}"
        for step, of in quantiles.items()
    )
    return Plot(
        name="latency",
        title="Time, cumulative",
        says=f"Share of the questions that were done within a time, on a logarithmic scale: {told}.",
        x_label="time",
        y_label="done",
        x_ticks=tuple((place(10.0**power), _time(10.0**power)) for power in range(low, high + 1)),
        y_ticks=_SHARE_TICKS,
        lines=tuple(
            Line(curve.step.capitalize(), style, _path([(place(time), _y(share)) for share, time in curve.points]))
            for style, curve in enumerate(curves)
        ),
        head=("share of the questions", *(curve.step for curve in curves)),
        rows=tuple(
            (percent(share), *(milliseconds(of[share]) for of in quantiles.values()))
            for share in (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)
        ),
    )


def _time(time: float) -> str:
    return f"{time / 1000:g} s" if time >= 1000 else f"{time:g} ms"
