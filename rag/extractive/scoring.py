"""How well a segment answers a question, and whether anything answers it at all."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.analyzer import Analyzer
from rag.extractive.segments import segments

QUESTION_WORDS = frozenset(
    "무엇 뭐 뭣 어떻다 어떻 왜 언제 어디 누구 어느 무슨 어떤 몇 얼마 것 거 게 수 때 하다 되다 있다 없다 알다 "
    "말하다 설명 이것 그것 저것 이 그 저 등 대하다 위하다 주다 보다 알려주다 "
    "what which who whom whose when where whi how is are was were be been do doe did can could should would will "
    "the a an of in on at to for from by with and or not it this that these those i you we they "
    "tell me explain describ pleas there their its as if".split()
)
"""Words that ask, or that every sentence has, as the analyzer gives them; they do not tell which sentence answers."""

_CONTEXT_WEIGHT = 0.6
"""What a question's term is worth when it stands above the segment (list item, heading) and not in it."""

_LEXICAL_WEIGHT = 0.65
"""Weight of terms covered; the cosine has the rest."""

_ENOUGH_NEWS = 3
"""A segment with this many terms that the question has not is taken to say something."""

_ASKS = re.compile(r"[?？]\W*$")
_ASKING = 0.5
"""What is left of the score of a segment that is itself a question: it may hold every term, and answers nothing."""

_SUPPORT = (-2.0, 2.0, 2.0, 2.0)
"""Bias and weights of ``Reading.features``; fitted by ``python -m eval.calibration``."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be said: lines of one passage, and how well they answer."""

    passage: int
    position: int
    lines: tuple[str, ...]
    score: float

    @property
    def text(self) -> str:
        """The lines, as they stand in the passage."""
        return "\n".join(self.lines)


class Reading:
    """One question, ready to be compared with passages."""

    def __init__(
        self,
        question: str,
        analyzer: Analyzer,
        embeddings: Embeddings | None,
        idf: Callable[[Sequence[str]], list[float]] | None,
    ) -> None:
        """Analyse the question."""
        self._question, self._analyzer, self._embeddings = question, analyzer, embeddings
        words = dict.fromkeys(analyzer.analyze_one(question).words)
        # If nothing but question words is left ("what is it?"), those are all there is.
        self._words = [word for word in words if word not in QUESTION_WORDS] or list(words)
        weights = idf(self._words) if idf else [1.0] * len(self._words)
        self._weights = dict(zip(self._words, weights, strict=True))

    def candidates(self, passage: int, text: str, heading: str = "") -> list[Candidate]:
        """What a passage could answer: each segment alone, and each that has others below it together with them."""
        found = segments(text)
        own = [set(terms.words) for terms in self._analyzer.analyze(segment.text for segment in found)]
        above = self._analyzer.analyze("\n".join((heading, *segment.above)) for segment in found)
        below = self._analyzer.analyze("\n".join(segment.below) for segment in found)
        cosines = self._cosines(["\n".join((*segment.above[-1:], segment.text)) for segment in found])
        candidates = []
        for position, (segment, mine, over, under, cosine) in enumerate(
            zip(found, own, above, below, cosines, strict=True)
        ):
            relevance = self._relevance(mine, set(over.words), cosine)
            if _ASKS.search(segment.text) and not segment.below:
                relevance *= _ASKING
            candidates.append(Candidate(passage, position, (segment.text,), relevance * self._news(mine)))
            if segment.below:
                news = self._news(mine | set(under.words))
                candidates.append(Candidate(passage, position, (segment.text, *segment.below), relevance * news))
        return candidates

    def support(self, passages: Sequence[tuple[str, str]]) -> float:
        """Probability in (0, 1) that the passages (heading, text) answer the question: logistic in ``features``."""
        bias, *weights = _SUPPORT
        value = bias + sum(weight * feature for weight, feature in zip(weights, self.features(passages), strict=True))
        return 1 / (1 + math.exp(-value))

    def features(self, passages: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
        """What support is judged by, each the best of all passages and in [0, 1].

        The share of the question's terms, weighted by rarity, that one passage holds; the same for one segment with
        what stands above it; and the cosine of a segment to the question.
        """
        held = self._analyzer.analyze(f"{heading}\n{text}" for heading, text in passages)
        by_passage = max((self._covered(set(terms.words), set()) for terms in held), default=0.0)
        found = [(heading, segment) for heading, text in passages for segment in segments(text)]
        own = self._analyzer.analyze(segment.text for _, segment in found)
        above = self._analyzer.analyze("\n".join((heading, *segment.above)) for heading, segment in found)
        pairs = zip(own, above, strict=True)
        by_segment = max((self._covered(set(mine.words), set(over.words)) for mine, over in pairs), default=0.0)
        return by_passage, by_segment, max(self._cosines([segment.text for _, segment in found]), default=0.0)

    def _relevance(self, own: set[str], above: set[str], cosine: float) -> float:
        return _LEXICAL_WEIGHT * self._covered(own, above) + (1 - _LEXICAL_WEIGHT) * cosine

    def _covered(self, own: set[str], above: set[str]) -> float:
        """Share of the question's terms that are held, weighted by rarity, in [0, 1]."""
        total = sum(self._weights.values())
        held = sum(
            weight if word in own else _CONTEXT_WEIGHT * weight if word in above else 0.0
            for word, weight in self._weights.items()
        )
        return held / total if total else 0.0

    def _news(self, terms: set[str]) -> float:
        """How much is said that the question does not say itself, in [0.3, 1]: repeating it is no answer."""
        news = len(terms - self._weights.keys() - QUESTION_WORDS)
        return 0.3 + 0.7 * min(1.0, news / _ENOUGH_NEWS)

    def _cosines(self, texts: list[str]) -> list[float]:
        if self._embeddings is None or not texts:
            return [0.0] * len(texts)
        vectors = np.asarray(self._embeddings.embed_documents(texts), np.float32)
        lengths = np.linalg.norm(vectors, axis=1) * (np.linalg.norm(self._query) or 1.0)
        cosines = np.divide(vectors @ self._query, lengths, out=np.zeros(len(texts), np.float32), where=lengths > 0)
        return [float(value) for value in np.clip(cosines, 0.0, 1.0)]

    @cached_property
    def _query(self) -> NDArray[np.float32]:
        if self._embeddings is None:
            return np.zeros(1, np.float32)
        return np.asarray(self._embeddings.embed_query(self._question), np.float32)
