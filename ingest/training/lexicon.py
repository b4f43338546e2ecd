"""Make the bundled lexicon: ``python -m ingest.training.lexicon --data DATA --out FOLDER``.

Which Korean and which English index terms stand for each other is learned from aligned sentences and paragraphs: IBM
Model 1 (Brown, Della Pietra, Della Pietra & Mercer 1993, §4.2), fitted in both directions by expectation maximization.
Each direction alone lets rare words claim whatever stands beside them (Moore 2004), so a pair's weight is the geometric
mean of the two probabilities, and both have to agree on it. DATA is what ``course-rag embedder train`` reads; the
same data makes the same lexicon.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.training.pairs import read_training_data
from rag.analyzer import FUNCTION_WORDS, Analyzer
from rag.errors import CourseRagError
from rag.language import has_hangul
from rag.query.lexicon import FILE, FREQUENCIES

_TASKS = ("sentences", "translation", "terms")
_LONGEST_TEXT = 600
"""Characters; in a longer paragraph any word may stand for any other."""

_MOST_TERMS = 50
_RAREST = 4
"""Texts that a term must stand in."""

_ROUNDS = 6
_SMOOTHING = 0.5
"""Counts that are lost to no term at all: rare terms are not sure of anything."""

_UNSEEN = 0.01
"""Probability of a pair in the direction that has not seen it."""

_LEAST_WEIGHT, _LEAST_COUNT = 0.1, 3
_LEAST_SHARE = 0.0005
"""Half a text in a thousand, which is as many as ``rag.extractive.rarity`` takes the background to be."""

_CAMPUS, _CAMPUS_WEIGHT = Path(__file__).with_name("campus.tsv"), 0.9
_BATCH = 4000

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translations:
    """What one direction has learned: probability and expected count of (source, target)."""

    probability: dict[tuple[str, str], float]
    count: dict[tuple[str, str], float]


def main(argv: Sequence[str] | None = None) -> int:
    """Learn the pairs and write them."""
    parser = argparse.ArgumentParser(prog="python -m ingest.training.lexicon", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with parallel/ and pairs/")
    parser.add_argument("--out", type=Path, required=True, help="folder for lexicon.tsv")
    options = parser.parse_args(argv)
    try:
        korean, english = aligned_terms(options.data)
        pairs = with_campus_words(learned(korean, english))
        shares = frequencies([korean, english, _terms(everyday_texts(options.data))])
    except CourseRagError as error:
        sys.stderr.write(f"error: {error.message}\n  → {error.remedy}\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    lines = [f"{korean}\t{english}\t{weight:.2f}\n" for korean, english, weight in pairs]
    (options.out / FILE).write_text("".join(lines), encoding="utf-8")
    lines = [f"{term}\t{share:.5f}\n" for term, share in shares]
    (options.out / FREQUENCIES).write_text("".join(lines), encoding="utf-8")
    sys.stderr.write(f"{len(pairs)} pairs, {len(shares)} frequencies\n")
    return 0


def aligned_terms(data: Path) -> tuple[list[Terms], list[Terms]]:
    """The index terms of aligned Korean and English texts, without function words and numbers, each once a text.

    Raises:
        EmbedderError: there are no pairs under ``data``.
    """
    tasks = read_training_data(data, seed=0).tasks
    pairs = [pair for task in _TASKS for pair in tasks.get(task, []) if len(pair.anchor) < _LONGEST_TEXT]
    return _terms([pair.anchor for pair in pairs]), _terms([pair.positive for pair in pairs])


def everyday_texts(data: Path) -> list[str]:
    """Korean questions and sentences of everyday life, which documentation has not the words of."""
    pairs = read_training_data(data, seed=0).tasks.get("paraphrases", [])
    return list(dict.fromkeys(text for pair in pairs for text in (pair.anchor, pair.positive)))


def frequencies(languages: Sequence[Sequence[Terms]]) -> list[tuple[str, float]]:
    """The share of texts that have each term, in the kind of text where it is most common; sorted, no rare ones."""
    shares: dict[str, float] = {}
    for texts in languages:
        for term, count in Counter(term for terms in texts for term in terms).items():
            shares[term] = max(shares.get(term, 0.0), count / len(texts))
    return sorted((term, share) for term, share in shares.items() if share >= _LEAST_SHARE)


def with_campus_words(pairs: Sequence[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """The pairs, and those of ``campus.tsv``: what no documentation says and every syllabus does."""
    rows = [line.split("\t") for line in _CAMPUS.read_text(encoding="utf-8").splitlines()]
    terms = _terms([korean for korean, _ in rows]), _terms([english for _, english in rows])
    known = {(korean, english): weight for korean, english, weight in pairs}
    for korean, english in zip(*terms, strict=True):
        if len(korean) == len(english) == 1:
            known[korean[0], english[0]] = _CAMPUS_WEIGHT
    return sorted((korean, english, weight) for (korean, english), weight in known.items())


def _terms(texts: Sequence[str]) -> list[Terms]:
    analyzer, found = Analyzer(), []
    for start in range(0, len(texts), _BATCH):
        for terms in analyzer.analyze(texts[start : start + _BATCH]):
            words = (word for word in terms.words if word not in FUNCTION_WORDS and any(map(str.isalpha, word)))
            found.append(tuple(dict.fromkeys(words)))
    return found


def learned(korean: Sequence[Terms], english: Sequence[Terms]) -> list[tuple[str, str, float]]:
    """Pairs of (Korean term, English term, weight in (0, 1]), sorted; what is Latin in both languages needs none."""
    to_korean, to_english = translations(english, korean), translations(korean, english)
    pairs = []
    for one, other in {(source, target) for source, target in to_english.probability} | {
        (target, source) for source, target in to_korean.probability
    }:
        there = to_english.probability.get((one, other), 0.0)
        back = to_korean.probability.get((other, one), 0.0)
        count = max(to_english.count.get((one, other), 0.0), to_korean.count.get((other, one), 0.0))
        weight = math.sqrt(max(there, _UNSEEN) * max(back, _UNSEEN))
        if has_hangul(one) > has_hangul(other) and count >= _LEAST_COUNT and weight >= _LEAST_WEIGHT:
            pairs.append((one, other, round(weight, 2)))
    return sorted(pairs)


def translations(source: Sequence[Terms], target: Sequence[Terms]) -> Translations:
    """IBM Model 1: how probable each target term is where a source term stands.

    Args:
        source: terms of each text.
        target: terms of the text it is aligned with.
    """
    sources, targets = _numbered(source), _numbered(target)
    froms, tos, sizes = _blocks(source, target, sources, targets)
    if not len(sizes):
        return Translations({}, {})
    pairs, place = np.unique(froms.astype(np.int64) * len(targets) + tos, return_inverse=True)
    of_source = pairs // len(targets)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    probability: NDArray[np.float64] = np.ones(len(pairs))
    count: NDArray[np.float64] = probability
    for _ in range(_ROUNDS):
        share = probability[place]
        share /= np.repeat(np.add.reduceat(share, starts), sizes)
        count = np.bincount(place, share, len(pairs)).astype(np.float64)
        probability = count / (np.bincount(of_source, count, len(sources) + 1)[of_source] + _SMOOTHING)
    names_from, names_to = list(sources), list(targets)
    kept = np.flatnonzero((probability > _UNSEEN) & (of_source < len(sources)))
    keys = [(names_from[of_source[at]], names_to[pairs[at] % len(targets)]) for at in kept.tolist()]
    return Translations(
        dict(zip(keys, probability[kept].tolist(), strict=True)), dict(zip(keys, count[kept].tolist(), strict=True))
    )


def _numbered(texts: Sequence[Terms]) -> dict[str, int]:
    counts = Counter(term for terms in texts for term in terms)
    return {term: number for number, term in enumerate(term for term, count in counts.items() if count >= _RAREST)}


def _blocks(
    source: Sequence[Terms], target: Sequence[Terms], sources: dict[str, int], targets: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """For each target term of each text a block with all source terms and with none (the last number).

    Returns:
        Source and target number of each row (rows,), and the size of each block (blocks,).
    """
    froms, tos, sizes = [], [], []
    for one, other in zip(source, target, strict=True):
        here = [sources[term] for term in one if term in sources]
        there = [targets[term] for term in other if term in targets]
        if not (0 < len(here) <= _MOST_TERMS and 0 < len(there) <= _MOST_TERMS):
            continue
        block = np.array([*here, len(sources)], np.int32)
        froms.append(np.tile(block, len(there)))
        tos.append(np.repeat(np.array(there, np.int32), len(block)))
        sizes.append(np.full(len(there), len(block), np.int64))
    if not sizes:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64)
    return np.concatenate(froms), np.concatenate(tos), np.concatenate(sizes)


if __name__ == "__main__":
    sys.exit(main())
