"""``python -m eval.bench.grounding``: fit the sentence guard, and say what it catches and what it takes away.

True sentences are rewordings by rule, human paraphrases, translations and reference answers; false ones the same with
a number or name changed, negated, or cited to the wrong passage. The weights, and the thresholds that let
``_LET_THROUGH`` of the true sentences pass, come from the training texts; every table is of other texts. They go into
``rag.grounding.support`` by hand.
"""

import argparse
import math
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.bench.grounding_sets import (
    Case,
    aligned_paragraphs,
    asked_paragraphs,
    english_passages,
    group_cases,
    pair_cases,
    pair_rows,
    passage_cases,
    reference_cases,
    section_passages,
    set_passages,
    translated_cases,
)
from eval.bench.processes import course_rag
from rag.analyzer import Analyzer
from rag.embeddings.loading import load_embedder
from rag.errors import CourseRagError
from rag.grounding import support
from rag.grounding.reading import misses_figures, verbatim
from rag.grounding.support import FEATURES, Kind, Support
from rag.settings import EmbedderSettings

_LET_THROUGH = 0.95
"""Share of the true sentences of the fitted texts that the thresholds let pass."""

_RIDGE = 3e-4
_FEW = 20
"""Kinds with fewer true sentences say nothing of a threshold."""


@dataclass(frozen=True, slots=True)
class Read:
    """A case with its features; what is settled without a score is passed (verbatim) or stopped (numbers)."""

    case: Case
    kind: Kind
    values: list[float]
    settled: Literal["passed", "stopped", ""]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print weights and thresholds, and the table of the other texts."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.grounding", description="Fit the sentence guard.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/, pairs/ …")
    parser.add_argument("--index", type=Path, help="index of the documents, if one is built already")
    parser.add_argument("--no-fit", action="store_true", help="only report what the weights in use do")
    options = parser.parse_args(argv)
    data = options.data.absolute()
    weights, thresholds = dict(support.WEIGHTS), dict(support.THRESHOLDS)
    analyzer = Analyzer()
    try:
        if not options.no_fit:
            fitted = [each for cases in _fitting(data, analyzer).values() for each in read(cases, analyzer)]
            weights, thresholds = fit(fitted)
            sys.stdout.write(_as_code(weights, thresholds))
        looked = _reporting(data, options.index, analyzer)
    except CourseRagError as error:
        sys.stderr.write(f"error: {error.message}\n  → {error.remedy}\n")
        return 1
    results = {name: read(cases, analyzer) for name, cases in looked.items()}
    sys.stdout.write(table(results, weights, thresholds) + "\n")
    return 0


def _fitting(data: Path, analyzer: Analyzer) -> dict[str, list[Case]]:
    parallel = [data / "parallel" / f"{name}.jsonl" for name in ("python-docs", "pytorch-tutorials", "rust-book")]
    return {
        "sections": passage_cases(section_passages(data / "pairs/korean-sections.jsonl"), analyzer),
        "english": passage_cases(english_passages(parallel), analyzer),
        # Captions in other words: few, since they would teach that words do not matter.
        "korsts": pair_cases(pair_rows(data / "pairs/korsts-train.jsonl"))[::4],
        "translated": translated_cases(aligned_paragraphs(data / "parallel/pytorch-tutorials.jsonl")),
    }


def _reporting(data: Path, index: Path | None, analyzer: Analyzer) -> dict[str, list[Case]]:
    questions = data / "questions"
    with tempfile.TemporaryDirectory() as folder:
        if index is None:
            index = Path(folder) / "index"
            course_rag(["build", str(data / "documents"), "--index", str(index)], folder=Path(folder))
        references = reference_cases(index, questions / "course-documents.jsonl")
    return {
        "course-documents": references,
        "korquad1-dev-pub": passage_cases(set_passages(questions / "korquad1-dev-pub"), analyzer),
        "squad20-dev-pub": passage_cases(set_passages(questions / "squad20-dev-pub"), analyzer),
        "parakqc": group_cases(pair_rows(data / "pairs/parakqc.jsonl")),
        "klue-sts-dev": pair_cases(pair_rows(questions / "klue-sts-dev.jsonl")),
        "xling-hf-nlp-course": translated_cases(asked_paragraphs(questions / "xling-hf-nlp-course")),
        "xling-ml-for-beginners": translated_cases(asked_paragraphs(questions / "xling-ml-for-beginners")),
    }


def read(cases: Sequence[Case], analyzer: Analyzer) -> list[Read]:
    """The features of cases, rarity counted over their own passages."""
    chunks = {case.chunk.id: case.chunk for case in cases}
    reader = Support(analyzer, load_embedder(EmbedderSettings()), _rarity(analyzer, [c.text for c in chunks.values()]))
    evidence = {key: reader.evidence(chunk) for key, chunk in chunks.items()}
    done = []
    for case in cases:
        passage = evidence[case.chunk.id]
        claim = reader.claim(case.sentence)
        kind, values = reader.features(claim, passage)
        settled: Literal["passed", "stopped", ""] = "stopped" if misses_figures(claim, passage) else ""
        done.append(Read(case, kind, values, "passed" if verbatim(claim, passage) else settled))
    return done


