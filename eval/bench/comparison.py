"""Whether ``eval compare`` is right: how often it finds a difference where there is none, and where there is one.

``python -m eval.bench.comparison`` draws pairs of runs of 400 questions and prints what share of the comparisons says
what. Nothing is asked of an index: each question gets a rank of its evidence in both runs, the values of its metrics
follow from it, and the comparison takes them from there.

How runs are drawn. Question q has a latent ease in run r, ``√ρ · x_q + √(1 − ρ) · e_qr`` with standard normal x and e:
what makes the question hard in every run, and what differs. Its evidence stands at the rank whose share it falls into;
run A has hit@1 .60, hit@5 .80, hit@10 .87. ρ says how alike the runs are; what share of the questions changes sides
in hit@5 follows. On ``course-documents.jsonl`` it is 2% for another dense weight, 5% for another chunk size, 8% for
similarity or rank fusion, 11% for BM25 alone, 19% for MMR, each beside the default. Run B, where it differs, is easier
by what makes its hit@5 .85. Answers follow the search with noise of their own: words, citations, refusals.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from eval.compare import both_families, verdict_on
from eval.differences import Pair, differences_of
from eval.metrics.intervals import bootstrap_interval, wilson_interval
from eval.metrics.ranking import hit_at_k, ndcg_at_k, recall_at_k, reciprocal_rank
from eval.metrics.values import CUTS, Value
from eval.questions import Question
from eval.scoring import QuestionScore

QUESTIONS = 400
LIKENESS = {"a weight changed": 0.98, "another mode": 0.95, "another embedder": 0.9, "another system": 0.8}
"""ρ by what may have been changed."""

_FOUND = {1: 0.60, 2: 0.68, 3: 0.74, 4: 0.775, 5: 0.80, 6: 0.82, 7: 0.835, 8: 0.85, 9: 0.86, 10: 0.87}
"""Share of the questions whose evidence stands at this rank or before it, in run A."""

_BETTER = 0.85
_NORMAL = NormalDist()
_EDGES = [_NORMAL.inv_cdf(share) for share in _FOUND.values()]
_SHIFT = _NORMAL.inv_cdf(_BETTER) - _NORMAL.inv_cdf(_FOUND[5])
_RELEVANT = frozenset({"evidence"})
_RANKED = [["evidence" if place == rank else f"other {place}" for place in range(1, 11)] for rank in range(12)]


@dataclass(frozen=True, slots=True)
class Trials:
    """What comparisons of drawn runs said.

    Attributes:
        count: how many.
        flips: mean share of questions that changed sides in hit@5.
        none: verdicts "no difference" on the whole.
        better, worse: verdicts that name B better, or worse, in something.
        primary: verdicts that name B better in hit@5 itself, among all metrics.
        gate: the same where hit@5 was named beforehand.
        slices: verdicts on slices that name a difference.
        plain: how often some metric's 95% interval leaves out 0: what an unadjusted comparison would say.
    """

    count: int
    flips: float
    none: int
    better: int
    worse: int
    primary: int
    gate: int
    slices: int
    plain: int


def drawn_pairs(seed: int, *, likeness: float, better: bool, questions: int = QUESTIONS) -> list[Pair]:
    """The scored questions of two drawn runs."""
    generator = np.random.default_rng(seed)
    hard, own = generator.standard_normal(questions), generator.standard_normal((2, questions))
    ease = (
        np.sqrt(likeness) * hard
        + np.sqrt(1 - likeness) * own
        - np.outer([0, _SHIFT if better else 0], np.ones(questions))
    )
    ranks = np.searchsorted(_EDGES, ease) + 1  # 11: not found
    wording, noise = generator.standard_normal((questions, 3)), generator.standard_normal((2, questions, 3))
    asked = [
        Question(f"q{number}", "?", lang="ko" if number % 3 else "en", tags=(f"t{number % 5}",), sources=("evidence",))
        for number in range(questions)
    ]
    first, second = (
        [
            QuestionScore(question, _values(int(rank), wording[number] + 0.5 * noise[run, number]))
            for number, (question, rank) in enumerate(zip(asked, ranks[run], strict=True))
        ]
        for run in (0, 1)
    )
    return list(zip(first, second, strict=True))


def _values(rank: int, noise: NDArray[np.float64]) -> dict[str, Value]:
    ranked = _RANKED[rank]
    values = {"mrr": reciprocal_rank(ranked, _RELEVANT), "ndcg@10": ndcg_at_k(ranked, _RELEVANT, 10)}
    for k in CUTS:
        values[f"recall@{k}"] = recall_at_k(ranked, _RELEVANT, k)
        values[f"hit@{k}"] = values[f"evidence_hit@{k}"] = hit_at_k(ranked, _RELEVANT, k)
    found = rank <= 5
    words = np.clip(np.where(found, 0.55, 0.15) + 0.2 * noise, 0.0, 1.0)
    values |= dict(zip(("token_f1", "answer_recall", "chrf"), map(float, words), strict=True))
    values["citation_evidence"] = float(found and noise[0] > -1.2)
    values["refusal_accuracy"] = float(found or noise[1] > 0.8)
    return {name: Value(value) for name, value in values.items()}


def try_comparisons(*, likeness: float, better: bool, trials: int, first_seed: int = 0) -> Trials:
    """Compare drawn runs, seed by seed."""
    flips = none = wins = losses = primary = gate = slices = plain = 0
    for seed in range(first_seed, first_seed + trials):
        pairs = drawn_pairs(seed, likeness=likeness, better=better)
        found, in_slices = both_families(pairs)
        flips += found["hit@5"].wins + found["hit@5"].losses
        none += verdict_on(found, len(pairs)).startswith("No difference")
        wins += any(each.direction > 0 for each in found.values())
        losses += any(each.direction < 0 for each in found.values())
        primary += found["hit@5"].direction > 0
        gate += differences_of(pairs, ["hit@5"])["hit@5"].direction > 0
        slices += any(each.direction for metrics in in_slices.values() for each in metrics.values())
        plain += any(
            each.low is not None and each.high is not None and not each.low <= 0 <= each.high for each in found.values()
        )
    return Trials(trials, flips / trials / QUESTIONS, none, wins, losses, primary, gate, slices, plain)


def coverage(share: float, count: int, *, trials: int = 1000) -> dict[str, float]:
    """How often each interval of a yes-or-no metric's mean holds the true one, at a number of questions."""
    generator = np.random.default_rng(5)
    held = {"Wilson": 0, "expanded bootstrap": 0, "plain bootstrap": 0}
    for _ in range(trials):
        values = (generator.random(count) < share).astype(float)
        drawn = values[generator.integers(0, count, (500, count))].mean(axis=1)
        low, high = wilson_interval(int(values.sum()), count)
        expanded = bootstrap_interval(values.tolist(), resamples=500)
        plain = np.quantile(drawn, [0.025, 0.975])
        held["Wilson"] += low <= share <= high
        held["expanded bootstrap"] += expanded is not None and expanded[0] <= share <= expanded[1]
        held["plain bootstrap"] += bool(plain[0] <= share <= plain[1])
    return {name: times / trials for name, times in held.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both figures, and how well the intervals cover."""
    parser = argparse.ArgumentParser(description="How often `eval compare` is right.")
    parser.add_argument("--trials", type=int, default=100, help="pairs of runs per line")
    trials = parser.parse_args(arguments).trials
    print(f"{QUESTIONS} questions, {trials} pairs of runs each; 'hit@5 flips' is the share of questions changing sides")  # noqa: T201
    head = ("no difference", "better", "worse", "hit@5 named", "hit@5 as gate", "in a slice", "some interval without 0")
    print("runs drawn from                 hit@5 flips  " + "  ".join(head))  # noqa: T201
    for better in (False, True):
        for what, likeness in LIKENESS.items():
            found = try_comparisons(likeness=likeness, better=better, trials=trials)
            told = (found.none, found.better, found.worse, found.primary, found.gate, found.slices, found.plain)
            cells = "  ".join(f"{value:>{len(name)}}" for value, name in zip(told, head, strict=True))
            name = f"{'.80 and .85' if better else 'the same'}, {what}"
            print(f"{name:<32}{found.flips:>11.3f}  {cells}", flush=True)  # noqa: T201
    print("\nhow often a 95% interval of a yes-or-no metric holds the true mean")  # noqa: T201
    for count, share in ((10, 0.8), (20, 0.9), (50, 0.95), (138, 0.8)):
        covered = ", ".join(f"{name} {value:.3f}" for name, value in coverage(share, count).items())
        print(f"{count:>4} questions, mean {share}: {covered}")  # noqa: T201


if __name__ == "__main__":
    main()
