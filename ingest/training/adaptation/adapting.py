"""Adapt the model of an index to the course in it: measure, train, measure again, and keep it only if it won."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from ingest.training.adaptation.adapted_card import Facts, write_adapted_card
from ingest.training.adaptation.judging import Verdict, judge, ranks_of
from ingest.training.adaptation.probes import Probe, Prober
from ingest.training.adaptation.progress import Limits
from ingest.training.adaptation.sections import Section, sections_of
from ingest.training.adaptation.small_bert import SETTINGS as BERT_SETTINGS
from ingest.training.adaptation.small_bert import continue_bert
from ingest.training.adaptation.token_vectors import TokenVectorSettings, continue_static
from ingest.training.pairs import Pair
from rag.chunks import Chunk, embedded_text
from rag.embeddings.base import Embedder
from rag.embeddings.combined import CombinedEmbeddings, save_parts
from rag.embeddings.loading import bundled_models, load_embedder
from rag.embeddings.static import StaticEmbeddings
from rag.embeddings.transformer import TransformerEmbeddings
from rag.errors import EmbedderError, InputError
from rag.extras import require
from rag.index.course import Course
from rag.settings import EmbedderSettings

LEAST_QUESTIONS = 40
LEAST_SECTIONS = 8
"""Held-out questions, and sections that they come from, below which the interval means little."""
MOST_CHUNKS = 20_000
"""More are neither trained on nor searched: their sections are drawn, by name."""
MODELS_FOLDER = "embedder"
"""In an index folder: models that were adapted to it. No build touches it."""

_SUFFIX = "-adapted"


@dataclass(frozen=True)
class AdaptSettings:
    """What a user may choose; None: the default of the kind of model."""

    steps: int | None = None
    minutes: float | None = None
    seed: int = 13


@dataclass(frozen=True)
class Adaptation:
    """What came of it.

    Attributes:
        adopted: whether the adapted model won and was written.
        model: identity of the model that was continued.
        adapted: identity of the adapted one; None unless adopted.
        folder: where it was written; None unless adopted.
        verdict: figures before and after, and the interval of the difference.
        sections: of the course that was used.
        held_out: sections that were not trained on.
        pairs: trained on, by task.
        steps: that were done, of all parts together where the model has several.
        seconds: for all of it.
    """

    adopted: bool
    model: str
    adapted: str | None
    folder: Path | None
    verdict: Verdict
    sections: int
    held_out: int
    pairs: dict[str, int]
    steps: int
    seconds: float


def adapt(course: Course, out: Path | None, settings: AdaptSettings, say: Callable[[str], None]) -> Adaptation:
    """Continue the training of the course's model on the course, in a folder that is kept only if the model won.

    Args:
        course: the index in service; its model is continued, its chunks are what it is continued on.
        out: folder for the model; None: the first free name under ``embedder`` in the index folder.
        settings: how long.
        say: told of progress, a line at a time.

    Raises:
        EmbedderError: the model is of a kind that cannot be continued.
        InputError: the course is too small to tell, or ``out`` is taken or cannot be written.
        MissingExtraError: the extra ``neural`` is not installed.
    """
    started = time.perf_counter()
    _require_known(course.embedder)
    require("torch", extra="neural")
    folder = _free_folder(course, out)
    lesson = _lesson(course, settings.seed, say)
    before = ranks_of(course.embedder, lesson.probes, lesson.passages)
    with _staged(folder) as staged:
        steps = _continued(course.embedder, lesson.tasks, staged, folder.name, settings, say)
        adapted = load_embedder(EmbedderSettings(model=str(staged)))
        verdict = judge(lesson.probes, before, ranks_of(adapted, lesson.probes, lesson.passages))
        found = Adaptation(
            adopted=verdict.won,
            model=course.embedder.identity,
            adapted=adapted.identity if verdict.won else None,
            folder=folder if verdict.won else None,
            verdict=verdict,
            sections=len(lesson.sections),
            held_out=sum(section.held_out for section in lesson.sections),
            pairs={name: len(pairs) for name, pairs in lesson.tasks.items()},
            steps=steps,
            seconds=time.perf_counter() - started,
        )
        if verdict.won:
            facts = Facts(folder.name, found.model, steps, found.pairs, found.held_out, verdict)
            write_adapted_card(staged, facts)
            _rename(staged, folder)
    return found


@dataclass(frozen=True)
class _Lesson:
    """A course as pairs to learn from and questions to be asked on the rest of it, among its passages."""

    sections: list[Section]
    tasks: dict[str, list[Pair]]
    probes: list[Probe]
    passages: list[str]


def _lesson(course: Course, seed: int, say: Callable[[str], None]) -> _Lesson:
    chunks = _chunks(course, say)
    sections = sections_of(chunks)
    prober = Prober(chunks, sections)
    probes = prober.held_out(sections)
    asked = len({probe.section for probe in probes})
    if len(probes) < LEAST_QUESTIONS or asked < LEAST_SECTIONS:
        raise _too_small(len(probes), asked)
    tasks = prober.training(sections, random.Random(seed))  # noqa: S311  (pairs, not secrets)
    learnt = sum(not section.held_out for section in sections)
    say(f"{learnt} sections to learn from, {len(probes)} questions on {asked} others")
    return _Lesson(sections, tasks, probes, [embedded_text(chunk) for chunk in chunks])


def _require_known(embedder: Embedder) -> None:
    parts = [part.embedder for part in embedder.parts] if isinstance(embedder, CombinedEmbeddings) else [embedder]
    if not all(isinstance(part, StaticEmbeddings | TransformerEmbeddings) for part in parts):
        raise EmbedderError(
            f"The model of this index, {embedder.identity.partition('@')[0]}, cannot be adapted here.",
            remedy=f"Build the index with a bundled model ({', '.join(bundled_models())}), "
            "or one of 'embedder train', to adapt that; train others with sentence-transformers itself.",
        )


def _continued(
    model: Embedder,
    tasks: dict[str, list[Pair]],
    out: Path,
    name: str,
    settings: AdaptSettings,
    say: Callable[[str], None],
) -> int:
    if isinstance(model, CombinedEmbeddings):
        return _continued_parts(model, tasks, out, name, settings, say)
    if isinstance(model, TransformerEmbeddings):
        bert = replace(BERT_SETTINGS, steps=settings.steps or BERT_SETTINGS.steps, seed=settings.seed)
        return continue_bert(model, tasks, out, name, bert, Limits(bert.steps, settings.minutes), say)
    if not isinstance(model, StaticEmbeddings):
        raise TypeError("checked before")
    static = TokenVectorSettings(seed=settings.seed)
    limits = Limits(settings.steps or static.steps, settings.minutes)
    return continue_static(model, tasks, out, name, static, limits, say)


def _continued_parts(
    model: CombinedEmbeddings,
    tasks: dict[str, list[Pair]],
    out: Path,
    name: str,
    settings: AdaptSettings,
    say: Callable[[str], None],
) -> int:
    """Continue each part in a folder of its own, with its share of the minutes; returns the steps of all."""
    minutes = None if settings.minutes is None else settings.minutes / len(model.parts)
    steps = 0
    for part in model.parts:
        say(f"{part.name}:")
        shared = replace(settings, minutes=minutes)
        steps += _continued(part.embedder, tasks, out / part.name, part.name + _SUFFIX, shared, say)
    save_parts(out, name, {part.name: part.weight for part in model.parts})
    return steps


def _chunks(course: Course, say: Callable[[str], None]) -> list[Chunk]:
    """All chunks, or those of so many sections as there is room for."""
    table = course.store.table
    chunks = [Chunk.from_document(document) for document in table.get(table.matching({}))]
    if len(chunks) <= MOST_CHUNKS:
        return chunks
    rows: list[int] = []
    for section in sorted(sections_of(chunks), key=Section.drawn):
        if len(rows) + len(section.rows) > MOST_CHUNKS:
            break
        rows += section.rows
    say(f"{len(rows)} of {len(chunks)} passages are used")
    return [chunks[row] for row in sorted(rows)]


def _too_small(questions: int, sections: int) -> InputError:
    return InputError(
        f"The course is too small to tell whether an adapted model is better: {questions} questions on {sections} "
        f"held-out sections; {LEAST_QUESTIONS} on {LEAST_SECTIONS} are needed.",
        remedy="Keep the model as it is, or add documents with headings and text.",
    )


def _free_folder(course: Course, out: Path | None) -> Path:
    """The folder to write to: the one that was named, if nothing is in it, or the first free name in the index folder.

    Raises:
        InputError: something is in the folder that was named. It could be the model of an index in service.
    """
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise InputError(f"{out} is taken.", remedy="Give another folder as --out; a model is not overwritten.")
        return out.absolute()
    parent = (course.folder.path / MODELS_FOLDER).absolute()
    name = course.embedder.identity.partition("@")[0].partition(_SUFFIX)[0] + _SUFFIX
    names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
    return next(parent / each for each in names if not (parent / each).exists())


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """An empty folder beside the one to be written; what is left of it, and parents made for it, are removed.

    Raises:
        InputError: it cannot be made.
    """
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix=".adapting-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        for parent in made:
            if not any(parent.iterdir()):
                parent.rmdir()


def _rename(staged: Path, folder: Path) -> None:
    try:
        staged.chmod(0o755)  # a temporary folder is its owner's alone
        if folder.is_dir():
            folder.rmdir()  # empty, or it would not have been taken
        staged.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"The folder {folder} cannot be written ({error.strerror}).", remedy="Give another folder as --out."
    )
