"""The sentence guard: what a language model wrote, with what the passages do not support dropped or marked.

Each sentence is held against the passages that it cites. One that these do not support, but another passage surely
does, gets that one's mark: models count badly. One without a mark gets the mark of the passage that supports it best.
Neither where some passage says the opposite in the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.answer import Hit
from rag.answering.prompts import NOT_SHOWN, UNVERIFIED
from rag.grounding.figures import claimed, missing
from rag.grounding.reading import Evidence, joined
from rag.grounding.sentences import MARKS, Piece, is_assent, pieces
from rag.grounding.support import Support
from rag.language import Language

Unsupported = Literal["drop", "mark", "keep"]

_LEAST = 0.5
"""Of ``Support.of``: its threshold."""

_SURE = 0.9
"""For a passage that the model did not cite, where it has cited another one."""

_CODE_HELD = 0.7
"""Share of the words of a block of code that must stand in the passages."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What is left of an answer, and the sentences that were found unsupported."""

    text: str
    unsupported: tuple[str, ...]


class Guard:
    """Holds an answer against its passages."""

    def __init__(self, support: Support, mode: Unsupported, language: Language) -> None:
        """Take what compares, what happens to unsupported sentences, and the language of the answer."""
        self._support, self._mode, self._language = support, mode, language

    def check(self, answer: str, hits: Sequence[Hit]) -> Guarded:
        """Drop or mark what is unsupported; "" where nothing is supported.

        Args:
            answer: its marks name passages that there are.
            hits: the passages that were handed over; mark 1 is the first.
        """
        passages = [joined([self._support.evidence(part) for part in hit.parts]) for hit in hits]
        found = pieces(answer)
        judged = [self._judged(piece, passages) for piece in found]
        if not any(mended is not None for piece, mended in zip(found, judged, strict=True) if piece.role != "frame"):
            return Guarded("", tuple(piece.claim for piece in found if piece.role != "frame"))
        wrong = [piece for piece, mended in zip(found, judged, strict=True) if mended is None]
        if self._mode == "mark":
            judged = [mended or self._marked(piece) for piece, mended in zip(found, judged, strict=True)]
        text = _written(found, _without_lone_frames(judged))
        return Guarded(text, tuple(piece.claim for piece in wrong if piece.role != "frame"))

    def _judged(self, piece: Piece, passages: Sequence[Evidence]) -> Piece | None:
        """The piece with the marks that hold; None if nothing supports it."""
        if piece.role == "frame":
            held = frozenset().union(*(passage.figures for passage in passages))
            return piece if not missing(claimed(piece.claim), held) else None
        if any(piece.claim.rstrip(".") == said.rstrip(".") for said in NOT_SHOWN.values()):
            return piece
        if piece.role == "code":
            return piece if self._code_stands_there(piece, passages) else None
        claim = self._support.claim(piece.claim)
        cited = [passages[mark - 1] for mark in dict.fromkeys(piece.marks)]
        if cited and self._support.of(claim, cited) >= _LEAST:
            return piece
        if any(self._support.contradicted(claim, passage) for passage in passages):
            return None
        surely = [self._support.of(claim, [passage]) for passage in passages]
        best = max(range(len(surely)), key=surely.__getitem__, default=None)
        if best is None or surely[best] < (_SURE if cited else _LEAST):
            return None
        return _with_mark(piece, best + 1)

    def _code_stands_there(self, piece: Piece, passages: Sequence[Evidence]) -> bool:
        words = set(self._support.claim(piece.text).words)
        held = joined(passages).terms if passages else frozenset()
        return len(words & held) >= _CODE_HELD * len(words)

    def _marked(self, piece: Piece) -> Piece:
        """An unsupported sentence, told to be so; its marks would claim the opposite."""
        if piece.role == "code":
            return replace(piece, text=f"{piece.text}\n{UNVERIFIED[self._language]}")
        return replace(piece, text=f"{MARKS.sub('', piece.text)} {UNVERIFIED[self._language]}", marks=())


def _with_mark(piece: Piece, mark: int) -> Piece:
    text = MARKS.sub("", piece.text)
    inside = text.removesuffix("|").rstrip() if text.startswith("|") else text  # a row of a table ends with its rule
    return replace(piece, text=f"{inside} [{mark}]{' |' if inside != text else ''}", marks=(mark,))


def _without_lone_frames(judged: Sequence[Piece | None]) -> list[Piece | None]:
    """The same without frames that lead to nothing any more: from behind, since a frame leads to what follows it."""
    kept: list[Piece | None] = []
    follows = False
    for piece in reversed(judged):
        frame = piece is not None and piece.role == "frame"
        kept.insert(0, piece if not frame or follows or (piece and is_assent(piece)) else None)
        # Behind a heading nothing follows for the one before it, until something is kept.
        follows = (follows and not (frame and piece and piece.text.startswith("#"))) or not (frame or piece is None)
    return kept


def _written(found: Sequence[Piece], kept: Sequence[Piece | None]) -> str:
    """The kept pieces; where the first of a line was dropped, the next one begins the line."""
    text, owed = "", ""
    for piece, mended in zip(found, kept, strict=True):
        if mended is None:
            owed = owed if "\n" in owed else piece.before
            continue
        text += (owed if "\n" in owed and "\n" not in mended.before else mended.before) + mended.text
        owed = ""
    return text.strip()
