"""Turn ``lab.md`` into the notebook of the sample course, running every cell so that the outputs are the true ones.

A ``python`` fence becomes a code cell, the text between two fences becomes a Markdown cell. Only what a cell prints is
kept as its output. The notebook format is nbformat 4.5: https://nbformat.readthedocs.io
"""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_notebook(source: Path, target: Path) -> None:
    """Run the code of ``source`` (Markdown, UTF-8) from top to bottom and write the notebook to ``target``.

    Raises:
        Exception: whatever a cell raises; a notebook with a failing cell is not written.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    cells: list[dict[str, Any]] = []
    # Splitting on one group gives text, code, text, code, …, text.
    for i, part in enumerate(FENCE.split(source.read_text(encoding="utf-8"))):
        if not part.strip():
            continue
        cell: dict[str, Any] = {"id": f"cell-{len(cells):02}", "metadata": {}, "source": _lines(part)}
        if i % 2:
            number = sum(c["cell_type"] == "code" for c in cells) + 1
            cell |= {"cell_type": "code", "execution_count": number, "outputs": _run(part, names)}
        else:
            cell |= {"cell_type": "markdown"}
        cells.append(cell)
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _lines(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)


def _run(code: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "lab.md", "exec"), names)  # noqa: S102  # our own lab, the file beside this one
    if not printed.getvalue():
        return []
    return [{"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)}]
