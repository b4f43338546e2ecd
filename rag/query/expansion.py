"""Other words for the words of a question, and how much a passage that has them is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expansion:
    """Index terms that may stand in a passage in the place of some of the question's.

    Attributes:
        of: terms of the question.
        to: terms that mean the same, or something near.
        weight: share, in (0, 1], that a passage with ``to`` gets of what one with ``of`` would get.
        why: what it is known from, such as "terms" or "synonyms".
    """

    of: tuple[str, ...]
    to: tuple[str, ...]
    weight: float
    why: str = ""
