"""What the header of an HWPX document says: shapes of paragraphs, styles, font sizes and numberings."""

from dataclasses import dataclass, field
from typing import Any

from ingest.parsers.hangul.blocks import Head
from ingest.parsers.hangul.numbering import Numbering, NumberLevel

_HEADS = {"OUTLINE": "outline", "NUMBER": "number", "BULLET": "bullet"}


@dataclass(slots=True)
class Header:
    """What paragraphs refer to by id.

    Attributes:
        heads: per paragraph shape.
        styles: names; the English name where the other one says nothing.
        sizes: font size per character shape, in 1/100 pt.
        numberings: by id.
    """

    heads: dict[str, Head] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    numberings: dict[str, Numbering] = field(default_factory=dict)


def local_name(element: Any) -> str:
    """Name without namespace: the namespaces of 2011, 2016 and 2024 differ, the names do not."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def number(text: str | None, default: int = 0) -> int:
    """A whole number of an attribute; the default for anything else."""
    return int(text) if text and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10 else default


def read_header(root: Any) -> Header:
    """Read ``header.xml``.

    Args:
        root: its root element, or None where there is none.
    """
    header = Header()
    for element in root.iter() if root is not None else ():
        name, key = local_name(element), element.get("id") or ""
        if name == "paraPr":
            header.heads[key] = _head(element)
        elif name == "charPr":
            header.sizes[key] = number(element.get("height"))
        elif name == "style":
            header.styles[key] = element.get("name") or element.get("engName") or ""
        elif name == "numbering":
            header.numberings[key] = _numbering(element)
    return header


def _head(shape: Any) -> Head:
    for child in shape:
        if local_name(child) == "heading":
            return Head(_HEADS.get(child.get("type") or "", ""), number(child.get("level")), child.get("idRef") or "")
    return Head()


def _numbering(element: Any) -> Numbering:
    levels: dict[int, NumberLevel] = {}
    for head in element:
        if local_name(head) == "paraHead":
            level = NumberLevel(head.text or "", head.get("numFormat") or "DIGIT", number(head.get("start"), 1))
            levels[number(head.get("level"), 1)] = level
    deepest = min(max(levels, default=0), 10)
    return Numbering(tuple(levels.get(level, NumberLevel("")) for level in range(1, deepest + 1)))
