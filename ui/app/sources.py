"""An answer with its marks, and the passages it stands on, as HTML in which all foreign text is escaped.

Sources fold by the browser's own ``<details>``: a mark links to its quote, and following the link unfolds the source.
"""

from collections.abc import Sequence

from rag.answer import Answer, Hit, Sought
from rag.chunks import Chunk
from rag.llm import EXTRACTIVE
from ui.app.escaping import LinkMark, html_text, markdown_answer, plain_answer
from ui.app.texts import Texts

_MONOSPACED = frozenset({"table", "code"})


def answer_html(text: str, llm: str, link: LinkMark = lambda _: None) -> str:
    """The text of an answer, finished or still being written.

    Sentences quoted from documents are shown as they stand there; only what a language model wrote is read as Markdown.
    """
    return plain_answer(text, link) if llm == EXTRACTIVE else markdown_answer(text, link)


def finished_answer_html(answer: Answer, turn: int) -> str:
    """A finished answer, whose marks lead to its sources; ``turn`` is its number in the conversation."""
    places = {citation.mark: citation.chunk.place for citation in answer.citations}

    def link(mark: int) -> str | None:
        if mark not in places:
            return None
        return f'<a class="cr-mark" href="#{_anchor(turn, mark)}" title="{html_text(places[mark])}">[{mark}]</a>'

    return answer_html(answer.text, answer.llm, link)


def citations_html(answer: Answer, turn: int, texts: Texts) -> str:
    """The sources of an answer, folded, with the quoted words marked in their passage."""
    sources = [
        _source_html(citation.chunk, texts, mark=f"[{citation.mark}]", quote=citation.quote, anchor=anchor)
        for citation in answer.citations
        for anchor in [_anchor(turn, citation.mark)]
    ]
    return _list_html(texts.sources, sources)


def nearest_html(hits: Sequence[Hit], texts: Texts) -> str:
    """What was found but does not answer, folded."""
    return _list_html(texts.nearest, [_source_html(hit.chunk, texts) for hit in hits])


def sought_html(sought: Sought, texts: Texts) -> str:
    """What was looked for, and what of it the documents do not have."""
    lines = ((texts.looked_for, sought.words), (texts.unknown_words, sought.unknown))
    return "".join(
        f'<div class="cr-note">{html_text(label)} <bdi>{html_text(", ".join(words))}</bdi></div>'
        for label, words in lines
        if words
    )


def place(chunk: Chunk, texts: Texts) -> str:
    """Where a passage stands, as plain text: ``week1.pdf · p. 3 · Search › BM25``."""
    parts = [chunk.source]
    if chunk.page is not None:
        parts.append(texts.page.format(number=chunk.page))
    elif chunk.cell is not None:
        parts.append(texts.cell.format(number=chunk.cell))
    elif chunk.label:
        parts.append(chunk.label)
    if chunk.heading:
        parts.append(" › ".join(chunk.heading))
    return " · ".join(parts)


def marked(passage: str, quote: str, anchor: str) -> str:
    """A passage as HTML with the first occurrence of the quote marked; unmarked if it is not in there."""
    start = passage.find(quote) if quote else -1
    if start < 0:
        return html_text(passage)
    end = start + len(quote)
    before, inside, after = (html_text(part) for part in (passage[:start], passage[start:end], passage[end:]))
    return f'{before}<mark id="{html_text(anchor)}">{inside}</mark>{after}'


def _anchor(turn: int, mark: int) -> str:
    return f"answer-{turn}-source-{mark}"


def _list_html(title: str, sources: Sequence[str]) -> str:
    return f'<section class="cr-sources"><h6>{html_text(title)}</h6>{"".join(sources)}</section>'


def _source_html(chunk: Chunk, texts: Texts, *, mark: str = "", quote: str = "", anchor: str = "") -> str:
    number = f'<span class="cr-number">{html_text(mark)}</span> ' if mark else ""
    lead = f'<div class="cr-lead">{html_text(chunk.lead)}</div>' if chunk.lead else ""
    kind = " cr-mono" if chunk.kind in _MONOSPACED else ""
    also = ""
    if chunk.also_in:
        places = "".join(f"<li><bdi>{html_text(other)}</bdi></li>" for other in chunk.also_in)
        also = f'<div class="cr-also">{html_text(texts.also_in)}<ul>{places}</ul></div>'
    return (
        f"<details><summary>{number}<bdi>{html_text(place(chunk, texts))}</bdi></summary>"
        f'<div class="cr-passage{kind}" tabindex="0">{lead}{marked(chunk.text, quote, anchor)}</div>{also}</details>'
    )
