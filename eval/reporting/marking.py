"""Expected evidence, marked where it stands in a passage, although a person's copy of it is written differently."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.metrics.evidence import squeeze

_LEAST = 20
"""Squeezed characters at which a part of the evidence counts, where the rest stands in the next passage."""

_MOST = 4000
"""Squeezed characters of such a part that are looked for."""

_JAMO = range(0x1160, 0x1200)
"""Vowels and final consonants that make up a syllable with what stands before them (NFD Hangul)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a passage, and whether it is what was looked for."""

    text: str
    marked: bool = False


def marked(text: str, wanted: Sequence[str]) -> list[Piece]:
    """A passage in pieces; together they are the passage.

    Args:
        text: of the passage.
        wanted: reference contexts or quotes. What stands in the passage only in part, at its beginning or end, is
            marked as far as it goes.
    """
    letters, offsets = _squeezed(text)
    spans = [span for each in wanted if (span := _span(letters, squeeze(each)))]
    return list(_pieces(text, sorted((offsets[start], offsets[end]) for start, end in spans)))


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and where each of its characters begins in the text; the text's end comes last."""
    letters, offsets = [], []
    for start, cluster in _clusters(text):
        for letter in squeeze(cluster):
            letters.append(letter)
            offsets.append(start)
    return "".join(letters), [*offsets, len(text)]


def _clusters(text: str) -> Iterable[tuple[int, str]]:
    """Characters with what combines with them: these are normalised together."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not (unicodedata.combining(text[index]) or ord(text[index]) in _JAMO):
            yield start, text[start:index]
            start = index


def _span(letters: str, wanted: str) -> tuple[int, int] | None:
    """Where what is wanted stands in squeezed letters, wholly or in part."""
    if not wanted or not letters:
        return None
    at = letters.find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    if len(letters) >= _LEAST and letters in wanted:
        return 0, len(letters)
    longest = min(len(letters), len(wanted), _MOST) - 1
    for size in range(longest, _LEAST - 1, -1):
        if letters.endswith(wanted[:size]):
            return len(letters) - size, len(letters)
        if letters.startswith(wanted[-size:]):
            return 0, size
    return None


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[Piece]:
    done = 0
    for start, end in spans:
        start = max(start, done)
        found = text[start:end].rstrip()
        if not found:
            continue
        if start > done:
            yield Piece(text[done:start])
        yield Piece(found, marked=True)
        done = start + len(found)
    if done < len(text):
        yield Piece(text[done:])


def shortened(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """The pieces with long stretches between the marked ones cut out, and what was left out told.

    Args:
        pieces: of ``marked``.
        most: characters that are kept of an unmarked stretch; half of them at each end, where both ends matter.
    """
    short = []
    for number, piece in enumerate(pieces):
        first, last = number == 0, number == len(pieces) - 1
        if len(piece.text) <= most + 40:
            short.append(piece)
        elif piece.marked or not (first or last) or (first and last and any(each.marked for each in pieces)):
            half = most // 2
            short.append(
                Piece(f"{piece.text[:half]} {_gap(len(piece.text) - 2 * half)} {piece.text[-half:]}", piece.marked)
            )
        elif first and not last:
            short.append(Piece(f"{_gap(len(piece.text) - most)} {piece.text[-most:]}"))
        else:
            short.append(Piece(f"{piece.text[:most]} {_gap(len(piece.text) - most)}"))
    return short


def _gap(count: int) -> str:
    return f"[… {count:,} characters …]"
