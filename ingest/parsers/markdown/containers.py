"""Boxes of Markdown dialects — notes, tips, tabs, hidden blocks — down to their title and their text."""

import re
from collections.abc import Iterator

_COLONS = re.compile(r"^\s*(:{3,})\s*(.*?)\s*:*\s*$")
_INDENTED = re.compile(
    r"""^(?P<indent>\s*)(?:(?:!!!|\?\?\?\+?)\s*[\w-]+(?:\s+[\w-]+)*(?:\s+"(?P<title>[^"\n]*)")?"""
    r"""|===[+!]?\s+"(?P<tab>[^"\n]+)")\s*$"""
)
_TITLE = re.compile(r"""\btitle\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_OPTION = re.compile(r"^\s*:[\w-]+:(?:\s.*)?$")
_NO_TEXT = frozenset({"figure", "image", "iframe", "toctree", "include", "contents", "youtube", "video", "embed"})
_MOST_NESTED = 8
_FENCE = re.compile(r"^\s*(?:>\s?)*(?:[-*+]\s+|\d+\.\s+)?(`{3,}|~{3,})(.*)$")
_HIGHLIGHT = re.compile(
    r"^\s*(?:\{%-?\s*highlight\s+([\w+#-]+)[^%]*%\}|\{\{[<%]\s*highlight\s+([\w+#-]+)[^{}]*[%>]\}\})\s*$"
)
_END_HIGHLIGHT = re.compile(r"^\s*(?:\{%-?\s*endhighlight\s*-?%\}|\{\{[<%]\s*/\s*highlight\s*[%>]\}\})\s*$")
_INCLUDE = re.compile(r"^\s*\{\{\s*#\w+\s[^}]*\}\}\s*$")


def fenced_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is code in a fence; Liquid's and Hugo's code blocks become fences."""
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        highlight = _HIGHLIGHT.match(line) if not fence and "highlight" in line else None
        if fence:
            ends = _END_HIGHLIGHT.match(line) if fence == "highlight" else None
            closing = match is not None and match[1].startswith(fence) and not match[2].strip()
            if ends:
                yield "```````", True
            elif not _INCLUDE.match(line):
                yield line, True
            fence = "" if closing or ends else fence
        elif highlight:
            fence = "highlight"
            yield "```````" + (highlight[1] or highlight[2]), True
        elif match and "`" not in match[2]:
            fence = match[1]
            yield line, True
        else:
            yield line, False


def without_containers(lines: list[tuple[str, bool]], depth: int = 0) -> list[tuple[str, bool]]:
    """Containers of colons and of indentation as their title, if they have one of their own, and their text."""
    kept: list[tuple[str, bool]] = []
    in_options = False
    at = 0
    while at < len(lines):
        line, fenced = lines[at]
        at += 1
        if in_options and not fenced and _OPTION.match(line):
            continue
        in_options = False
        indented = _INDENTED.match(line) if not fenced and line.lstrip()[:3] in ("!!!", "???", "===") else None
        colons = _COLONS.match(line) if not fenced and ":::" in line else None
        if indented and depth < _MOST_NESTED:
            body, at = _body(lines, at, len(indented["indent"]))
            kept += _paragraph(indented["title"] or indented["tab"] or "")
            kept += without_containers(body, depth + 1)
            kept.append(("", False))
        elif colons:
            kept += _paragraph(_own_title(colons[2]))
            in_options = bool(colons[2])
        else:
            kept.append((line, fenced))
    return kept


def directive(info: str) -> tuple[str, str]:
    """Name and argument of a fence's info string: ``{note} Title`` → note, Title; "" and "" if it is no directive."""
    match = re.match(r"^\{([\w:.+-]{1,60})\}\s*(.*)$", info.strip())
    return (match[1].lower(), match[2].strip()) if match else ("", "")


def without_options(body: str) -> str:
    """The body of a directive without its options: lines of ``:name: value``, or YAML between rules."""
    body = re.sub(r"\A\s*---\n.*?\n---\n", "", body, count=1, flags=re.DOTALL)
    lines = body.split("\n")
    while lines and (_OPTION.match(lines[0]) or (not lines[0].strip() and len(lines) > 1)):
        lines.pop(0)
    return "\n".join(lines)


def _paragraph(title: str) -> list[tuple[str, bool]]:
    return [("", False), (title, False), ("", False)] if title.strip() else [("", False)]


def _body(lines: list[tuple[str, bool]], at: int, indent: int) -> tuple[list[tuple[str, bool]], int]:
    """The lines below that are blank or indented by four more, without those four; and the place behind them."""
    margin = indent + 4
    end = at
    while end < len(lines):
        text = lines[end][0].expandtabs(4)
        if text.strip() and len(text) - len(text.lstrip()) < margin:
            break
        end += 1
    return [(line.expandtabs(4)[margin:], fenced) for line, fenced in lines[at:end]], end


def _own_title(opening: str) -> str:
    """The title in what follows the colons: ``tip 제목``, ``note[제목]``, ``{.callout-tip title="제목"}``."""
    stated = _TITLE.search(opening)
    if stated:
        return stated[1] or stated[2] or stated[3] or ""
    braces = re.match(r"^\{([^{}]*)\}\s*(.*)$", opening)
    if braces:
        name = braces[1].strip().lower()
        return "" if name.split(":")[0] in _NO_TEXT or name.startswith((".", "#")) and not braces[2] else braces[2]
    match = re.match(r"^([\w-]+)(?:\[([^\]\n]{0,200})\])?(?:\{[^{}\n]*\})?\s*(.*)$", opening)
    if not match or match[1].lower() in _NO_TEXT:
        return ""
    if match[1].isascii():  # the kind of box; its title follows
        return match[2] or re.sub(r"\{[^{}\n]*\}\s*$", "", match[3])
    return opening
