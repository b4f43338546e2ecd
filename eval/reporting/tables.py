"""Tables in Markdown that no text can break."""

import re
from collections.abc import Iterable, Sequence

from eval.reporting.wording import visible

_BAR = re.compile(r"(?<!\\)\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Head, rule and rows, cell by cell."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines)


def cell(text: str) -> str:
    """One line that cannot end a table cell, and that is neither HTML, link nor picture, whoever wrote it.

    What has been made safe stays as it is.
    """
    line = " ".join(visible(text).split()).replace("<", "&lt;").replace("](", "]\\(")
    return _BAR.sub(r"\\|", line)
