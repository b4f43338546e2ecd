"""``course-rag inspect``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.inspection import Inspection, SeenChunk, SeenUnit

_FIRST_WORDS = 60


def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of any format that a build reads.")],
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """What a build would make of a file: its blocks, its passages and where each is cut, what is left out or masked."""
    from ingest.inspection import inspect_file

    seen = inspect_file(file, settings_of(context, index, config))
    if json:
        say_json(as_json(seen))
    else:
        _say(seen)


def as_json(seen: "Inspection") -> dict[str, Any]:
    """What ``--json`` prints.

    - ``source``, ``title``, ``date`` (null unless the file states one), ``links`` (a number), ``max_tokens``
    - ``units``: ``{"kind", "heading": […], "page", "cell", "label", "start", "end", "tokens", "text"}``
    - ``chunks``: ``{"place", "kind", "heading": […], "page", "cell", "label", "start", "end", "tokens",
      "embedded_tokens", "lead", "begins", "ends", "text"}``
    - ``skipped``: ``{"source", "why"}``, the source being a part of the file
    - ``masked``: ``{kind: count}``; ``unreadable_pages``: numbers
    """
    return {
        "source": seen.source,
        "title": seen.title,
        "date": seen.date,
        "links": seen.links,
        "max_tokens": seen.max_tokens,
        "units": [_unit_json(unit) for unit in seen.units],
        "chunks": [_chunk_json(chunk) for chunk in seen.chunks],
        "skipped": [{"source": skip.source, "why": skip.why} for skip in seen.skipped],
        "masked": seen.masked,
        "unreadable_pages": seen.unreadable_pages,
    }


def _unit_json(unit: "SeenUnit") -> dict[str, Any]:
    names = ("kind", "heading", "page", "cell", "label", "start", "end", "tokens", "text")
    return {name: getattr(unit, name) for name in names}


def _chunk_json(seen: "SeenChunk") -> dict[str, Any]:
    names = ("place", "kind", "heading", "page", "cell", "label", "start", "end", "lead", "text")
    return {name: getattr(seen.chunk, name) for name in names} | {
        "tokens": seen.tokens,
        "embedded_tokens": seen.embedded_tokens,
        "begins": seen.begins,
        "ends": seen.ends,
    }


def _say(seen: "Inspection") -> None:
    say(f"{seen.source}: {seen.title}")
    facts = [f"changed {seen.date}"] if seen.date else []
    say(", ".join([*facts, _counted(seen.links, "link"), f"passages of at most {seen.max_tokens} tokens"]))
    say()
    say(f"{_counted(len(seen.units), 'block')}:")
    for unit in seen.units:
        say(f"  {unit.start:>7}  {unit.kind:<9} {_where(unit)}{unit.tokens:>5} tokens  {_first_words(unit.text)}")
    say()
    say(f"{_counted(len(seen.chunks), 'passage')}:")
    for number, chunk in enumerate(seen.chunks, start=1):
        _say_chunk(number, chunk)
    if seen.masked:
        say("Masked: " + ", ".join(f"{count} {kind}" for kind, count in sorted(seen.masked.items())))
    if seen.skipped:
        say("Left out:")
        for skip in seen.skipped:
            say(f"  {skip.source or seen.source}: {skip.why}")


def _say_chunk(number: int, seen: "SeenChunk") -> None:
    chunk = seen.chunk
    say(f"{number:>3}. {' › '.join((chunk.place, *chunk.heading))}")
    size = f"{seen.tokens} tokens ({seen.embedded_tokens} embedded), {len(chunk.text)} characters"
    say(f"     {chunk.kind}, {size}, at {chunk.start}-{chunk.end}")
    say(f"     begins: {seen.begins}; ends: {seen.ends}")
    if chunk.lead:
        say(f"     lead: {_first_words(chunk.lead)}")
    for line in chunk.text.split("\n"):
        say(f"     | {line}")
    say()


def _where(unit: "SeenUnit") -> str:
    places = [("p. ", unit.page), ("cell ", unit.cell), ("", unit.label or None)]
    return " ".join(f"{word}{value}" for word, value in places if value is not None).ljust(9)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _FIRST_WORDS else f"{line[: _FIRST_WORDS - 1]}…"
