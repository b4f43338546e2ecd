"""How well a segment answers a question, and whether anything answers it at all."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.analyzer import FUNCTION_WORDS, Analyzer
from rag.extractive.segments import Segment, segments
from rag.language import detect_language
from rag.prompts import Passage

_CONTEXT_WEIGHT = 0.6
"""What a question's term is worth when it stands above the segment (list item, heading) and not in it."""

_LEXICAL_WEIGHT = 0.65
"""Weight of terms covered; the cosine has the rest."""

_ENOUGH_NEWS = 3
"""A segment with this many terms that the question has not is taken to say something."""

_ASKS = re.compile(r"[?？]\W*$")
_ASKING = 0.5
"""What is left of the score of a segment that is itself a question: it may hold every term, and answers nothing."""

_CODE = 0.5
"""What is left of the score of a line of code: it may name what is asked for, but explains nothing."""

SUPPORT = (-4.25, 1.97, 2.39, 5.20, -1.67, 3.30, 0.63, -2.19)
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


@dataclass(frozen=True, slots=True)
class _Read:
    """A segment with what the question has to do with it."""

    passage: int
    position: int
    kind: str
    segment: Segment
    own: frozenset[str]
    above: frozenset[str]
    below: frozenset[str]
    cosine: float


class Reading:
    """Some passages, read with one question in mind."""

    def __init__(
        self,
        question: str,
        passages: Sequence[Passage],
        analyzer: Analyzer,
        embeddings: Embeddings | None = None,
        idf: Callable[[Sequence[str]], list[float]] | None = None,
    ) -> None:
        """Analyse question and passages, each line once.

        Args:
            question: what is asked.
            passages: where the answer may stand.
            analyzer: gives the terms.
            embeddings: compare by meaning too; None compares by terms alone.
            idf: rarity of terms; None takes all terms as equally rare.
        """
        asked = list(dict.fromkeys(analyzer.analyze_one(question).content().words))
        self._weights = dict(zip(asked, idf(asked) if idf else [1.0] * len(asked), strict=True))
        self._read = _read(question, passages, analyzer, embeddings)
        language = detect_language(question)
        self._foreign = sum(detect_language(passage.text) != language for passage in passages) / max(1, len(passages))

    def candidates(self) -> list[Candidate]:
        """What could be said: each segment alone, and each that has others below it together with them."""
        found = []
        for read in self._read:
            relevance = _LEXICAL_WEIGHT * self._covered(read.own, read.above) + (1 - _LEXICAL_WEIGHT) * read.cosine
            if _ASKS.search(read.segment.text) and not read.segment.below:
                relevance *= _ASKING
            if read.kind == "code":
                relevance *= _CODE
            lines: tuple[str, ...] = (*read.segment.head, read.segment.text)
            found.append(Candidate(read.passage, read.position, lines, relevance * self._news(read.own)))
            if read.segment.below:
                lines += read.segment.below
                news = self._news(read.own | read.below)
                found.append(Candidate(read.passage, read.position, lines, relevance * news))
        return found

    def support(self) -> float:
        """Probability in (0, 1) that the passages answer the question: logistic in ``features``."""
        bias, *weights = SUPPORT
        value = bias + sum(weight * feature for weight, feature in zip(weights, self.features(), strict=True))
        return 1 / (1 + math.exp(-value))

    def features(self) -> tuple[float, ...]:
        """What support is judged by: seven values, all in [0, 1].

        Best of all passages: the share of the question's terms, weighted by rarity, that one passage holds; the same
        for one segment with what stands above it; and the cosine of a segment to the question. Then the share of
        passages in the other language than the question's, alone and times the cosine: between languages terms
        cannot be expected to meet, so the cosine has to count for more. Last the share of the question's terms that
        no passage holds, alone and times the share of passages in its own language: a name that stands nowhere
        ("GraphRAG") is the surest sign that nothing answers.
        """
        held: dict[int, set[str]] = {}
        for read in self._read:
            held.setdefault(read.passage, set()).update(read.own, read.above)
        cosine = max((read.cosine for read in self._read), default=0.0)
        missing = 1 - self._covered(set().union(*held.values()), frozenset())
        return (
            max((self._covered(terms, frozenset()) for terms in held.values()), default=0.0),
            max((self._covered(read.own, read.above) for read in self._read), default=0.0),
            cosine,
            self._foreign,
            self._foreign * cosine,
            missing,
            missing * (1 - self._foreign),
        )

    def _covered(self, own: set[str] | frozenset[str], above: frozenset[str]) -> float:
        """Share of the question's terms that are held, weighted by rarity, in [0, 1]."""
        total = sum(self._weights.values())
        held = sum(
            weight if word in own else _CONTEXT_WEIGHT * weight if word in above else 0.0
            for word, weight in self._weights.items()
        )
        return held / total if total else 0.0

    def _news(self, terms: frozenset[str]) -> float:
        """How much is said that the question does not say itself, in [0.3, 1]: repeating it is no answer."""
        news = len(terms - self._weights.keys() - FUNCTION_WORDS)
        return 0.3 + 0.7 * min(1.0, news / _ENOUGH_NEWS)


def _read(question: str, passages: Sequence[Passage], analyzer: Analyzer, embeddings: Embeddings | None) -> list[_Read]:
    placed = [
        (passage, position, segment) for passage in passages for position, segment in enumerate(segments(passage.text))
    ]
    lines = dict.fromkeys([segment.text for _, _, segment in placed] + [passage.heading for passage in passages])
    terms = dict(zip(lines, (frozenset(found.words) for found in analyzer.analyze(lines)), strict=True))
    in_place = ["\n".join((*segment.above[-1:], segment.text)) for _, _, segment in placed]
    cosines = _cosines(question, in_place, embeddings)
    none: frozenset[str] = frozenset()
    return [
        _Read(
            passage=passage.number,
            position=position,
            kind=passage.kind,
            segment=segment,
            own=terms[segment.text],
            above=terms[passage.heading].union(*(terms[line] for line in segment.above)),
            below=none.union(*(terms[line] for line in segment.below)),
            cosine=cosine,
        )
        for (passage, position, segment), cosine in zip(placed, cosines, strict=True)
    ]


def _cosines(question: str, texts: list[str], embeddings: Embeddings | None) -> list[float]:
    """Cosine of each text to the question, negative ones as 0."""
    if embeddings is None or not texts:
        return [0.0] * len(texts)
    query = np.asarray(embeddings.embed_query(question), np.float32)
    vectors = np.asarray(embeddings.embed_documents(texts), np.float32)
    lengths = np.linalg.norm(vectors, axis=1) * (np.linalg.norm(query) or 1.0)
    cosines = np.divide(vectors @ query, lengths, out=np.zeros(len(texts), np.float32), where=lengths > 0)
    return [float(value) for value in np.clip(cosines, 0.0, 1.0)]
