"""Markdown as people really export it, mended line by line before it is parsed. Code fences are left alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

_FENCE = re.compile(r"^\s*(?:>\s?)*(?:[-*+]\s+|\d+\.\s+)?(`{3,}|~{3,})(.*)$")
_INCLUDE = re.compile(r"^\s*\{\{\s*#\w+\s[^}]*\}\}\s*$")
_MATTER = re.compile(r"\A\ufeff?\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

# What a site generator or a note-taking program leaves in the text, and what stays of it.
_LEFTOVERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\{%[^%\n]{0,300}%\}"), ""),  # Liquid
    (re.compile(r"^\s*\{:[^}\n]{0,200}\}\s*$"), ""),  # kramdown attributes
    (re.compile(r"(?<=\S)\s*\{[:#][\w .:#=\"'-]{0,120}\}\s*$"), ""),
    (re.compile(r"!\[\[[^\]\n]{0,300}\]\]"), ""),  # Obsidian embeds
    (re.compile(r"^(#{1,6}\s.*\S)\s*\[\[[\w./-]{0,120}\]\]\s*$"), r"\1"),  # anchors behind headings
    (re.compile(r"\[\[[^\]|\n]{1,200}\|([^\]\n]{1,200})\]\]"), r"\1"),
    (re.compile(r"\[\[([^\]|\n]{1,200})\]\](?!\()"), r"\1"),
    (re.compile(r"^\s*:(?:(?:eq)?label|width|height):`[^`\n]{0,120}`\s*$"), ""),  # d2l
    (re.compile(r"^\s*:(?:begin|end)_tab:(?:`[^`\n]{0,80}`)?\s*$"), ""),
    (re.compile(r"^\s*:{3,}\s*\w*(?:\[([^\]\n]{0,200})\])?.*$"), r"\1"),  # containers
    (re.compile(r"^(\s*>\s*)\[!\w+\][+-]?"), r"\1"),  # callouts
)
_MDX_LINE = re.compile(r"^(?:import\s.+from\s+['\"].*|import\s+['\"].*|export\s+(?:const|default|let)\b.*)$")
_JSX_NAME = re.compile(r"</?([A-Z][\w.]*)|\{/\*|<>|</>")
_MAX_TAG_CHARS = 5000
_MAX_ROW_LINES = 12
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+\S")
# Not indented, and wholly bold, a table row or led by an emoji: behind a list item it begins something new, though
# CommonMark takes it as the item's next line. So does what follows an item that ends as a sentence does.
_NEW_BLOCK = re.compile("^(?:\\*\\*[^*]{1,80}\\*\\*:?\\s*$|\\||[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])")
_ENDED = re.compile(r"[.!?。](?:[\"'”’)*]{0,3})\s*$|[다요]\s*$")


@dataclass(frozen=True, slots=True)
class Source:
    """Markdown ready to be parsed, and what its front matter says."""

    text: str
    title: str | None = None
    matter: dict[str, Any] = field(default_factory=dict)


def prepare(text: str, *, mdx: bool = False) -> Source:
    """Take the front matter off and mend the rest."""
    matter, text = _front_matter(text)
    if mdx:
        text = _without_jsx(text)
    lines = _mended(list(_marked(text)))
    title = matter.get("title")
    return Source("\n".join(lines), str(title).strip() if title else None, matter)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    match = _MATTER.match(text)
    if not match:
        return {}, text
    import yaml

    try:
        values = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        # Two rules with prose between them are no front matter; what is none is text.
        values = None
    looks = values is None and all(re.match(r"\s*[\w-]+\s*:|\s*-\s|\s|#|$", line) for line in match[1].split("\n"))
    if isinstance(values, dict) or looks:
        return _scalars(values or {}), text[match.end() :]
    return {}, text


def _scalars(values: dict[Any, Any]) -> dict[str, str | int | float]:
    # Only plain values: aliases can make a nested one of any size.
    plain = {str(key): str(value) if isinstance(value, date) else value for key, value in values.items()}
    return {key: value for key, value in plain.items() if isinstance(value, (str, int, float))}


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is inside a fence."""
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            closing = match is not None and match[1].startswith(fence) and not match[2].strip()
            if not _INCLUDE.match(line):
                yield line, True
            fence = "" if closing else fence
        elif match and "`" not in match[2]:
            fence = match[1]
            yield line, True
        else:
            yield _without_leftovers(line), False


