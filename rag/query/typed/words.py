"""The words of a course as they are written: nouns of Korean, words of English, how often each occurs.

The lexical index has stems and morphemes; what a misspelt word is put right by, and shown as, has to be whole words.
A Korean word is the nouns an eojeol (what stands between spaces) begins with, together and each of its own:
경사하강법을 gives 경사하강법, 경사 and 하강. Kiwi reads each distinct eojeol once, so this costs a fraction of the
analysis of the text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from rag.analyzer import load_kiwi
from rag.errors import CorruptIndexError
from rag.query.typed.nearest import Nearest

FILE = "words.tsv"
"""Name of the file in a version's folder."""

VERSION = 1
"""Raise it when the words of any texts change: it is part of a build's fingerprint."""

HANGUL_RUN = re.compile(r"[가-힣]+")
LATIN_RUN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]+(?![A-Za-z0-9_])")

_NOUN_TAGS = frozenset({"NNG", "NNP", "NR", "XPN", "XSN", "XR", "SL", "NNB"})
_MOST_EOJEOLS = 200_000
"""So many distinct ones are read by Kiwi, the most frequent; half a minute at most."""
_SHORTEST, _LONGEST = 2, 40
"""Letters of a word worth knowing."""


class CourseWords:
    """Words with their counts, and what they are found by when they are misspelt."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Take words as they are written; of those that differ in case only, the first shows how."""
        self.counts = dict(counts)
        self._written: dict[str, str] = {}
        self._known: dict[str, int] = {}
        for word, count in self.counts.items():
            low = word.lower()
            self._written.setdefault(low, word)
            self._known[low] = self._known.get(low, 0) + count

    @classmethod
    def of(cls, texts: Iterable[str], user_words: tuple[str, ...] = ()) -> "CourseWords":
        """The words of texts, such as all chunks of a course, the most frequent first.

        Args:
            texts: as they are indexed.
            user_words: nouns that the analyzer of the course keeps whole.
        """
        counts: Counter[str] = Counter()
        eojeols: Counter[str] = Counter()
        for text in texts:
            text = unicodedata.normalize("NFKC", text)
            eojeols.update(HANGUL_RUN.findall(text))
            counts.update(word for word in LATIN_RUN.findall(text) if _SHORTEST <= len(word) <= _LONGEST)
        for eojeol, nouns in _nouns([word for word, _ in eojeols.most_common(_MOST_EOJEOLS)], user_words):
            counts.update(dict.fromkeys(nouns, eojeols[eojeol]))
        return cls(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))

    def save(self, folder: Path) -> None:
        """Write one line per word, in their order."""
        lines = (f"{word}\t{count}\n" for word, count in self.counts.items())
        (folder / FILE).write_text("".join(lines), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "CourseWords":
        """Read them; a version that was made before there was such a file has no words.

        Raises:
            CorruptIndexError: the file is not one of ours.
        """
        try:
            rows = [line.split("\t") for line in (folder / FILE).read_text(encoding="utf-8").splitlines()]
            return cls({word: int(count) for word, count in rows})
        except FileNotFoundError:
            return cls({})
        except (OSError, ValueError) as error:
            raise CorruptIndexError(
                f"{folder / FILE} cannot be read ({error}).",
                remedy="Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full",
            ) from error

    def __contains__(self, word: str) -> bool:
        """Whether the course has a word, in whatever case."""
        return word.lower() in self._known

    def __len__(self) -> int:
        """Number of words, upper and lower case together."""
        return len(self._known)

    def count(self, word: str) -> int:
        """How often it occurs, in whatever case."""
        return self._known.get(word.lower(), 0)

    def written(self, word: str) -> str:
        """The word as the course mostly writes it: ResNet for resnet."""
        return self._written.get(word.lower(), word)

    @cached_property
    def korean(self) -> Nearest:
        """Its Korean words by their strokes."""
        return Nearest.of_korean([word for word in self._known if HANGUL_RUN.fullmatch(word)])

    @cached_property
    def english(self) -> Nearest:
        """Its English words by their letters, in lower case."""
        return Nearest.of_english([word for word in self._known if word.isascii()])

    @cached_property
    def stems(self) -> frozenset[str]:
        """Porter2 stems of its English words: who has learning has learned."""
        import Stemmer

        return frozenset(Stemmer.Stemmer("english").stemWords(self.english.words))


def _nouns(eojeols: list[str], user_words: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    if not eojeols:
        return
    for eojeol, tokens in zip(eojeols, load_kiwi(user_words).tokenize(eojeols), strict=True):
        found: set[str] = set()
        end = 0
        for token in tokens:
            if token.tag not in _NOUN_TAGS or token.start != end:
                break
            end = token.start + token.len
            found.add(eojeol[token.start : end])
        found.add(eojeol[:end])
        yield eojeol, {word for word in found if _SHORTEST <= len(word) <= _LONGEST}
