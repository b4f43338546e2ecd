"""The course's word that a misspelt one was meant to be, or none if that is not clear."""

from collections.abc import Iterator
from dataclasses import dataclass

from rag.query.typed.jamo import VOWELS, strokes
from rag.query.typed.keyboard import neighbours
from rag.query.typed.nearest import Near
from rag.query.typed.particles import splits
from rag.query.typed.words import CourseWords

_CLEARLY = 3
"""Times as frequent as the next best, as near, has to be the best one."""

_CONFUSED = frozenset(
    frozenset(pair)
    for pair in (
        "ㅐㅔ ㅒㅖ ㅓㅕ ㅏㅑ ㅗㅛ ㅜㅠ ㅏㅓ ㅓㅗ ㅜㅡ ㅏㅐ ㅓㅔ "
        "ㄱㄲ ㄷㄸ ㅂㅃ ㅅㅆ ㅈㅉ ㄱㅋ ㄷㅌ ㅂㅍ ㅈㅊ ㄲㅋ ㄸㅌ ㅃㅍ ㅉㅊ"
    ).split()
)
"""Letters that are heard or transliterated as each other: 그라디언트 and 그래디언트."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate: the text it makes, edits, unlikelihood of the slip (0 best), whether the start differs, count."""

    text: str
    distance: int
    slip: int
    other_start: bool
    count: int

    @property
    def rank(self) -> tuple[int, int, bool]:
        return (self.distance, self.slip, self.other_start)


def korean_typo(word: str, words: CourseWords) -> str | None:
    """A Hangul word put right, its particles kept: 임배딩은 to 임베딩은, 임배딩모델 to 임베딩모델."""
    stems = tuple(noun for noun, suffix in splits(word) if suffix)
    found = [
        each
        for noun, suffix in splits(word)
        for each in _korean(noun, suffix, words)
        if suffix or not each.text.startswith(stems)  # 리틀강에 is not 리틀강요
    ]
    return _clear(found) or _clear(list(_compounds(word, words)))


def english_typo(word: str, words: CourseWords) -> str | None:
    """An English word put right, written as the course writes it: restnet to ResNet."""
    key = word.lower()
    short = len(key) <= _LONGEST_ACRONYM
    if word.isupper() and short:
        return None  # another acronym rather than a wrong one
    found = [
        _Found(
            words.written(near.word), near.distance, _slip(key, near.word), not near.same_start, words.count(near.word)
        )
        for near in words.english.near(key, _english_budget(len(key)))
        if len(near.word) >= _SHORTEST_ENGLISH and (near.same_start or near.distance == 1 and not short)
        if not (short and len(near.word) == len(key) and sorted(near.word) != sorted(key))  # docs is not dogs
    ]
    return _clear(found)


_LONGEST_ACRONYM = 5
_SHORTEST_ENGLISH = 4
_LONGEST_COMPOUND = 12
_SHORT_KOREAN = 7
"""Strokes below which most words have others within one edit, so that only a likely slip counts."""


def _english_budget(letters: int) -> int:
    return 0 if letters < _SHORTEST_ENGLISH else 1 if letters < 8 else 2


def _korean_budget(letters: int) -> int:
    """Edits allowed for so many strokes: one for two syllables, two from four on."""
    return 0 if letters < 5 else 1 if letters < 9 else 2 if letters < 14 else 3


def _korean(noun: str, suffix: str, words: CourseWords, most: int = 3) -> Iterator[_Found]:
    key = strokes(noun)
    for near in words.korean.near(key, min(most, _korean_budget(len(key)))):
        found = _found(near, key, near.word + suffix, words)
        likely = found.slip < 2 if len(key) < _SHORT_KOREAN else near.same_start or near.distance == 1
        if likely:
            yield found


def _compounds(word: str, words: CourseWords) -> Iterator[_Found]:
    """Two nouns in one word, of which the course has one and nearly the other."""
    for at in range(2, min(len(word), _LONGEST_COMPOUND) - 1):
        left, right = word[:at], word[at:]
        if any(noun in words for noun, _ in splits(right)):
            yield from _korean(left, right, words, most=1)
        if left in words:
            for noun, suffix in splits(right):
                for found in _korean(noun, suffix, words, most=1):
                    yield _Found(left + found.text, found.distance, found.slip, found.other_start, found.count)


def _found(near: Near, key: str, text: str, words: CourseWords) -> _Found:
    slip = _slip(key, strokes(near.word))
    return _Found(text, near.distance, slip, not near.same_start, words.count(near.word))


def _slip(typed: str, meant: str) -> int:
    """How unlikely a slip is: 0 a confused letter; 1 a neighbouring key, a vowel, a swap, a doubled one; 2 another."""
    if len(typed) != len(meant):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        doubled = any(
            longer[at] == longer[at - 1] and longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer))
        )
        return 1 if doubled else 2
    changed = [pair for pair in zip(typed, meant, strict=True) if pair[0] != pair[1]]
    if all(frozenset(pair) in _CONFUSED for pair in changed):
        return 0
    swapped = len(changed) == 2 and changed[0] == changed[1][::-1]
    near = all(other in neighbours(one) or one in VOWELS and other in VOWELS for one, other in changed)
    return 1 if swapped or near else 2


def _clear(found: list[_Found]) -> str | None:
    """The text of the best candidate, unless another one is as good."""
    best: dict[str, _Found] = {}
    for each in sorted(found, key=lambda each: (each.rank, -each.count)):
        best.setdefault(each.text, each)
    first, *others = best.values() or [None]
    if first is None:
        return None
    rivals = (other.count for other in others if other is not None and other.rank == first.rank)
    return first.text if all(first.count >= _CLEARLY * count for count in rivals) else None
