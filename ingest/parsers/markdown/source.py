"""Markdown as people really export it, mended line by line before it is parsed. Code fences are left alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.parsers.lines import display_width, is_code_line, looks_like_code
from ingest.parsers.markdown.containers import fenced_lines, without_containers
from ingest.parsers.markdown.front_matter import FrontMatter, split_front_matter
from ingest.parsers.markdown.jsx import without_jsx
from ingest.parsers.markdown.marks import without_marks
from ingest.parsers.markdown.rows import mended_rows

Lines = list[tuple[str, bool]]
"""Lines, each with whether it is inside a fence."""

_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+\S")
# Not indented, and wholly bold, a table row, numbered by hand or led by an emoji: behind a list item it begins
# something new, though CommonMark takes it as the item's next line. So does what follows an item that ends as a
# sentence does.
_NEW_BLOCK = re.compile(
    "^(?:\\*\\*[^*]{1,80}\\*\\*:?\\s*(?:<br\\s?/?>|\\\\)*\\s*$|\\||\\d{1,3}\\\\[.)]\\s"
    "|[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?。](?:[\"'”’)*]{0,3})\s*$|[다요]\s*$")
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n^]{1,200})\]:[ \t]*(\S{1,2000})(?:[ \t]+[\"'(].{0,300})?\s*$")
_ADDRESS = re.compile(r"[/#]|\w\.[A-Za-z]|^<|^[a-z]+:")
_COMMENT = re.compile(r"^#{1,3}(?:\s|[^\s#])")
_UNFINISHED = re.compile(
    r"(?:[,/(=+→:]|\s(?:및|또는|그리고|한|할|of|the|a|and|or|to|for|with)"
    r"|[가-힣](?:은|는|을|를|와|과|의|에|로|에서|에게|부터|까지|하고|하며|하여|해서|위한|위해|대한|통해|따른|하는|되는|된))(?:\*\*)?\s*$"
)
"""A line that needs the next one: it ends in a comma, a particle or a modifier."""
_WRAPPED = 60
"""Columns from which a line may have been broken by an editor."""
_RAW = re.compile(r"\{%-?\s*(end)?(?:raw|verbatim)\s*-?%\}")
_HIDDEN = re.compile(r"^\s*(?:%%|\{%-?\s*comment\s*-?%\})\s*$")
_HIDDEN_END = re.compile(r"^\s*(?:%%|\{%-?\s*endcomment\s*-?%\})\s*$")


@dataclass(frozen=True, slots=True)
class Source:
    """Markdown ready to be parsed, and what its front matter says."""

    text: str
    matter: FrontMatter


def prepare(text: str, *, mdx: bool = False) -> Source:
    """Take the front matter off and mend the rest."""
    matter, text = split_front_matter(text)
    lines = list(fenced_lines(text))
    lines = without_containers(_visible(lines))
    if mdx:
        lines = without_jsx(lines)
    lines = _fenced_code(mended_rows(list(_unmarked(_dollars(lines)))))
    return Source("\n".join(_separated(lines)), matter)


def _visible(lines: Lines) -> Lines:
    """Without the comments of Obsidian and Liquid that span lines."""
    kept: Lines = []
    opened: int | None = None
    for line, fenced in lines:
        kept.append((line, fenced))
        if fenced or not line.lstrip().startswith(("%%", "{%")):
            continue
        if opened is not None and _HIDDEN_END.match(line):
            del kept[opened:]
            opened = None
        elif _HIDDEN.match(line):
            opened = len(kept) - 1
    return kept


def _dollars(lines: Lines) -> Lines:
    r"""Formulas between lines of ``\[`` and ``\]`` as formulas between dollars."""
    kept = list(lines)
    opened: int | None = None
    for at, (line, fenced) in enumerate(lines):
        mark = line.strip()
        if fenced or mark not in ("\\[", "\\]"):
            continue
        if mark == "\\[":
            opened = at
        elif opened is not None:
            kept[opened] = kept[at] = ("$$", False)
            opened = None
    return kept


def _unmarked(lines: Lines) -> Iterator[tuple[str, bool]]:
    raw = False
    for line, fenced in lines:
        if fenced:
            yield line, True
            continue
        marks = _RAW.findall(line) if "{%" in line else []
        if marks:
            line = _RAW.sub("", line)
        yield without_marks(line, raw=raw or "" in marks), False
        raw = marks[-1] == "" if marks else raw


def _fenced_code(lines: Lines) -> Lines:
    """Put fences around programs without them whose comments would be taken for headings."""
    kept: Lines = []
    code_above = False
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end][0].strip() and not lines[end][1]:
            end += 1
        if end == at:
            kept.append(lines[at])
            at += 1
            continue
        block = [line for line, _ in lines[at:end]]
        is_code = _has_comments(block, code_above=code_above)
        code_above = is_code or looks_like_code(block)
        kept += [("```", True), *((line, True) for line in block), ("```", True)] if is_code else lines[at:end]
        at = end
    return kept


def _has_comments(block: list[str], *, code_above: bool) -> bool:
    comments = [at for at, line in enumerate(block) if _COMMENT.match(line)]
    rest = [line for line in block if not _COMMENT.match(line)]
    if not comments or not rest or not looks_like_code(rest) or "```" in "".join(rest):
        return False
    # A first line of # may be the heading of what follows; one between statements is not.
    first_statement = next(at for at, line in enumerate(block) if is_code_line(line))
    return code_above or any(at > first_statement for at in comments)


def _separated(lines: Lines) -> Iterator[str]:
    """Part lists from what follows them, and link definitions from what they would be glued to."""
    in_list = False
    above = ""
    for line, fenced in lines:
        definition = _DEFINITION.match(line) if not fenced and line.lstrip(" ").startswith("[") else None
        if definition and not _ADDRESS.search(definition[2]):
            line, definition = line.replace("[", "\\[", 1), None  # [PAD]: 0 is text
        in_list = False if fenced or not line.strip() else in_list or bool(_ITEM.match(line))
        breaks = in_list and _begins_new_block(line, above)
        if (breaks or definition) and above.strip() and not (definition and _DEFINITION.match(above)):
            yield ""
        in_list = in_list and not breaks and not definition
        yield line
        above = line


def _begins_new_block(line: str, above: str) -> bool:
    if line[:1].isspace() or _ITEM.match(line):
        return False
    if _UNFINISHED.search(above) and not line.startswith(("|", "**[")):
        return False
    if _NEW_BLOCK.match(line) or _ENDED.search(above):
        return True
    # No editor wraps as early: the line above was ended by hand, and a whole sentence below it is no rest of it.
    whole = bool(_ENDED.search(line)) or line.rstrip().endswith(":")
    return whole and display_width(above[:_WRAPPED]) < _WRAPPED <= 2 * display_width(line[:_WRAPPED])
