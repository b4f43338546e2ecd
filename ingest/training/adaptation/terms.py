"""Terms with another name in parentheses: 전이학습(Transfer Learning), embedding(임베딩), RNN(Recurrent Network).

A pair is taken where the two sides are in different scripts, or where one is the other's abbreviation. How far the
term reaches to the left of the parenthesis is not marked: Korean compounds are written with and without spaces. An
abbreviation reaches as far as its letters do (Schwartz & Hearst 2003); a Korean term takes in further words while all
are nouns, until it has two syllables for each word of its gloss.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.analyzer import load_kiwi
from rag.language import has_hangul

_IN_PARENTHESES = re.compile(r"(?<=[\w+#]) ?[(（]\s*([^()（）\n]{2,60}?)\s*[)）]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9+#.'&/-]*(?: [A-Za-z0-9][A-Za-z0-9+#.'&/-]*){0,5}")
_HANGUL = re.compile(r"[가-힣]+(?: [가-힣]+){0,3}")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+#.'&/-]*$")
_HANGUL_WORD = re.compile(r"[가-힣]+$")
_ABBREVIATION = re.compile(r"(?=(?:[a-z0-9-]*[A-Z]){2})[A-Za-z][A-Za-z0-9-]{1,9}")
_NOUNS = frozenset({"NNG", "NNP", "NNB", "XPN", "XSN", "XR", "SL"})
_ARTICLES = frozenset({"a", "an", "the", "of", "in", "on", "for", "with", "and", "or", "is", "are", "as", "to", "by"})
_SYLLABLES_OF_A_WORD = 2
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Gloss:
    """A term and what stands for it in parentheses, where they were found.

    Attributes:
        term: in front of the parenthesis.
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
        before, gloss = text[: match.start()], match[1]
        if has_hangul(gloss):
            term = _latin_term(before, gloss) if _HANGUL.fullmatch(gloss) and _are_nouns(gloss) else ""
        elif _LATIN.fullmatch(gloss):
            term = _hangul_term(before, gloss) or _shortened_or_long(before, gloss)
        else:
            term = ""
        if len(term) > 1:
            yield Gloss(term, gloss, match.start() - len(term), match.start(), match.end())


def without(text: str, name: str) -> str:
    """The text without a name, with the parentheses where it fills them; it may stand in capitals or not."""
    bare = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
    return re.sub(rf" ?[(（]\s*{bare}\s*[)）]|{bare}", "", text, flags=re.IGNORECASE)


def _hangul_term(before: str, gloss: str) -> str:
    """Nouns in Hangul at the end of ``before``: a word, and further ones while the gloss has words for them."""
    found = _HANGUL_WORD.search(before)
    if found is None or not _are_nouns(found[0]):
        return ""
    start, words = found.start(), len(gloss.split())
    while len(before) - start < _SYLLABLES_OF_A_WORD * words and before[:start].endswith(" "):
        further = _HANGUL_WORD.search(before, 0, start - 1)
        if further is None or len(before[further.start() :].split()) > words:
            break
        if not _are_nouns(before[further.start() :]):
            break
        start = further.start()
    return before[start:]


def _latin_term(before: str, gloss: str) -> str:
    """Latin words at the end of ``before``: as many as Hangul of that length can stand for, no article in front."""
    syllables = len(gloss.replace(" ", ""))
    words = _last_latin_words(before, max(len(gloss.split()), syllables // _SYLLABLES_OF_A_WORD, 1))
    while words and words[0].casefold() in _ARTICLES:
        words.pop(0)
    return " ".join(words)


def _shortened_or_long(before: str, gloss: str) -> str:
    """Latin in front of Latin: only if one is the abbreviation of the other."""
    last = _last_latin_words(before, 1)
    if last and _ABBREVIATION.fullmatch(last[0]) and _stands_for(last[0], gloss):
        return last[0]
    if _ABBREVIATION.fullmatch(gloss):
        words = _last_latin_words(before, _MOST_WORDS + 1)
        # Shortest first: "a Maximum Marginal Relevance (MMR)" has no "a".
        for count in range(1, len(words) + 1):
            long = " ".join(words[-count:])
            if _stands_for(gloss, long):
                return long
    return ""


def _last_latin_words(before: str, most: int) -> list[str]:
    words: list[str] = []
    while len(words) < most and (found := _LATIN_WORD.search(before)):
        words.insert(0, found[0])
        before = before[: found.start()]
        if not before.endswith(" "):
            break
        before = before[:-1]
    return words


def _stands_for(short: str, long: str) -> bool:
    """Whether the letters of ``short`` stand in ``long`` in order, the first at its beginning (Schwartz & Hearst)."""
    letters, place = [each for each in short.casefold() if each.isalnum()], len(long) - 1
    text = long.casefold()
    if len(long) <= len(short) or " " not in long.replace("-", " "):
        return False
    for number, letter in reversed(list(enumerate(letters))):
        while place >= 0 and (text[place] != letter or (number == 0 and place > 0 and text[place - 1].isalnum())):
            place -= 1
        if place < 0:
            return False
        place -= 1
    return place == -1


def _are_nouns(words: str) -> bool:
    """Whether nothing but nouns stands there; together, since 전이 alone could be 전 with a particle."""
    return all(token.tag in _NOUNS for token in load_kiwi(()).tokenize(words))
