"""Inline marks of reStructuredText down to text: roles, links, substitutions, marks of notes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.elements import Skipped

_LITERAL = re.compile(r"(?<![`\w\\])``(?=\S)((?:(?!``)[^\n]){1,500})``(?!`)")
_ROLE = re.compile(r":([A-Za-z][\w:+.-]{0,40}):`((?:\\.|[^`\\]){1,500})`")
_LINK = re.compile(r"`([^`<]{0,300}?)\s*<([^`<>]{1,1000})>`__?")
_REFERENCE = re.compile(
    r"(?<![`:])`([^`\n]{1,300})`__?(?!\w)|(?<![\w`:/.@-])([A-Za-z가-힣][\w.+-]{0,80})__?(?=[\s.,;:!?)\]'\"]|$)"
)
_NOTE = re.compile(r"\s?\[(?:\d{1,3}|#[\w-]{0,60}|\*)\]_(?!\w)")
_CITATION = re.compile(r"\[([A-Za-z][\w.-]{0,60})\]_(?!\w)")
_SUBSTITUTION = re.compile(r"\|(?=\S)([^|\n]{1,80}?)(?<=\S)\|_{0,2}")
_TARGET = re.compile(r"_`([^`\n]{1,200})`")
_STRONG = re.compile(r"(?<![\w*\\])\*\*(?=\S)([^*]{1,500}?)(?<=\S)\*\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,500}?)(?<=\S)\*(?![\w*])")
_ESCAPE = re.compile(r"\\([^\w\s$])|\\\s")
_TITLED = re.compile(r"^(.*?)\s*<([^<>]*)>$", re.DOTALL)
_SILENT_ROLES = frozenset("cite cite:p cite:t cite:ps footcite numref eq raw-html footnote".split())
_PLAIN_ROLES = frozenset(
    "doc ref term abbr emphasis strong title title-reference download guilabel menuselection sup sub subscript "
    "superscript index any dfn rubric".split()
)
_DEFINED = re.compile(r"^\s*\.\.\s+\|([^|\n]{1,80})\|\s+replace::\s*(.*)$")


@dataclass
class Context:
    """What one document is read with: its substitutions, styles of its headings, what was found on the way."""

    source: str
    links: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    substitutions: dict[str, str] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    language: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def inline(self, text: str) -> str:
        """A text without its marks, in one line; code keeps single backticks, formulas get dollars."""
        pieces = _LITERAL.split(" ".join(text.split()))
        return "".join(f"`{piece}`" if at % 2 else self._plain(piece) for at, piece in enumerate(pieces)).strip()

    def inline_lines(self, text: str) -> str:
        """The same line by line; their margins stay."""
        return "\n".join(line[: len(line) - len(line.lstrip())] + self.inline(line) for line in text.split("\n"))

    def _plain(self, text: str) -> str:
        if _MARKS.isdisjoint(text):
            return text
        # What roles and links give is put aside: what stands in code and formulas is no mark.
        kept: list[str] = []

        def aside(value: str) -> str:
            kept.append(value)
            return f"\x00{len(kept) - 1}\x00"

        text = _SUBSTITUTION.sub(
            lambda match: self.substitutions.get(match[1].lower(), match[0]), text.replace("\x00", "")
        )
        text = _ROLE.sub(lambda match: aside(self._role(match)), text)
        text = _LINK.sub(lambda match: aside(self._link(match)), text)
        text = _CITATION.sub(r"[\1]", _NOTE.sub("", _TARGET.sub(r"\1", text)))
        text = _REFERENCE.sub(lambda match: match[1] or match[2], text)
        text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text))
        text = _ESCAPE.sub(lambda match: match[1] or "", text)
        return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], text)

    def _role(self, match: re.Match[str]) -> str:
        role, text = match[1].lower(), match[2]
        if role == "math":
            return f"${text.strip()}$"
        if role in _SILENT_ROLES:
            return ""
        titled = _TITLED.match(text)
        if titled and titled[1]:
            return titled[1] if role in _PLAIN_ROLES else f"`{titled[1]}`"
        return text if role in _PLAIN_ROLES else f"`{text.lstrip('~!')}`"

    def _link(self, match: re.Match[str]) -> str:
        if "://" in match[2]:
            self.links.append("".join(match[2].split()))
        return match[1].strip() or ("" if "://" in match[2] else match[2].strip("_"))


_MARKS = frozenset("`*|_\\[\x00")


def substitutions_of(lines: Iterable[str]) -> dict[str, str]:
    """The texts that stand for names between bars."""
    found: dict[str, str] = {}
    open_name, margin = "", 0
    for line in lines:
        match = _DEFINED.match(line) if ".." in line else None
        indent = len(line) - len(line.lstrip())
        if match:
            open_name, margin = match[1].lower(), indent
            found[open_name] = match[2].strip()
        elif open_name and line.strip() and indent > margin:
            found[open_name] += " " + line.strip()
        else:
            open_name = ""
    return found
