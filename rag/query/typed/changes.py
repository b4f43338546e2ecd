"""What a repair changed."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["form", "spacing", "typo", "layout", "initials"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed.

    Attributes:
        before: as it was typed.
        after: as it is searched.
        kind: "form" is what is not seen (NFD, full-width, control characters); the others are shown.
        alternatives: what else could have been meant, the most frequent first.
    """

    before: str
    after: str
    kind: Kind
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """A question, the text it is searched by, and what was changed."""

    question: str
    text: str
    changes: tuple[Change, ...] = ()

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes that the user should know of."""
        return tuple(change for change in self.changes if change.kind != "form")
