"""Elements to one document: a text, and units that say which part of it is what."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ingest.elements import Element, Kind, ParsedFile, Skipped
from ingest.masking.spans import MaskSpan, mask_label

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a document's text: ``text[start:end]`` is one element.

    ``heading`` is the path of headings above it, outermost first; a heading's own path ends with itself.
    """

    kind: Kind
    start: int
    end: int
    heading: tuple[str, ...] = ()
    page: int | None = None
    cell: int | None = None
    label: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Unit":
        """Back from plain values."""
        return cls(**(values | {"kind": Kind(values["kind"]), "heading": tuple(values["heading"])}))


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One source file as text and units, in order and without overlap, and the addresses it refers to."""

    text: str
    units: list[Unit]
    title: str | None
    skipped: list[Skipped]
    links: list[str] = field(default_factory=list)


def join(parsed: ParsedFile) -> SourceDocument:
    """Join the elements of a file into one text, and note where each stands and under which headings."""
    units: list[Unit] = []
    texts: list[str] = []
    path: list[tuple[int, str]] = []
    position = 0
    for element in parsed.elements:
        if element.kind is Kind.HEADING:
            path = [*_above(path, element), (element.level, " ".join(element.text.split()))]
        elif element.level:
            path = _above(path, element)
        units.append(
            Unit(
                kind=element.kind,
                start=position,
                end=position + len(element.text),
                heading=tuple(text for _, text in path),
                page=element.page,
                cell=element.cell,
                label=element.label,
            )
        )
        texts.append(element.text)
        position += len(element.text) + len(SEPARATOR)
    links = list(parsed.metadata.get("links") or [])
    return SourceDocument(SEPARATOR.join(texts), units, parsed.title, parsed.skipped, links)


def _above(path: list[tuple[int, str]], element: Element) -> list[tuple[int, str]]:
    return [(level, text) for level, text in path if level < element.level]


def mask(document: SourceDocument, spans: Sequence[MaskSpan]) -> SourceDocument:
    """Replace secrets by their labels, in text, headings and title; the units move along.

    Spans are sorted and do not overlap, but one may reach across units (label and value on separate lines).
    """
    if not spans:
        return document
    pieces: list[str] = []
    starts, shifts = [], []  # positions after the n-th span move by the n-th shift
    last = shift = 0
    for span in spans:
        label = mask_label(span.kind)
        pieces += [document.text[last : span.start], label]
        last = span.end
        shift += len(label) - (span.end - span.start)
        starts.append(span.end)
        shifts.append(shift)
    text = "".join([*pieces, document.text[last:]])

    def moved(position: int) -> int:
        count = bisect_right(starts, position)
        inside = count < len(spans) and spans[count].start < position < spans[count].end
        if inside:  # a unit boundary within a secret: put it behind the label
            position, count = spans[count].end, count + 1
        return position + (shifts[count - 1] if count else 0)

    units = [replace(unit, start=moved(unit.start), end=moved(unit.end)) for unit in document.units]
    labels = _labels(document.text, spans)
    return replace(
        document,
        text=text,
        units=[replace(unit, heading=tuple(_without(part, labels) for part in unit.heading)) for unit in units],
        title=_without(document.title, labels) if document.title else document.title,
    )


def _labels(text: str, spans: Sequence[MaskSpan]) -> dict[str, str]:
    """Label of each secret as it would stand in a heading: line by line, white space collapsed; longest first."""
    labels = {
        " ".join(line.split()): mask_label(span.kind)
        for span in spans
        for line in text[span.start : span.end].splitlines()
        if line.strip()
    }
    return dict(sorted(labels.items(), key=lambda item: -len(item[0])))  # "abc" must not spoil "abcdef"


def _without(text: str, labels: dict[str, str]) -> str:
    for secret, label in labels.items():
        text = text.replace(secret, label)
    return text
