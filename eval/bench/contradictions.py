"""``python -m eval.bench.contradictions INDEX``: are documents that contradict each other told apart, and only those?

By rule, over an index: a sentence with a number is asked about, beside a copy of its passage in another document where
the number is another one (to be named), and beside one where the sentence is said in other words (not to be named).
Then every pair of sentences of different documents is compared as they are: what fires there is printed, to be read.
"""

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from eval.bench.corruptions import reworded
from rag.analyzer import Analyzer
from rag.answer import Hit
from rag.answering.prompts import DIFFER, REFUSALS, answer_prompt, render_passages
from rag.chunks import Chunk
from rag.errors import CourseRagError
from rag.extractive.differing import Statement, differ, statement
from rag.extractive.segments import segments
from rag.index.course import Course
from rag.language import detect_language, has_hangul
from rag.llm import extractive

_SEED, _OTHERS, _WORDS, _SHOWN, _MOST_ALIKE = 3, 3, 6, 20, 60
_SHORTEST, _LONGEST = 20, 200
_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:\.\d+)?(?![\w.-]*[-/:]|[a-z])")
_MARKER = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
_WORD = re.compile(r"[가-힣A-Za-z]{2,}")


@dataclass(slots=True)
class Counts:
    """What came of the copies: all that were asked, and of these the statements (see ``rag.extractive.differing``)."""

    asked: int = 0
    named: int = 0
    statements: int = 0
    statements_named: int = 0
    reworded: int = 0
    reworded_named: int = 0


def main(argv: Sequence[str] | None = None) -> int:
    """Print the counts, and the sentences of the index itself that contradict each other."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.contradictions", description=main.__doc__)
    parser.add_argument("index", type=Path, help="an index that was built")
    parser.add_argument("--limit", type=int, default=150, metavar="N", help="sentences that are asked about")
    options = parser.parse_args(argv)
    try:
        course = Course.open(options.index)
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    chunks = _chunks(course)
    counts = copies(course, chunks, options.limit)
    sys.stdout.write(
        f"changed copies named: {counts.named} of {counts.asked}, "
        f"{counts.statements_named} of {counts.statements} that state something for all cases\n"
        f"copies in other words named: {counts.reworded_named} of {counts.reworded}\n"
    )
    found = list(contradicting(chunks, course.analyzer))
    sys.stdout.write(f"pairs of sentences of the index that contradict each other: {len(found)}\n")
    for one, other in found[:_SHOWN]:
        sys.stdout.write(f"  {one}\n  {other}\n\n")
    return 0


def copies(course: Course, chunks: Sequence[Chunk], limit: int) -> Counts:
    """Ask about sentences beside changed and reworded copies of their passages."""
    model, chance, counts = extractive(course), random.Random(_SEED), Counts()  # noqa: S311
    places = [(chunk, text) for chunk in chunks for text in _with_number(chunk)]
    chance.shuffle(places)
    for chunk, text in places[:limit]:
        others = [
            each for each in chance.sample(list(chunks), min(_OTHERS, len(chunks))) if each.source != chunk.source
        ]

        def named(said: str, chunk: Chunk = chunk, text: str = text, others: list[Chunk] = others) -> bool:
            copy = replace(
                chunk, id="copy", source="copy", page=None, cell=None, label="", text=chunk.text.replace(text, said, 1)
            )
            passages = [chunk, copy, *others]
            hits = [Hit(rank, each, 1.0, {}) for rank, each in enumerate(passages, start=1)]
            values = {"passages": render_passages(hits), "question": _question(text)}
            answer = str(model.invoke(answer_prompt(detect_language(text)).invoke(values)).text)
            return answer not in REFUSALS.values() and any(frame in answer for frame in DIFFER.values())

        told = named(changed(text, chance))
        states = statement(text) is not None
        counts.asked, counts.named = counts.asked + 1, counts.named + told
        counts.statements += states
        counts.statements_named += told and states
        if said := reworded(text):
            counts.reworded, counts.reworded_named = counts.reworded + 1, counts.reworded_named + named(said)
    return counts


def changed(text: str, chance: random.Random) -> str:
    """The sentence with one of its numbers, not its marker's, as another one."""
    marker = _MARKER.match(text)
    start = marker.end() if marker else 0
    number = chance.choice(list(_NUMBER.finditer(text, start)))
    value = number.group()
    other = f"{float(value) * 2 + 0.1:.2f}" if "." in value else str(int(value) + chance.choice((1, 2, 7, 10)))
    return text[: number.start()] + other + text[number.end() :]


def contradicting(chunks: Sequence[Chunk], analyzer: Analyzer) -> Iterator[tuple[str, str]]:
    """Pairs of sentences of different documents that contradict each other, as far as the model would see it."""
    alike: dict[frozenset[str], list[tuple[str, Statement]]] = defaultdict(list)
    for chunk in chunks:
        for segment in segments(chunk.text):
            said = None if segment.is_empty or segment.is_code else statement(segment.text)
            if said is not None:
                words = analyzer.analyze_one(said.masked).content().words
                alike[frozenset(words)].append((chunk.source, said))
    for group in alike.values():
        for (source, one), (other_source, other) in combinations(group[:_MOST_ALIKE], 2):
            if source != other_source and differ(one, other, analyzer):
                yield f"{source}: {one.text}", f"{other_source}: {other.text}"


def _chunks(course: Course) -> list[Chunk]:
    table = course.store.table
    chunks = [Chunk.from_document(document) for document in table.get(range(1, len(table) + 1))]
    return [chunk for chunk in chunks if chunk.kind != "code"]


def _with_number(chunk: Chunk) -> Iterator[str]:
    for segment in segments(chunk.text):
        text = segment.text
        fits = _SHORTEST <= len(text) <= _LONGEST and "\n" not in text and not (segment.is_code or segment.is_empty)
        if fits and _NUMBER.search(_MARKER.sub("", text)) and len(_WORD.findall(text)) > 1:
            yield text


def _question(text: str) -> str:
    words = " ".join(_WORD.findall(_NUMBER.sub(" ", text))[:_WORDS])
    return f"{words} 얼마인가요?" if has_hangul(text) else f"{words} how many?"


if __name__ == "__main__":
    sys.exit(main())
