"""A question per section, from its heading.

It finds out whether sections are found by their name, not whether answers are right; a person's questions are better.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from eval.making.made import Made, drawn
from eval.making.passages import Passages
from eval.making.wording import HEADING, worded
from rag.chunks import Chunk
from rag.errors import InputError
from rag.index.course import Course
from rag.language import detect_language, has_hangul

_NUMBERING = re.compile(r"^\d{1,2}(?:[.-]\d{1,2})*(?:[.)]\s*|\s+)|[:：]$|^[^\w가-힣(\[“‘\"'<]+")
_MARKUP = re.compile(r"[*`]{1,3}|<[^>]+>")
_SHORTEST_REFERENCE = 30
"""Characters; a shorter first sentence is a label, not an answer."""

_GENERAL = re.compile(
    r"^(?:소개|서론|개요|목차|목적|결론|결과|정리|요약|마무리|마치며|실습|예제|예시|연습|방법|참고\s?(?:문헌|자료)?|기타.*|부록|시작하기|들어가며|설명|특징|장점|단점|문제"
    r"|introduction|overview|contents|summary|conclusions?|results?|discussion|methods?|notes?|now|references?|appendix"
    r"|recommendations?|examples?|exercises?|background|motivation|objectives?|goals?|setup|agenda|professor)$",
    re.IGNORECASE,
)
"""Headings that many documents have: nobody asks for them by name."""

_LONGEST_HEADING = 80
_SAYS = re.compile(r"[가-힣]{2}|[A-Za-z]{3}")


def generate_questions(course: Course, *, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Questions in the format of ``eval.questions``, at most ``count``, spread over the documents.

    Each has the section's first sentence as reference and as reference context, its source and page, and the tags
    ``generated`` and ``heading``. The same index, count and seed give the same set.

    Raises:
        InputError: no section of the index has a heading of its own.
    """
    pool = list(made_headings(Passages(course), seed))
    if not pool:
        raise InputError("The index has no headings to ask about.", remedy="Write the questions by hand.")
    return [made.row() for made in drawn({"heading": pool}, count=count, seed=seed)]


def made_headings(passages: Passages, seed: int) -> Iterator[Made]:
    """A question for each section whose heading occurs once in the course."""
    for chunk, name, reference in first_chunks(passages, passages.chunks):
        language = detect_language(chunk.text)
        question = worded(HEADING[language], seed, term=name)
        yield Made("heading", question, language, chunk, reference, (reference,), about=name)


def first_chunks(passages: Passages, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, str, str]]:
    """The first of the chunks in each such section, its heading without numbering, and its first sentence."""
    by_heading: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        if chunk.heading and chunk.kind == "text":
            by_heading.setdefault(name_of(chunk), []).append(chunk)
    for name, members in by_heading.items():
        if len({chunk.source for chunk in members}) == 1 and _is_name(name):
            said = [each.text for each in passages.sentences_in(members[0]) if _says_something(each.text)]
            if said:
                yield members[0], name, said[0]


def name_of(chunk: Chunk) -> str:
    """The heading right above a passage, without its number and pictures before it."""
    name = _MARKUP.sub("", chunk.heading[-1]).strip()
    while name != (shorter := _NUMBERING.sub("", name).strip()):
        name = shorter
    return name


def _is_name(name: str) -> bool:
    return (
        _SAYS.search(name) is not None
        and not _GENERAL.match(name)
        and len(name) <= _LONGEST_HEADING
        and not name.endswith(("?", "？", "."))
    )


def _says_something(sentence: str) -> bool:
    """Whether it is a sentence rather than a label, an author's name, a row of a table or a formula."""
    last = sentence.rstrip("\"')”’* ")[-1:]
    ended = last in ".!?" or (has_hangul(sentence) and last != ":")  # a Korean note ends without a mark
    return ended and len(sentence) >= _SHORTEST_REFERENCE and not sentence.startswith(("|", "```", "$"))
