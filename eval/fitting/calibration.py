"""``python -m eval.fitting.calibration``: fit the support score of the extractive model, and what it costs.

One course of three quarters of the passages of all sets is built, and asked what it answers and what it does not (see
``eval.fitting.unanswerable``). For each set the weights are fitted on the others, and the table says how many questions
that have no answer are refused at what price; then they are fitted on all. Weights and threshold go into
``rag.extractive.scoring`` by hand. With ``--report INDEX QUESTIONS`` a question set that was not fitted on is reported
too, as often as given: all its answerable questions, and those of them whose evidence was found.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field

from eval.bench.processes import course_rag
from eval.fitting.unanswerable import Asked, Kind, asked, part_of_course
from eval.metrics.evidence import evidence_hit
from eval.questions import read_questions
from eval.records import Passage as Found
from rag.answer import Answer
from rag.answering.chain import build_chain
from rag.answering.prompts import Passage
from rag.errors import CourseRagError
from rag.extractive.model import ExtractiveChatModel
from rag.extractive.scoring import THRESHOLD, Reading, supports
from rag.index.course import Course
from rag.llm import quick_part
from rag.query.lexicon import bundled_lexicon
from rag.retrieval.retriever import CourseRetriever
from rag.settings import LLMSettings, RetrievalSettings

SWAPPED = ("korquad1-dev-pub", "ai-tech-interview-pub", "boostcamp-klue-mrc-val", "squad20-dev-pub")
SETS = (*SWAPPED, "xling-shervine-cheatsheets", "xling-hf-nlp-course")
_EACH, _SWAPS = 100, 60
_FALSE_REFUSALS = 0.05
"""Share of answerable questions that may be refused; it sets the threshold."""

_PRICES = (0.05, 0.1, 0.2, 0.3)
_RIDGE = 0.01
_TURNS = 8

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Features of questions (n arrays, each passages × 8), and the kind of each."""

    name: str
    features: tuple[Values, ...]
    kinds: tuple[Kind, ...]

    @property
    def answerable(self) -> NDArray[np.bool_]:
        """Whether each is answered (n,)."""
        return np.array([kind == "answerable" for kind in self.kinds])

    @property
    def weights(self) -> Values:
        """What each counts (n,): as much for answers as for none, and of these as much for each kind."""
        vain = len(set(self.kinds) - {"answerable"})
        return np.array(
            [1 / self.kinds.count(kind) / (1 if kind == "answerable" else max(vain, 1)) for kind in self.kinds]
        )


class Reader:
    """Asks a course as its users do, and tells what the extractive model has seen."""

    def __init__(self, course: Course) -> None:
        """Take a course; settings are the default ones."""
        self._model = _Recorder(
            analyzer=course.analyzer,
            embeddings=course.embedder,
            quick=quick_part(course.embedder),
            idf=course.lexical.idf,
            lexicon=bundled_lexicon(),
        )
        retriever = CourseRetriever(course=course, settings=RetrievalSettings())
        self._chain = build_chain(retriever, self._model, LLMSettings())

    def read(self, question: str) -> tuple[Answer, Values | None]:
        """The answer, and the features that decided about it; None where nothing was found or the model not asked."""
        self._model.seen.clear()
        answer: Answer = self._chain.invoke({"question": question})["answer"]
        return answer, self._model.seen[-1] if self._model.seen else None


class _Recorder(ExtractiveChatModel):
    """Remembers the features of what it reads."""

    embeddings: Embeddings | None = None
    seen: list[Values] = Field(default_factory=list)

    def reading(self, question: str, passages: Sequence[Passage]) -> Reading:
        reading = super().reading(question, passages)
        if len(values := reading.features()):
            self.seen.append(values)
        return reading


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, and print weights, threshold and what both do on each set."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.calibration", description=main.__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/")
    parser.add_argument("--report", nargs=2, action="append", default=[], metavar=("INDEX", "QUESTIONS"))
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder:
            sets = labelled(options.data.absolute() / "questions", Path(folder))
        sys.stdout.write("\n".join(held_out_table(sets)) + "\n")
        weights = fit_sets(sets)
        threshold = threshold_of(sets, weights)
        sys.stdout.write(f"SUPPORT = ({', '.join(f'{weight:.2f}' for weight in weights)})\nTHRESHOLD = {threshold:.3f}")
        sys.stdout.write(f"  # is {THRESHOLD}\n")
        for index, questions in options.report:
            sys.stdout.write("\n".join(report(Path(index), Path(questions), weights, threshold)) + "\n")
    except CourseRagError as error:
        sys.stderr.write(f"error: {error.message}\n  → {error.remedy}\n")
        return 1
    return 0


def labelled(questions: Path, folder: Path) -> list[Labelled]:
    """Build a course of all sets and ask it.

    Raises:
        CourseRagError: a set cannot be used, or the build failed.
    """
    part = part_of_course([questions / name for name in SETS], folder / "documents")
    (folder / "empty").mkdir()
    course_rag(["build", str(part.documents), "--index", str(folder / "index")], folder=folder / "empty")
    course = Course.open(folder / "index")
    reader = Reader(course)
    found: dict[str, list[tuple[Kind, Values]]] = {name: [] for name in SETS}
    for one in asked(part, course, each=_EACH, swapped=SWAPPED, swaps=_SWAPS):
        _, features = reader.read(one.text)
        if features is not None:
            found[one.name].append((one.kind, features))
        _tell(one, found)
    return [
        Labelled(name, tuple(values for _, values in rows), tuple(kind for kind, _ in rows))
        for name, rows in found.items()
    ]


