"""What each part of the search is worth: ``python -m eval.bench.ablation [--only NAME…] [--k N] [--reranker MODEL]``.

Every set is built with default settings and asked with all parts, then with each part switched off; for a part of the
index itself it is built once more. A cell is what the part gains: the mean over the questions of (all parts − without
it), with its 95% paired bootstrap interval. A reranker is no default part: with ``--reranker``, a hub name or a folder,
its row is (with it − all parts).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from eval.bench.course_sets import make_course
from eval.bench.measures import build
from eval.metrics.intervals import bootstrap_interval
from eval.questions import Question, read_questions
from eval.run import run_questions
from eval.scoring import score
from rag.assistant import Assistant
from rag.errors import CourseRagError
from rag.index.course import Course
from rag.retrieval.reranking import load_reranker
from rag.settings import CONFIG_FILE, IndexSettings, RetrievalSettings, Settings

COURSE = "course-documents"
SETS = (COURSE, "ai-tech-interview-pub", "korquad1-dev-pub", "squad20-dev-pub", "xling-shervine-cheatsheets")
PARTS: Mapping[str, Mapping[str, Any]] = {
    "embeddings": {"mode": "keyword"},
    "words": {"mode": "similarity"},
    "syllable bigrams": {"bigram_weight": 0.0},
    "places for the nearest": {"interleave": False},
    "other names of terms": {"term_weight": 0.0},
    "translations of terms": {"lexicon_weight": 0.0},
    "repair of what was mistyped": {"repair": False},
    "parts of a question": {"decompose": False},
}
"""Each part with the settings that switch it off."""

RERANKER = "reranker (off by default)"

BUILT: Mapping[str, Mapping[str, Any]] = {"windows": {"window_chars": 0}}
"""Each part of the index with the settings that build one without it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A set, or the questions of a set with one tag: a value per question.

    Attributes:
        name: the set, or the tag.
        metric: what the values are of.
        whole: with all parts.
        without: without each of them.
        added: with all parts, and one that is off by default.
    """

    name: str
    metric: str
    whole: Sequence[float]
    without: Mapping[str, Sequence[float]]
    added: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """What has a gain."""
        return [*self.without, *self.added]

    def gain(self, part: str) -> tuple[float, tuple[float, float] | None]:
        """What a part adds to the mean, and the interval of that."""
        having, lacking = (self.added[part], self.whole) if part in self.added else (self.whole, self.without[part])
        steps = (np.asarray(having) - np.asarray(lacking)).tolist()
        return float(np.mean(steps)), bootstrap_interval(steps)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0 done, 1 a told error, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.ablation", description="What each part of the search gains."
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with documents/ and questions/"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", default=SETS, help="only these sets")
    parser.add_argument("--k", type=int, default=5, help="passages that are looked at")
    parser.add_argument("--reranker", metavar="MODEL", help="a cross-encoder, for a row of its own")
    options = parser.parse_args(argv)
    added = {RERANKER: {"reranker": options.reranker}} if options.reranker else {}
    try:
        if options.reranker:
            load_reranker(options.reranker)  # before minutes are spent on the rest
        every = [columns_of(name, options.data.absolute(), options.k, added) for name in options.only]
        columns = [column for columns in every for column in columns]
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    sys.stdout.write(table(columns) + "\n")
    return 0


def columns_of(
    name: str, data: Path, k: int, added: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
) -> Iterator[Column]:
    """Build a set and ask it with and without each part; the course's own set by tag, too.

    Args:
        name: of the set.
        data: folder with documents/ and questions/.
        k: passages that are looked at.
        added: parts that are off by default, each with the settings that switch it on.

    Raises:
        CourseRagError: the set cannot be used, or the build failed.
    """
    sys.stderr.write(f"{name} …\n")
    with tempfile.TemporaryDirectory(prefix="course-rag-ablation-") as folder:
        work = Path(folder)
        documents, questions = _set(name, data, work)
        course = _built(documents, work, {})
        metric = f"evidence_hit@{k}" if name == COURSE else f"recall@{k}"
        whole = _values(course, questions, metric, {})
        without = {part: _values(course, questions, metric, off) for part, off in PARTS.items()}
        beside = {part: _values(course, questions, metric, on) for part, on in added.items()}
        for part, off in BUILT.items():
            without[part] = _values(_built(documents, work, off), questions, metric, {})
    tags = sorted({tag for question in questions for tag in question.tags}) if name == COURSE else []
    for tag in [None, *tags]:
        chosen = [row for row, question in enumerate(questions) if tag is None or tag in question.tags]
        yield Column(
            name if tag is None else tag,
            metric,
            [whole[row] for row in chosen],
            *({part: [values[row] for row in chosen] for part, values in each.items()} for each in (without, beside)),
        )


def _built(documents: Path, work: Path, settings: Mapping[str, Any]) -> Course:
    """The next version of the index, with these settings of section ``index``."""
    folder = Path(tempfile.mkdtemp(dir=work))
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (folder / CONFIG_FILE).write_text("\n".join(["[index]", *lines]), encoding="utf-8")
    build(documents, work / "index", folder)
    return Course.open(work / "index")


def _set(name: str, data: Path, work: Path) -> tuple[Path, list[Question]]:
    """Where the documents of a set lie, and its answerable questions."""
    if name == COURSE:
        asked = read_questions(data / "questions" / f"{name}.jsonl")
        return data / "documents", [each for each in asked if each.answerable and each.reference_contexts]
    course_set = make_course(data / "questions" / name, work / "documents")
    return course_set.documents, [each for each in course_set.questions if each.answerable and each.sources]


def _values(course: Course, questions: Sequence[Question], metric: str, set_: Mapping[str, Any]) -> list[float]:
    settings = Settings(index=IndexSettings(path=course.folder.path), retrieval=RetrievalSettings(**set_))
    scores = score(run_questions(Assistant(settings, course=course), questions, answers=False))
    return [each.values[metric].value or 0.0 for each in scores.questions]


def table(columns: Sequence[Column]) -> str:
    """Markdown: a row of means with all parts, then a row per part with what it gains; bold where 0 is outside."""
    head = ["gain of", *(f"{column.name} ({len(column.whole):,}) {column.metric}" for column in columns)]
    rows = [head, ["---", *["---:"] * len(columns)]]
    rows.append(["all parts", *(f"{np.mean(column.whole):.3f}" for column in columns)])
    parts = [part for column in columns[:1] for part in column.parts]
    rows += [[part, *(_cell(*column.gain(part)) for column in columns)] for part in parts]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(gain: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return f"{gain:+.3f}"
    low, high = interval
    told = f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"**{told}**" if low > 0 or high < 0 else told


if __name__ == "__main__":
    sys.exit(main())
