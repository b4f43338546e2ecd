"""A question set made from an index without a language model: some of every kind, spread over the documents."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.making.crosslingual import made_crosslingual
from eval.making.definitions import made_definitions
from eval.making.headings import made_headings
from eval.making.made import KINDS, Made, drawn
from eval.making.passages import Passages
from eval.making.tables import made_table_questions
from eval.making.term_questions import made_term_questions
from eval.making.unanswerable import made_left_out, made_unanswerable
from rag.errors import InputError
from rag.index.course import Course

_MAKERS: Mapping[str, Callable[[Passages, int], Iterator[Made]]] = {
    "definition": made_definitions,
    "term": made_term_questions,
    "table": made_table_questions,
    "heading": made_headings,
    "cross-lingual": made_crosslingual,
    "unanswerable": made_unanswerable,
    "left-out": made_left_out,
}


@dataclass(frozen=True, slots=True)
class MadeSet:
    """A made question set.

    Attributes:
        rows: lines of a question set.
        possible: by kind, how many questions could have been made.
    """

    rows: list[dict[str, Any]]
    possible: dict[str, int]


def make_questions(
    course: Course,
    *,
    count: int,
    seed: int = 0,
    kinds: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> MadeSet:
    """Make at most so many questions. The same index, count, seed and kinds give the same set.

    Args:
        course: the opened index.
        count: of questions, at most.
        seed: another one draws other questions and words them otherwise.
        kinds: which to make; none: all that can be made.
        left_out: patterns of the sources that the index under test will not have; only ``left-out`` asks about them.

    Raises:
        InputError: an unknown kind, a pattern that fits no source, or an index of which nothing can be asked.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise InputError(f"There is no kind of question {unknown[0]!r}.", remedy=f"Kinds: {', '.join(KINDS)}.")
    passages = Passages(course, left_out=left_out)
    if left_out and not passages.left_out:
        raise InputError(
            f"No source of the index fits {', '.join(left_out)}.", remedy="See the sources: course-rag status"
        )
    if "left-out" in kinds and not left_out:
        raise InputError("Nothing is left out.", remedy="Name documents with --left-out PATTERN.")
    pools = {kind: list(make(passages, seed)) for kind, make in _MAKERS.items() if kind in (kinds or KINDS)}
    chosen = drawn(pools, count=count, seed=seed)
    if not chosen:
        raise InputError("The index holds nothing to ask about by rule.", remedy="Write the questions by hand.")
    return MadeSet([made.row() for made in chosen], {kind: len(pool) for kind, pool in pools.items()})


def kinds_of(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many questions of each kind a made set has."""
    return dict(Counter(row["tags"][1] for row in rows))
