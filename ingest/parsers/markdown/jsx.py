"""MDX: imports, exports, comments and component tags out; what stands between the tags stays."""

import re

_LINE = re.compile(r"^(?:import\s.+from\s+['\"].*|import\s+['\"].*|export\s+(?:const|default|let)\b.*)$")
_NAME = re.compile(r"</?([A-Z][\w.]*)|\{/\*|<>|</>")
_TITLE = re.compile(r"""\s(?:title|label|summary)=(?:"([^"\n]{1,200})"|'([^'\n]{1,200})')""")
_MOST_TAG_CHARS = 5000


def without_jsx(lines: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The lines without JSX; a component's title stays as a line of its own.

    Args:
        lines: each with whether it is inside a fence.
    """
    kept: list[tuple[str, bool]] = []
    prose: list[str] = []

    def flush() -> None:
        if prose:
            kept.extend((line, False) for line in _stripped("\n".join(prose)).split("\n"))
            prose.clear()

    for line, fenced in lines:
        if fenced:
            flush()
            kept.append((line, True))
        elif not _LINE.match(line):
            prose.append(line)
    flush()
    return kept


def _stripped(text: str) -> str:
    kept: list[str] = []
    at = 0
    while match := _NAME.search(text, at):
        kept.append(text[at : match.start()])
        end = _tag_end(text, match)
        at = end or match.end()
        if not end:
            kept.append(match[0])
        elif title := _TITLE.search(text, match.start(), end):
            kept.append(f"\n\n{title[1] or title[2]}\n\n")
    return "".join([*kept, text[at:]])


def _tag_end(text: str, match: re.Match[str]) -> int | None:
    """Position after a component tag; braces and quotes inside it may hold ``>``. None if it never ends."""
    if match[0] in ("<>", "</>"):
        return match.end()
    if match[0] == "{/*":
        end = text.find("*/}", match.end(), match.end() + _MOST_TAG_CHARS)
        return end + 3 if end >= 0 else None
    if text[match.end() : match.end() + 1] not in (" ", "\n", "/", ">", "\t"):
        return None
    return _outside_braces(text, match.end())


def _outside_braces(text: str, start: int) -> int | None:
    end = min(len(text), start + _MOST_TAG_CHARS)
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
