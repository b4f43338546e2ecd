"""What site generators and note-taking programs leave in a line of Markdown, and what stays of it."""

import re

_KEPT_AS_IS = re.compile(r"(`+[^`\n]+`+|\$\$[^$\n]{1,2000}\$\$|\$[^$\n]{1,300}\$)")
"""Inline code and formulas, in which the same characters mean something else."""
_SPECIAL = frozenset("{[:%=^\\<")

# Jekyll and Liquid, Hugo, kramdown, Docusaurus. A template of a prompt, {{question}}, is text.
_TEMPLATE = re.compile(
    r"\{%-?[^%\n]{0,300}%\}|\{\{[<%][^{}\n]{0,500}[%>]\}\}"
    r"|\{\{-?\s*(?:site|page|layout|include|content|theme|post|baseurl|static)\b[^{}\n]{0,200}\}\}"
)
_ATTRIBUTES = re.compile(
    r"^\s*\{:?\s?[.#:][^{}\n]{0,200}\}\s*$|\{:\s?[.#][^{}\n]{0,120}\}"
    r"|(?<=\S)\s*\{[:#.]\s?[A-Za-z가-힣][\w .:#=\"'%-]{0,120}\}\s*$"
)
_TAB = re.compile(
    r"""\{%-?\s*(?:tab|step|content-ref|embed)\s[^%\n]{0,200}?title=["']([^"'\n]{1,120})["'][^%\n]{0,80}%\}"""
)
_ROLE = re.compile(r"\{([a-z][\w:+-]{0,30})\}`([^`\n]{1,300})`")
_SPHINX_ROLE = re.compile(
    r":(?:numref|eqref|ref|citet?|citep|cite|bdg-\w+|(?:eq)?label|width|height|begin_tab):`[^`\n]{0,120}`|:end_tab:"
)
_MATH = re.compile(r"\\\((?=\S)([^\n]{1,300}?)\\\)|\\\[(?=\s?\S)([^\n]{1,1000}?)\\\](?!\()")

_REPLACED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]"), ""),  # Obsidian embeds
    (re.compile(r"^(#{1,6}\s.*\S)\s*\[\[[\w./-]{0,120}\]\]\s*$"), r"\1"),  # anchors behind headings
    (re.compile(r"\[\[(?:[^\[\]|\n]{1,200}\\?\|)([^\[\]|\n]{1,200})\]\](?!\()"), r"\1"),  # links of a wiki
    (re.compile(r"\[\[#\^?([^\[\]|\n]{1,200})\]\](?!\()"), r"\1"),
    (re.compile(r"\[\[([^\[\]|\n#^]{1,200})#\^[\w-]{1,60}\]\](?!\()"), r"\1"),
    (re.compile(r"\[\[([^\[\]|\n#^]{1,200})#([^\[\]|\n]{1,200})\]\](?!\()"), r"\1 > \2"),
    (re.compile(r"\[\[([^\[\]|\n]{1,200})\]\](?!\()"), r"\1"),
    (re.compile(r"(?<![A-Za-z0-9=])==(?=[^\s=])([^=\n]{0,300}?[^\s=])==(?![A-Za-z0-9=])"), r"\1"),  # highlights
    (re.compile(r"%%[^%\n]{1,500}%%"), ""),  # comments of Obsidian
    (re.compile(r"(?<=\S)\s+\^[A-Za-z0-9-]{3,40}\s*$|^\^[A-Za-z0-9-]{3,40}\s*$"), ""),  # its block ids
    (re.compile(r"^(\s*(?:>\s*)+)\[![\w| -]{1,60}\][+-]?"), r"\1"),  # callouts
    (re.compile(r"^\([\w:.-]{1,80}\)=\s*$"), ""),  # targets of MyST
    (re.compile(r"^\s*(?:[-*]\s+)?(?:\[TOC\]|\[_?TOC_?\]|\$\{toc\}|@\[toc\].*)\s*$", re.IGNORECASE), ""),
    (re.compile(r"^\s*:\s+\S{1,300}\.(?:png|jpe?g|gif|svg|webp|emf|wmf)\s*$", re.IGNORECASE), ""),
    (re.compile(r"<!--(?:(?!-->).){0,1000}-->"), ""),
)


def without_marks(line: str, *, raw: bool = False) -> str:
    """The line without its marks; inline code and formulas stay as they are.

    Args:
        line: outside any fence.
        raw: whether it stands between ``{% raw %}`` and ``{% endraw %}``, where template marks are text.
    """
    if _SPECIAL.isdisjoint(line):
        return line
    line = _ROLE.sub(_role_text, _SPHINX_ROLE.sub("", line))
    line = _MATH.sub(_as_dollars, line)
    pieces = _KEPT_AS_IS.split(line)
    if len(pieces) == 1:
        return _plain(line, raw=raw)
    # A mark may hold inline code (==`x`==); then it is no mark to the pieces, and a pass over the line finds it.
    return "".join(piece if at % 2 else _plain(piece, raw=raw, part=True) for at, piece in enumerate(pieces))


def _plain(line: str, *, raw: bool, part: bool = False) -> str:
    if not raw:
        line = _TEMPLATE.sub("", _TAB.sub(r"\1", line))
    if not part or line.endswith("}"):
        line = _ATTRIBUTES.sub("", line)
    for pattern, kept in _REPLACED:
        line = pattern.sub(kept, line)
    return line


def _role_text(match: re.Match[str]) -> str:
    """``{term}`overfitting <x>` `` → overfitting; formulas and code keep their marks."""
    role, text = match[1], match[2]
    if role == "math":
        return f"${text}$"
    if role in ("cite", "cite:p", "cite:t", "eq", "numref", "label", "index"):
        return ""
    text = re.sub(r"\s*<[^<>]{1,200}>$", "", text)
    return f"`{text}`" if role in ("code", "kbd", "command", "file", "func", "class", "meth", "mod") else text


def _as_dollars(match: re.Match[str]) -> str:
    """LaTeX's own delimiters, which Markdown takes for escaped brackets, where a formula is between them."""
    inline, display = match[1], match[2]
    formula = (inline or display).strip()
    if not looks_like_formula(formula):
        return match[0]
    return f"${formula}$" if inline else f"$${formula}$$"


def looks_like_formula(text: str) -> bool:
    """Whether what stands in brackets is a formula rather than words: a command, an operator, or a short symbol."""
    outside = re.sub(r"\\(?:text|mbox|mathrm|textbf|operatorname)\s?\{[^{}]*\}", "", text)
    if any("가" <= char <= "힣" for char in outside):
        return False
    return (
        re.search(r"\\[A-Za-z,;!{}|]|[_^=+<>|]|[A-Za-z]\w?\([^()]*\)", outside) is not None
        or re.fullmatch(r"[\w.,' ]{1,3}|[A-Za-z]\w?'{0,2}(?:\s?[-,]\s?\w{1,3})*|\d+\s?/\s?\d+|-?\d[\d.,]*", outside)
        is not None
    )
