"""Run a command and write its time and peak memory to a file: ``python launcher.py OUT COMMAND…``.

A process of its own, because a child's peak memory, as the kernel counts it, begins with that of the process it was
forked from: under a big parent every child would look big. Imports nothing but the standard library, to stay small.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run ``arguments[1:]``, write ``{"wall_s", "peak_mib"}`` to ``arguments[0]``, return the command's exit status.

    ``peak_mib`` is that of the largest single process among the command and its workers.
    """
    started = time.perf_counter()
    status = subprocess.run(arguments[1:], check=False).returncode  # noqa: S603 — the caller's own command
    wall_s = time.perf_counter() - started
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    Path(arguments[0]).write_text(json.dumps({"wall_s": wall_s, "peak_mib": peak_mib}), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
