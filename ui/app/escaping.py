"""Foreign text, shown as text: whatever a document, a file name or a user wrote is never markup here.

Two ways out: ``html_text`` is for what we write as HTML ourselves, and the usual one; ``label`` is for widgets whose
labels Streamlit reads as Markdown, like it or not.
"""

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from rag.answering.citations import MARK

_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the reading direction: a file name must not read as another one."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:^=&\"'/@%,;?])")

_WORD_JOINER = "\u2060"
"""Has no width. Streamlit replaces ``:smile:``, ``->`` and the like *after* Markdown has been read, when backslashes
are gone; a joiner inside them keeps them from being found."""

LinkMark = Callable[[int], str | None]
"""From a mark's number to the HTML that stands for it, or None where the mark is no citation."""


def clean(text: str) -> str:
    """The text without what cannot be shown: control characters, direction overrides and lone surrogates."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-8", "replace").decode("utf-8")


def html_text(text: str) -> str:
    """Text for HTML, in an element or in a quoted attribute."""
    return html.escape(clean(text), quote=True)


def label(text: str) -> str:
    """Text on one line for a label that Streamlit reads as Markdown."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(clean(text).split()))
    return re.sub(r"(\\[:\-<>~=])", rf"\1{_WORD_JOINER}", escaped)


def plain_answer(text: str, link: LinkMark) -> str:
    """An answer in a document's own words: text, with line breaks and marks."""
    return f'<div class="cr-answer cr-plain">{_with_marks(clean(text), link)}</div>'


def markdown_answer(text: str, link: LinkMark) -> str:
    """An answer of a language model: lists, emphasis, tables and code are drawn, links, pictures and HTML are not.

    A picture would fetch an address that a document may have smuggled into the answer.
    """
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    reader.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])

    def text_rule(_: RendererHTML, tokens: Sequence[Token], position: int, *__: Any) -> str:
        return _with_marks(tokens[position].content, link)

    reader.add_render_rule("text", text_rule)
    return f'<div class="cr-answer">{reader.render(clean(text))}</div>'


def _with_marks(text: str, link: LinkMark) -> str:
    parts, end = [], 0
    for match in MARK.finditer(text):
        parts.append(html.escape(text[end : match.start()]))
        parts += [link(int(number)) or f"[{int(number)}]" for number in match.group(1).split(",")]
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])
