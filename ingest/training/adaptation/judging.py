"""Whether a model finds more than another: ranks, figures, and the interval of their difference.

``eval`` has the like for question sets; it may not be imported from here, and it resamples questions. Here several
questions come from one section and are no independent witnesses, so sections are resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.training.adaptation.probes import KINDS, Probe
from rag.embeddings.base import Embedder

_RESAMPLES = 2_000
_CONFIDENCE = 0.95
_BLOCK = 256
_DEEPEST = 10

Ranks = NDArray[np.int64]


@dataclass(frozen=True)
class Figures:
    """Of the questions of a kind: how many, recall at 1 and 5, and the mean of 1 / rank, 0 beyond rank 10."""

    questions: int
    recall_at_1: float
    recall_at_5: float
    mrr_at_10: float


@dataclass(frozen=True)
class Verdict:
    """Both models on the same questions.

    Attributes:
        before: figures by kind of question, and under "all".
        after: likewise.
        difference: of MRR@10 over all questions, after less before.
        low: lower end of its 95% interval.
        high: its upper end.
    """

    before: dict[str, Figures]
    after: dict[str, Figures]
    difference: float
    low: float
    high: float

    @property
    def won(self) -> bool:
        """Whether the model afterwards finds more, beyond chance."""
        return self.low > 0


def ranks_of(embedder: Embedder, probes: Sequence[Probe], passages: Sequence[str]) -> Ranks:
    """Rank (1 is best) of the best right passage of each probe; among equally similar ones it ranks last.

    Args:
        embedder: embeds questions and passages.
        probes: each with the passages that answer it, which no other probe is searched among.
        passages: of all chunks, by position; those that a probe hides are not searched for it.
    """
    asked = np.array([embedder.embed_query(probe.text) for probe in probes], np.float32)
    stand_ins = list(dict.fromkeys(text for probe in probes for text in probe.passages))
    place = {text: number for number, text in enumerate(stand_ins)}
    vectors = embedder.embed_array([*passages, *stand_ins])
    searched, right = vectors[: len(passages)], vectors[len(passages) :]
    ranks = np.empty(len(probes), np.int64)
    for start in range(0, len(probes), _BLOCK):
        similarities = asked[start : start + _BLOCK] @ searched.T
        for number, row in enumerate(similarities, start=start):
            row[list(probes[number].hidden)] = -np.inf
            best = (right[[place[text] for text in probes[number].passages]] @ asked[number]).max()
            ranks[number] = 1 + int((row >= best).sum())
    return ranks


def judge(probes: Sequence[Probe], before: Ranks, after: Ranks) -> Verdict:
    """Compare two models by their ranks on the same probes.

    The interval is that of the paired bootstrap over sections (Efron, Tibshirani 1993, §13.3; Field, Welsh 2007, on
    clusters): the same ranks give the same interval.
    """
    gains = _reciprocal(after) - _reciprocal(before)
    _, cluster = np.unique([probe.section for probe in probes], return_inverse=True)
    sums, counts = np.bincount(cluster, weights=gains), np.bincount(cluster)
    drawn = np.random.default_rng(0).integers(0, len(sums), (_RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return Verdict(_figures(probes, before), _figures(probes, after), float(gains.mean()), float(low), float(high))


def _figures(probes: Sequence[Probe], ranks: Ranks) -> dict[str, Figures]:
    kinds = np.array([probe.kind for probe in probes])
    found = {kind: ranks[kinds == kind] for kind in KINDS} | {"all": ranks}
    return {
        kind: Figures(len(some), float((some <= 1).mean()), float((some <= 5).mean()), float(_reciprocal(some).mean()))
        for kind, some in found.items()
        if len(some)
    }


def _reciprocal(ranks: Ranks) -> NDArray[np.float64]:
    return np.where(ranks <= _DEEPEST, 1 / ranks, 0.0)
