"""Charts and SmartArt of Office files as text: a chart is a table of its values, SmartArt a list."""

from collections.abc import Iterator
from typing import Any

from ingest.elements import Element, Kind
from ingest.parsers.office.package import A, Package, Relation
from ingest.parsers.tables import table_elements

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MOST_POINTS = 1000
_DEEPEST = 20


def drawing_elements(
    package: Package, relation: Relation, *, place: str = "", page: int | None = None
) -> Iterator[Element]:
    """Elements of the chart or SmartArt that a relation leads to; others have none.

    Args:
        package: the file.
        relation: from the part the drawing stands in.
        place: what a reader calls the place, if it cannot be read.
        page: for the elements.
    """
    root = None if relation.external else package.optional(relation.target, place)
    if root is None:
        return
    if relation.kind == "chart":
        title = "".join(text.text or "" for text in root.iterfind(f"{_C}chart/{_C}title//{A}t")).strip()
        if title:
            yield Element(Kind.PARAGRAPH, title, page=page)
        yield from table_elements(_chart_rows(root), header=True, page=page)
    elif relation.kind == "diagramData":
        lines = list(_smart_art(root))
        if lines:
            yield Element(Kind.LIST, "\n".join(lines), page=page)


def _chart_rows(root: Any) -> list[list[str]]:
    names: list[str] = []
    columns: list[dict[int, str]] = []
    categories: dict[int, str] = {}
    for series in root.iter(f"{_C}ser"):
        name = " ".join(text.text or "" for text in series.iterfind(f"{_C}tx//{_C}v"))
        names.append(name or str(len(names) + 1))
        columns.append(_points(series, "val") or _points(series, "yVal"))
        for at, text in (_points(series, "cat") or _points(series, "xVal")).items():
            categories.setdefault(at, text)
    places = sorted({at for column in columns for at in column})[:_MOST_POINTS]
    rows = [[categories.get(at, str(at + 1)), *(column.get(at, "") for column in columns)] for at in places]
    return [["", *names], *rows] if rows else []


def _points(series: Any, name: str) -> dict[int, str]:
    points: dict[int, str] = {}
    for point in series.iterfind(f"{_C}{name}//{_C}pt"):
        at = point.get("idx", "")
        if at.isdecimal():
            text = shown_number(point.findtext(f"{_C}v") or "")
            # Categories of several levels: the outer one stands before the inner one.
            points[int(at)] = f"{text} {points[int(at)]}" if int(at) in points else text
    return points


def shown_number(text: str) -> str:
    """A stored number without the noise of binary fractions: ``0.30000000000000004`` → ``0.3``; others as they are."""
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.10g}" if abs(number) < 1e15 else text


def _smart_art(root: Any) -> Iterator[str]:
    texts = {
        point.get("modelId"): " ".join("".join(text.text or "" for text in point.iter(f"{A}t")).split())
        for point in root.iter(f"{_DGM}pt")
        if point.get("type", "node") in ("node", "asst", "doc")
    }
    below = _links(root)
    children = {child for links in below.values() for child in links}
    seen: set[str | None] = set()

    def lines(point: str | None, depth: int) -> Iterator[str]:
        if point in seen or point not in texts or depth > _DEEPEST:
            return
        seen.add(point)
        if texts[point]:
            yield "  " * depth + f"- {texts[point]}"
            depth += 1
        for child in below.get(point, []):
            yield from lines(child, depth)

    for point in texts:
        if point not in children:
            yield from lines(point, 0)


def _links(root: Any) -> dict[str | None, list[str | None]]:
    """Points below each point of a diagram, in order."""
    links: dict[str | None, list[tuple[int, str | None]]] = {}
    for link in root.iter(f"{_DGM}cxn"):
        if link.get("type", "parOf") == "parOf":
            order = link.get("srcOrd", "0")
            entry = (int(order) if order.isdecimal() else 0, link.get("destId"))
            links.setdefault(link.get("srcId"), []).append(entry)
    return {point: [child for _, child in sorted(below, key=lambda each: each[0])] for point, below in links.items()}
