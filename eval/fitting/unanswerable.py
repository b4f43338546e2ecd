"""Questions that a course answers, and ones that it does not, made from sets that know where the answers stand.

A course of three quarters of several sets' passages knows nothing of the last quarter, on the same subjects. Who asks
in vain asks in one of these ways, each of which is made:

* ``held out``   of a passage that is not there
* ``absent``     of something that the course nowhere names: a word of a question it answers is another course's
* ``other``      of something that it names elsewhere: the word is one of a passage that was found but does not answer
* ``natural``    as people did who were asked for questions that look answerable and are not (SQuAD 2.0)
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from eval.bench.course_sets import make_course
from eval.questions import Question
from rag.index.course import Course
from rag.language import has_hangul
from rag.query.typed.words import CourseWords
from rag.retrieval.retriever import CourseRetriever

Kind = Literal["answerable", "held out", "absent", "other", "natural"]

_SEED = 7
_NOWHERE = "\0"
_EVERY = 4
"""One in so many passages is left out; with more, the course would miss words that it has as a rule."""

_SHORTEST = 2
_PASSED_OVER = 3
"""Hits that a word is not taken from: they may answer."""

_DEPTH = 20
_MORE_COMMON = 2
"""How much more often than the word it stands for a word may stand in the course."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, and in which way the course answers it or not."""

    name: str
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class PartOfCourse:
    """A folder with most passages of several sets, the texts of the others, and their questions by set."""

    documents: Path
    left_out: list[str]
    questions: dict[str, list[Question]]


def part_of_course(sets: Sequence[Path], documents: Path) -> PartOfCourse:
    """Write one folder for all sets, and take every fourth file out again, chosen at random.

    Raises:
        InputError: a set is not as ``make_course`` needs it.
    """
    questions = {source.name: make_course(source, documents).questions for source in sets}
    files = sorted(documents.iterdir())
    random.Random(_SEED).shuffle(files)  # noqa: S311
    left_out = [file.read_text(encoding="utf-8") for file in files[::_EVERY]]
    for file in files[::_EVERY]:
        file.unlink()
    return PartOfCourse(documents, left_out, questions)


def asked(part: PartOfCourse, course: Course, *, each: int, swapped: Sequence[str], swaps: int) -> Iterator[Asked]:
    """Questions of all kinds, set by set.

    Args:
        part: what the course was built from.
        course: the built one.
        each: at most so many of each kind and set.
        swapped: the sets in whose questions words are changed: those that ask in words of their own.
        swaps: at most so many questions of each of them.
    """
    kept = {file.name for file in part.documents.iterdir()}
    strange = _strange_words(part.left_out, course)
    retriever = CourseRetriever(course=course, k=_DEPTH)
    for name, questions in part.questions.items():
        rnd = random.Random(_SEED)  # noqa: S311
        shuffled = rnd.sample(questions, len(questions))
        answered = [one for one in shuffled if one.answerable and kept.intersection(_places(one))][:each]
        lost = [one for one in shuffled if one.answerable and not kept.intersection(_places(one))][:each]
        natural = [one for one in shuffled if not one.answerable and kept.intersection(one.sources)][:each]
        yield from (Asked(name, one.user_input, "answerable") for one in answered)
        yield from (Asked(name, one.user_input, "held out") for one in lost)
        yield from (Asked(name, one.user_input, "natural") for one in natural)
        for one in answered[:swaps] if name in swapped else ():
            yield from _swapped(name, one, retriever, strange, rnd)


def _places(question: Question) -> set[str]:
    return {*question.sources, *(place.source for place in question.also_in)}


def _strange_words(texts: Sequence[str], course: Course) -> list[str]:
    """Words of texts of which the course has at least one part nowhere."""
    words = [word for word in CourseWords.of(texts).counts if len(word) >= _SHORTEST and word not in course.words]
    nowhere = course.lexical.idf([_NOWHERE])[0]
    terms = course.analyzer.analyze(words)
    return [
        word
        for word, parts in zip(words, terms, strict=True)
        if parts.words and max(course.lexical.idf(parts.words)) >= nowhere
    ]


def _swapped(
    name: str, question: Question, retriever: CourseRetriever, strange: Sequence[str], rnd: random.Random
) -> Iterator[Asked]:
    """The question with its rarest word replaced: by one that the course has not, and by one of another passage."""
    text, words = question.user_input, retriever.course.words
    known = [word for word in CourseWords.of([text]).counts if len(word) >= _SHORTEST and word in words]
    if not known:
        return
    rarest = min(known, key=words.count)
    hits = retriever.search(text)
    places = _places(question)
    answer = " ".join([text, *(hit.chunk.text for hit in hits if hit.chunk.source in places)])
    others = [hit.chunk.text for hit in islice(hits, _PASSED_OVER, None) if hit.chunk.source not in places]
    most = _MORE_COMMON * words.count(rarest) + 1
    nearby = [word for word in CourseWords.of(others).counts if 0 < words.count(word) <= most and word not in answer]
    choices: tuple[tuple[Kind, Sequence[str]], ...] = (("absent", strange), ("other", nearby))
    for kind, choice in choices:
        fitting = [word for word in choice if len(word) >= _SHORTEST and has_hangul(word) == has_hangul(rarest)]
        if fitting:
            yield Asked(name, text.replace(rarest, rnd.choice(fitting)), kind)
