"""Under which heading a reference context stands in its source file, found without the product's own parsers.

A citation is checked against what the file says, so the check must not share code with what it checks: it looks at
the lines of the file alone, and gives no answer where they do not tell.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from eval.metrics.evidence import squeeze

_FENCE = re.compile(r"^\s*(```|~~~)")
_ATX = re.compile(r"^[\s>]{0,8}#{1,6}\s+(.+?)\s*#*\s*$")
_BOLD = re.compile(r"^\*\*([^*]+)\*\*:?\s*$")
_UNDERLINE = re.compile(r"^([=\-~^\"'*+#])\1{2,}\s*$")
_HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6")

Line = tuple[str, str]
"""A line, and what it is: a "heading", a line all in "bold" that may stand for one, or ""."""


def stated_headings(path: Path, context: str) -> list[str]:
    """The headings directly above each place of the file where the context stands, squeezed.

    Args:
        path: the source file; only text formats tell.
        context: a passage as a person copied it.

    Returns:
        For each place the heading and, if one follows it, the line in bold above the place; empty where the format
        does not tell, or the context is not in the file as it stands. "" is a place above the first heading.
    """
    if path.suffix.lower() not in _READERS or not path.is_file():
        return []
    text, headings = _flat(path)
    wanted = squeeze(context)
    found = [match.start() for match in re.finditer(re.escape(wanted), text)] if wanted else []
    return [name for start in found for name in _above([each for each in headings if each[0] <= start])]


def _above(headings: list[tuple[int, str, str]]) -> Iterator[str]:
    """The last heading, and before it the line in bold after it, if there is one."""
    last = headings[-1:]
    if last and last[0][2] == "bold":
        yield last[0][1]
    yield next((name for _, name, kind in reversed(headings) if kind == "heading"), "")


@lru_cache(maxsize=64)
def _flat(path: Path) -> tuple[str, list[tuple[int, str, str]]]:
    """The file squeezed, and where in it each heading begins."""
    text, headings, length = [], [], 0
    for line, kind in _READERS[path.suffix.lower()](path.read_text(encoding="utf-8", errors="replace")):
        flat = squeeze(line)
        if kind:
            headings.append((length, flat, kind))
        text.append(flat)
        length += len(flat)
    return "".join(text), headings


def _markdown(text: str) -> Iterator[Line]:
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading, bold = (None, None) if fenced else (_ATX.match(line), _BOLD.match(line))
        # Anchors such as {#name} or <a id="name"> are not printed.
        shown = re.sub(r"\{[#.][^}]*\}|<[^>]+>|\[\[[\w-]+\]\]", "", heading[1]) if heading else line
        yield re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", shown), "heading" if heading else "bold" if bold else ""


def _notebook(text: str) -> Iterator[Line]:
    for cell in json.loads(text).get("cells", []):
        source = "".join(cell.get("source", []))
        if cell.get("cell_type") == "markdown":
            yield from _markdown(source)
        else:
            outputs = ["".join(output.get("text", [])) for output in cell.get("outputs", [])]
            yield from ((line, "") for line in "\n".join([source, *outputs]).splitlines())


def _restructured(text: str) -> Iterator[Line]:
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        underlined = bool(_UNDERLINE.match(below)) and bool(line.strip()) and not _UNDERLINE.match(line)
        yield line, "heading" if underlined else ""


def _html(text: str) -> Iterator[Line]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "lxml")
    for piece in (soup.body or soup).find_all(string=True):
        above = piece.find_parent(_HEADING_TAGS)
        if above is None:
            yield str(piece), ""
        elif above.find(string=True) is piece:  # a heading of several pieces is told once
            yield above.get_text().rstrip("¶#"), "heading"


_READERS: dict[str, Callable[[str], Iterator[Line]]] = {
    ".md": _markdown,
    ".mdx": _markdown,
    ".ipynb": _notebook,
    ".rst": _restructured,
    ".html": _html,
}
