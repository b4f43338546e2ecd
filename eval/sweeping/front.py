"""The Pareto front: what nothing else beats in both quality and time."""

from collections.abc import Mapping

_NOISE = 1.1
"""Times within a tenth of each other count as equal: a machine is not quieter than that."""


def pareto_front(points: Mapping[int, tuple[float, float]]) -> tuple[int, ...]:
    """Numbers of the points that no other dominates, fastest first.

    Args:
        points: quality (higher is better) and time (lower is better), by number. One dominates another if it is better
            and not clearly slower, or as good and clearly faster. Equal points stand side by side.
    """
    front = [
        number
        for number, (quality, time) in points.items()
        if not any(
            (other > quality and took <= time * _NOISE) or (other == quality and took * _NOISE < time)
            for other, took in points.values()
        )
    ]
    return tuple(sorted(front, key=lambda number: (points[number][1], -points[number][0], number)))
