"""Runs of text as Word and PowerPoint have them: what is raised, what is code, and what a picture is said to show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.parsers.web_page.blocks import is_telling_alt

_SUPERSCRIPT = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_MONOSPACED = re.compile(
    r"courier|consolas|menlo|monaco|mono\b|monospace|d2coding|코딩|coding|inconsolata|fira code|lucida console",
    re.IGNORECASE,
)
_MACHINE_ALT = re.compile(r"automatically generated|AI[- ]generated|자동 생성|AI.{0,4}생성|生成", re.IGNORECASE)


@dataclass(slots=True)
class Run:
    """Text of one look; size in half points, 0 if nobody asks."""

    text: str
    bold: bool = False
    size: int = 0
    code: bool = False


def with_code_marks(runs: Sequence[Run]) -> str:
    """The text of the runs, with backticks around what is set as code inside a sentence."""
    text = ""
    for code, group in groupby(runs, key=lambda run: run.code):
        part = "".join(run.text for run in group)
        core = part.strip()
        if code and any(map(str.isalnum, core)) and "`" not in core and "\n" not in core:
            left = len(part) - len(part.lstrip())
            part = f"{part[:left]}`{core}`{part[left + len(core) :]}"
        text += part
    return text


def all_code(runs: Sequence[Run]) -> bool:
    """Whether there is text, and all of it is set as code."""
    filled = [run for run in runs if run.text.strip()]
    return bool(filled) and all(run.code for run in filled)


def is_monospaced(font: str | None) -> bool:
    """Whether a font is one that programs are set in."""
    return bool(font and _MONOSPACED.search(font))


def shifted(text: str, *, up: bool) -> str:
    """Powers and indices as characters of their own, where all have one: x², but 1st."""
    table, core = (_SUPERSCRIPT if up else _SUBSCRIPT), text.strip()
    return text.translate(table) if core and all(ord(char) in table for char in core) else text


def telling_alt(description: str | None) -> str:
    """The alternative text of a picture between spaces, if a person wrote it and it says something; else ""."""
    alt = " ".join((description or "").split())
    return f" {alt} " if is_telling_alt(alt) and not _MACHINE_ALT.search(alt) else ""
