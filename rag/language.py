"""Which of the two languages a text is in."""

import re
from typing import Literal

Language = Literal["ko", "en"]

HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
"""One Hangul syllable or compatibility jamo."""


def has_hangul(text: str) -> bool:
    """Whether any Hangul stands in the text."""
    return HANGUL.search(text) is not None


def detect_language(text: str) -> Language:
    """The language of a question.

    Korean as soon as one word in five has Hangul: a Korean question about English terms is mostly Latin letters.
    """
    words = text.split()
    korean = sum(has_hangul(word) for word in words)
    return "ko" if words and korean * 5 >= len(words) else "en"