def _tell(one: Asked, found: dict[str, list[tuple[Kind, Values]]]) -> None:
    if len(found[one.name]) % _EACH == 1:
        sys.stderr.write(f"{one.name}, {one.kind} …\n")


def fit_sets(sets: Sequence[Labelled]) -> Values:
    """Bias and weights (1 + features,) from several sets, each of which counts the same.

    A question's support is that of its best passage, and which is best depends on the weights: so both are found in
    turn, beginning with the passage that has most of the question (as in multiple-instance learning, Andrews et al.
    2003). The last feature has its weight by hand (``rag.extractive.scoring.UNGIVEN``).
    """
    questions = [values for each in sets for values in each.features]
    answerable = np.concatenate([each.answerable for each in sets])
    counts = np.concatenate([each.weights for each in sets])
    weights = np.array([0.0, 1.0, 1.0, 1.0, *[0.0] * (questions[0].shape[1] - 4)])
    for _ in range(_TURNS):
        best = np.array([values[np.argmax(values[:, :-1] @ weights[1:]), :-1] for values in questions])
        weights = fit(best, answerable, counts)
    return weights


def fit(features: Values, answerable: NDArray[np.bool_], counts: Values) -> Values:
    """Logistic regression by Newton's method; bias first.

    A small ridge holds down what each weight moves the result by: a feature that is mostly 0 may weigh as much.

    Args:
        features: (n × features).
        answerable: (n,).
        counts: (n,) how much each row counts.
    """
    share = counts / counts.sum()
    middle = share @ features
    spread = np.sqrt(share @ (features - middle) ** 2) + 1e-9
    design = np.c_[np.ones(len(features)), (features - middle) / spread]
    ridge = _RIDGE * np.diag([0.0] + [1.0] * features.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (share * (probability - answerable)) + ridge @ weights
        curvature = (design * (share * probability * (1 - probability))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if math.sqrt(float(step @ step)) < 1e-9:
            break
    slopes = weights[1:] / spread
    return np.concatenate([[weights[0] - middle @ slopes], slopes])


def support(features: Sequence[Values], weights: Values) -> Values:
    """Probability (n,) that each question is answered by the best of its passages."""
    return np.array([supports(values, weights).max() for values in features])


def threshold_of(sets: Sequence[Labelled], weights: Values) -> float:
    """The support below which ``_FALSE_REFUSALS`` of the answerable questions fall."""
    answered = np.concatenate([support(each.features, weights)[each.answerable] for each in sets])
    return float(np.quantile(answered, _FALSE_REFUSALS))


def area(answered: Values, vain: Values) -> float:
    """How often an answerable question has more support than one that is not; ties count half (Mann & Whitney)."""
    above = np.sign(answered[:, None] - vain[None, :])
    return float((above.mean() + 1) / 2)


def curve(answered: Values, vain: Values) -> str:
    """Area, and the share of questions without an answer that are refused where so many of the others are."""
    points = " · ".join(f"{(vain < np.quantile(answered, price)).mean():.2f}" for price in _PRICES)
    return f"area {area(answered, vain):.3f}; refused at {' · '.join(f'{price:g}' for price in _PRICES)}: {points}"


def held_out_table(sets: Sequence[Labelled]) -> Iterator[str]:
    """For each set and kind the curve of weights that were fitted on the other sets."""
    for one in sets:
        weights = fit_sets([each for each in sets if each is not one])
        values, kinds = support(one.features, weights), np.array(one.kinds)
        for kind in dict.fromkeys(kind for kind in one.kinds if kind != "answerable"):
            line = curve(values[one.answerable], values[kinds == kind])
            yield f"{one.name}, {kind} ({(kinds == kind).sum()} against {one.answerable.sum()}): {line}"


def report(index: Path, questions: Path, weights: Values, threshold: float) -> Iterable[str]:
    """The curve on a question set, for all answerable questions and for those whose evidence was handed over."""
    reader = Reader(Course.open(index))
    rows: list[tuple[float, bool, bool]] = []
    for question in read_questions(questions):
        answer, features = reader.read(question.user_input)
        value = 0.0 if features is None else float(support([features], weights)[0])
        found = evidence_hit(question.reference_contexts, [Found.of(hit) for hit in answer.hits], len(answer.hits))
        rows.append((value, question.answerable, bool(found)))
    values, answerable, found_too = np.array([row[0] for row in rows]), *np.array([row[1:] for row in rows], bool).T
    vain = values[~answerable]
    for label, which in (("all", answerable), ("evidence found", answerable & found_too)):
        yield f"{questions.name}, {label} ({which.sum()} against {len(vain)}): {curve(values[which], vain)}"
        yield f"  at the threshold: {(values[which] < threshold).mean():.2f} and {(vain < threshold).mean():.2f}"


if __name__ == "__main__":
    sys.exit(main())
