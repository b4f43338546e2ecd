"""What ``make bench`` measures, one function per row of its table."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.course_sets import CourseSet
from eval.bench.processes import Finished, course_rag
from eval.bench.stated_places import stated_headings
from eval.bench.support import citation_support, cited_sentences
from eval.metrics.evidence import contexts_found, evidence_hit, places_of, squeeze
from eval.questions import Place, Question
from eval.records import Passage, Run
from eval.run import run_questions
from eval.scoring import Mean, Scores, score
from rag.answer import Hit
from rag.answering.contexts import contexts
from rag.answering.prompts import DIFFER
from rag.assistant import Assistant
from rag.chunks import Chunk
from rag.index.course import Course
from rag.settings import IndexSettings, RetrievalSettings, SearchMode, Settings

MODES: tuple[SearchMode, ...] = ("keyword", "similarity", "hybrid")
_COLD_STARTS = 3
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table.

    Attributes:
        subject: the set or the step.
        name: of the figure.
        value: None where there is nothing to measure.
        count: questions, files or passages behind it.
        asked: what is asked of it; empty if it is only reported.
    """

    subject: str
    name: str
    value: float | None
    count: int
    asked: str = ""


def build(documents: Path, index: Path, folder: Path) -> Finished:
    """Build an index with default settings, as a user does."""
    return course_rag(["build", str(documents.absolute()), "--index", str(index)], folder=folder)


def retrieval(name: str, course_set: CourseSet, index: Path, asked: dict[str, str]) -> Iterator[Figure]:
    """recall@1 and @5 of the right source, in each mode, over the answerable questions of a set.

    Args:
        name: of the set.
        course_set: its questions.
        index: built from its documents.
        asked: what is asked of ``MODE recall@K``.
    """
    course = Course.open(index)
    questions = [question for question in course_set.questions if question.answerable and question.sources]
    for mode in MODES:
        settings = Settings(index=IndexSettings(path=index), retrieval=RetrievalSettings(mode=mode))
        run = run_questions(Assistant(settings, course=course), questions, answers=False)
        scores = score(run)
        for metric in ("recall@1", "recall@5"):
            value = scores.means[metric].mean
            yield Figure(f"{name} · {mode}", metric, value, len(questions), asked.get(f"{mode} {metric}", ""))
        yield Figure(f"{name} · {mode}", "search p50 ms", scores.latency["search"].p50, len(questions))


def building(documents: Path, index: Path, folder: Path) -> Iterator[Figure]:
    """Passages per second through a whole build, peak memory, and the time of a second build that finds no change."""
    first, second = build(documents, index, folder), build(documents, index, folder)
    chunks, files = int(first.output["chunks"]), int(first.output["files"]["indexed"])
    yield Figure("build", "passages/s", chunks / first.wall_s, chunks)
    yield Figure("build", "seconds", first.wall_s, files)
    yield Figure("build", "peak MiB", first.peak_mib, files)
    yield Figure("second build", "seconds / first", second.wall_s / first.wall_s, files, "< 0.33")
    yield Figure("second build", "files indexed", second.output["files"]["indexed"], files, "0")


def indexed_evidence(questions: Sequence[Question], index: Path, documents: Path) -> Iterator[Figure]:
    """Share of the questions whose evidence stands in the index at all, and at the place it has in its source.

    No search can find more than the first; no citation can be right more often than the second.

    Args:
        questions: with reference contexts and where these stand.
        index: built from the documents.
        documents: the folder it was built from.
    """
    table = Course.open(index).store.table
    chunks = [Chunk.from_document(document) for document in table.get(range(1, len(table) + 1))]
    passages = [Passage.of(Hit(0, chunk, 0.0, {})) for chunk in chunks]
    asked = [question for question in questions if question.reference_contexts]
    held: dict[str, list[bool]] = {"evidence held": [], "held at the right page or heading": []}
    for question in asked:
        sources = {*question.sources, *(place.source for place in question.also_in)}
        near = [passage for passage in passages if any(place.source in sources for place in places_of(passage))]
        held["evidence held"].append(all(contexts_found(question.reference_contexts, near)))
        held["held at the right page or heading"].append(
            all(held_in_place(question, context, near, documents) for context in question.reference_contexts)
        )
    for name, values in held.items():
        share = sum(values) / len(values) if values else None
        yield Figure("course-documents · whole index", name, share, len(values), "≥ 0.98" if "right" in name else "")


def held_in_place(question: Question, context: str, passages: Sequence[Passage], documents: Path) -> bool:
    """Whether a context stands in passages whose citation names the page, or else the heading, it has in its source.

    A source that tells neither is right by its name alone.
    """
    places = [Place(source, question.page if source == _paged(question) else None) for source in question.sources]
    for place in [*places, *question.also_in]:
        headings = [] if place.page else stated_headings(documents / place.source, context)
        right = [passage for passage in passages if _is_at(passage, place, headings)]
        if all(contexts_found([context], right)):
            return True
    return False


def _paged(question: Question) -> str | None:
    """The source that the question's page is of: the first one that has pages."""
    return next((source for source in question.sources if source.lower().endswith((".pdf", ".pptx"))), None)


