"""Progress bars of a build, on stderr, only where a person looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """Steps per second."""

    def render(self, task: Task) -> Text:
        unit = task.fields.get("unit", "")
        # The mean since the beginning: a stage may report in one step, of which no speed can be told otherwise.
        rate = f"{task.completed / task.elapsed:,.1f}" if task.elapsed and task.completed else "–"
        return Text(f"{rate} {unit}/s", style="dim")


class Bars:
    """One bar per stage, with rate and time left."""

    def __init__(self) -> None:
        """Write to stderr, so that stdout stays clean for ``--json``."""
        self._console = Console(stderr=True)

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
        """Show a bar while the stage lasts; nothing if there is nothing to do or nobody watches."""
        columns = (
            TextColumn("{task.description:>8}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console, disable=not (total and self._console.is_terminal)) as progress:
            task = progress.add_task(name, total=total, unit=unit)
            yield lambda steps: progress.advance(task, steps)
