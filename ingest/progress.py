"""How a build tells what it is doing; the doors decide how that looks."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """Moves a stage on."""

    def __call__(self, steps: int, /, *, more: int = 0, note: str = "") -> None:
        """Tell what has happened; may be called from another thread than the one that opened the stage.

        Args:
            steps: just done.
            more: steps that were not known of when the stage was opened.
            note: what else to show beside it from now on; "" leaves it as it is.
        """
        ...


class Progress(Protocol):
    """Shows stages with a number of steps; several may be open at a time."""

    def stage(self, name: str, total: int, unit: str) -> AbstractContextManager[Advance]:
        """Open a stage of ``total`` steps of ``unit``; call what it gives with the number of steps just done."""
        ...


class Silent:
    """Shows nothing."""

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator[Advance]:
        """A stage nobody sees."""
        yield _unseen


def _unseen(steps: int, /, *, more: int = 0, note: str = "") -> None:
    """Show nothing."""
