"""A question set made from the index itself, without a language model: one question per section, from its heading.

It finds out whether sections are found by their name, not whether answers are right; a person's questions are better.
"""

import random
import re
from collections.abc import Iterator
from typing import Any

from rag.chunks import Chunk
from rag.errors import InputError
from rag.index.course import Course
from rag.language import Language, detect_language
from rag.sentences import split_sentences

_TEMPLATES: dict[Language, str] = {
    "ko": "‘{heading}’에 대해 자료는 무엇이라고 설명하나요?",
    "en": "What does the course say about “{heading}”?",
}
_NUMBERING = re.compile(r"^[\d.\s)(-]+")
_SHORTEST_REFERENCE = 30
"""Characters; a shorter first sentence is a label, not an answer."""


def generate_questions(course: Course, *, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Questions in the format of ``eval.questions``, at most ``count``, drawn evenly from all sections.

    Each has the section's first sentence as reference and as reference context, its source and page, and the tag
    ``generated``. The same index, count and seed give the same set.

    Raises:
        InputError: no section of the index has a heading of its own.
    """
    sections = list(_first_chunks(course))
    if not sections:
        raise InputError("The index has no headings to ask about.", remedy="Write the questions by hand.")
    drawn = random.Random(seed).sample(sections, min(count, len(sections)))  # noqa: S311  no secret
    drawn.sort(key=lambda pair: (pair[0].source, pair[0].start))
    return [_question(number, chunk, reference) for number, (chunk, reference) in enumerate(drawn, start=1)]


def _first_chunks(course: Course) -> Iterator[tuple[Chunk, str]]:
    """The first chunk of every section whose heading occurs once in the course, with its first sentence."""
    chunks = [Chunk.from_document(document) for document in course.store.table.get(range(1, len(course.lexical) + 1))]
    by_heading: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        if chunk.heading and chunk.kind == "text":
            by_heading.setdefault(_name(chunk), []).append(chunk)
    for name, members in by_heading.items():
        reference = _first_sentence(members[0].text)
        if len({chunk.source for chunk in members}) == 1 and name and reference:
            yield members[0], reference


def _name(chunk: Chunk) -> str:
    return _NUMBERING.sub("", chunk.heading[-1]).strip()


def _first_sentence(text: str) -> str | None:
    sentences = (text[start:end] for start, end in split_sentences(text))
    return next((sentence for sentence in sentences if len(sentence) >= _SHORTEST_REFERENCE), None)


def _question(number: int, chunk: Chunk, reference: str) -> dict[str, Any]:
    language = detect_language(chunk.text)
    return {
        "id": f"generated-{number:04}",
        "user_input": _TEMPLATES[language].format(heading=_name(chunk)),
        "reference": reference,
        "reference_contexts": [reference],
        "source": chunk.source,
        "page": chunk.page,
        "lang": language,
        "tags": ["generated", "heading"],
        "answerable": True,
    }
