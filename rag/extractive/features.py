"""What is known of each segment once a question is asked: the values that its score is a weighted sum of.

All are in [0, 1] and cost nothing to work out but the cosines, which come from outside. Shares of the question's terms
are weighted by rarity.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rag.analyzer import Analyzer, normalize
from rag.answering.prompts import Passage
from rag.extractive.asked import Asked, asked_for, defines, gives_number, gives_time, is_compound, topic_of
from rag.extractive.rarity import counted, rarities
from rag.extractive.segments import Segment, segments
from rag.extractive.terms import TermFinder
from rag.query.lexicon import Lexicon

FEATURES = (
    "own",  # terms in the segment; those above it count in part
    "before",  # terms in the segment before it alone: what "it" may stand for
    "bigrams",  # pairs of characters of the question, whatever the morphemes
    "nearness",  # its cosine to the question as a share of the best one's
    "passage",  # terms in its passage
    "rank",  # one over the number of its passage
    "news",  # words that the question has not
    "short",  # how far below 30 characters
    "number",  # 1 if a number is asked for and given
    "time",  # 1 if a date or year is asked for and given
)
"""Columns of the features, in order."""

_NOWHERE = "\0"
"""A term that no course has."""

_ABOVE = 0.6
"""What a term is worth that stands above the segment (list item, heading) and not in it."""

_SURE, _OTHER, _COMPOUND = 2.0, 0.5, -1.0
"""What a definition is worth whose marked name is the one asked for, another one, or another one with a hyphen."""

_SHORT = 30
_ENOUGH_NEWS = 4
_WORD = re.compile(r"\w+")
_NO_LETTER = re.compile(r"[^0-9a-z가-힣]")


@dataclass(frozen=True, slots=True)
class Read:
    """A segment, where it stands, and the question's terms that stand in it and above it."""

    passage: Passage
    position: int
    segment: Segment
    own: frozenset[str]
    above: frozenset[str]

    @property
    def in_place(self) -> str:
        """The segment below what it stands under: what is compared by meaning."""
        return "\n".join((*self.segment.above[-1:], self.segment.text))


