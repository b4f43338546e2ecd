"""course-rag as a user starts it: a process, with its output, wall-clock time and peak memory.

This is how a benchmark builds an index: ``eval`` may not import ``ingest``, and a build's time includes its start.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import CourseRagError

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended well.

    Attributes:
        output: what it printed with ``--json``.
        wall_s: from start to end.
        peak_mib: of its largest process.
    """

    output: Any
    wall_s: float
    peak_mib: float


def course_rag(arguments: Sequence[str], *, folder: Path) -> Finished:
    """Run ``course-rag ARGUMENTS --json`` with default settings.

    Args:
        arguments: command and options; paths must be absolute.
        folder: an empty one to run in, so that nobody's ``course-rag.toml`` counts.

    Raises:
        CourseRagError: it failed; its last lines are told.
    """
    measured = folder / "measured.json"
    command = [sys.executable, "-I", str(_LAUNCHER), str(measured), sys.executable, "-m", "ui.cli.main"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_RAG_")}
    done = subprocess.run(  # noqa: S603 — our own command line
        [*command, *arguments, "--json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        last = " ".join(done.stderr.split())[-500:]
        raise CourseRagError(
            f"course-rag {' '.join(arguments)} ended with status {done.returncode}: {last}",
            remedy="Run that command by itself.",
        )
    figures = json.loads(measured.read_text(encoding="utf-8"))
    return Finished(json.loads(done.stdout), figures["wall_s"], figures["peak_mib"])
