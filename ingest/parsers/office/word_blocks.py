"""Blocks of a Word document to elements: items to lists, lines to code, and headings by their look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.elements import Element, Kind
from ingest.parsers.lines import is_short_title

_LARGER = 1.15
"""Times the size of the body text from which a line stands out."""
_MOST_HEADINGS = 0.34
"""Share of all paragraphs up to which lines that stand out are headings; else bold is only how it is written."""
_MOST_LEVELS = 4


@dataclass(slots=True)
class Block:
    """An element, or one item or line of one, and how it looks: size in half points, 0 where it does not matter."""

    element: Element
    bold: bool = False
    size: int = 0
    title: bool = False


def finished(blocks: Sequence[Block]) -> list[Element]:
    """Elements of the blocks; empty ones only separate."""
    if not any(block.element.kind is Kind.HEADING and not block.title and block.element.text for block in blocks):
        blocks = _with_headings_by_look(blocks)
    if any(block.title and block.element.text for block in blocks):
        blocks = [_below_title(block) for block in blocks]
    return _merged(blocks)


def _below_title(block: Block) -> Block:
    element = block.element
    if element.kind is not Kind.HEADING or block.title:
        return block
    return Block(replace(element, level=element.level + 1))


def _with_headings_by_look(blocks: Sequence[Block]) -> list[Block]:
    """In a document without heading styles, short lines set bold or larger than the rest are its headings."""
    written = [block for block in blocks if block.element.kind is Kind.PARAGRAPH and block.element.text and block.size]
    sizes: Counter[int] = Counter()
    for block in written:
        sizes[block.size] += len(block.element.text)
    if not sizes:
        return list(blocks)
    body = sizes.most_common(1)[0][0]
    found = [block for block in written if _stands_out(block, body)]
    if not found or len(found) > max(1, _MOST_HEADINGS * len([block for block in blocks if block.element.text])):
        return list(blocks)
    ranks = sorted({max(block.size, body) for block in found}, reverse=True)
    levels = {size: min(rank, _MOST_LEVELS) for rank, size in enumerate(ranks, 1)}
    headings = {id(block) for block in found}
    return [
        Block(Element(Kind.HEADING, block.element.text, level=levels[max(block.size, body)]))
        if id(block) in headings
        else block
        for block in blocks
    ]


def _stands_out(block: Block, body: int) -> bool:
    text = block.element.text
    larger = block.size >= _LARGER * body
    return (block.bold or larger) and block.size >= body and "\n" not in text and is_short_title(text)


def _merged(blocks: Sequence[Block]) -> list[Element]:
    elements: list[Element] = []
    gap = False
    for block in blocks:
        element = block.element
        if not element.text.strip():
            gap = True
            continue
        last = elements[-1] if elements else None
        if last is not None and element.kind is last.kind and element.kind in (Kind.LIST, Kind.CODE):
            between = "\n\n" if gap and element.kind is Kind.CODE else "\n"
            elements[-1] = replace(last, text=last.text + between + element.text)
        else:
            elements.append(element)
        gap = False
    return [replace(each, text=_unindented(each.text)) if each.kind is Kind.LIST else each for each in elements]


def _unindented(text: str) -> str:
    """A list that begins at a deeper level begins at the margin; no item is more than one level below the last."""
    lines = text.split("\n")
    depths: list[int] = []
    shown = []
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        while depths and indent < depths[-1]:
            depths.pop()
        if not depths or indent > depths[-1]:
            depths.append(indent)
        shown.append("  " * (len(depths) - 1) + line.lstrip(" "))
    return "\n".join(shown)