def _rarity(analyzer: Analyzer, texts: Sequence[str]) -> Callable[[Sequence[str]], list[float]]:
    counts = Counter(word for terms in analyzer.analyze(texts) for word in set(terms.words))
    size = len(texts)
    return lambda words: [math.log(1 + (size - counts[word] + 0.5) / (counts[word] + 0.5)) for word in words]


def fit(reads: Sequence[Read]) -> tuple[dict[Kind, tuple[float, ...]], dict[Kind, float]]:
    """Weights of both scores, true and false sentences counting the same in all, and the thresholds.

    The threshold lets the same share of each kind of true sentences pass: but for the paraphrases, which share their
    words with nothing, as a model that was told to keep to the passage's terms does not write.
    """
    weights: dict[Kind, tuple[float, ...]] = {}
    thresholds: dict[Kind, float] = {}
    for kind in FEATURES:
        some = [each for each in reads if each.kind == kind and not each.settled]
        values, true = np.array([each.values for each in some]), np.array([each.case.true for each in some])
        found = _signed(values, true, list(FEATURES[kind].values()))
        weights[kind] = tuple(round(float(weight), 2) for weight in found)
        sure = chances(values, weights[kind])
        groups: dict[str, list[float]] = defaultdict(list)
        for each, chance in zip(some, sure.tolist(), strict=True):
            if each.case.true and each.case.kind != "paraphrase":
                groups[each.case.kind].append(chance)
        passed = [np.quantile(group, 1 - _LET_THROUGH) for group in groups.values() if len(group) >= _FEW]
        thresholds[kind] = round(float(min(passed)), 3)
    return weights, thresholds


def _signed(values: NDArray[np.float64], true: NDArray[np.bool_], signs: Sequence[int]) -> NDArray[np.float64]:
    """Weights of which none has the wrong sign: features that would get one are left out, the worst first."""
    used = list(range(values.shape[1]))
    while True:
        found = _logistic(values[:, used], true)
        wrong = {place: weight for place, weight in zip(used, found[1:], strict=True) if weight * signs[place] < 0}
        if not wrong:
            break
        used.remove(max(wrong, key=lambda place: abs(wrong[place])))
    weights = np.zeros(values.shape[1] + 1)
    weights[[0, *(place + 1 for place in used)]] = found
    return weights


def chances(values: NDArray[np.float64], weights: Sequence[float]) -> NDArray[np.float64]:
    """Probability (n,) that each sentence is supported."""
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-(weights[0] + values @ np.array(weights[1:]))))
    return chance


def _logistic(values: NDArray[np.float64], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method; bias first; both classes weigh the same."""
    design = np.c_[np.ones(len(values)), values]
    share = np.where(true, 0.5 / true.sum(), 0.5 / (~true).sum())
    ridge = _RIDGE * np.diag([0.0] + [1.0] * values.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (share * (chance - true)) + ridge @ weights
        curvature = (design * (share * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def table(results: dict[str, list[Read]], weights: dict[Kind, tuple[float, ...]], thresholds: dict[Kind, float]) -> str:
    """Markdown: of each kind of sentence the share that is stopped, and of each set the precision of stopping."""
    rows = [["set", "sentences", "n", "stopped"], ["---"] * 4]
    for name, reads in results.items():
        by_kind: dict[tuple[bool, str], list[bool]] = defaultdict(list)
        for each in reads:
            by_kind[not each.case.true, each.case.kind].append(_stopped(each, weights, thresholds))
        rows += [
            [name, ("true: " if not false else "false: ") + kind, str(len(hits)), f"{np.mean(hits):.2f}"]
            for (false, kind), hits in sorted(by_kind.items())
        ]
        rows.append([name, *_summary(by_kind)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _summary(by_kind: dict[tuple[bool, str], list[bool]]) -> list[str]:
    """Balanced: a false sentence stopped against a true one stopped, as if there were as many of each."""
    false = _rate(hits for (wrong, _), hits in by_kind.items() if wrong)
    true = _rate(hits for (wrong, _), hits in by_kind.items() if not wrong)
    precision = false / (false + true) if false + true else 0.0
    count = sum(map(len, by_kind.values()))
    return [f"**all: recall {false:.2f}, precision {precision:.2f}, true sentences lost {true:.2f}**", str(count), ""]


def _rate(groups: Iterable[list[bool]]) -> float:
    hits = [hit for group in groups for hit in group]
    return float(np.mean(hits)) if hits else 0.0


def _stopped(each: Read, weights: dict[Kind, tuple[float, ...]], thresholds: dict[Kind, float]) -> bool:
    chance = float(chances(np.array([each.values]), weights[each.kind])[0])
    return each.settled != "passed" and (each.settled == "stopped" or chance < thresholds[each.kind])


def _as_code(weights: dict[Kind, tuple[float, ...]], thresholds: dict[Kind, float]) -> str:
    lines = [f"{kind}:\n  bias {found[0]}\n" + "".join(
        f"  {weight:6.2f}  {name}\n" for name, weight in zip(FEATURES[kind], found[1:], strict=True)
    ) for kind, found in weights.items()]  # fmt: skip
    return f"WEIGHTS = {weights}\nTHRESHOLDS = {thresholds}\n" + "".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