class QuestionReader:
    """A question, and how passages are read with it in mind."""

    def __init__(
        self,
        question: str,
        analyzer: Analyzer,
        idf: Callable[[Sequence[str]], list[float]] | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        """Analyse the question.

        Args:
            question: what is asked.
            analyzer: gives its terms.
            idf: rarity of terms; None takes all terms as equally rare.
            lexicon: what the terms are in the other language; None finds them as they are alone.
        """
        terms = list(dict.fromkeys(analyzer.analyze_one(question).content().words))
        self._sure = {term: lexicon.sure(term) if lexicon else () for term in terms}
        terms = [term for term in terms if term not in counted(question, terms)] or terms
        frequency = lexicon.frequency if lexicon else None
        self._weights = rarities(terms, idf, _NOWHERE, frequency) if idf else dict.fromkeys(terms, 1.0)
        self.names = frozenset(term for term in terms if not _is_predicate(term)) or frozenset(terms)
        """Its terms that name something: the same can be said with another verb."""
        self.terms = frozenset(terms)
        self._finder = TermFinder(list(dict.fromkeys([*terms, *chain.from_iterable(self._sure.values())])), analyzer)
        self.nowhere = frozenset(term for term in self.names if idf and self._is_nowhere(term, idf))
        """Its names that the course has nowhere, neither themselves nor in the other language."""
        self._question = question

    @cached_property
    def asked(self) -> frozenset[Asked]:
        """What the question asks for."""
        return asked_for(self._question)

    @cached_property
    def _bigrams(self) -> frozenset[str]:
        return _bigrams(self._question)

    def _is_nowhere(self, word: str, idf: Callable[[Sequence[str]], list[float]]) -> bool:
        *known, most = idf([word, *self._sure[word], _NOWHERE])
        return min(known) >= most

    def found(self, texts: Iterable[str]) -> list[frozenset[str]]:
        """Which of the question's terms stand in each text, themselves or in the other language."""
        held = self._finder.found(texts)
        return [
            frozenset(term for term in self.terms if term in each or not each.isdisjoint(self._sure[term]))
            for each in held
        ]

    def covered(
        self, own: frozenset[str], above: frozenset[str] = frozenset(), among: frozenset[str] | None = None
    ) -> float:
        """Share of the question's terms, or of those among them, that are held, weighted by rarity, in [0, 1]."""
        weights = {word: weight for word, weight in self._weights.items() if among is None or word in among}
        total = sum(weights.values())
        held = sum(
            weight if word in own else _ABOVE * weight if word in above else 0.0 for word, weight in weights.items()
        )
        return held / total if total else 0.0

    def read(self, passages: Sequence[Passage]) -> list[Read]:
        """The segments of all passages, in order."""
        placed = [(passage, number, each) for passage in passages for number, each in enumerate(segments(passage.text))]
        lines = list(dict.fromkeys([each.text for _, _, each in placed] + [passage.heading for passage in passages]))
        held = dict(zip(lines, self.found(lines), strict=True))
        return [
            Read(passage, number, each, held[each.text], held[passage.heading].union(*(held[up] for up in each.above)))
            for passage, number, each in placed
        ]

    def defined(self, sentence: str) -> float:
        """If a definition is asked for and the sentence is one: how much of the question it begins with, in [-1, 2].

        Twice that if the name asked for is marked as a name of what it defines, half of it if others are: 정적
        임베딩(static embedding)은 is not 임베딩.
        Against it if it is another name with a hyphen: what course-rag is does not tell what RAG is.
        """
        if "definition" not in self.asked or not defines(sentence):
            return 0.0
        topic, names = topic_of(sentence)
        if not names:
            worth = 1.0
        elif any(len(name) > 1 and name in self._question.casefold() for name in names):
            worth = _SURE
        else:
            worth = _COMPOUND if is_compound(names) else _OTHER
        return self.covered(self.found([topic])[0]) * worth

    def features(self, read: Sequence[Read], cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """The values of ``FEATURES``, shape (segments, features).

        Args:
            read: from ``read``.
            cosines: (segments,) to the question, in [0, 1].
        """
        whole: dict[int, frozenset[str]] = {}
        for each in read:
            whole[each.passage.number] = whole.get(each.passage.number, frozenset()) | each.own | each.above
        coverage = {number: self.covered(held) for number, held in whole.items()}
        best = float(cosines.max(initial=0.0)) or 1.0
        rows = []
        for index, (each, cosine) in enumerate(zip(read, cosines.tolist(), strict=True)):
            before = read[index - 1].own if each.position else frozenset()
            number = each.passage.number
            meaning = (cosine / best, coverage[number], 1 / number)
            rows.append((*self._terms_of(each, before), *meaning, *self._form_of(each)))
        return np.array(rows, np.float64).reshape(len(rows), len(FEATURES))

    def _terms_of(self, read: Read, before: frozenset[str]) -> tuple[float, float, float]:
        shared = self._bigrams & _bigrams(read.segment.text)
        return (
            self.covered(read.own, read.above),
            self.covered(before - read.own - read.above),
            len(shared) / max(1, len(self._bigrams)),
        )

    def _form_of(self, read: Read) -> tuple[float, ...]:
        text = read.segment.text
        news = (len(_WORD.findall(text)) - len(read.own)) / _ENOUGH_NEWS
        given = ("number" in self.asked and gives_number(text), "time" in self.asked and gives_time(text))
        return (min(1.0, max(0.0, news)), max(0.0, 1 - len(text) / _SHORT), *map(float, given))


def _is_predicate(term: str) -> bool:
    """Whether a term is a Korean verb or adjective, which the analyzer ends with 다."""
    return term.endswith("다") and len(term) > 1


def _bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters and digits, white space and marks left out."""
    letters = _NO_LETTER.sub("", normalize(text))
    return frozenset(letters[start : start + 2] for start in range(len(letters) - 1))
