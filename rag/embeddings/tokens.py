"""How long a text is for an embedder, in its own tokens, counted where the embedder itself is not loaded."""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

BUNDLED_TOKENIZER = Path(__file__).parents[1] / "models" / "static-ko-en" / "tokenizer.json"

_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class TokenRule:
    """What another process needs to count as an embedder does; plain values, so that it can be handed over.

    Attributes:
        tokenizer: in the JSON format of Hugging Face ``tokenizers``.
        max_tokens: tokens of a passage that the embedder reads, without those it adds itself; None: all of them.
    """

    tokenizer: str
    max_tokens: int | None = None

    @property
    def identity(self) -> str:
        """Hash: where two are equal, so are the counts."""
        return hashlib.sha256(f"{self.max_tokens}\x00{self.tokenizer}".encode()).hexdigest()


class TokenCounter:
    """Counts tokens, and finds where in a text each begins."""

    def __init__(self, rule: TokenRule) -> None:
        """Take the tokenizer of a rule; texts are counted whole, whatever the embedder cuts off."""
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_str(rule.tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.max_tokens = rule.max_tokens

    def starts(self, text: str) -> "array[int]":
        """First character of each token, ascending. A block at a time: a book takes no more memory than a page."""
        found = array("I")
        # Half of a surrogate pair is no text to the tokenizer; a question mark takes as much room.
        text = text.encode("utf-8", "replace").decode("utf-8")
        for start, end in _blocks(text):
            # One by one: a batch would start a thread per core, each with address space that a worker may not have.
            encoding = self._tokenizer.encode(text[start:end], add_special_tokens=False)
            found.extend([start + first for first, _ in encoding.offsets])
        return found

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return len(self.starts(text))


@lru_cache(maxsize=2)
def counter_of(rule: TokenRule) -> TokenCounter:
    """The counter of a rule; read once per process."""
    return TokenCounter(rule)


@lru_cache(maxsize=1)
def bundled_rule() -> TokenRule:
    """That of the bundled embedder; also the estimate for one that does not tell its tokens."""
    return TokenRule(BUNDLED_TOKENIZER.read_text(encoding="utf-8"))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of at most ``_BLOCK`` characters that end behind white space where there is any."""
    start = 0
    while len(text) - start > _BLOCK:
        window = text[start : start + _BLOCK]
        cut = max(window.rfind("\n"), window.rfind(" "))
        end = start + (cut + 1 or _BLOCK)
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)
