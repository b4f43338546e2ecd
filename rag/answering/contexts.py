"""Small to big: found are small chunks, handed over is the section, list or table they stand in.

Known as parent-document or auto-merging retrieval. What is small is found more exactly, and what is large says more: a
chunk says what is asked, its section says of what. Hits grow in the order of their rank, but none at the cost of
another: first come all hits themselves, then what still fits around them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answer import Hit
from rag.answering.neighbours import Neighbours, Span
from rag.chunks import Chunk
from rag.index.table import ChunkTable


def contexts(
    hits: Sequence[Hit], table: ChunkTable, *, section_chars: int, context_chars: int, most: int | None = None
) -> list[Hit]:
    """Hits as they are handed over: each with what stands around it, those that touch or overlap as one.

    A hit grows to the whole list or table that it was cut from, to its section, and to the sections above that, as long
    as they fit as a whole; in a section that does not fit, to its neighbours. Never beyond its document. A context's
    text is that of the document from its first chunk to its last: headings in between are read, and the header of a
    table is read once. Its page, heading and scores are those of its best hit; its chunks are its ``members``, by which
    it is cited.

    Args:
        hits: best first; of ``table``.
        table: the chunks of a version, in the order of their documents.
        section_chars: longest text a hit grows to; 0: hits are handed over by themselves.
        context_chars: longest text of all contexts together; the best hit is handed over even if it is longer.
        most: how many contexts; None: as many as hits. Hits from there on take the places of those that were joined.
    """
    most = len(hits) if most is None else most
    kept = _fitting(hits[:most], context_chars)
    if not section_chars:
        return _ranked(kept)
    document = Neighbours(table)
    ids = [hit.chunk.id for hit in hits]
    places = dict(zip(ids, table.rowids(ids), strict=True))
    sure, spare = ([places[hit.chunk.id] for hit in some] for some in (kept, hits[most:]))
    spans: list[Span] = []
    for number, place in enumerate(sure, start=1):
        spans = _with(place, spans, document, sure[number:], section_chars, context_chars)
    for place in spare:
        one_more = [*spans, Span(place, place)]
        if len(spans) < most and document.length(one_more, ()) <= context_chars:
            spans = _with(place, spans, document, (), section_chars, context_chars)
    return _ranked(_handed(hits, places, spans, document))


def _fitting(hits: Sequence[Hit], room: int) -> list[Hit]:
    """The best hit, and those after it that fit."""
    kept: list[Hit] = []
    for hit in hits:
        if not kept or len(hit.chunk.text) <= room:
            kept.append(hit)
            room -= len(hit.chunk.text)
    return kept


def _with(
    place: int, spans: list[Span], document: Neighbours, waiting: Sequence[int], section_chars: int, context_chars: int
) -> list[Span]:
    """The spans with that of another hit, as large as there is room beside the hits that are waiting."""
    if any(place in span for span in spans):
        return spans
    alone = Span(place, place)
    best = [*spans, alone]
    left = context_chars - document.length(best, waiting)
    for span in document.growing(place, min(section_chars, document.length([alone], ()) + left)):
        grown = document.joined([*spans, span])
        # Where it touches another, what stands between the two is read as well.
        if document.length(grown, waiting) <= context_chars:
            best = grown
    return best


def _handed(hits: Sequence[Hit], places: dict[str, int], spans: Sequence[Span], document: Neighbours) -> Iterator[Hit]:
    """The contexts in the order of their best hits."""
    texts = document.texts(spans)
    left = list(spans)
    for hit in hits:
        span = next((span for span in left if places[hit.chunk.id] in span), None)
        if span is not None:
            left.remove(span)
            members = document.members(span)
            yield hit if len(members) == 1 else _context(hit, members, texts[span])


def _context(hit: Hit, members: Sequence[Chunk], text: str) -> Hit:
    """A hit with its surroundings; a heading that stands before them and is not the hit's own is told with them."""
    first, last = members[0], members[-1]
    other = first.heading[-1:] if first.heading != hit.chunk.heading else ()
    chunk = replace(
        hit.chunk,
        text=text,
        start=first.start,
        end=last.end,
        lead="\n".join(part for part in (*other, first.lead) if part),
        kind=first.kind if len({member.kind for member in members}) == 1 else "text",
    )
    return replace(hit, chunk=chunk, members=tuple(members))


def _ranked(hits: Sequence[Hit] | Iterator[Hit]) -> list[Hit]:
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]
