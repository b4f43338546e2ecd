"""Terms with another name in parentheses: 전이학습(Transfer Learning), embedding(임베딩), RNN(Recurrent Network).

A pair is taken where the two sides are in different scripts, or where one is the other's abbreviation. Two names in one
pair of parentheses are taken if one is the other's abbreviation: 순환 신경망(Recurrent Neural Network, RNN) is three
pairs, 모델(VGG, Inception) none.

How far the term reaches to the left of the parenthesis is not marked: Korean compounds are written with and without
spaces. An abbreviation reaches as far as its letters do (Schwartz & Hearst 2003); a Korean term takes in further words
while all are nouns, until it has two syllables for each word, or letter of an abbreviation, of its gloss.

No more than ``_REACH`` characters before a parenthesis are looked at, so the time is linear in the text's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.terms.names import (
    ABBREVIATION,
    HANGUL_NAME,
    LATIN_NAME,
    are_nouns,
    is_name,
    last_hangul_word,
    last_latin_words,
    stands_for,
    word_count,
)
from rag.language import has_hangul

_IN_PARENTHESES = re.compile(r"(?<=[\w+#]) ?[(（][ \t]{0,3}([^()（）\n]{2,60}?)[ \t]{0,3}[)）]")
_PART = re.compile(r"[^,;:，；：/]+")
_OPENING = re.compile(
    r"(?:이하|영어로?|영문|영|즉|또는|혹은|약어로?|약칭|a\.?k\.?a\.?|abbr\.?|or) *[:：]? *", re.IGNORECASE
)
_ARTICLES = frozenset({"a", "an", "the", "of", "in", "on", "for", "with", "and", "or", "is", "are", "as", "to", "by"})
_SYLLABLES_OF_A_WORD = 2
_MOST_WORDS = 4
_REACH = 100


@dataclass(frozen=True, slots=True)
class Gloss:
    """A term and what stands for it in parentheses, where they were found.

    Attributes:
        term: in front of the parenthesis, or in front of the gloss in it.
        gloss: in it.
        start: first character of the term.
        open: the end of the term, where white space or the parenthesis begins.
        end: one past the closing parenthesis.
    """

    term: str
    gloss: str
    start: int
    open: int
    end: int

    @property
    def key(self) -> tuple[str, str]:
        """Equal for the same two names, however they are capitalised, and whichever explains the other."""
        first, second = sorted((self.term.casefold(), self.gloss.casefold()))
        return first, second


def glosses_in(text: str) -> Iterator[Gloss]:
    """Every glossed term of a text, in order."""
    for match in _IN_PARENTHESES.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()]
        for _, gloss in (parts := _parts(match[1])):
            term = _term(before, gloss)
            if len(term) > 1:
                yield Gloss(term, gloss, match.start() - len(term), match.start(), match.end())
        if len(parts) == 2:
            (start, first), (_, second) = parts
            if _abbreviate(first, second):
                start += match.start(1)
                yield Gloss(first, second, start, start + len(first), match.end())


def _parts(inside: str) -> list[tuple[int, str]]:
    """The names in parentheses with their positions: one, or two of which one is short for the other."""
    found = [(part.start() + len(part[0]) - len(part[0].lstrip()), part[0].strip()) for part in _PART.finditer(inside)]
    if len(found) == 2:
        if _abbreviate(found[0][1], found[1][1]):
            return found
        if not _OPENING.fullmatch(found[0][1] + " "):
            return []
        found = found[1:]
    if len(found) != 1:
        return []
    (start, name) = found[0]
    opening = _OPENING.match(name)
    if opening is not None and name[: opening.end()].endswith((" ", ":", "：")):
        start, name = start + opening.end(), name[opening.end() :]
    return [(start, name)]


def _abbreviate(first: str, second: str) -> bool:
    """Whether one of two names is short for the other."""
    pairs = ((first, second), (second, first))
    return any(
        ABBREVIATION.fullmatch(short) and LATIN_NAME.fullmatch(long) and stands_for(short, long)
        for short, long in pairs
    )


def _term(before: str, gloss: str) -> str:
    """What a gloss explains, at the end of the text before it; "" if it explains nothing."""
    if has_hangul(gloss):
        return _latin_term(before, gloss) if HANGUL_NAME.fullmatch(gloss) and are_nouns(gloss) else ""
    if LATIN_NAME.fullmatch(gloss) and is_name(gloss):
        return _hangul_term(before, gloss) or _shortened_or_long(before, gloss)
    return ""


def _hangul_term(before: str, gloss: str) -> str:
    """Nouns in Hangul at the end of ``before``: a word, and further ones while the gloss has words for them."""
    last = last_hangul_word(before)
    if not last or not are_nouns(last):
        return ""
    start, words = len(before) - len(last), word_count(gloss)
    while len(before) - start < _SYLLABLES_OF_A_WORD * words and before[:start].endswith(" "):
        further = last_hangul_word(before[: start - 1])
        wider = before[start - 1 - len(further) :]
        if not further or len(wider.split()) > words or not are_nouns(wider):
            break
        start = len(before) - len(wider)
    return before[start:]


def _latin_term(before: str, gloss: str) -> str:
    """Latin words at the end of ``before``: as many as Hangul of that length can stand for, no article in front."""
    syllables = len(gloss.replace(" ", ""))
    words = last_latin_words(before, max(len(gloss.split()), syllables // _SYLLABLES_OF_A_WORD, 1))
    while words and words[0].casefold() in _ARTICLES:
        words.pop(0)
    name = " ".join(words)
    return name if is_name(name) else ""


def _shortened_or_long(before: str, gloss: str) -> str:
    """Latin in front of Latin: only if one is the abbreviation of the other."""
    last = last_latin_words(before, 1)
    if last and ABBREVIATION.fullmatch(last[0]) and stands_for(last[0], gloss):
        return last[0]
    if ABBREVIATION.fullmatch(gloss):
        words = last_latin_words(before, _MOST_WORDS + 1)
        # Shortest first: "a Maximum Marginal Relevance (MMR)" has no "a".
        for count in range(1, len(words) + 1):
            long = " ".join(words[-count:])
            if stands_for(gloss, long):
                return long
    return ""
