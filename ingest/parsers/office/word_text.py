"""A paragraph of a Word file to its text: runs, equations, fields, tracked changes; and what is anchored in it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest.parsers.office.equations import latex
from ingest.parsers.office.package import A, M, Package, R, Relation, W
from ingest.parsers.office.runs import Run, all_code, is_monospaced, shifted, telling_alt, with_code_marks
from ingest.parsers.office.word_styles import Styles, font_of, is_on, value

_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_SMART_ART = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_DROPPED = frozenset(f"{W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "rt", "instrText", "delText", "sdtPr"))
_CHARS = {f"{W}tab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}ptab": "\t"}
_WINGDINGS = dict(zip("\uf0e0\uf0e8\uf0df\uf0fc\uf0fe\uf0a8\uf0a7\uf0b7\uf06c\uf04a", "→⇒←✓☑□▪•●☺", strict=True))
_SYMBOL_FONT = dict(
    zip("abgdefhlmpqrstwDSW\xb1\xb4\xa3\xb3\xb9\xbb\xae\xa5\xce\xd7", "αβγδεφηλμπθρστωΔΣΩ±×≤≥≠≈→∞∈⋅", strict=True)
)
_ADDRESS_FIELD = re.compile(r'^\s*HYPERLINK\s+"([^"]+)"')


@dataclass(slots=True)
class Paragraph:
    """What a paragraph holds.

    Attributes:
        text: its text; an equation is LaTeX between dollar signs.
        bold: every letter is bold.
        size: largest font size in half points that any of its text has.
        code: every letter is set in a font of programs.
        boxes: contents of text boxes anchored in it.
        notes: part (``footnotes``) and id of each note it refers to.
        drawings: relations of its charts and SmartArt, by kind.
    """

    text: str
    bold: bool
    size: int
    code: bool
    boxes: list[Any] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    drawings: list[Relation] = field(default_factory=list)


class ParagraphReader:
    """Reads the paragraphs of one part; ``left_out`` counts what is not shown."""

    def __init__(self, package: Package, part: str, styles: Styles, left_out: Counter[str]) -> None:
        """Paragraphs of ``part`` refer to its relations."""
        self._package = package
        self._relations = package.relations(part)
        self._styles = styles
        self._left_out = left_out
        self._runs: list[Run] = []
        self._paragraph = Paragraph("", False, 0, False)
        self._style = ""

    def read(self, paragraph: Any) -> Paragraph:
        """Read one paragraph."""
        self._runs, self._paragraph = [], Paragraph("", False, 0, False)
        self._style = self._styles.of(paragraph)
        self._children(paragraph, None)
        result = self._paragraph
        filled = [run for run in self._runs if run.text.strip()]
        result.bold = bool(filled) and all(run.bold for run in filled)
        result.code = all_code(self._runs)
        result.size = max((run.size for run in filled), default=0)
        result.text = "".join(run.text for run in self._runs) if result.code else with_code_marks(self._runs)
        return result

    def _children(self, element: Any, run: Any | None) -> None:
        for child in element:
            self._one(child, run)

    def _one(self, child: Any, run: Any | None) -> None:  # noqa: C901 - one branch per element of a paragraph
        tag = child.tag
        if tag == f"{W}r":
            if is_on(child, "rPr/vanish") or is_on(child, "rPr/webHidden"):
                self._left_out["hidden"] += sum(len(text.text or "") for text in child.iter(f"{W}t"))
            else:
                self._children(child, child)
        elif tag == f"{W}t":
            self._add(child.text or "", run)
        elif tag in _CHARS:
            self._add(_CHARS[tag], run)
        elif tag == f"{W}br":
            self._add("\n" if child.get(f"{W}type", "textWrapping") == "textWrapping" else " ", run)
        elif tag == f"{W}sym":
            self._add(_symbol(child), run)
        elif tag == f"{M}oMathPara":
            for math in child.iter(f"{M}oMath"):
                self._add_math(math, "$$")
        elif tag == f"{M}oMath":
            self._add_math(child, "$")
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self._paragraph.notes.append((tag.removeprefix(W).replace("Reference", "s"), child.get(f"{W}id", "")))
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            self._drawing(child, run)
        elif tag in _DROPPED:
            self._dropped(child)
        else:
            if tag == f"{W}hyperlink":
                self._package.link(self._relations, child.get(f"{R}id"))
            self._children(child, run)

    def _dropped(self, child: Any) -> None:
        if child.tag in (f"{W}del", f"{W}moveFrom"):
            self._left_out["deleted"] += child.tag == f"{W}del"
        elif child.tag == f"{W}instrText":
            address = _ADDRESS_FIELD.match(child.text or "")
            self._package.links += [address[1]] if address else []

    def _add(self, text: str, run: Any | None) -> None:
        style = value(run, "rPr/rStyle") or ""
        raised = value(run, "rPr/vertAlign")
        if raised in ("superscript", "subscript"):
            text = shifted(text, up=raised == "superscript")
        own, around = self._styles.look(style), self._styles.look(self._style)
        bold, size = is_on(run, "rPr/b"), value(run, "rPr/sz") or ""
        self._runs.append(
            Run(
                text,
                bold=own.bold or around.bold if bold is None else bold,
                size=int(size) if size.isdecimal() and len(size) < 5 else around.size,
                code=is_monospaced(font_of(run)) or own.code or around.code,
            )
        )

    def _add_math(self, math: Any, mark: str) -> None:
        formula = latex(math)
        if formula:
            bold, size = bool(self._runs and self._runs[-1].bold), self._styles.look(self._style).size
            self._runs.append(Run(f"{mark}{formula}{mark}", bold, size, code=False))

    def _drawing(self, drawing: Any, run: Any | None) -> None:
        boxes = [box for box in drawing.iter(f"{W}txbxContent") if not _inside_another(box, drawing)]
        self._paragraph.boxes += boxes
        for blip in drawing.iter(f"{A}blip", f"{_V}imagedata"):
            identifier = blip.get(f"{R}embed") or blip.get(f"{R}id") or blip.get(f"{R}link") or ""
            relation = self._relations.get(identifier)
            if relation is not None:
                self._package.pictures[relation.target] += 1
        for each in drawing.iter(_CHART, _SMART_ART):
            relation = self._relations.get(each.get(f"{R}id") or each.get(f"{R}dm") or "")
            if relation is not None:
                self._paragraph.drawings.append(relation)
        for properties in drawing.iter(f"{_WP}docPr"):
            if not boxes:
                self._add(telling_alt(properties.get("descr")), run)


def _inside_another(box: Any, drawing: Any) -> bool:
    around = box.getparent()
    while around is not None and around is not drawing:
        if around.tag == f"{W}txbxContent":
            return True
        around = around.getparent()
    return False


def _symbol(element: Any) -> str:
    code = element.get(f"{W}char", "")
    char = chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{2,4}", code) else ""
    if element.get(f"{W}font", "").casefold() == "symbol":
        low = chr(ord(char) & 0xFF) if char else ""
        return _SYMBOL_FONT.get(low, low if low.isascii() else "")
    return _WINGDINGS.get(char, "" if "\ue000" <= char <= "\uf8ff" or "\ud800" <= char <= "\udfff" else char)
