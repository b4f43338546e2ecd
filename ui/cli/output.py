"""JSON on stdout; words for people on stdout too; warnings, errors and progress on stderr."""

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from rag.language import Language, detect_language

if TYPE_CHECKING:
    from rag.answer import Answer, Hit
    from rag.errors import CourseRagError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_MOST_NEAREST = 3


class _Words(NamedTuple):
    looked_for: str
    unknown: str
    nearest: str


_REFUSED: dict[Language, _Words] = {
    "ko": _Words("찾아본 말:", "자료에 없는 말:", "가장 가까운 곳:"),
    "en": _Words("Looked for:", "Not in the documents:", "Nearest sections:"),
}


def plain(text: str) -> str:
    """Text that cannot steer a terminal: no escape sequences, no control or bidi characters, whoever wrote it.

    Nor half a character, which could not be written at all: what Python makes of a name that is not UTF-8.
    """
    return _CONTROL.sub("�", text)


def say(text: str = "") -> None:
    """Print words for a person."""
    typer.echo(plain(text))


def say_json(value: dict[str, Any] | list[Any]) -> None:
    """Print one line of JSON; what could steer a terminal is escaped, so nothing is lost."""
    line = json.dumps(value, ensure_ascii=False)  # control characters below 32 are escaped by it already
    typer.echo(_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", line))


def say_error(error: "CourseRagError") -> None:
    """Print what is wrong and what to do about it, on stderr."""
    typer.secho(f"error: {plain(error.message)}", fg=typer.colors.RED, err=True)
    typer.echo(f"  → {plain(error.remedy)}", err=True)


def say_notes(answer: "Answer") -> None:
    """Print on stderr what is to be known of how an answer came about."""
    for note in answer.notes:
        say_note(note)


def say_note(note: str) -> None:
    """Print a warning on stderr."""
    typer.secho(f"note: {plain(note)}", fg=typer.colors.YELLOW, err=True)


def place_of(hit_or_citation: "Hit | Any") -> str:
    """Where a passage stands: ``week1.pdf, p. 3 › Heading › Sub``."""
    chunk = hit_or_citation.chunk
    return " › ".join((chunk.place, *chunk.heading))


def say_searched(typed: str, searched: str) -> None:
    """Print what was searched, if it is not what was typed."""
    if searched != typed:
        say(f"(searched: {searched})")


def say_hits(hits: "list[Hit]") -> None:
    """Print hits, best first."""
    if not hits:
        say("Nothing was found.")
    for hit in hits:
        scores = "  ".join(f"{name} {value:.3f}" for name, value in hit.scores.items())
        say(f"{hit.rank}. {place_of(hit)}   ({scores})")
        say(_shortened(hit.chunk.text))
        if hit.chunk.also_in:
            say(f"also in {', '.join(hit.chunk.also_in)}")
        say()


def say_answer(answer: "Answer", *, with_text: bool = True) -> None:
    """Print an answer, unless it has been printed as it came, and its sources."""
    if with_text:
        say(answer.text)
    if answer.citations:
        say()
    _say_nearest(answer)
    for citation in answer.citations:
        say(f"[{citation.mark}] {place_of(citation)}")
        say(f"    “{_shortened(citation.quote)}”")
        if citation.chunk.also_in:
            say(f"    also in {', '.join(citation.chunk.also_in)}")


def _say_nearest(answer: "Answer") -> None:
    """Print what was looked for, what of it the documents do not have, and the places that come nearest."""
    words = _REFUSED[detect_language(answer.question)]
    for label, terms in ((words.looked_for, answer.sought.words), (words.unknown, answer.sought.unknown)):
        if terms:
            say(f"{label} {', '.join(terms)}")
    if answer.nearest:
        say()
        say(words.nearest)
    for hit in answer.nearest[:_MOST_NEAREST]:
        say(f"- {place_of(hit)}")


def _shortened(text: str, most: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
