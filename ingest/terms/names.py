"""What counts as a name of a term, in Hangul or in Latin letters."""

import re

from rag.analyzer import FUNCTION_WORDS, load_kiwi

LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+#.'&/-]*(?: [A-Za-z0-9][A-Za-z0-9+#.'&/-]*){0,5}")
"""One to six words in Latin letters."""
HANGUL_NAME = re.compile(r"(?:[A-Za-z0-9]{1,8}-)?[가-힣]+(?:[ -][가-힣]+){0,3}")
"""One to four words in Hangul, the first perhaps led by a letter or a number: K-평균 군집화."""
ABBREVIATION = re.compile(r"(?=(?:[a-z0-9-]*[A-Z]){2})[A-Za-z][A-Za-z0-9-]{1,9}")
"""At least two capitals: MMR, ReLU, k-NN."""

LONGEST = 60
"""Characters of a name."""

_LAST_LATIN_WORD = re.compile(r"(?<![A-Za-z0-9+#.'&/-])[A-Za-z][A-Za-z0-9+#.'&/-]*\Z")
_LAST_HANGUL_WORD = re.compile(r"(?<![\w-])(?:[A-Za-z0-9]{1,8}-)?[가-힣]+(?:-[가-힣]+)*\Z|(?<![가-힣])[가-힣]+\Z")
_NOUNS = frozenset({"NNG", "NNP", "NNB", "XPN", "XSN", "XR", "SL", "SN", "SO"})
_ADJECTIVE = re.compile(r"[가-힣]{2}적\Z")
_DEPENDENT = frozenset("간 번째 등 중 내 외 각 개 및 로 때 것 수".split())
_JOINING = frozenset("of in on at to for by with from and or the a an as into per".split())
_NOT_IN_NAMES = (FUNCTION_WORDS - _JOINING) | frozenset("our my your his her based e.g eg ex cf see say vs i.e".split())


def is_name(name: str) -> bool:
    """Whether Latin words can be a name: no joining word at its edges, no pronoun or verb of asking in it."""
    words = [word.strip(".,").casefold() for word in name.split()]
    if not words or words[0] in _JOINING or words[-1] in _JOINING:
        return False
    return sum(map(str.isalpha, name)) > 1 and not any(word in _NOT_IN_NAMES for word in words)


def are_nouns(words: str) -> bool:
    """Whether nothing but nouns stands there; together, since 전이 alone could be 전 with a particle.

    Nouns that need a word in front of them (간, 번째) do not begin a name, and the 적 of 효과적 does not end one.
    """
    if words.split(" ", 1)[0] in _DEPENDENT or _ADJECTIVE.search(words):
        return False
    tokens = load_kiwi(()).tokenize(words)
    return bool(tokens) and all(token.tag in _NOUNS for token in tokens)


def word_count(name: str) -> int:
    """Words of a Latin name, those in a compound counted; letters of an abbreviation."""
    if ABBREVIATION.fullmatch(name):
        return sum(map(str.isupper, name))
    return len(re.findall(r"[A-Za-z0-9]+", name))


def last_hangul_word(text: str) -> str:
    """The word in Hangul with which a text ends, with what a hyphen joins to it; "" if it ends otherwise."""
    found = _LAST_HANGUL_WORD.search(text)
    return found[0] if found else ""


def last_latin_words(text: str, most: int) -> list[str]:
    """The Latin words with which a text ends, single spaces between them, the last ones at most."""
    words: list[str] = []
    while len(words) < most and (found := _LAST_LATIN_WORD.search(text)):
        words.insert(0, found[0])
        text = text[: found.start()]
        if not text.endswith(" "):
            break
        text = text[:-1]
    return words


def stands_for(short: str, long: str) -> bool:
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
