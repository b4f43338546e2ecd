"""``python -m eval.fitting.sentence_fit``: fit what a sentence's score is made of, and what each part is worth.

Questions whose answer is known word for word are put to the courses of two sets; the sentence of the right passage
that holds the answer should be the best of all that are read. The weights are those of a choice among sentences
(conditional logit, McFadden 1974), where several may be right. They go into ``rag.extractive.scoring.WEIGHTS`` by hand.
Another set is only looked at: how often the first sentence holds the answer, and how much worse its choice is (log
likelihood per question, with its 95% interval) once a feature is taken away.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench.course_sets import make_course
from eval.bench.processes import course_rag
from eval.metrics.intervals import bootstrap_interval
from eval.questions import Question
from rag.answering.prompts import parse_passages, render_passages
from rag.errors import CourseRagError
from rag.extractive.features import FEATURES
from rag.extractive.scoring import Reading
from rag.index.course import Course
from rag.retrieval.retriever import CourseRetriever

FITTED = ("squad20-dev-pub", "boostcamp-klue-mrc-val")
LOOKED_AT = ("korquad1-dev-pub",)
_SEED = 7
_MOST_QUESTIONS = 600
_RIDGE = 2.0
"""Squared weights are held down as if each had been seen to be 0 with a deviation of 1 / √2."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences read for one question: their features (n × ``FEATURES``), and which hold the answer."""

    values: NDArray[np.float64]
    right: NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, and print the weights and the table of what each feature is worth."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.sentence_fit", description="Fit the scores of sentences."
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder:
            sets = {
                name: choices(options.data.absolute() / "questions" / name, Path(folder))
                for name in (*FITTED, *LOOKED_AT)
            }
    except CourseRagError as error:
        sys.stderr.write(f"error: {error.message}\n  → {error.remedy}\n")
        return 1
    fitted = [choice for name in FITTED for choice in sets[name]]
    weights = fit(fitted)
    sys.stdout.write("WEIGHTS = (\n")
    for name, weight in zip(FEATURES, weights, strict=True):
        sys.stdout.write(f"    {weight:.2f},  # {name}\n")
    sys.stdout.write(")\n\n" + table(fitted, sets, weights) + "\n")
    return 0


def fit(choices: Sequence[Choice]) -> NDArray[np.float64]:
    """Weights (features,) that make the right sentences most likely, by Newton's method with halved steps."""
    told = [choice for choice in choices if choice.right.any() and not choice.right.all()]
    weights = np.zeros(told[0].values.shape[1])
    value = _objective(told, weights)
    for _ in range(60):
        gradient, curvature = -_RIDGE * weights, _RIDGE * np.eye(len(weights))
        for choice in told:
            chance = _chances(choice, weights)
            right = chance * choice.right / (chance @ choice.right)
            mean = chance @ choice.values
            gradient += right @ choice.values - mean
            curvature += (choice.values * chance[:, None]).T @ choice.values - np.outer(mean, mean)
        step = np.linalg.solve(curvature, gradient)
        # What is maximised is not concave where several sentences are right: a full step may go too far.
        while (after := _objective(told, weights + step)) < value and float(np.abs(step).max()) > 1e-6:
            step /= 2
        if after - value < 1e-6:
            break
        weights, value = weights + step, after
    return weights


def log_likelihoods(choices: Sequence[Choice], weights: NDArray[np.float64]) -> list[float]:
    """Of each question whose answer was read: log of the chance that a right sentence is chosen."""
    return [float(np.log(_chances(each, weights) @ each.right)) for each in choices if each.right.any()]


def first_is_right(choices: Sequence[Choice], weights: NDArray[np.float64]) -> float:
    """Share of the questions whose answer was read, for which the best sentence holds it."""
    return float(np.mean([each.right[np.argmax(each.values @ weights)] for each in choices if each.right.any()]))


def choices(source: Path, folder: Path) -> list[Choice]:
    """Build a set's course, ask its answerable questions, and tell which of the sentences read hold the answer."""
    sys.stderr.write(f"{source.name} …\n")
    work = folder / source.name
    (work / "empty").mkdir(parents=True)
    course_set = make_course(source, work / "documents")
    course_rag(["build", str(course_set.documents), "--index", str(work / "index")], folder=work / "empty")
    with (source / "queries.jsonl").open(encoding="utf-8") as lines:
        answers = {row["id"]: row["answer"] for row in map(json.loads, lines)}
    questions = [question for question in course_set.questions if question.answerable]
    random.Random(_SEED).shuffle(questions)  # noqa: S311
    course = Course.open(work / "index")
    retriever = CourseRetriever(course=course)
    return [_choice(question, answers[question.id], retriever) for question in questions[:_MOST_QUESTIONS]]


def _choice(question: Question, answers: Sequence[str], retriever: CourseRetriever) -> Choice:
    course = retriever.course
    hits = retriever.search(question.user_input)
    passages, _ = parse_passages(render_passages(hits))
    reading = Reading(question.user_input, passages, course.analyzer, course.embedder, course.lexical.idf)
    right = [
        hits[each.passage.number - 1].chunk.source in question.sources
        and any(answer and answer in each.segment.text for answer in answers)
        for each in reading.read
    ]
    return Choice(reading.values, np.array(right, bool))


def _chances(choice: Choice, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = choice.values @ weights
    chances: NDArray[np.float64] = np.exp(scores - scores.max())
    chances /= chances.sum()
    return chances


def _objective(choices: Sequence[Choice], weights: NDArray[np.float64]) -> float:
    return sum(log_likelihoods(choices, weights)) - _RIDGE / 2 * float(weights @ weights)


def table(fitted: Sequence[Choice], sets: dict[str, list[Choice]], weights: NDArray[np.float64]) -> str:
    """Markdown: how often the first sentence is right, per set; and what the absence of each feature costs."""
    head = ["features", *(f"{name} ({'fitted' if name in FITTED else 'looked at'})" for name in sets), "loss"]
    rows = [head, ["---"] * len(head)]
    looked = [choice for name in LOOKED_AT for choice in sets[name]]
    whole = np.array(log_likelihoods(looked, weights))
    rows.append(["all", *(f"{first_is_right(each, weights):.3f}" for each in sets.values()), ""])
    for number, name in enumerate(FEATURES):
        left = [
            [Choice(np.delete(choice.values, number, axis=1), choice.right) for choice in some]
            for some in (fitted, *sets.values(), looked)
        ]
        without = fit(left[0])
        losses = (whole - np.array(log_likelihoods(left[-1], without))).tolist()
        low, high = bootstrap_interval(losses) or (float("nan"), float("nan"))
        shares = (f"{first_is_right(each, without):.3f}" for each in left[1:-1])
        rows.append([f"without {name}", *shares, f"{np.mean(losses):+.3f} [{low:+.3f}, {high:+.3f}]"])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
