"""What repairing questions is worth: ``python -m eval.bench.repair [--data DIR] [--only NAME …] [--most N]``.

Each set is built once. Its questions are asked as they are, damaged by rule with a seed (``eval.bench.damage``), and
damaged and repaired; and as they are, but put through the repair, which should change next to none of them.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.bench.course_sets import make_course
from eval.bench.damage import DAMAGES
from eval.bench.processes import course_rag
from eval.metrics.evidence import ranked_sources, relevant_sources
from eval.metrics.ranking import recall_at_k
from eval.questions import Question
from eval.records import Passage
from rag.errors import CourseRagError
from rag.index.course import Course
from rag.query.typed.repair import QueryRepair
from rag.query.typed.words import CourseWords
from rag.retrieval.retriever import CourseRetriever
from rag.settings import RetrievalSettings, SearchMode

SETS = ("ai-tech-interview-pub", "boostcamp-klue-mrc-val", "korquad1-dev-pub")
MODES: tuple[SearchMode, ...] = ("keyword", "hybrid")
CUT = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of damage on one set.

    Attributes:
        name: of the set.
        damage: its kind; "none" for the questions as they are.
        questions: how many were damaged (or, of "none", asked).
        changed: share of them that the repair changed so that the user is told.
        restored: share of them that the repair made what they were, but for white space.
        recalls: per mode, recall@5 undamaged, damaged, repaired.
        repair_ms: CPU time of one repair.
    """

    name: str
    damage: str
    questions: int
    changed: float
    restored: float
    recalls: tuple[tuple[float, float, float], ...]
    repair_ms: float


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0 done, 1 a told error, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.repair", description="Measure the repair of questions.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with questions/")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=SETS, help="only these sets")
    parser.add_argument("--most", type=int, default=200, help="questions per set, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0, help="of the draw and the damage")
    options = parser.parse_args(argv)
    try:
        sys.stdout.write(_HEAD)
        for name in options.only:
            for row in measured(options.data.absolute() / "questions" / name, options.most, options.seed):
                sys.stdout.write(_line(row))
                sys.stdout.flush()
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    return 0


def measured(source: Path, most: int, seed: int) -> Iterator[Row]:
    """Build a set and measure every kind of damage to its questions.

    Raises:
        CourseRagError: the set cannot be used, or the build failed.
    """
    with tempfile.TemporaryDirectory(prefix="course-rag-repair-") as work:
        course_set = make_course(source, Path(work) / "documents")
        (Path(work) / "empty").mkdir()
        places = [str(course_set.documents), "--index", str(Path(work) / "index")]
        course_rag(["build", *places], folder=Path(work) / "empty")
        course = Course.open(Path(work) / "index")
        asked = [question for question in course_set.questions if question.answerable and question.sources]
        drawn = random.Random(seed).sample(asked, min(most, len(asked)))  # noqa: S311
        yield from _Bench(course, source.name, seed).rows(drawn)


class _Bench:
    """A built set and its repair."""

    def __init__(self, course: Course, name: str, seed: int) -> None:
        self._name, self._seed = name, seed
        table = course.store.table
        texts = (document.page_content for document in table.get(range(1, len(table) + 1)))
        self._words = CourseWords.of(texts, course.analyzer.user_words)
        self._repair = QueryRepair(self._words, course.analyzer.user_words)
        self._retrievers = [
            CourseRetriever(course=course, settings=RetrievalSettings(mode=mode, k=CUT)) for mode in MODES
        ]

    def rows(self, questions: Sequence[Question]) -> Iterator[Row]:
        """The questions as they are, then each kind of damage to those that it can damage."""
        as_asked = [question.user_input for question in questions]
        yield self._row("none", list(questions), as_asked)
        for kind, damage in DAMAGES.items():
            rng = random.Random(f"{self._seed} {kind}")  # noqa: S311
            texts = [damage(text, rng, self._words) for text in as_asked]
            harmed = [place for place, text in enumerate(texts) if text != as_asked[place]]
            if harmed:
                yield self._row(kind, [questions[place] for place in harmed], [texts[place] for place in harmed])

    def _row(self, damage: str, questions: list[Question], texts: list[str]) -> Row:
        started = time.process_time()
        repaired = [self._repair.repair(text) for text in texts]
        took = (time.process_time() - started) / len(texts)
        as_asked = [question.user_input for question in questions]
        same = [
            each.text.replace(" ", "") == text.replace(" ", "") for each, text in zip(repaired, as_asked, strict=True)
        ]
        asked = (as_asked, texts, [each.text for each in repaired])
        recalls = [tuple(self._recall(retriever, questions, each) for each in asked) for retriever in self._retrievers]
        return Row(
            name=self._name,
            damage=damage,
            questions=len(texts),
            changed=float(np.mean([bool(each.shown) for each in repaired])),
            restored=float(np.mean(same)),
            recalls=tuple((one, two, three) for one, two, three in recalls),
            repair_ms=took * 1000,
        )

    @staticmethod
    def _recall(retriever: CourseRetriever, questions: Sequence[Question], texts: Sequence[str]) -> float:
        found = []
        for question, text in zip(questions, texts, strict=True):
            passages = [Passage.of(hit) for hit in retriever.search(text)]
            found.append(recall_at_k(ranked_sources(question, passages), relevant_sources(question), CUT) or 0.0)
        return float(np.mean(found))


_HEAD = (
    "| set | damage | questions | changed | restored | keyword: undamaged · damaged · repaired "
    "| hybrid: undamaged · damaged · repaired | CPU ms per repair |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|\n"
)


def _line(row: Row) -> str:
    recalls = [" · ".join(f"{value:.3f}" for value in mode) for mode in row.recalls]
    shares = [f"{row.changed:.3f}", f"{row.restored:.3f}"]
    cells = [row.name, row.damage, f"{row.questions:,}", *shares, *recalls, f"{row.repair_ms:.2f}"]
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    sys.exit(main())
