"""The chunks of an index by section; one section in five is held out of training."""

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.chunks import Chunk

_HELD_OUT_ONE_IN = 5


@dataclass(frozen=True)
class Section:
    """Chunks under one heading of one source; without a heading, those of one page or slide.

    Attributes:
        name: source, and heading path or page.
        rows: positions of its chunks among all chunks, ascending.
        chunks: these chunks.
    """

    name: str
    rows: tuple[int, ...]
    chunks: tuple[Chunk, ...]

    @property
    def held_out(self) -> bool:
        """One section in five, chosen by its name alone: no seed and no other section moves it in or out."""
        return zlib.crc32(self.name.encode("utf-8", "replace")) % _HELD_OUT_ONE_IN == 0

    def drawn(self) -> tuple[int, str]:
        """Sections sorted by this are in an order that is as good as random, and the same every time."""
        # The name reversed, since what is left of its own checksum tells which sections are held out.
        return zlib.crc32(self.name[::-1].encode("utf-8", "replace")), self.name


def sections_of(chunks: Sequence[Chunk]) -> list[Section]:
    """All chunks by section, in the order in which the sections begin."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, chunk in enumerate(chunks):
        rows[_name(chunk)].append(row)
    return [Section(name, tuple(some), tuple(chunks[row] for row in some)) for name, some in rows.items()]


def _name(chunk: Chunk) -> str:
    if chunk.heading:
        return "\x00".join((chunk.source, *chunk.heading))
    return f"{chunk.source}\x00\x00{chunk.page or chunk.cell or ''}"
