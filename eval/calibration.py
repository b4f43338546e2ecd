"""``python -m eval.calibration``: fit the support score of the extractive model, and say what its threshold costs.

Unanswerable questions are made by holding out: each set's course is built from half of its passages, so that the
questions on the other half have no answer in it, though the subject is the same. The fitted weights go into
``rag.extractive.scoring.SUPPORT`` by hand; other sets report what they are worth (``make bench``).
"""

import argparse
import math
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.course_sets import make_course
from eval.processes import course_rag
from eval.questions import Question
from rag.errors import CourseRagError
from rag.extractive.scoring import Reading
from rag.index.course import Course
from rag.llm import quick_part
from rag.prompts import parse_passages, render_passages
from rag.retriever import CourseRetriever

SETS = (
    "korquad1-dev-pub",
    "ai-tech-interview-pub",
    "boostcamp-klue-mrc-val",
    "squad20-dev-pub",
    "xling-shervine-cheatsheets",
)
_SEED = 7
_MOST_QUESTIONS = 300
_FALSE_REFUSALS = 0.05
"""Share of answerable questions that may be refused; it sets the threshold."""

_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Labelled:
    """Features (n × 7) of questions, and whether each is answered by what is indexed."""

    name: str
    features: NDArray[np.float64]
    answerable: NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, and print weights, threshold and what both do on each set."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibration", description=main.__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder:
            sets = [_labelled(name, options.data.absolute(), Path(folder)) for name in SETS]
    except CourseRagError as error:
        sys.stderr.write(f"error: {error.message}\n  → {error.remedy}\n")
        return 1
    weights = fit(np.concatenate([each.features for each in sets]), np.concatenate([each.answerable for each in sets]))
    answered = np.concatenate([support(each.features, weights)[each.answerable] for each in sets])
    threshold = float(np.quantile(answered, _FALSE_REFUSALS))
    sys.stdout.write(f"SUPPORT = ({', '.join(f'{weight:.2f}' for weight in weights)})\nthreshold = {threshold:.3f}\n")
    for each in sets:
        refused = support(each.features, weights) < threshold
        sys.stdout.write(
            f"{each.name}: of {each.answerable.sum()} answerable {refused[each.answerable].mean():.2f} refused, "
            f"of {(~each.answerable).sum()} held out {refused[~each.answerable].mean():.2f}\n"
        )
    return 0


def fit(features: NDArray[np.float64], answerable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, with a small ridge on the weights; bias first."""
    design = np.c_[np.ones(len(features)), features]
    ridge = _RIDGE * np.diag([0.0] + [1.0] * features.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (probability - answerable) / len(design) + ridge @ weights
        curvature = (design * (probability * (1 - probability))[:, None]).T @ design / len(design) + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if math.sqrt(float(step @ step)) < 1e-9:
            break
    return weights


def support(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability (n,) that a question is answered."""
    value: NDArray[np.float64] = 1 / (1 + np.exp(-(weights[0] + features @ weights[1:])))
    return value


def _labelled(name: str, data: Path, folder: Path) -> Labelled:
    """Build a course of half a set's passages and ask questions on both halves."""
    sys.stderr.write(f"{name} …\n")
    work = folder / name
    (work / "empty").mkdir(parents=True)
    course_set = make_course(data / "questions" / name, work / "documents")
    files = sorted(course_set.documents.iterdir())
    random.Random(_SEED).shuffle(files)  # noqa: S311
    for file in files[1::2]:
        file.unlink()
    kept = {file.name for file in files[::2]}
    course_rag(["build", str(course_set.documents), "--index", str(work / "index")], folder=work / "empty")
    questions = [question for question in course_set.questions if question.answerable]
    random.Random(_SEED).shuffle(questions)  # noqa: S311
    questions = [
        replace(question, answerable=bool(kept & set(question.sources))) for question in questions[:_MOST_QUESTIONS]
    ]
    features = _features(Course.open(work / "index"), questions)
    return Labelled(name, features, np.array([question.answerable for question in questions]))


def _features(course: Course, questions: Sequence[Question]) -> NDArray[np.float64]:
    retriever = CourseRetriever(course=course)
    quick = quick_part(course.embedder)
    rows = []
    for question in questions:
        passages, _ = parse_passages(render_passages(retriever.search(question.user_input)))
        reading = Reading(question.user_input, passages, course.analyzer, course.embedder, course.lexical.idf, quick)
        rows.append(reading.features())
    return np.array(rows)


if __name__ == "__main__":
    sys.exit(main())
