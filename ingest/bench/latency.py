"""How long a question waits in a warm process, at a small and at a large count of passages, in one run.

``python -m ingest.bench.latency [--counts N …] [--data DIR] [--questions FILE]``: ``ask`` and ``search`` of an
``Assistant`` with default settings, and their stages by themselves. The indexes are made as ``ingest.bench.made_index``
says, of aligned texts with ``--data`` and of made words without. The questions of a JSONL file (``user_input``), or
the beginnings of passages, are asked of both indexes in turn, a few at a time, so that what else the machine does meets
both alike; wall time, and processor time of all threads.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from langchain_core.messages import BaseMessage
from numpy.typing import NDArray

from ingest.bench.made_index import build, made_paragraphs, passages, real_paragraphs
from rag.analyzer import Terms
from rag.answering.prompts import answer_prompt, render_passages
from rag.assistant import Assistant
from rag.embeddings.loading import load_embedder
from rag.errors import CourseRagError, InputError
from rag.index.dense import unit
from rag.language import detect_language
from rag.llm import extractive
from rag.query.expansion import Expansion
from rag.retrieval.retriever import CourseRetriever
from rag.settings import IndexSettings, Settings

_MOST_QUESTIONS = 150
_AT_ONCE = 10
"""Questions that one index is asked before it is the next one's turn."""

_MADE_DOCUMENTS = 400
_QUESTION_WORDS = 7

Stage = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class _Given:
    """What the stages of one question are given."""

    terms: Terms
    expansions: list[Expansion]
    direction: NDArray[np.float32]
    ids: list[str]
    messages: list[BaseMessage]


@dataclass(slots=True)
class Times:
    """Milliseconds of one stage, a question each: by the clock, and of processors."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def measure(self, stage: Stage, question: str) -> None:
        """Add one question."""
        wall, processor = time.perf_counter(), time.process_time()
        stage(question)
        self.processor.append((time.process_time() - processor) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)


def main(argv: Sequence[str] | None = None) -> int:
    """Build, measure and print one table; 1 where a file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.latency", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 100_000], metavar="N", help="of passages")
    parser.add_argument("--data", type=Path, help="folder of aligned texts: *.jsonl with the fields ko and en")
    parser.add_argument("--questions", type=Path, help="JSONL with the field user_input")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="build the indexes there, and take those that are there"
    )
    given = parser.parse_args(argv)
    try:
        asked = _read(given.questions) if given.questions else []
        with tempfile.TemporaryDirectory(prefix="course-rag-latency-") as folder:
            assistants = [_assistant(given.keep or Path(folder), count, given.data) for count in given.counts]
            asked = asked or made_questions(assistants[0])
            every = [Asked(assistant, asked) for assistant in assistants]
            sys.stdout.write(f"{len(asked)} questions, answered: {', '.join(str(each.answered) for each in every)}\n\n")
            sys.stdout.write(table(given.counts, measured(every, asked)))
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    return 0


class Asked:
    """An assistant with what each stage of its questions is given, so that a stage can be run by itself."""

    def __init__(self, assistant: Assistant, questions: Sequence[str]) -> None:
        """Ask every question once: this warms the process up, too."""
        self._course, self._settings = assistant.course, assistant.settings.retrieval
        self._retriever = CourseRetriever(course=self._course, settings=self._settings)
        self._model = extractive(self._course)
        self.assistant, self._given = assistant, {question: self._prepared(question) for question in questions}
        self.answered = sum(not assistant.ask(question).refused for question in questions)

    def _prepared(self, question: str) -> _Given:
        terms = self._course.analyzer.analyze_one(question).content()
        hits = self._retriever.search(question)
        prompt = answer_prompt(detect_language(question))
        values = {"passages": render_passages(hits, foreign=False), "question": question}
        return _Given(
            terms=terms,
            expansions=self._course.bridge.expansions(terms.words, weight=self._settings.term_weight),
            direction=unit(np.asarray(self._course.embedder.embed_query(question), np.float32)[None, :])[0],
            ids=[hit.chunk.id for hit in hits],
            messages=prompt.invoke(values).to_messages(),
        )

    def stages(self) -> dict[str, Stage]:
        """What is measured, the whole before its parts; ``search`` does its parts for each part of a question."""
        course, settings, given = self._course, self._settings, self._given
        return {
            "ask": self.assistant.ask,
            "search": self._retriever.search,
            "· repair": self._retriever.repaired,
            "· analysis": course.analyzer.analyze_one,
            "· embedding": course.embedder.embed_query,
            "· BM25": lambda question: course.lexical.scores(
                given[question].terms,
                bigram_weight=settings.bigram_weight,
                expansions=given[question].expansions,
            ),
            "· vectors": lambda question: course.vectors.search(given[question].direction, settings.fetch_k),
            "· hits from SQLite": lambda question: course.store.table.get_by_ids(given[question].ids),
            "· reading": lambda question: self._model.invoke(given[question].messages),
        }


