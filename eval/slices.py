"""The parts of a question set that are looked at apart: by language, tag, source, format, and whether it is answerable.

A slice is named ``what=value``. A source has a slice of its own from ``LEAST_OF_A_SOURCE`` questions on: a mean of one
or two questions says nothing, and a set over a hundred documents would have a hundred of them.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from eval.questions import Question

LEAST_OF_A_SOURCE = 3
_MORE_THAN_ONE = "several"


def slices_of(question: Question) -> list[str]:
    """Every slice a question belongs to, each once: ``lang=ko``, ``tag=page``, ``source=a.pdf``, ``format=pdf``.

    A question whose answer needs documents of several formats has ``format=several``; one that names no source has
    neither a source nor a format.
    """
    names = [f"lang={question.lang}", f"answerable={str(question.answerable).lower()}"]
    names += [f"tag={tag}" for tag in question.tags]
    names += [f"source={source}" for source in question.sources]
    formats = {_format(source) for source in question.sources}
    if formats:
        names.append(f"format={formats.pop() if len(formats) == 1 else _MORE_THAN_ONE}")
    return list(dict.fromkeys(names))


def by_slice(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Positions of the questions of each slice, by its name; sources with few questions are left out."""
    members: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        for name in slices_of(question):
            members.setdefault(name, []).append(position)
    return {
        name: members[name]
        for name in sorted(members)
        if not name.startswith("source=") or len(members[name]) >= LEAST_OF_A_SOURCE
    }


def _format(source: str) -> str:
    """``pdf``, ``md``; a page of the web and a name without an ending are ``none``."""
    return PurePosixPath(source).suffix.lower().lstrip(".") or "none"
