"""What is drawn on a PDF page and may be the rule of a table or the bullet of a list, as boxes.

All lengths are in points; a box is left, bottom, right, top, from the left lower corner of the page as it is shown.
pdfium is not thread-safe: call this from one thread only.
"""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]

_MOST_BOXES, _MOST_OBJECTS = 3000, 100_000
_FAR = 1e6
_MOST_SEGMENTS = 500
_RECTANGLE = 5
"""Segments of a rectangle, whose box says all."""
_INVISIBLE = (3, 7)
"""Text render modes, ISO 32000-1, table 106."""
_BULLET = 16.0
"""Largest side of a picture that may be a bullet."""


def is_place(box: Box) -> bool:
    """Whether a box can be on a page: in damaged files numbers are infinite or none at all."""
    return all(-_FAR < number < _FAR for number in box)


def upright(page: Any) -> Callable[[Box], Box] | None:
    """From the places of a page's content to those of the page as it is shown; None if they are the same.

    A page may be turned, and its corner may be anywhere.
    """
    left, bottom, right, top = page.get_bbox()
    turns: dict[int, Callable[[Box], Box]] = {
        0: lambda box: (box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom),
        90: lambda box: (box[1] - bottom, right - box[2], box[3] - bottom, right - box[0]),
        180: lambda box: (right - box[2], top - box[3], right - box[0], top - box[1]),
        270: lambda box: (top - box[3], box[0] - left, top - box[1], box[2] - left),
    }
    turn = page.get_rotation()
    return None if turn == 0 and abs(left) < 1 and abs(bottom) < 1 else turns.get(turn)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on a page.

    Attributes:
        boxes: of its lines and rectangles, and of its small pictures; none if it is a drawing.
        hides_text: whether some of its text may be invisible.
    """

    boxes: list[Box]
    hides_text: bool


def is_invisible(item: Any) -> bool:
    """Whether a text object is not drawn: the text layer of a scan, or of handwriting."""
    import pypdfium2.raw as raw

    return int(raw.FPDFTextObj_GetTextRenderMode(item)) in _INVISIBLE


def page_drawn(page: Any) -> Drawn:
    """Look through the objects of an open page, once."""
    import pypdfium2
    import pypdfium2.raw as raw

    boxes: list[Box] = []
    hides_text = False
    shown = upright(page)
    for number, item in enumerate(page.get_objects(max_depth=3)):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            hides_text = hides_text or is_invisible(item.raw)
            continue
        if len(boxes) > _MOST_BOXES or number > _MOST_OBJECTS:
            return Drawn([], hides_text=True)
        try:
            found = list(_boxes_of(item))
        except pypdfium2.PdfiumError:
            continue  # it has no place on the page
        container = item.container
        while container is not None:
            # The boxes are in the space of the form that the thing is part of.
            matrix = container.get_matrix()
            found = [matrix.on_rect(*box) for box in found]
            container = container.container
        boxes += (box for box in (map(shown, found) if shown else found) if is_place(box))
    return Drawn(boxes, hides_text)


def _boxes_of(item: Any) -> Iterator[Box]:
    import pypdfium2.raw as raw

    left, bottom, right, top = item.get_bounds()
    small = max(right - left, top - bottom) <= _BULLET
    if item.type != raw.FPDF_PAGEOBJ_PATH:
        if small:
            yield left, bottom, right, top
        return
    count = raw.FPDFPath_CountSegments(item.raw)
    if not small and _is_curved(item, count):
        return  # a stroke of handwriting or a curve of a chart, not a rule
    if _RECTANGLE < count <= _MOST_SEGMENTS:
        # A whole grid may be one path.
        lines = list(_straight_lines(item, count))
        if lines:
            yield from lines
            return
    yield left, bottom, right, top


def _is_curved(item: Any, count: int) -> bool:
    import pypdfium2.raw as raw

    segments = (raw.FPDFPath_GetPathSegment(item.raw, at) for at in range(min(count, _MOST_SEGMENTS)))
    return any(raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO for segment in segments)


def _straight_lines(item: Any, count: int) -> Iterator[Box]:
    """The upright and level lines of a path, if it has no curves."""
    import pypdfium2.raw as raw

    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    boxes: list[Box] = []
    last = start = (0.0, 0.0)
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(item.raw, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind not in (raw.FPDF_SEGMENT_MOVETO, raw.FPDF_SEGMENT_LINETO):
            return
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        else:
            boxes.append(_box(last, point))
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            boxes.append(_box(last, start))
    yield from (box for box in boxes if min(box[2] - box[0], box[3] - box[1]) < 1)


def _box(one: tuple[float, float], other: tuple[float, float]) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