def _without_leftovers(line: str) -> str:
    for pattern, kept in _LEFTOVERS:
        line = pattern.sub(lambda m, kept=kept: m.expand(kept) if "\\" not in kept or m[1] is not None else "", line)  # type: ignore[misc]
    return line


def _mended(lines: list[tuple[str, bool]]) -> list[str]:
    """Rejoin table rows that an export broke over several lines; part lists from what follows them."""
    mended: list[str] = []
    in_list = False
    at = 0
    while at < len(lines):
        line, fenced = lines[at]
        length = 1 if fenced or not _is_open_row(line) else _row_length(lines, at)
        in_list = False if fenced or not line.strip() else in_list or bool(_ITEM.match(line))
        if in_list and _begins_new_block(line, mended[-1] if mended else ""):
            mended.append("")
            in_list = False
        mended.append(line if length == 1 else " ".join(part.strip() for part, _ in lines[at : at + length]))
        at += length
    return mended


def _begins_new_block(line: str, above: str) -> bool:
    if line[:1].isspace() or _ITEM.match(line):
        return False
    return bool(_NEW_BLOCK.match(line)) or bool(_ENDED.search(above))


def _is_open_row(line: str) -> bool:
    stripped = line.strip()
    return stripped.startswith("|") and not (stripped.endswith("|") and len(stripped) > 1)


def _row_length(lines: list[tuple[str, bool]], at: int) -> int:
    for length in range(2, min(_MAX_ROW_LINES, len(lines) - at) + 1):
        line, fenced = lines[at + length - 1]
        stripped = line.strip()
        if fenced or not stripped or stripped.startswith(("|", "#")):
            return 1
        if stripped.endswith("|"):
            return length
    return 1


def _without_jsx(text: str) -> str:
    """Drop imports, exports, comments and component tags; what stands between the tags stays."""
    runs: list[str] = []
    prose: list[str] = []
    for line, fenced in _marked(text):
        if fenced:
            runs += [_stripped_tags("\n".join(prose)), line]
            prose = []
        elif not _MDX_LINE.match(line):
            prose.append(line)
    return "\n".join([*runs, _stripped_tags("\n".join(prose))])


def _stripped_tags(text: str) -> str:
    kept: list[str] = []
    at = 0
    while match := _JSX_NAME.search(text, at):
        kept.append(text[at : match.start()])
        end = _tag_end(text, match)
        at = end if end else match.end()
        if not end:
            kept.append(match[0])
    return "".join([*kept, text[at:]])


def _tag_end(text: str, match: re.Match[str]) -> int | None:
    """Position after a component tag; braces and quotes inside it may hold ``>``. None if it never ends."""
    if match[0] in ("<>", "</>"):
        return match.end()
    if match[0] == "{/*":
        end = text.find("*/}", match.end(), match.end() + _MAX_TAG_CHARS)
        return end + 3 if end >= 0 else None
    if text[match.end() : match.end() + 1] not in (" ", "\n", "/", ">", "\t"):
        return None
    return _outside_braces(text, match.end())


def _outside_braces(text: str, start: int) -> int | None:
    end = min(len(text), start + _MAX_TAG_CHARS)
    if text.find(">", start, end) < 0:
        return None
    depth, quote = 0, ""
    for at in range(start, end):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and depth <= 1:
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
        elif char == ">" and depth == 0:
            return at + 1
    return None
