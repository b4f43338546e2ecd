"""The lexical analyzer: text to index terms, the same at build and at query.

Three views of a text, because each repairs what another loses:

* morphemes by Kiwi, so that 기울기 finds 기울기를; verbs and adjectives get 다, so that they do not meet nouns;
* English words, stemmed (Porter2), whole and in parts, so that fine-tuning finds fine tuning and GPT-4 stays GPT-4;
* syllable bigrams of the Hangul words, so that a wrong space or an unknown compound still matches.

The first two are one field, the bigrams another, whose weight is set at query time.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rag.language import has_hangul

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

_ANALYZER_VERSION = 2
"""Raise it when the terms of any text change: it is part of the identity stored with an index."""

_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[-_.+#'][a-z0-9]+)*[+#]*")
_WORD_PART = re.compile(r"[a-z]+|[0-9]+")
_HANGUL_WORD = re.compile(r"[가-힣]+")
_OTHER_SCRIPT = re.compile(r"[^\W\d_a-z가-힣]+")

_CONTENT_TAGS = frozenset({"NNG", "NNP", "NNB", "NR", "NP", "XR", "VV", "VA", "MAG", "MM"})
_PREDICATE_TAGS = frozenset({"VV", "VA"})


FUNCTION_WORDS = frozenset(
    "무엇 뭐 뭣 어떻다 어떻 어떻게 왜 언제 어디 누구 어느 무슨 어떤 몇 얼마 얼마나 것 거 게 수 때 하다 되다 있다 없다 "
    "알다 말하다 설명 이것 그것 저것 이 그 저 등 대하다 위하다 주다 보다 알려주다 "
    "what which who whom whose when where whi how is are was were be been do doe did can could should would will "
    "the a an of in on at to for from by with and or not it this that these those i you we they "
    "tell me explain describ pleas there their its as if".split()
)
"""Index terms that ask, or that every sentence has: they tell neither what a text is about nor what supports it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The index terms of one text, in order, with repetitions."""

    words: list[str]
    bigrams: list[str]

    def content(self) -> "Terms":
        """Without function words, as a question is searched; as it is if nothing else is in it ("what is it?")."""
        words = [word for word in self.words if word not in FUNCTION_WORDS]
        return Terms(words or self.words, self.bigrams)


def normalize(text: str) -> str:
    """NFKC and lower case: full-width letters, NFD Hangul and ligatures become what a reader would type.

    So does the hyphen of typesetting (U+2010, to which NFKC takes the unbreakable one too): Q‑learning is Q-learning.
    """
    return unicodedata.normalize("NFKC", text).replace("\u2010", "-").lower()


class Analyzer:
    """Texts to terms. Loads Kiwi (a second) at the first Korean text only."""

    def __init__(self, user_words: Sequence[str] = ()) -> None:
        """Take nouns that must stay whole, such as a course's own terms."""
        self.user_words = tuple(sorted({normalize(word) for word in user_words}))

    @property
    def identity(self) -> str:
        """Version of this analyzer, of Kiwi and its model, and of the user words; equal identity, equal terms."""
        words = hashlib.sha256("\n".join(self.user_words).encode()).hexdigest()[:12] if self.user_words else "none"
        return f"kiwi-{version('kiwipiepy')}-{version('kiwipiepy_model')}/v{_ANALYZER_VERSION}/user-{words}"

    def analyze(self, texts: Iterable[str]) -> Iterator[Terms]:
        """Yield the terms of each text, in order."""
        normalized = [normalize(text) for text in texts]
        korean = iter(self._morphemes([text for text in normalized if has_hangul(text)]))
        for text in normalized:
            morphemes = next(korean) if has_hangul(text) else []
            yield Terms(words=[*morphemes, *_latin_terms(text)], bigrams=list(_bigrams(text)))

    def analyze_one(self, text: str) -> Terms:
        """The terms of one text."""
        return next(self.analyze([text]))

    def _morphemes(self, texts: list[str]) -> Iterator[list[str]]:
        if not texts:
            return
        kiwi = load_kiwi(self.user_words)
        for tokens in kiwi.tokenize(texts):
            found = []
            for token in tokens:
                tag = token.tag.partition("-")[0]  # VV-I and VV-R are VV
                if tag in _CONTENT_TAGS and has_hangul(token.form):
                    found.append(token.form + "다" if tag in _PREDICATE_TAGS else token.form)
            yield found


@cache
def load_kiwi(user_words: tuple[str, ...]) -> "Kiwi":
    """One Kiwi per process and set of user words; it is safe to share among threads.

    Without its multi-word and typo dictionaries it loads in half the time and finds as much: they hold names that
    stay whole, where a search wants the parts.
    """
    from kiwipiepy import Kiwi

    kiwi = Kiwi(load_multi_dict=False, load_typo_dict=False)
    for word in user_words:
        kiwi.add_user_word(word)
    return kiwi


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def _latin_terms(text: str) -> Iterator[str]:
    for match in _LATIN_WORD.finditer(text):
        word = match.group()
        yield _stem(word)
        parts = _WORD_PART.findall(word)
        if len(parts) > 1:
            yield from map(_stem, parts)
    # Greek letters, Hanja, Kana: whole runs, so that α or 經 can be looked up.
    yield from _OTHER_SCRIPT.findall(text)


def _bigrams(text: str) -> Iterator[str]:
    for match in _HANGUL_WORD.finditer(text):
        word = match.group()
        if len(word) == 1:
            yield word
        for start in range(len(word) - 1):
            yield word[start : start + 2]
