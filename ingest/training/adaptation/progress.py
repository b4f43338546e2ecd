"""How long a model is adapted: a number of steps, cut short by a number of minutes."""

from dataclasses import dataclass

_WARM = 0.1


@dataclass(frozen=True)
class Limits:
    """Steps to do, and minutes after which no further one is begun; None: as long as it takes."""

    steps: int
    minutes: float | None = None

    def reached(self, seconds: float) -> bool:
        """Whether the time is up."""
        return self.minutes is not None and seconds >= 60 * self.minutes


def falling(step: int, limits: Limits, seconds: float) -> float:
    """Share of the highest learning rate in this step (from 1): up over the first tenth, then in a line to 0.

    Where the minutes end first they set the pace, so that the rate has come down by then.
    """
    through = (step - 1) / limits.steps
    if limits.minutes:
        through = max(through, seconds / (60 * limits.minutes))
    return min((through + 1 / limits.steps) / _WARM, (1 - through) / (1 - _WARM), 1.0) if through < 1 else 0.0
