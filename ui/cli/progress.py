"""Progress bars of a build, on stderr, only where a person looks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

if TYPE_CHECKING:
    from ingest.progress import Advance


class _Rate(ProgressColumn):
    """Steps per second, or what the stage has to tell instead."""

    def render(self, task: Task) -> Text:
        if task.fields.get("note"):
            return Text(task.fields["note"], style="dim", no_wrap=True, overflow="ellipsis")
        unit = task.fields.get("unit", "")
        # The mean since the beginning: a stage may report in one step, of which no speed can be told otherwise.
        rate = f"{task.completed / task.elapsed:,.1f}" if task.elapsed and task.completed else "–"
        return Text(f"{rate} {unit}/s", style="dim")


class Bars:
    """One bar per stage, with rate and time left; stages that are open together stand below each other."""

    def __init__(self) -> None:
        """Write to stderr, so that stdout stays clean for ``--json``."""
        self._console = Console(stderr=True)
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._open = 0

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator["Advance"]:
        """Show a bar while the stage lasts; nothing if there is nothing to do or nobody watches."""
        progress = self._shown()
        task = progress.add_task(name, total=total, unit=unit, visible=total > 0)
        try:
            yield lambda steps, /, *, more=0, note="": _advance(progress, task, steps, more, note)
        finally:
            self._hidden()

    def _shown(self) -> Progress:
        """The one display that all open stages share: a terminal has room for one."""
        with self._lock:
            self._open += 1
            if self._progress is None:
                columns = (
                    TextColumn("{task.description:>8}"),
                    BarColumn(bar_width=20),
                    MofNCompleteColumn(),
                    _Rate(table_column=Column(no_wrap=False)),  # the one that gives way where the terminal is narrow
                    TimeRemainingColumn(),
                )
                self._progress = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
                self._progress.start()
            return self._progress

    def _hidden(self) -> None:
        with self._lock:
            self._open -= 1
            if not self._open and self._progress is not None:
                self._progress.stop()
                self._progress = None


def _advance(progress: Progress, task: TaskID, steps: int, more: int, note: str) -> None:
    if more:
        total = (progress.tasks[progress.task_ids.index(task)].total or 0) + more
        progress.update(task, total=total, visible=True)
    if note:
        progress.update(task, note=note)
    progress.advance(task, steps)
