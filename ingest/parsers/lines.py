"""What plain lines are: the rules shared by every format whose blocks are only lines of text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ingest.elements import Element, Kind

LIST_ITEM = re.compile(
    r"^(\s*)(?:([-*+•‣▪◦●○■□–∙])|(\(?\d{1,3}[.)]|[가나라마바사아자차카타파하][.)])|([①-⑳]))\s+(?=\S)"
)
"""Groups: indent, bullet, number or 가., circled number. No 다.: it ends sentences, and lines are cut before it."""

_CODE_LINE = re.compile(
    r"""^\s*(?:
        (?:from\s+[\w.]+\s+)?import\s+[\w.*]+
      | (?:async\s+)?def\s+\w+\s*\( | class\s+\w+\s*[(:]
      | (?:for|while|if|elif|with)\s[^가-힣]*:\s*(?:\#.*)?$ | (?:else|try|finally)\s*:\s*$ | except\b[^가-힣]*:\s*$
      | return\b\s*[\w('"\[{-][^가-힣]*$ | (?:[!$]|%%?)\s?[a-z]\w+\b | >>>\s
      | [A-Za-z_][\w.]*(?:\[[^\]]*\])*(?:,\s?[A-Za-z_][\w.]*)*\s*[-+*/|]?=\s?[\w\[({'"-]
      | [a-z_][\w.]*\([^가-힣]*\)[\w.()\[\]]*;?\s*(?:\#.*)?$
      | [\w.]+\[[^\]]+\]\.[\w.]+\( | \#include\b | [)\]}]+[,;]?\s*$
    )""",
    re.VERBOSE,
)

_QUOTED = re.compile(r""""[^"]*"|'[^']*'|(?:#|//).*$""")
_HANGUL = re.compile(r"[가-힣]")
_SYMBOL_START = re.compile("^\\s*[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]")
"""A line that begins with an arrow or an emoji begins something new."""
_SENTENCE_END = re.compile(r"[.!?。…:;](?:[\"'”’)]{0,3})$|[다요]$")
_ALIGNED = re.compile(r"\S(?: {3,}|\t)\S")
"""Columns set with spaces: such a line is a row of its own."""
HARD_BREAK = "\u2028"
"""Ends a line that is never joined with the next one: its author broke it."""
_NARROWEST = 60
"""Columns of the longest line from which a paragraph may have been wrapped by an editor."""
_LONG_WORD = re.compile(r"\S{40,}$")


def is_code_line(line: str) -> bool:
    """Whether a line reads as a statement of a programming language rather than as prose."""
    if len(line) >= 400 or not _CODE_LINE.match(line):
        return False
    # Hangul belongs to strings and comments; outside them the line talks about code.
    return len(_HANGUL.findall(_QUOTED.sub("", line))) < 2


def looks_like_code(lines: Sequence[str]) -> bool:
    """Whether lines without a fence are code: at least a third are statements, and hardly any ends as prose does."""
    filled = [line for line in lines if line.strip()]
    statements = sum(map(is_code_line, filled))
    prose = sum(line.rstrip().endswith((".", "다.", "요.")) or bool(LIST_ITEM.match(line)) for line in filled)
    return statements >= 1 and statements * 3 >= len(filled) and prose * 4 <= len(filled)


def display_width(text: str) -> int:
    """Columns in a terminal: East Asian wide characters count two."""
    return sum(2 if char >= "\u1100" else 1 for char in text)


def join_wrapped(lines: Iterable[str]) -> list[str]:
    """Undo hard wrapping: a line that reaches the wrapping width is continued by the next one.

    The width is the paragraph's own longest line; short lines keep their break, because in notes a break after a
    short line is meant.
    """
    given = list(lines)
    lines = [line.rstrip() for line in given]
    widest = max(map(display_width, lines), default=0)
    joined: list[str] = []
    open_line = False
    for at, line in enumerate(lines):
        aligned = _ALIGNED.search(line) is not None
        if open_line and not aligned and not LIST_ITEM.match(line) and not _SYMBOL_START.match(line):
            joined[-1] += " " + line.lstrip()
        else:
            joined.append(line)
        following = lines[at + 1].split(maxsplit=1)[:1] if at + 1 < len(lines) else []
        # An editor breaks a line because the next word does not fit.
        reach = display_width(line) + 1 + display_width("".join(following)[:20])
        wide = widest >= _NARROWEST and reach > (0.95 if _SENTENCE_END.search(line) else 0.85) * widest
        # A line that ends in an address is long because of the address.
        open_line = wide and not aligned and not given[at].endswith(HARD_BREAK) and not _LONG_WORD.search(line)
    return joined


def markdown_row(cells: Iterable[str]) -> str:
    """One table row; pipes inside cells are escaped, so that a row has as many cells as it says."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def markdown_table(rows: Sequence[Sequence[str]], *, header: bool) -> str:
    """A Markdown table; short rows are filled up, the rule is there only with a header."""
    width = max(map(len, rows))
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    lines = [markdown_row(row) for row in filled]
    if header:
        lines.insert(1, markdown_row(["---"] * width))
    return "\n".join(lines)


def blocks(lines: Sequence[str], *, page: int | None = None, cell: int | None = None) -> Iterator[Element]:
    """Elements of one block of lines without blank ones between: lists, tab tables, code and paragraphs."""
    lines = [line.expandtabs(4) if not line.strip("\t").count("\t") else line for line in lines]
    if looks_like_code(lines):
        code = "\n".join(line.rstrip(HARD_BREAK) for line in lines).strip("\n")
        yield Element(Kind.CODE, code, page=page, cell=cell)
        return
    for kind, group in groupby(_classified(lines), key=lambda pair: pair[0]):
        text = _block_text(kind, [line for _, line in group])
        if text:
            yield Element(kind, text, page=page, cell=cell)


def _classified(lines: Sequence[str]) -> Iterator[tuple[Kind, str]]:
    in_list = False
    for line in lines:
        tabbed = "\t" in line.strip()
        if LIST_ITEM.match(line):
            in_list = True
            yield Kind.LIST, line
        elif in_list and line.startswith((" ", "\t")):
            yield Kind.LIST, line
        else:
            in_list = False
            yield (Kind.TABLE if tabbed else Kind.PARAGRAPH), line


def _block_text(kind: Kind, lines: list[str]) -> str:
    if kind is Kind.TABLE:
        return markdown_table([re.split(r"\t+", line.strip()) for line in lines], header=False)
    if kind is Kind.LIST:
        return list_text(lines)
    return "\n".join(join_wrapped(lines)).strip()


def list_text(lines: Sequence[str]) -> str:
    """A list in the form elements have: one item per line, two spaces per level, ``- `` or ``1. `` as markers."""
    items: list[tuple[int, str]] = []
    for line in lines:
        match = LIST_ITEM.match(line)
        if match:
            marker = "- " if match[2] else f"{match[3] or match[4]} "
            items.append((len(match[1].expandtabs(4)), marker + line[match.end() :].strip()))
        elif items:
            indent, text = items[-1]
            items[-1] = (indent, f"{text} {line.strip()}")
    return "\n".join(_nested(items))


def _nested(items: Iterable[tuple[int, str]]) -> Iterator[str]:
    indents: list[int] = []
    for indent, text in items:
        while indents and indent < indents[-1]:
            indents.pop()
        if not indents or indent > indents[-1]:
            indents.append(indent)
        yield "  " * (len(indents) - 1) + text


def is_short_title(text: str) -> bool:
    """Whether a line set in bold can be a heading: short, no sentence, no bullet, no code, and with a letter in it."""
    stripped = text.strip()
    match = LIST_ITEM.match(stripped)
    return (
        0 < len(stripped) <= 80
        and any(char.isalpha() for char in stripped)
        and not stripped.endswith((".", "。", "…", ";", ",", "|"))
        and not is_code_line(stripped)
        and not (match and match[2])
    )