def _is_at(passage: Passage, place: Place, headings: Sequence[str]) -> bool:
    if place.page is not None:
        return place in places_of(passage)
    if not headings or passage.source != place.source:  # of the other copies of a passage no heading is known
        return any(each.source == place.source for each in places_of(passage))
    own = squeeze(passage.heading[-1]) if passage.heading else ""
    return any(own == heading or (bool(own) and own in heading) for heading in headings)


def asking(questions: Sequence[Question], index: Path, documents: Path) -> Iterator[Figure]:
    """Evidence, answers, refusals and warm query times with default settings; ``documents`` are what was indexed."""
    assistant = Assistant(Settings(index=IndexSettings(path=index)))
    for question in questions[:_WARM_UP]:
        assistant.ask(question.user_input)
    run = run_questions(assistant, questions)
    scores = score(run)
    yield from _evidence(scores)
    yield from _handed_evidence(questions, assistant)
    for name in ("token_f1", "answer_recall", "citation_correctness", "citation_evidence"):
        yield _figure("answers (extractive)", name, scores.means[name])
    yield from quoting("answers (extractive)", run, documents)
    for name in ("refusal_precision", "refusal_recall", "refusal_accuracy"):
        yield _figure("refusals (extractive)", name, scores.means[name])
    for step, latency in scores.latency.items():
        yield Figure(f"query, warm · {step}", "p50 ms", latency.p50, latency.count)
        yield Figure(f"query, warm · {step}", "p95 ms", latency.p95, latency.count)
    failed = sum(any(value.failed for value in each.values.values()) for each in scores.questions)
    yield Figure("questions that ended in an error", "questions", failed, len(questions), "0")


def answering(name: str, questions: Sequence[Question], index: Path, documents: Path) -> Iterator[Figure]:
    """Words and citations of the answers to a question set, with default settings."""
    run = run_questions(Assistant(Settings(index=IndexSettings(path=index))), questions)
    means = score(run).means
    for metric in ("token_f1", "answer_recall"):
        yield _figure(f"{name} · answers (extractive)", metric, means[metric])
    yield from quoting(f"{name} · answers (extractive)", run, documents)


def quoting(subject: str, run: Run, documents: Path) -> Iterator[Figure]:
    """Whether each cited sentence stands where its citation says, and how long answers are."""
    given = [row.answer for row in run.rows if row.answer is not None and not row.answer.refused]
    sentences = [each for answer in given for each in cited_sentences(answer, documents)]
    yield Figure(subject, "cited sentences supported", citation_support(sentences), len(sentences), "≥ 0.95")
    differing = sum(any(line in answer.text for line in DIFFER.values()) for answer in given)
    yield Figure(subject, "answers naming a contradiction", differing, len(given))
    if given:
        median = statistics.median(len(answer.text) for answer in given)
        yield Figure(subject, "median characters", median, len(given), "≤ 400")


def _evidence(scores: Scores) -> Iterator[Figure]:
    """evidence-hit@1/5/10 over the set and over each tag that has evidence."""
    groups = {"all": scores.means}
    groups |= {name: means for name, means in scores.slices.items() if name.startswith("tag=")}
    for group, means in groups.items():
        for k in (1, 5, 10):
            mean = means[f"evidence_hit@{k}"]
            if mean.count:
                yield _figure(f"course-documents · {group}", f"evidence-hit@{k}", mean)


def _handed_evidence(questions: Sequence[Question], assistant: Assistant) -> Iterator[Figure]:
    """evidence-hit of what an LLM is handed, sections and all, and how long that is."""
    search, table = assistant.settings.retrieval, assistant.course.store.table
    found: dict[str, list[float]] = {}
    chars: list[int] = []
    for question in questions:
        if not question.reference_contexts:
            continue
        handed = contexts(
            assistant.search(question.user_input, k=2 * search.k),
            table,
            section_chars=search.section_chars,
            context_chars=assistant.settings.llm.context_chars,
            most=search.k,
        )
        chars.append(sum(len(hit.chunk.text) for hit in handed))
        hit = evidence_hit(question.reference_contexts, list(map(Passage.of, handed)), len(handed))
        for group in ("all", *(f"tag={tag}" for tag in question.tags)):
            found.setdefault(group, []).append(float(hit or 0.0))
    for group, values in found.items():
        yield Figure(f"handed to an LLM · {group}", f"evidence-hit@{search.k}", statistics.fmean(values), len(values))
    if chars:
        yield Figure("handed to an LLM · all", "characters", statistics.fmean(chars), len(chars))


def _figure(subject: str, name: str, mean: Mean) -> Figure:
    return Figure(subject, name, mean.mean, mean.count)


def cold_start(question: str, index: Path, folder: Path) -> Iterator[Figure]:
    """Median wall time and peak memory of ``course-rag ask`` as a fresh process."""
    asked = [course_rag(["ask", question, "--index", str(index)], folder=folder) for _ in range(_COLD_STARTS)]
    yield Figure("ask, cold start", "seconds", statistics.median(each.wall_s for each in asked), _COLD_STARTS)
    yield Figure("ask, cold start", "peak MiB", max(each.peak_mib for each in asked), _COLD_STARTS)
