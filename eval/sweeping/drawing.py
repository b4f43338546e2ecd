"""Quality over time as SVG: one point per setting, the front as a line, nothing fetched, nothing run."""

import math
from collections.abc import Collection, Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 20, 48

Points = Mapping[int, tuple[float, float]]
"""Quality and time by number."""


def drawn(points: Points, front: Sequence[int], *, quality: str, time: str, titles: Mapping[int, str]) -> str:
    """The plot.

    Args:
        points: quality and time by number.
        front: numbers on the front, fastest first.
        quality: label of the axis upward.
        time: label of the axis across, with the unit.
        titles: what a point is, shown when it is pointed at.
    """
    across = _Axis([time_ for _, time_ in points.values()], _LEFT, _WIDTH - _RIGHT, from_zero=True)
    upward = _Axis([quality_ for quality_, _ in points.values()], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(quality)} over {escape(time)}">',
        *(_across_tick(across, value) for value in across.ticks),
        *(_upward_tick(upward, value) for value in upward.ticks),
        f'<text class="label" x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 8}">{escape(time)}</text>',
        f'<text class="label" transform="translate(14 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)">'
        f"{escape(quality)}</text>",
        _line([(across.at(points[number][1]), upward.at(points[number][0])) for number in front]),
        *(
            _point(number, across.at(time_), upward.at(quality_), number in front, titles.get(number, ""))
            for number, (quality_, time_) in sorted(points.items(), key=lambda each: each[0] in front)
        ),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


class _Axis:
    """Values to pixels, with round ticks."""

    def __init__(self, values: Collection[float], first: float, last: float, *, from_zero: bool = False) -> None:
        low, high = (0.0 if from_zero else min(values)), max(values)
        step = _round_step((high - low or abs(high) or 1.0) / 4)
        start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        end = max(end, start + 1)
        self.ticks = [number * step for number in range(start, end + 1)]
        self._first, self._last = first, last

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return self._first + share * (self._last - self._first)


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least as much."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _across_tick(axis: _Axis, value: float) -> str:
    x = axis.at(value)
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}">{value:g}</text>'
    )


def _upward_tick(axis: _Axis, value: float) -> str:
    y = axis.at(value)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" text-anchor="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{value:.3g}</text>'
    )


def _line(places: Sequence[tuple[float, float]]) -> str:
    """Steps: between two settings of the front nothing was tried, so the better one begins where it stands."""
    if len(places) < 2:
        return ""
    steps = [f"M {places[0][0]:.1f} {places[0][1]:.1f}", *(f"H {x:.1f} V {y:.1f}" for x, y in places[1:])]
    return f'<path class="front" d="{" ".join(steps)}"/>'


def _point(number: int, x: float, y: float, on_front: bool, title: str) -> str:
    kind = "point on" if on_front else "point"
    return (
        f'<g class="{kind}"><title>{escape(title)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        f'<text x="{x + 9:.1f}" y="{y - 7:.1f}">{number}</text></g>'
    )
