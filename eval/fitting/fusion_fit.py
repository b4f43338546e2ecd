"""Fit the fusion of hybrid search to an embedder: ``python -m eval.fitting.fusion_fit [--data DIR] [--model M]``.

Builds every set once through the command line, asks both sides about each question once, and fuses what they said with
every setting, so that a sweep costs little more than the builds. Sets to choose by and sets to look at afterwards stand
in columns of their own. Choose a setting that is nowhere worse than BM25 before one that is best on the average.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench.course_sets import make_course
from eval.bench.processes import course_rag
from eval.metrics.evidence import ranked_sources, relevant_sources
from eval.metrics.ranking import recall_at_k
from eval.questions import Question
from eval.records import Passage
from eval.run import DEPTH
from rag.answer import Hit
from rag.chunks import Chunk
from rag.errors import CourseRagError
from rag.index.course import Course
from rag.retrieval.candidates import Evidence
from rag.retrieval.fusion import EXPECTED, convex, interleaved
from rag.retrieval.retriever import CourseRetriever
from rag.settings import EmbedderSettings, RetrievalSettings

FITTED = ("ai-tech-interview-pub", "squad20-dev-pub", "boostcamp-klue-mrc-val", "xling-shervine-cheatsheets")
LOOKED_AT = ("korquad1-dev-pub", "xling-hf-nlp-course", "xling-ml-for-beginners")
WEIGHTS = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
SHARES = (EXPECTED, 0.5, 0.8)
CUTS = (1, 5)

Recalls = tuple[float, ...]
"""At each of ``CUTS``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A set after both sides were asked: its questions with their evidence, and its passages by rowid − 1."""

    name: str
    questions: list[Question]
    evidence: list[Evidence]
    passages: list[Passage]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table of the sweep; 0 done, 1 a told error, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.fusion_fit", description="Fit hybrid search to an embedder."
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/")
    parser.add_argument("--model", default=EmbedderSettings().model, help="what embedder.model is set to")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[*FITTED, *LOOKED_AT], help="only these sets")
    parser.add_argument("--weights", nargs="+", type=float, default=WEIGHTS, help="values of retrieval.dense_weight")
    parser.add_argument(
        "--shares", nargs="+", type=float, default=SHARES, help="values of rag.retrieval.fusion.EXPECTED"
    )
    options = parser.parse_args(argv)
    try:
        sets = list(asked_sets(options.only, options.data.absolute() / "questions", options.model))
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    sys.stdout.write(table(sets, options.weights, options.shares) + "\n")
    return 0


def asked_sets(names: Sequence[str], folder: Path, model: str) -> Iterator[Asked]:
    """Build each set with the model and ask both sides about its answerable questions.

    Raises:
        CourseRagError: a set cannot be used, or a build failed.
    """
    for name in names:
        sys.stderr.write(f"{name} …\n")
        with tempfile.TemporaryDirectory(prefix="course-rag-fusion-") as work:
            yield _asked(folder / name, Path(work), model)


def _asked(source: Path, work: Path, model: str) -> Asked:
    course_set = make_course(source, work / "documents")
    path = Path(model).absolute() if Path(model).is_dir() else model
    (work / "settings.toml").write_text(f"[embedder]\nmodel = '{path}'\n", encoding="utf-8")
    (work / "empty").mkdir()
    places = [str(course_set.documents), "--index", str(work / "index"), "--config", str(work / "settings.toml")]
    course_rag(["build", *places], folder=work / "empty")
    course = Course.open(work / "index")
    questions = [question for question in course_set.questions if question.answerable and question.sources]
    retriever = CourseRetriever(course=course, settings=RetrievalSettings())
    table = course.store.table
    chunks = [Chunk.from_document(document) for document in table.get(range(1, len(table) + 1))]
    return Asked(
        name=source.name,
        questions=questions,
        evidence=[retriever.evidence(question.user_input) for question in questions],
        passages=[Passage.of(Hit(0, chunk, 0.0, {})) for chunk in chunks],
    )


def recalls(
    asked: Asked, scores: Sequence[NDArray[np.float32]], *, by_words: bool = False, both: bool = False
) -> Recalls:
    """Mean recall at each cut when the candidates of each question have these scores, ordered as the retriever does.

    Args:
        asked: the set.
        scores: (n,) per question.
        by_words: the scores are BM25 alone: what has none of the words is not found.
        both: the scores are fused ones, so that the nearest passages are interleaved.
    """
    found = []
    for question, evidence, score in zip(asked.questions, asked.evidence, scores, strict=True):
        nearness = score if by_words else evidence.similarity
        order = np.lexsort((evidence.rowids, -nearness, -score)).tolist()
        order = (interleaved(order, evidence.dense) if both else order)[:DEPTH]
        rowids = [int(evidence.rowids[position]) for position in order if score[position] > 0 or not by_words]
        ranked = ranked_sources(question, [asked.passages[rowid - 1] for rowid in rowids])
        found.append([recall_at_k(ranked, relevant_sources(question), k) or 0.0 for k in CUTS])
    return tuple(np.mean(found, axis=0).tolist())


def fused(asked: Asked, dense_weight: float, expected: float) -> list[NDArray[np.float32]]:
    """The hybrid scores of every question with a setting."""
    return [
        convex(
            each.lexical,
            each.dense,
            dense_weight=dense_weight,
            ceiling=each.ceiling,
            foreign=each.foreign,
            bridged=each.bridged,
            expected=expected,
        )
        for each in asked.evidence
    ]


def table(sets: Sequence[Asked], weights: Sequence[float], shares: Sequence[float]) -> str:
    """Markdown: BM25, similarity, and each setting; recall at 1 and 5, and the largest loss against BM25 in points."""
    bm25 = [recalls(each, [one.lexical + one.bridged for one in each.evidence], by_words=True) for each in sets]
    dense = [recalls(each, [evidence.similarity for evidence in each.evidence]) for each in sets]
    head = ["dense_weight · EXPECTED", *(_title(each) for each in sets), "largest loss"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)], _row("BM25", bm25, bm25), _row("similarity", dense, bm25)]
    for share, weight in product(shares, weights):
        found = [recalls(each, fused(each, weight, share), both=True) for each in sets]
        rows.append(_row(f"{weight:g} · {share:g}", found, bm25))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _title(asked: Asked) -> str:
    return f"{asked.name} ({'fitted' if asked.name in FITTED else 'looked at'}, {len(asked.questions):,})"


def _row(label: str, found: Sequence[Recalls], bm25: Sequence[Recalls]) -> list[str]:
    losses = [
        before - after for each, base in zip(found, bm25, strict=True) for after, before in zip(each, base, strict=True)
    ]
    cells = [" · ".join(f"{value:.3f}" for value in each) for each in found]
    return [label, *cells, f"{100 * max(0.0, *losses):.1f}"]


if __name__ == "__main__":
    sys.exit(main())
