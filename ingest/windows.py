"""Windows: the few sentences at a time for which a passage is found, each with a vector of its own.

A passage of many sentences lies somewhere between what each of them says, and far from a question about one. So every
window of a longer passage gets a vector, mixed with that of the passage, which tells what the window is about.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.chunks import Chunk
from rag.index.dense import unit
from rag.sentences import Span, split_quickly

SHARE = 0.3
"""Of a window in its vector; the passage has the rest. Half finds single facts better (squad20 alone by its embeddings
0.789 first instead of 0.778), but whole paragraphs worse (xling-hf-nlp-course 0.946 instead of 0.952)."""


class Rows(NamedTuple):
    """What a dense index is filled with.

    Attributes:
        owners: (r,) position of the passage that a vector finds, rising.
        vectors: (r × dimension), of unit length.
    """

    owners: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of some passages.

    Attributes:
        texts: (m,) as they are embedded.
        owners: (m,) position of the passage, rising; a passage that is one window is not among them.
    """

    texts: list[str]
    owners: NDArray[np.int64]

    @classmethod
    def of(cls, chunks: Sequence[Chunk], size: int) -> "Windows":
        """Those of at most ``size`` characters, single sentences longer than that excepted; none at all for 0."""
        texts: list[str] = []
        owners: list[int] = []
        for position, chunk in enumerate(chunks if size else ()):
            found = window_texts(chunk, size)
            texts += found
            owners += [position] * len(found)
        return cls(texts, np.array(owners, np.int64))

    def rows(self, passages: NDArray[np.float32], windows: NDArray[np.float32]) -> Rows:
        """The vectors of passages without windows as they are, and for each window one of both.

        Args:
            passages: (n × dimension).
            windows: (m × dimension), of ``texts``.
        """
        passages = unit(passages)
        alone = np.setdiff1d(np.arange(len(passages), dtype=np.int64), self.owners)
        mixed = unit((1 - SHARE) * passages[self.owners] + SHARE * unit(windows))
        owners = np.concatenate([alone, self.owners])
        order = np.argsort(owners, kind="stable")
        return Rows(owners[order], np.concatenate([passages[alone], mixed])[order])


def window_texts(chunk: Chunk, size: int) -> list[str]:
    """The windows of one passage, each below its innermost heading; none if all of it fits in one."""
    found = list(_packed(_sentences(chunk.text), size))
    heading = chunk.heading[-1] if chunk.heading else ""
    return [_below(heading, chunk.text[start:end]) for start, end in found] if len(found) > 1 else []


def _below(heading: str, text: str) -> str:
    return f"{heading}\n{text}" if heading and heading not in text else text


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        for first, last in split_quickly(line):
            if line[first:last].strip():
                yield start + first, start + last
        start += len(line)


def _packed(sentences: Iterable[Span], size: int) -> Iterator[Span]:
    """Neighbouring spans put together as long as they fit."""
    whole: Span | None = None
    for start, end in sentences:
        if whole is not None and end - whole[0] > size:
            yield whole
            whole = None
        whole = (start if whole is None else whole[0], end)
    if whole is not None:
        yield whole
