"""Geometry of the plots: what is 0 lies on the axis, what is 1 at the top, and nothing lies outside."""

import re

from eval.records import Run
from eval.reporting.curves import Histogram, LatencyCurve, RefusalPoint, depth_curves, refusal_curve
from eval.reporting.plots import HEIGHT, WIDTH, bar_plot, depth_plot, latency_plot, refusal_plot
from eval.reporting.views import plots_of
from eval.scoring import score

FLOOR, CEILING, LEFT, RIGHT = HEIGHT - 42, 14, 44, WIDTH - 14


def _points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_every_point_lies_in_the_picture(run: Run) -> None:
    plots = plots_of(run, score(run))
    assert [plot.name for plot in plots] == ["depth", "ranks", "refusal", "latency", "values-0", "values-1", "values-2"]
    for plot in plots:
        paths = [path for line in plot.lines for path in (line.path, line.band)]
        corners = [(bar.x, bar.y) for bar in plot.bars]
        corners += [(bar.x + bar.width, bar.y + bar.height) for bar in plot.bars]
        for x, y in [*corners, *(point for path in paths for point in _points(path))]:
            assert LEFT <= x <= RIGHT
            assert CEILING <= y <= FLOOR + 0.1
        assert len({len(row) for row in plot.rows} | {len(plot.head)}) == 1


def test_bars_are_as_high_as_their_counts() -> None:
    plot = bar_plot(Histogram("x", (("a", 10), ("b", 5), ("not found", 0))), name="n", title="", says="", x_label="")
    first, second, last = plot.bars
    assert first.height == 2 * second.height
    assert last.height == 0
    assert [bar.muted for bar in plot.bars] == [False, False, True]
    assert [label for _, label in plot.y_ticks] == ["0", "5", "10"]
    assert bar_plot(Histogram("x", (("a", 0),)), name="n", title="", says="", x_label="").bars[0].height == 0


def test_a_threshold_stands_where_it_is_and_is_told(run: Run) -> None:
    plot = refusal_plot(refusal_curve(run), 0.5)
    assert plot is not None
    assert plot.upright == ((LEFT + RIGHT) / 2, "now")
    assert "At the threshold of 0.50 it is about 50% of the former and 40% of the latter." in plot.says
    alone = refusal_plot([RefusalPoint(0.0, 0.0, None), RefusalPoint(1.0, 1.0, None)], 0.5)
    assert alone is not None
    assert [line.label for line in alone.lines] == ["An answer exists (answer)"]
    assert refusal_plot([], 0.5) is None


def test_time_is_logarithmic() -> None:
    plot = latency_plot([LatencyCurve("search", tuple((step / 40, 10 ** (step / 20)) for step in range(41)))])
    assert plot is not None
    assert [label for _, label in plot.x_ticks] == ["1 ms", "10 ms", "100 ms"]
    points = _points(plot.lines[0].path)
    assert points[0] == (LEFT, FLOOR)
    assert points[-1] == (RIGHT, CEILING)
    assert abs(points[20][0] - (LEFT + RIGHT) / 2) < 0.1
    assert latency_plot([]) is None


def test_what_is_handed_over_is_marked_on_the_depth(run: Run) -> None:
    plot = depth_plot(depth_curves(run), 5)
    assert plot is not None
    assert plot.upright is not None
    assert (plot.upright[0], "5") in plot.x_ticks
    unusual = depth_plot(depth_curves(run), 7)
    assert unusual is not None
    assert unusual.upright is None
