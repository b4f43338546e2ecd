"""How large a part of a text is: in tokens of the embedder, or in characters."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Protocol

from rag.embeddings.tokens import TokenCounter

Size = Callable[[int, int], int]
"""Size of ``text[start:end]``; never less than that of a part of it."""

_MOST_CHARACTERS_PER_TOKEN = 8
"""A tokenizer may see one unknown token in a page of base64, and none in a page of blanks; a reader sees a page."""


class Measure(Protocol):
    """How large texts are."""

    @property
    def most(self) -> int | None:
        """Size that is embedded at most; None: any."""

    def of(self, text: str) -> Size:
        """Sizes of the parts of a text."""
        ...


class Tokens:
    """Sizes in tokens; a text is cut into tokens once, all sizes within it are differences."""

    def __init__(self, counter: TokenCounter) -> None:
        """Count as this counter does."""
        self._counter = counter

    @property
    def most(self) -> int | None:
        """Tokens that are embedded at most."""
        return self._counter.max_tokens

    def of(self, text: str) -> Size:
        """Number of tokens that begin in a part of the text, or more if it is long for so few."""
        starts = self._counter.starts(text)

        def size(start: int, end: int) -> int:
            tokens = bisect_left(starts, end) - bisect_left(starts, start)
            return max(tokens, (end - start) // _MOST_CHARACTERS_PER_TOKEN)

        return size


class Characters:
    """Sizes in characters."""

    most: int | None = None

    def of(self, text: str) -> Size:
        """Length of a part."""
        return lambda start, end: end - start
