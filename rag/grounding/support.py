"""How likely it is that passages say a sentence: a logistic score of what both hold.

A number that the passage does not have settles it. Else, within a language: terms that one negates and the other does
not, the share of rare terms and of names held, and overlap and nearness to the passage's best sentence. Between
languages words cannot overlap, so only names in Latin letters, the course's own bridge of terms, the presence of a
negation, and the embeddings speak. What the words of a
sentence and a passage tell of its support without a model of inference is measured in Maynez et al. 2020 (ACL) and
Laban et al. 2022 (SummaC, TACL), from whom the reading by sentences is. Weights by ``python -m eval.bench.grounding``.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.grounding.figures import missing, stated
from rag.grounding.polarity import Polarity, polarity
from rag.grounding.reading import Claim, Evidence, joined, misses_figures, pairs, read_claim, read_passage, verbatim
from rag.language import detect_language
from rag.query.bridge import TermBridge

Kind = Literal["same", "cross"]

FEATURES: dict[Kind, dict[str, int]] = {
    "same": {"figures elsewhere": -1, "flipped": -1, "terms of the best": 1, "names missing": -1, "similarity": 1,
             "foreign in a copy": -1, "moved in a copy": -1},
    "cross": {"names": 1, "no names": 1, "negations": -1, "similarity": 1, "best of all": 1},
}  # fmt: skip
"""Names of the features, and whether more of each speaks for or against support: a fit must not say otherwise."""

WEIGHTS: dict[Kind, tuple[float, ...]] = {
    "same": (-2.89, -1.28, -3.84, 1.19, -2.02, 3.79, -1.61, -8.43),
    "cross": (-4.73, 1.21, 1.47, -3.87, 3.27, 4.11),
}
"""Bias first, then one per feature. The share of all terms, the rarest one that is missing and the pairs of characters
were tried too: the fit gave them 0 beside the others."""

THRESHOLDS: dict[Kind, float] = {"same": 0.348, "cross": 0.152}
"""Least support of a sentence that is let through."""

_LATIN = re.compile(r"[a-z][a-z0-9.+#_-]+")
_OPPOSITE = 0.6
"""Share of the terms from which on a sentence with another negation is the opposite, not another subject."""
_FEW = 3
"""Words below which a sentence is too short to be compared by meaning alone."""
_MOST_EMBEDDED = 80
"""Sentences of a passage in another language that are compared: words do not tell which of them are near."""
_NEAREST = 5
"""Sentences that are embedded where words tell which are near."""


class Support:
    """Compares sentences with passages, in the words, names and vectors of one course."""

    def __init__(
        self,
        analyzer: Analyzer,
        embeddings: Embeddings,
        idf: Callable[[Sequence[str]], list[float]],
        bridge: TermBridge | None = None,
    ) -> None:
        """Take what a course knows; one object for one answer, since it remembers vectors."""
        self._analyzer, self._embeddings, self._idf = analyzer, embeddings, idf
        self._bridge = bridge or TermBridge()
        self._vectors: dict[str, NDArray[np.float64]] = {}
        self._polarities: dict[str, Polarity] = {}

    def evidence(self, chunk: Chunk) -> Evidence:
        """A passage, read."""
        return read_passage(chunk, self._analyzer)

    def claim(self, sentence: str) -> Claim:
        """A sentence, read."""
        return read_claim(sentence, self._analyzer)

    def of(self, claim: Claim, passages: Sequence[Evidence]) -> float:
        """How surely one of the passages, or all of them together, support a claim: in [0, 1], ½ is the threshold."""
        read = [*passages, joined(passages)] if len(passages) > 1 else passages
        return max((self._one(claim, passage) for passage in read), default=0.0)

    def contradicted(self, claim: Claim, passage: Evidence) -> bool:
        """Whether a passage says the opposite in the same words."""
        if detect_language(claim.text) != passage.language or verbatim(claim, passage):
            return False
        values = dict(zip(FEATURES["same"], self._same(claim, passage), strict=True))
        return values["flipped"] > 0 and values["terms of the best"] >= _OPPOSITE

    def features(self, claim: Claim, passage: Evidence) -> tuple[Kind, list[float]]:
        """Which of the two scores it is, and its features."""
        if detect_language(claim.text) == passage.language or not passage.sentences:
            return "same", self._same(claim, passage)
        return "cross", self._cross(claim, passage)

    def _one(self, claim: Claim, passage: Evidence) -> float:
        if verbatim(claim, passage):
            return 1.0
        if misses_figures(claim, passage):
            return 0.0
        kind, values = self.features(claim, passage)
        if kind == "cross" and len(claim.words) < _FEW and not self._held(claim.words, passage.terms):
            return 0.0
        bias, *weights = WEIGHTS[kind]
        score = bias + sum(weight * value for weight, value in zip(weights, values, strict=True))
        least = math.log(THRESHOLDS[kind] / (1 - THRESHOLDS[kind]))
        return 1 / (1 + math.exp(-(score - least)))

    def _same(self, claim: Claim, passage: Evidence) -> list[float]:
        weights = dict(zip(claim.words, self._idf(claim.words), strict=True))
        whole = sum(weights.values()) or 1.0
        held = self._held(claim.words, passage.terms)
        windows = _windows(passage.sentences)
        shares = [sum(weights[word] for word in weights if word in terms | passage.around) for _, terms in windows]
        ranked = sorted(range(len(windows)), key=lambda place: -shares[place])[:_NEAREST]
        best = windows[ranked[0]][0] if ranked else ""
        lacking = [word for word in weights if word not in held]
        said = pairs(claim.text)
        near = [windows[place][0] for place in ranked]
        rarest = max((weights[word] for word in lacking), default=0.0) / 8.0
        beside = windows[ranked[0]][1] | passage.around if ranked else frozenset()
        moved = max((weights[word] for word in weights if word in held and word not in beside), default=0.0) / 8.0
        overlap = max((len(said & pairs(text)) / len(said) for text in near), default=0.0) if said else 1.0
        return [
            _share(missing(claim.figures, stated(best)), len(claim.figures)),
            min((self._polarity(claim.text).against(self._polarity(best)) if best else 0), 2.0),
            max(shares, default=0.0) / whole if weights else 1.0,
            min(self._names_missing(claim, passage), 3.0),
            max(self._similarities(claim.text, near), default=0.0),
            rarest * overlap,
            moved * overlap,
        ]

    def _cross(self, claim: Claim, passage: Evidence) -> list[float]:
        wanted = [word for word in dict.fromkeys(claim.words) if _LATIN.fullmatch(word)]
        if detect_language(claim.text) == "en":  # all of it is Latin: what looks like a name is what the bridge knows
            wanted = [word for word in wanted if self._is_name(word, claim.text)]
        held = self._held(tuple(claim.words), passage.terms)
        texts = [text for text, _ in passage.sentences[:_MOST_EMBEDDED]]
        scores = sorted(self._similarities(claim.text, texts), reverse=True)
        joint = [f"{one} {other}" for one, other in zip(texts, texts[1:], strict=False)]
        together = max(self._similarities(claim.text, joint), default=0.0)
        best = texts[int(np.argmax(self._similarities(claim.text, texts)))] if texts else ""
        uneven = bool(self._polarity(claim.text).count) != bool(self._polarity(best).count) if best else False
        return [
            _share(sum(word in held for word in wanted), len(wanted)),
            float(not wanted),
            float(uneven),
            max(scores, default=0.0),
            max(together, *scores[:1]) if scores else 0.0,
        ]

    def _held(self, words: tuple[str, ...], terms: frozenset[str]) -> set[str]:
        """Words that stand in a passage, or whose other name in this course does."""
        held = {word for word in words if word in terms}
        for expansion in self._bridge.expansions(words):
            if terms.issuperset(expansion.to):
                held.update(expansion.of)
        return held

    def _names_missing(self, claim: Claim, passage: Evidence) -> int:
        """How many names do not stand in a passage, under another name neither."""
        lacking = [name for name in claim.names if name not in passage.squeezed]
        if not lacking:
            return 0
        held = self._held(claim.words, passage.terms)
        return sum(not held.issuperset(self._analyzer.analyze_one(name).words) for name in lacking)

    @staticmethod
    def _is_name(word: str, text: str) -> bool:
        """Whether an English word is written as names and code are: R2, ReLU, BERT, `tf.function`."""
        written = re.findall(rf"(?<![A-Za-z]){re.escape(word)}[A-Za-z]*", text, re.IGNORECASE)
        return any(any(each.isupper() for each in found[1:]) or any(map(str.isdigit, found)) for found in written)

    def _polarity(self, text: str) -> Polarity:
        if text not in self._polarities:
            self._polarities[text] = polarity(text, self._analyzer)
        return self._polarities[text]

    def _similarities(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosines of a sentence with others."""
        if not others:
            return []
        new = [each for each in dict.fromkeys((text, *others)) if each not in self._vectors]
        if new:
            for each, vector in zip(new, self._embeddings.embed_documents(new), strict=True):
                self._vectors[each] = np.asarray(vector) / (np.linalg.norm(vector) or 1.0)
        return [float(self._vectors[text] @ self._vectors[other]) for other in others]


def _windows(sentences: Sequence[tuple[str, frozenset[str]]]) -> list[tuple[str, frozenset[str]]]:
    """Each sentence, and each with the one after it: an answer joins what stands side by side."""
    two = [(f"{one} {other}", a | b) for (one, a), (other, b) in zip(sentences, sentences[1:], strict=False)]
    return [*sentences, *two]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
