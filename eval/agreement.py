"""Whether two answers agree: in refusing, in what they cite, in what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.answers import without_marks
from eval.metrics.evidence import places_of, squeeze
from eval.records import GivenAnswer, Passage

_LEAST_SHARED = 0.5
"""Share of the shorter of two passages that must stand in both for them to be the same place of a document."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two answers have in common.

    Attributes:
        refusal: both refused, or neither did.
        citations: they cite a passage in common; None unless both answered.
        text: they say the same, marks and white space aside.
    """

    refusal: bool
    citations: bool | None
    text: bool

    @property
    def agree(self) -> bool:
        """The same as to refusing and, where both answered, with a citation in common."""
        return self.refusal and self.citations is not False


def agreement_of(one: GivenAnswer, other: GivenAnswer) -> Agreement:
    """Compare two answers."""
    answered = not one.refused and not other.refused
    return Agreement(
        refusal=one.refused == other.refused,
        citations=share_a_place(cited_by(one), cited_by(other)) if answered else None,
        text=squeeze(without_marks(one.text)) == squeeze(without_marks(other.text)),
    )


def cited_by(answer: GivenAnswer) -> list[Passage]:
    """The passages that an answer cites, in the order of its citations."""
    return [each.passage or answer.handed[each.mark - 1] for each in answer.citations]


def share_a_place(some: Sequence[Passage], others: Sequence[Passage]) -> bool:
    """Whether any passage of the one stands, for the most part, in one of the others."""
    return any(same_place(one, other) for one in some for other in others)


def same_place(one: Passage, other: Passage) -> bool:
    """Whether two passages are the same part of a document, however it was cut; or copies of one another.

    Of indexes that were built differently the copy that was kept may be another: then the text decides.
    """
    if one.source == other.source and one.end > one.start and other.end > other.start:
        shared = min(one.end, other.end) - max(one.start, other.start)
        return shared >= _LEAST_SHARED * min(one.end - one.start, other.end - other.start)
    sources = {place.source for place in places_of(one)} & {place.source for place in places_of(other)}
    return bool(sources) and _holds(one.text, other.text)


def _holds(one: str, other: str) -> bool:
    shorter, longer = sorted((squeeze(one), squeeze(other)), key=len)
    return bool(shorter) and shorter in longer


def retrieval_overlap(some: Sequence[Passage], others: Sequence[Passage], k: int) -> float | None:
    """Share of the first k passages of the one that are among the first k of the other, in [0, 1].

    None if neither has any.
    """
    first, second = some[:k], others[:k]
    if not first or not second:
        return None if not first and not second else 0.0
    found = sum(any(same_place(one, other) for other in second) for one in first)
    back = sum(any(same_place(one, other) for other in first) for one in second)
    return min(found / len(first), back / len(second))