def measured(every: Sequence[Asked], questions: Sequence[str]) -> list[dict[str, Times]]:
    """The times of each stage for each assistant, a few questions of each in turn."""
    times = [{name: Times() for name in each.stages()} for each in every]
    for start in range(0, len(questions), _AT_ONCE):
        for each, found in zip(every, times, strict=True):
            for name, stage in each.stages().items():
                for question in questions[start : start + _AT_ONCE]:
                    found[name].measure(stage, question)
    return times


def table(counts: Sequence[int], times: Sequence[dict[str, Times]]) -> str:
    """Milliseconds of each stage at each count as Markdown, and the ratio of the last to the first."""
    shown = [f"{count:,}" for count in counts]
    head = [
        "ms, p50 / p95",
        *(f"{count}, {kind}" for count in shown for kind in ("wall", "cpu")),
        "ratio wall",
        "ratio cpu",
    ]
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for name in times[0]:
        figures = [_percentiles(kind) for each in times for kind in (each[name].wall, each[name].processor)]
        ratios = [_ratio(figures[-2], figures[0]), _ratio(figures[-1], figures[1])]
        lines.append(f"| {' | '.join([name, *(f'{p50:.1f} / {p95:.1f}' for p50, p95 in figures), *ratios])} |")
    return "\n".join(lines) + "\n"


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(values, [50, 95])
    return float(p50), float(p95)


def _ratio(large: tuple[float, float], small: tuple[float, float]) -> str:
    return " / ".join(f"{one / other:.2f}" if other else "–" for one, other in zip(large, small, strict=True))


def made_questions(assistant: Assistant) -> list[str]:
    """The first words of passages spread over a course, asked for."""
    table_ = assistant.course.store.table
    rowids = np.unique(np.linspace(1, len(table_), min(len(table_), _MOST_QUESTIONS)).astype(np.int64))
    texts = [" ".join(document.page_content.split()[:_QUESTION_WORDS]) for document in table_.get(rowids.tolist())]
    return [f"{text}: 무엇인가요?" if detect_language(text) == "ko" else f"What is {text}?" for text in texts]


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["user_input"]) for line in lines][:_MOST_QUESTIONS]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} holds no questions ({error}).", remedy="Give JSONL with user_input.") from error


def _assistant(folder: Path, count: int, data: Path | None) -> Assistant:
    """An assistant over an index of so many passages, built if it is not there."""
    settings = Settings(index=IndexSettings(path=folder / str(count)))
    if not settings.index.path.is_dir():
        began = time.monotonic()
        documents = made_paragraphs(_MADE_DOCUMENTS) if data is None else real_paragraphs(data)
        if not documents:
            raise InputError(f"There are no texts in {data}.", remedy="Give a folder of *.jsonl with ko and en.")
        embedder = load_embedder(settings.embedder)
        made = build(settings.index.path, passages(documents, count), embedder, settings.embedder)
        sys.stderr.write(f"{count:,}: {made.vectors.told()}, built in {time.monotonic() - began:.0f} s\n")
    began = time.monotonic()
    assistant = Assistant(settings)
    vectors = len(assistant.course.vectors)
    sys.stderr.write(f"{count:,}: {vectors:,} vectors, opened in {time.monotonic() - began:.1f} s\n")
    return assistant


if __name__ == "__main__":
    sys.exit(main())
