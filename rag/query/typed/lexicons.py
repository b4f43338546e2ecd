"""What is a word in either language, whether or not the course has it."""

import json
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.analyzer import load_kiwi

_MODEL = Path(__file__).parents[2] / "models" / "mini-ko-en" / "tokenizer.json"
_WORD = re.compile(r"[a-z]{3,}")
_CONTENT = frozenset({"NNG", "NNP", "NNB", "NR", "XR", "VV", "VA", "MAG", "MM"})

_PLACES = frozenset("안 밖 위 앞 뒤 옆 속 간 전 후 중 때 내 외 별 쪽 곳".split())


@cache
def english_words() -> frozenset[str]:
    """Usual English words, in lower case: those that the vocabulary of the shipped embedder has whole."""
    vocabulary = json.loads(_MODEL.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(filter(_WORD.fullmatch, vocabulary))


class KoreanReading:
    """What Kiwi makes of a text; asked once, then about its parts."""

    def __init__(self, text: str, user_words: tuple[str, ...]) -> None:
        """Read the text."""
        self._tokens: Sequence[Any] = load_kiwi(user_words).tokenize(text)

    def is_korean(self, start: int, end: int) -> bool:
        """Whether this part is made of words of Kiwi's dictionary, and not of single syllables set side by side.

        Kiwi takes whatever it is given apart into words somehow: 임배딩 is 임+배+딩 to it, 칭킹 an unknown noun.
        """
        tokens = [token for token in self._tokens if token.start < end and token.start + token.len > start]
        known = all(not token.oov and not token.tag.startswith(("S", "W", "U", "Z")) for token in tokens)
        pieces = [token for token in tokens if token.tag.partition("-")[0] in _CONTENT]
        broken = any(
            one.len == other.len == 1 and one.start + one.len == other.start and not _stands_alone(one, other)
            for one, other in pairwise(pieces)
        )
        return bool(tokens) and known and not broken


def _stands_alone(*tokens: Any) -> bool:
    """Whether one of the syllables is a word that is written behind or before any other: 몇분, 달안에."""
    return any(token.tag in {"MM", "NR", "NNB"} or token.form in _PLACES for token in tokens)
