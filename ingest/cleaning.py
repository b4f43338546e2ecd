"""Noise goes, meaning stays: what every format has in common, after parsing and before masking.

Pure: a parsed file in, a parsed file out. Code is only normalised, never rewritten.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from ingest.elements import Element, Kind, ParsedFile

_ZERO_WIDTH = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
# A zero-width joiner holds an emoji together; anywhere else it is debris.
_LOOSE_JOINER = re.compile(
    "(?<![\u2600-\u27bf\ufe0f\U0001f1e6-\U0001faff])\u200d|\u200d(?![\u2600-\u27bf\U0001f1e6-\U0001faff])"
)
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_SPACE = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_FONT_BULLET = re.compile("[\uf06c\uf06e\uf075\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc]")
"""Bullets of the Symbol and Wingdings fonts, which have no code point of their own."""

_VERBATIM = re.compile(
    r"(`[^`\n]{1,500}`|\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,300}\$"
    r"|\\\((?!\\\))[^\n가-힣]{1,300}?\\\)|\\\[[^가-힣]{1,2000}?\\\]"
    r"|\\begin\{(\w{1,20}\*?)\}(?:(?!\\end\{|\\begin\{\2\}).){0,4000}\\end\{\w{1,20}\*?\})",
    re.DOTALL,
)
_RESIDUE = re.compile(
    r":contentReference\[oaicite:\d+\]\{index=\d+\}|\[oaicite:\d+\]"
    r"|【\d+[†:][^】\n]{0,120}】|\[cite_start\]|\[cite: ?[\d, ]{1,40}\]"
    "|\ue200cite(?:\ue202turn\\d+[a-z]+\\d+)+\ue201"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ESCAPED_ENTITY = re.compile(r"&amp;(?=(?:nbsp|emsp|ensp|lt|gt|quot|amp|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
# Left over where one format is quoted in another: a table cell of HTML in Markdown, a heading of a document.
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\s]{1,2000}(?:\s\"[^\"\n]{0,200}\")?\)|!\[[\w. -]{1,80}\](?![(\[\w])")
_LINK = re.compile(
    r"\[([^\[\]\n]{0,300})\]\(\s?<?((?:https?|ftp)://[^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,500})?)>?"
    r"(?:\s{1,3}\"[^\"\n]{0,200}\")?\s?\)"
)
_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
# Only tags that no language model uses as a token: <s>, <mask>, <sos> stay.
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|div|p|font|sup|sub|center|img|details|summary|table|thead|tbody|tr|td|th|ul|ol|li"
    r"|code|kbd|small|h[1-6])"
    r"(?:\s[^<>\n]{0,500})?/?>",
    re.IGNORECASE,
)
_URL = re.compile(r"<?\b(?:https?|ftp)://([\w.-]{1,250})(:\d{1,5})?(/?[\w\-.~:/?#@!$&'*+,;=%]{0,2000})>?", re.ASCII)
_BRACKETED_URL = re.compile(rf"\s?[(\[]\s{{0,3}}{_URL.pattern}\s{{0,3}}[)\]]", re.ASCII)
_ESCAPED = re.compile(r"\\([*_~#>`])")
# Not behind a letter or digit of code (x**2), but behind Hangul, where CommonMark does not see the end of bold.
_BOLD = re.compile(r"(?<![A-Za-z0-9_)\]*])\*\*(?=[^\s*])([^*\n]{0,400}?[^\s*])\*\*(?!\*)")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{0,200}?[^\s*])\*(?=[가-힣])")
# Marks of bold that found no partner. Powers (x**2), arguments (**options) and patterns (**/*.md) are none.
_LOOSE_BOLD = re.compile(
    r"(?<![*\w)\]/.])\*\*(?![*/.\s]|[a-z_]\w{0,30}(?:[,)=]|\s?\}|$))|(?<=[가-힣])\*\*(?![*/])|(?<![*/(,\s])\*\*(?=[\s가-힣.,:;!?)\]]|$)(?!\s[A-Za-z0-9]{1,3}\b)"
    r"|^[ \t]*\*\*[ \t]*$|(?<=\S)[ \t]+\*\*[ \t]*$",
    re.MULTILINE,
)
_HASHES = re.compile(r"^#{1,6}\s+|\s+#{1,6}$")
_TRAILING_BACKSLASH = re.compile(r"(?<!\\)\\[ \t]*$", re.MULTILINE)
_SPACES = re.compile(r"(?<=\S)[ \t]{2,}|(?<=\S)\t")
_EMPTY_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)]|[-=_~*|:]{3,})?\s*$")
_RULE_ROW = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+$")


def clean(parsed: ParsedFile) -> ParsedFile:
    """Clean each element; those that hold nothing afterwards are gone.

    Addresses taken out of the text are in ``metadata["links"]``, each once, in order of first appearance.
    """
    links: list[str] = list(parsed.metadata.get("links") or [])
    elements = [replace(element, text=clean_element(element, links)) for element in parsed.elements]
    title = normalise(parsed.title).strip() if parsed.title else None
    return replace(
        parsed,
        elements=[element for element in elements if any(map(str.isalnum, element.text))],
        title=title or None,
        metadata=parsed.metadata
        | {"links": list(dict.fromkeys(link for link in links if link.startswith(("http", "ftp"))))},
    )


def clean_element(element: Element, links: list[str]) -> str:
    """The cleaned text of one element; addresses found are appended to ``links``."""
    text = normalise(element.text)
    if element.kind is Kind.CODE:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    text = _outside_verbatim(text, lambda prose: _clean_prose(prose, element.kind, links))
    if element.kind is Kind.TABLE:
        return _mended_table(text)
    # Bold may have code or a formula inside it.
    text = _outside_verbatim(_BOLD.sub(r"\1", text), lambda prose: _LOOSE_BOLD.sub("", prose))
    if element.kind is Kind.HEADING:
        text = _HASHES.sub("", text)
    lines = [_SPACES.sub(" ", line.rstrip()) for line in text.split("\n")]
    lines = [line for line in lines if not _EMPTY_ITEM.match(line)]
    return " ".join(lines).strip() if element.kind is Kind.HEADING else "\n".join(lines).strip("\n ")


def _outside_verbatim(text: str, change: Callable[[str], str]) -> str:
    """Change what is neither inline code nor a formula."""
    pieces: list[str] = []
    at = 0
    for match in _VERBATIM.finditer(text):
        pieces += [change(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*pieces, change(text[at:])])


def normalise(text: str) -> str:
    """NFC, and no invisible, control or odd white-space characters."""
    text = _LINE_SPACE.sub("\n", text)
    text = _CONTROL.sub(" ", text)
    text = _LOOSE_JOINER.sub("", _ZERO_WIDTH.sub("", text))
    text = _FONT_BULLET.sub("•", _ODD_SPACE.sub(" ", text))
    return unicodedata.normalize("NFC", text)


def _clean_prose(text: str, kind: Kind, links: list[str]) -> str:
    text = _RESIDUE.sub("", text)
    text = _IMAGE.sub("", text)
    text = _LINK.sub(lambda match: _link_text(match, links), text)
    text = _BREAK.sub("\n" if kind is Kind.PARAGRAPH else " ", text)
    text = _BRACKETED_URL.sub(lambda match: _in_brackets(match, links), text)
    text = _URL.sub(lambda match: _host_or_nothing(match, links), text)
    text = _TAG.sub("", text)
    text = _ENTITY.sub(lambda match: normalise(html.unescape(match[0])), _ESCAPED_ENTITY.sub("&", text))
    text = _EMPHASIS.sub(r"\1", _BOLD.sub(r"\1", _ESCAPED.sub(r"\1", text)))
    return _TRAILING_BACKSLASH.sub("", text)


def _link_text(match: re.Match[str], links: list[str]) -> str:
    links.append(match[2])
    return match[1]


def _host_or_nothing(match: re.Match[str], links: list[str]) -> str:
    address = match[0].strip("<>")
    tail = address[len(address.rstrip(".,;:!?'*")) :]
    links.append(address.removesuffix(tail) if tail else address)
    # A bare host is a name, and often the subject of its sentence; an address with a path is not.
    return match[1].rstrip(".") + tail if match[3].strip("/.,;:!?'*") == "" else tail


def _in_brackets(match: re.Match[str], links: list[str]) -> str:
    url = _URL.search(match[0])
    kept = _host_or_nothing(url, links) if url else ""
    return f" ({kept})" if kept.strip(".,;:!?'*") else ""


def _mended_table(text: str) -> str:
    rows: list[str] = []
    for line in text.split("\n"):
        row = _SPACES.sub(" ", line.strip())
        if row and not row.startswith("|"):
            row = "| " + row
        if row and not row.endswith("|"):
            row += " |"
        if _RULE_ROW.match(row) or any(map(str.isalnum, row)) or row.strip("| "):
            rows.append(row)
    return "\n".join(rows)
