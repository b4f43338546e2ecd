"""Rows of Markdown tables that an export broke apart: over lines, by blank lines, without their last bar."""

import re

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_MOST_LINES = 12
"""Lines one row may be broken into."""
_MOST_BLANK = 2


def mended_rows(lines: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Rejoin what was one row; a row is only joined where the table's rule says how many cells it has.

    Args:
        lines: each with whether it is inside a fence.
    """
    mended: list[tuple[str, bool]] = []
    width = 0  # cells of the rows of the table that is open, by its rule
    at = 0
    while at < len(lines):
        line, fenced = lines[at]
        if fenced or not line.strip():
            width = width if _goes_on(lines, at, width) else 0
            if not (width and not fenced):
                mended.append((line, fenced))
            at += 1
            continue
        if line.lstrip().startswith("|"):
            text, length = _row(lines, at, width)
            at += length
            width = _width(text) if _is_rule(text) else width or _width_below(lines, at, text)
            mended.append((text, False))
            continue
        if width and "|" not in line:
            width = 0
            # Markdown takes what stands right below a table for a row of one cell.
            mended.append(("", False))
        mended.append((line, False))
        at += 1
    return mended


def _row(lines: list[tuple[str, bool]], at: int, width: int) -> tuple[str, int]:
    """The row that begins in a line, and how many lines it has."""
    first = lines[at][0].rstrip().removesuffix("\\").rstrip()
    if _closed(first) or _is_rule(first):
        return first, 1
    parts = [first.strip()]
    for length in range(2, min(_MOST_LINES, len(lines) - at) + 1):
        line, fenced = lines[at + length - 1]
        stripped = line.strip()
        if fenced or stripped.startswith(("|", "#", "- ", "* ")):
            return _ended(first, parts, length - 1, width or _width_below(lines, at + length - 1, first))
        if not stripped:
            wanted = width or _width_below(lines, at + length - 1, first)
            if _cells(parts) < wanted:
                continue  # a blank line inside a row that lacks cells
            return _ended(first, parts, length - 1, wanted)
        parts.append(stripped.removesuffix("\\").rstrip())
        wanted = width or _width_below(lines, at + length, first)
        if _closed(parts[-1]) and wanted and _cells(parts) <= wanted:
            return " ".join(parts), length
        if wanted and _cells(parts) > wanted:
            break
    return first, 1


def _ended(first: str, parts: list[str], length: int, wanted: int) -> tuple[str, int]:
    """A row whose last bar is missing: all its lines if together they have the cells of the table."""
    if wanted and len(parts) > 1 and _cells(parts) == wanted:
        return " ".join(parts) + " |", length
    return first, 1


def _goes_on(lines: list[tuple[str, bool]], at: int, width: int) -> bool:
    """Whether a table goes on behind the blank lines at a place: with a row that is not the header of another."""
    if not width or lines[at][1]:
        return False
    ahead = at
    while ahead < len(lines) and ahead - at < _MOST_BLANK and not lines[ahead][0].strip():
        ahead += 1
    following = [line for line, fenced in lines[ahead : ahead + 2] if not fenced]
    if not following or not following[0].lstrip().startswith("|"):
        return False
    header_of_another = len(following) > 1 and _is_rule(following[1])
    return not header_of_another and (_is_rule(following[0]) or _width(following[0]) == width)


def _width_below(lines: list[tuple[str, bool]], at: int, header: str) -> int:
    """Cells by the rule right below a header, blank lines aside; 0 if there is none."""
    for line, fenced in lines[at : at + _MOST_BLANK + 1]:
        if fenced or line.strip():
            return _width(line) if not fenced and _is_rule(line) and "|" in line else 0
    return 0


def _is_rule(line: str) -> bool:
    return "-" in line and len(line) < 2000 and _RULE.match(line) is not None


def _closed(line: str) -> bool:
    stripped = line.strip()
    return len(stripped) > 1 and stripped.endswith("|") and not stripped.endswith("\\|")


def _cells(parts: list[str]) -> int:
    return _width(" ".join(parts))


def _width(row: str) -> int:
    stripped = row.strip()
    bars = stripped.count("|") - stripped.count("\\|")
    bars -= stripped.startswith("|")
    return bars + (0 if _closed(stripped) else 1)
