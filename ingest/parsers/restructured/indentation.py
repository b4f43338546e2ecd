"""Blocks by their indentation, which is what structures reStructuredText."""

from collections.abc import Sequence


def indent_of(line: str) -> int:
    """Spaces in front of a line."""
    return len(line) - len(line.lstrip(" "))


def indented(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """The lines from a place on that are blank or indented, without their common margin; and the place behind them."""
    end = at
    while end < len(lines) and (not lines[end] or lines[end][0] == " "):
        end += 1
    return dedented(lines[at:end]), end


def dedented(lines: Sequence[str]) -> list[str]:
    """Lines without their common margin, and without blank ones around them."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    margin = min(indent_of(lines[at]) for at in filled)
    return [line[margin:] for line in lines[filled[0] : filled[-1] + 1]]
