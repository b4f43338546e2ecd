"""How well a segment answers a question, and whether anything answers it at all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.analyzer import Analyzer
from rag.answering.prompts import Passage
from rag.extractive.asked import Asked, gives, ungiven
from rag.extractive.features import FEATURES, QuestionReader, Read
from rag.extractive.segments import Segment
from rag.language import detect_language
from rag.query.lexicon import Lexicon

WEIGHTS = (4.36, 2.04, 2.05, 2.89, 2.81, 1.55, 1.56, -0.83, 1.07, 1.91)
"""Weights of ``features.FEATURES``; fitted by ``python -m eval.fitting.sentence_fit``."""

_ASKS = re.compile(r"[?？]\W*$")
_ASKING = 1.5
"""Taken from the score of a segment that is itself a question: it may hold every term, and answers nothing."""

_DEFINING = 1.5
"""Added to the score of a segment that begins with what is to be defined, and defines it."""

_CODE = 1.0
"""Taken from the score of a line of code: it may name what is asked for, but explains nothing."""

_NO_DEFINITION = 2.5
"""How many times that where a definition is asked for."""

_EMPTY = 2.0
"""Taken from the score of a heading, and of a lead-in that leads to nothing in its passage: they name the answer."""

_FORM = 1.0
"""Added to the score of a segment that gives a reason, a drawback or a benefit where one is asked for."""

_NAME = 30
"""A list item of fewer characters is the name of what stands below it."""

_SHORTLIST = 5
"""Segments that the whole embedder compares with the question, of those that the quick one likes best."""

_LONGEST = 250
"""Characters of a segment that are compared by meaning, and of a passage that tell its language."""

SUPPORT = (-4.04, 2.66, 0.60, 4.03, -1.16, 2.22, -0.60, -3.16)
"""Bias and weights of ``Reading.features``; fitted by ``python -m eval.fitting.calibration``."""

THRESHOLD = 0.164
"""Least support of an answer; below it 5% of the answerable questions of the sets that were fitted on lie."""


UNGIVEN = 2.0
"""Taken from the log-odds of a passage without the kind of thing that is asked for. Set by hand: of questions whose
word was swapped for another, which the weights are fitted on, hardly any lacks it."""

_NEARLY = 0.8


def supports(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability (passages,) that each passage answers: logistic in ``Reading.features``.

    Args:
        features: (passages, 8).
        weights: (8,) bias and weights, as ``SUPPORT``.
    """
    value = weights[0] + features[:, :-1] @ weights[1:] - UNGIVEN * features[:, -1]
    return np.asarray(1 / (1 + np.exp(-value)), np.float64)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be said: lines of one passage, and how well they answer, beside the best, in (0, 1]."""

    passage: int
    position: int
    lines: tuple[str, ...]
    score: float

    @property
    def text(self) -> str:
        """The lines, as they stand in the passage."""
        return "\n".join(self.lines)


class Reading:
    """Some passages, read with one question in mind."""

    def __init__(
        self,
        question: str,
        passages: Sequence[Passage],
        analyzer: Analyzer,
        embeddings: Embeddings | None = None,
        idf: Callable[[Sequence[str]], list[float]] | None = None,
        quick: Embeddings | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        """Read the passages, and score their segments.

        Args:
            question: what is asked.
            passages: where the answer may stand.
            analyzer: gives the question's terms.
            embeddings: compare by meaning too; None compares by terms alone.
            idf: rarity of terms; None takes all terms as equally rare.
            quick: compares all segments, so that ``embeddings`` need read but the best of them; None: they read all.
            lexicon: what the question's terms are in the other language; None finds them as they are alone.
        """
        self._reader = QuestionReader(question, analyzer, idf, lexicon)
        self.read = self._all = self._reader.read(passages)
        self._compares = embeddings is not None or quick is not None
        self._cosines = self._compared(question, quick or embeddings)
        self.values = self._reader.features(self.read, self._cosines)
        """The values of ``FEATURES``, shape (segments, features)."""
        if quick is not None and embeddings is not None and self.read:
            self._shorten(question, embeddings)
        language = detect_language(question)
        self._foreign = frozenset(
            passage.number for passage in passages if detect_language(passage.text[:_LONGEST]) != language
        )

    def _compared(self, question: str, embeddings: Embeddings | None) -> NDArray[np.float32]:
        """Cosine (segments,) of each segment to the question, negative ones as 0."""
        if embeddings is None or not self.read:
            return np.zeros(len(self.read), np.float32)
        query = np.asarray(embeddings.embed_query(question), np.float32)
        texts = [each.in_place[:_LONGEST] for each in self.read]
        vectors = np.asarray(embeddings.embed_documents(texts), np.float32)
        lengths = np.linalg.norm(vectors, axis=1) * (np.linalg.norm(query) or 1.0)
        cosines = np.divide(vectors @ query, lengths, out=np.zeros(len(texts), np.float32), where=lengths > 0)
        return np.asarray(np.clip(cosines, 0.0, 1.0), np.float32)

    def _shorten(self, question: str, embeddings: Embeddings) -> None:
        """Keep the best segments alone, compared anew; what they are worth else stays as it is."""
        best = np.sort(np.argsort(-self._scores(), kind="stable")[:_SHORTLIST])
        self.read, self.values = [self.read[index] for index in best], self.values[best]
        self._cosines = self._compared(question, embeddings)
        self.values[:, FEATURES.index("nearness")] = self._cosines / (float(self._cosines.max()) or 1.0)

    def candidates(self) -> list[Candidate]:
        """What could be said: each segment, with the header of its table and with what it leads in."""
        scores = self._scores()
        shares = np.exp(scores - scores.max()) if len(scores) else scores
        return [
            Candidate(each.passage.number, each.position, self.said(each.segment), float(share))
            for each, share in zip(self.read, shares, strict=True)
        ]

    @property
    def everything(self) -> list[Read]:
        """The segments of all passages, the ones that were not shortlisted too."""
        return self._all

    @property
    def asked(self) -> frozenset[Asked]:
        """What the question asks for."""
        return self._reader.asked

    @property
    def terms(self) -> frozenset[str]:
        """The question's terms."""
        return self._reader.terms

    def said(self, segment: Segment) -> tuple[str, ...]:
        """The lines that say it: a row below its header, what leads in with all that it leads to.

        An item that has others below it says enough alone, unless it is but a name or a list is asked for.
        """
        leads = segment.leads or len(segment.text) < _NAME or "list" in self._reader.asked
        return (*segment.head, segment.text, *(segment.below if leads else ()))

    def _scores(self) -> NDArray[np.float64]:
        """(segments,) log-odds against another segment, up to a constant."""
        asks = np.array([_ASKS.search(each.segment.text) is not None and not each.segment.below for each in self.read])
        code = np.array([each.passage.kind == "code" or each.segment.is_code for each in self.read])
        empty = np.array([each.segment.is_empty for each in self.read])
        form = np.array([gives(self.asked, each.segment.text) for each in self.read])
        defined = np.array([self._reader.defined(each.segment.text) for each in self.read])
        scores: NDArray[np.float64] = (
            self.values @ np.array(WEIGHTS)
            + _DEFINING * defined
            + _FORM * form
            - _ASKING * asks
            - _CODE * code * (_NO_DEFINITION if "definition" in self.asked else 1)
            - _EMPTY * empty
        )
        return scores

    def support(self) -> float:
        """Probability in (0, 1) that a passage answers the question: the best one's, logistic in ``features``."""
        return float(supports(self.features(), np.array(SUPPORT)).max(initial=0.0))

    def features(self) -> NDArray[np.float64]:
        """What support is judged by: shape (passages, 8), all but the last in [0, 1].

        Of each passage: the share of the question's terms that name something, weighted by rarity, that it holds (verbs
        are the first to be said in other words); the share of all its terms that one of its segments holds with what
        stands above it; and the largest cosine of its segments to the question, for which that share stands in where
        nothing compares by meaning. Then whether it is in another language than the question, alone and times the
        cosine: between languages terms can be expected to meet in part only, so the cosine has to count for more. Last
        the share of the question's names that stand nowhere in the course: who asks for the FID of a model asks for
        nothing that is there if the course never says FID. Alone and for a passage in the question's language. The
        last is how much of the kind of thing that is asked for (a number, a time, a person) none of its segments gives
        that hold nearly as much of the question as the best.
        """
        covered, names = self._reader.covered, self._reader.names
        held, best = self._held_by_passage()
        nearest = {number: 0.0 for number in held} if self._compares else best
        if self._compares:
            for each, cosine in zip(self.read, self._cosines.tolist(), strict=True):
                nearest[each.passage.number] = max(nearest[each.passage.number], cosine)
        everywhere = frozenset[str]().union(*held.values())
        absent = covered(self._reader.nowhere - everywhere)
        rows = []
        for number, terms in held.items():
            cosine, foreign = nearest[number], float(number in self._foreign)
            same = covered(terms, among=names)
            lost = ungiven(self.asked, self._near(number, best[number]))
            rows.append((same, best[number], cosine, foreign, foreign * cosine, absent, absent * (1 - foreign), lost))
        return np.array(rows, np.float64).reshape(len(rows), len(SUPPORT))

    def _near(self, number: int, best: float) -> list[str]:
        """What the segments of a passage say that hold nearly as many of the question's terms as its best one."""
        near = [each for each in self._all if each.passage.number == number]
        near = [each for each in near if self._reader.covered(each.own, each.above) >= _NEARLY * best]
        return ["\n".join(self.said(each.segment)) for each in near]

    def _held_by_passage(self) -> tuple[dict[int, frozenset[str]], dict[int, float]]:
        """By number of passage: the question's terms it holds, and the most that one of its segments covers."""
        held: dict[int, frozenset[str]] = {}
        best: dict[int, float] = {}
        for each in self._all:
            number = each.passage.number
            held[number] = held.get(number, frozenset()) | each.own | each.above
            best[number] = max(best.get(number, 0.0), self._reader.covered(each.own, each.above))
        return held, best
