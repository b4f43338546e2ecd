"""Questions damaged by rule, as hands damage them: the development set of ``rag.query.typed.repair``."""

import random
import re
import unicodedata
from collections.abc import Callable

from rag.query.typed.jamo import composed, initials, strokes
from rag.query.typed.keyboard import neighbours, to_latin
from rag.query.typed.particles import splits
from rag.query.typed.words import CourseWords

_WORD = re.compile(r"[가-힣]{2,}|(?<![A-Za-z0-9_])[A-Za-z]{4,}(?![A-Za-z0-9_])")
_SHARE = 0.5
"""Of the words that are mistyped."""
_SHORTEST_INITIALS = 3


def slip(word: str, rng: random.Random) -> str:
    """A word with one wrong stroke: a neighbouring key, or one left out, doubled, or swapped with the next."""
    keys = strokes(word)
    at = rng.randrange(len(keys))
    near = neighbours(keys[at].lower()) or keys[at]
    return composed(
        rng.choice(
            [
                keys[:at] + rng.choice(near) + keys[at + 1 :],
                keys[:at] + keys[at + 1 :],
                keys[: at + 1] + keys[at:],
                keys[:at] + keys[at + 1 : at + 2] + keys[at] + keys[at + 2 :],
            ]
        )
    )


def mistyped(question: str, rng: random.Random, _: CourseWords) -> str:
    """One slip in every second word, by chance; in one at least."""
    found = list(_WORD.finditer(question))
    if not found:
        return question
    sure = rng.choice(found).start()
    return _WORD.sub(
        lambda match: slip(match.group(), rng) if match.start() == sure or rng.random() < _SHARE else match.group(),
        question,
    )


def unspaced(question: str, _rng: random.Random, _: CourseWords) -> str:
    """Without any space between Korean words."""
    return re.sub(r"(?<=[가-힣]) (?=[가-힣])", "", question)


def misspaced(question: str, rng: random.Random, _: CourseWords) -> str:
    """A space inside one word."""
    found = [match for match in _WORD.finditer(question) if len(match.group()) > 2]
    if not found:
        return question
    word = rng.choice(found)
    at = rng.randrange(word.start() + 1, word.end())
    return f"{question[:at]} {question[at:]}"


def other_layout(question: str, _rng: random.Random, _: CourseWords) -> str:
    """Korean typed while the keyboard was set to English; a question without Korean stays."""
    return re.sub(r"[가-힣]+", lambda word: to_latin(word.group()), question)


def first_consonants(question: str, rng: random.Random, words: CourseWords) -> str:
    """One noun of the course, of three syllables or more, by its first consonants alone."""
    nouns = [
        (match.start(), noun)
        for match in re.finditer(r"[가-힣]{3,}", question)
        for noun in [next((noun for noun, _ in splits(match.group()) if noun in words), "")]
        if len(noun) >= _SHORTEST_INITIALS
    ]
    if not nouns:
        return question
    start, noun = rng.choice(nouns)
    return f"{question[:start]}{initials(noun)} {question[start + len(noun) :]}"


def decomposed(question: str, _rng: random.Random, _: CourseWords) -> str:
    """As a Mac hands it over (NFD), with a zero-width space at its end."""
    return unicodedata.normalize("NFD", question) + "\u200b"


DAMAGES: dict[str, Callable[[str, random.Random, CourseWords], str]] = {
    "mistyped": mistyped,
    "unspaced": unspaced,
    "misspaced": misspaced,
    "other layout": other_layout,
    "first consonants": first_consonants,
    "decomposed": decomposed,
}
"""By the name that the table shows."""
