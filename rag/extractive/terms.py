"""Where a question's terms stand in a text, without taking the text apart.

Kiwi reads a hundred thousand characters a second; five passages would cost more than finding them. A question has a
handful of terms, and looking for each of them in the text as it is written costs nothing. A Hangul noun is looked for
anywhere, since particles and other nouns are written onto it; of a predicate the last syllable may change
(나누다: 나눈, 나눠); a Latin word is compared by its stem.
"""

import re
from collections.abc import Iterable, Sequence

from rag.analyzer import Analyzer, normalize
from rag.language import HANGUL, has_hangul

_FIRST_SYLLABLE, _FINALS, _VOWELS = 0xAC00, 28, 21
_CONTRACTED = {20: (6,), 8: (9,), 11: (10,), 13: (14,), 18: (4, 0)}
"""What a stem's last vowel becomes before 어 or 아, by number in Unicode: ㅣ ㅕ, ㅗ ㅘ, ㅚ ㅙ, ㅜ ㅝ, ㅡ ㅓ ㅏ."""


class TermFinder:
    """Finds some terms, as ``Analyzer`` makes them, in texts."""

    def __init__(self, terms: Sequence[str], analyzer: Analyzer) -> None:
        """Take the terms to look for."""
        self._analyzer = analyzer
        self._hangul = {term: re.compile(_pattern(term)) for term in terms if has_hangul(term)}
        self._others = frozenset(term for term in terms if not has_hangul(term))

    def found(self, texts: Iterable[str]) -> list[frozenset[str]]:
        """Which of the terms stand in each text."""
        normalized = [normalize(text) for text in texts]
        hangul = [{term for term, pattern in self._hangul.items() if pattern.search(text)} for text in normalized]
        if not self._others:
            return [frozenset(each) for each in hangul]
        latin = self._analyzer.analyze(HANGUL.sub(" ", text) for text in normalized)
        return [
            frozenset(each | self._others.intersection(terms.words)) for each, terms in zip(hangul, latin, strict=True)
        ]


def _pattern(term: str) -> str:
    """A regular expression for a Hangul term: a lone syllable only where no other precedes it."""
    if term.endswith("다") and len(term) > 1:
        stem = term[:-1]
        start = r"(?<![가-힣])" if len(stem) == 1 else ""
        return start + re.escape(stem[:-1]) + _inflected(stem[-1])
    return r"(?<![가-힣])" + term if len(term) == 1 else re.escape(term)


def _inflected(syllable: str) -> str:
    """The syllable with whatever final consonant, and contracted with 어 or 아 where it has none."""
    place = ord(syllable) - _FIRST_SYLLABLE
    if not 0 <= place < 19 * _VOWELS * _FINALS or place % _FINALS:
        return re.escape(syllable)
    onset, vowel = divmod(place // _FINALS, _VOWELS)
    firsts = [_FIRST_SYLLABLE + (onset * _VOWELS + each) * _FINALS for each in (vowel, *_CONTRACTED.get(vowel, ()))]
    return "[" + "".join(f"{chr(first)}-{chr(first + _FINALS - 1)}" for first in firsts) + "]"
