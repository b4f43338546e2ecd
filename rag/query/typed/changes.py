"""What a repair changed, and how it is told."""

from dataclasses import dataclass
from typing import Literal

from rag.language import Language

Kind = Literal["form", "spacing", "typo", "layout", "initials"]

_NO_FINAL_OR_RIEUL = (0, 8)


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

    def told(self, language: Language) -> str:
        """One sentence for the user; empty if nothing was changed that one can see."""
        if not self.shown:
            return ""
        others = [word for change in self.shown for word in change.alternatives]
        if language == "ko":
            also = f" (혹시: {', '.join(others)})" if others else ""
            return f"‘{self.text}’{_toward(self.text)} 검색했습니다.{also}"
        also = f" (or: {', '.join(others)})" if others else ""
        return f"Searched for “{self.text}”.{also}"


def _toward(text: str) -> str:
    """로 after a vowel or ㄹ, 으로 after another consonant; both where the text does not end in Hangul."""
    last = text.rstrip("?!. ")[-1:]
    if not "가" <= last <= "힣":
        return "(으)로"
    return "로" if (ord(last) - ord("가")) % 28 in _NO_FINAL_OR_RIEUL else "으로"
