"""Two sentences that differ in a mistyped word only."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

_LEAST = 6
"""Letters (of Hangul: Jamo) a word must have; in shorter ones a letter makes another word too easily."""

_ENDING = 2
"""Syllables of a Korean word that may be particle or ending."""

_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> Counter[str]:
    """How often each word occurs in a text, Korean ones also without their last one or two syllables."""
    counts: Counter[str] = Counter()
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        counts.update(set(_forms(word)))
    return counts


def differ_in_typo(old: str, new: str, old_words: Mapping[str, int]) -> bool:
    """Whether one sentence is the other with one mistyped word put right.

    A letter that was left out, added, changed or swapped with its neighbour may be a typo or make another word, which
    the letters alone cannot tell. It counts as a typo only if the older document itself writes the newer form
    elsewhere, and the odd one this once. So names and opposites stay what they are.

    Args:
        old: the older sentence.
        new: the newer one.
        old_words: ``words_of`` the document that the older sentence stands in.
    """
    before, after = old.split(), new.split()
    if len(before) != len(after):
        return False
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    return len(changed) == 1 and _is_typo(*changed[0], old_words)


def _is_typo(old: str, new: str, old_words: Mapping[str, int]) -> bool:
    olds, news = _WORD.findall(old), _WORD.findall(new)
    if len(olds) != 1 or len(news) != 1 or _WORD.sub("", old) != _WORD.sub("", new):
        return False
    if not _one_letter_apart(*(unicodedata.normalize("NFD", word) for word in (olds[0], news[0]))):
        return False
    return any(
        _long_enough(right) and old_words.get(wrong, 0) == 1 and old_words.get(right, 0) > 0
        for wrong, right in zip(_forms(olds[0]), _forms(news[0]), strict=False)
        if wrong != right
    )


def _forms(word: str) -> list[str]:
    hangul = "가" <= word[-1] <= "힣"
    return [word[: len(word) - cut] for cut in range((_ENDING if hangul else 0) + 1) if len(word) > cut]


def _long_enough(word: str) -> bool:
    return len(unicodedata.normalize("NFD", word)) >= _LEAST


def _one_letter_apart(one: str, other: str) -> bool:
    """Damerau-Levenshtein distance 1, the first letter the same."""
    if one[:1] != other[:1] or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest == other_rest[1:]
        or rest[1:] == other_rest
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )
