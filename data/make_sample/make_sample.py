"""Make the files of ``data/sample`` that are not written by hand: lecture PDF, cp949 glossary, executed notebook.

``lecture.md`` is parsed by markdown-it, each block becomes one reportlab flowable, and the same source always gives
the same bytes. Run it from anywhere: ``python data/make_sample/make_sample.py [--fonts DIR]``.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from make_notebook import make_notebook
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import B5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Preformatted,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample"
FONTS = Path("/usr/share/fonts/truetype/nanum")
TITLE = "검색 증강 생성 입문: 강의 노트"
RUNNING_HEADER = "검색 증강 생성 입문 · 강의 노트"
INK, ACCENT, PALE = HexColor("#1d2733"), HexColor("#1f5fa8"), HexColor("#eef3f9")
GREY, RULE = HexColor("#6b7785"), HexColor("#c3cedb")
MARGIN = 18 * mm

BODY = ParagraphStyle(
    "body", fontName="Nanum", bulletFontName="Nanum", fontSize=10, leading=16.3, textColor=INK, spaceAfter=6
)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9.3, leading=13.5, spaceAfter=0)
STYLES = {
    "p": BODY,
    "li": ParagraphStyle("li", parent=BODY, leftIndent=16, bulletIndent=2, spaceAfter=3),
    "h1": ParagraphStyle("h1", parent=BODY, fontName="Nanum-Bold", fontSize=27, leading=36, spaceAfter=4),
    "h2": ParagraphStyle(
        "h2", parent=BODY, fontName="Nanum-Bold", fontSize=17, leading=24, textColor=ACCENT, spaceAfter=9
    ),
    "h3": ParagraphStyle(
        "h3", parent=BODY, fontName="Nanum-Bold", fontSize=12.3, leading=19, spaceBefore=9, spaceAfter=3, keepWithNext=1
    ),
    "math": ParagraphStyle("math", parent=BODY, fontSize=11.5, alignment=1, spaceBefore=4, spaceAfter=10),
    "code": ParagraphStyle("code", fontName="Nanum-Code", fontSize=9, leading=13.5, textColor=INK),
}
TABLE_LOOK = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, PALE]),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
)


class Lecture(BaseDocTemplate):  # type: ignore[misc]  # reportlab ships no types
    """B5 pages with a running header and a page number, and an outline entry for every heading."""

    def __init__(self, path: Path) -> None:
        """Write to ``path`` when :meth:`build` is called."""
        super().__init__(str(path), pagesize=B5, title=TITLE, author="course-rag", lang="ko", invariant=1)
        cover, page = (
            Frame(MARGIN, 18 * mm, B5[0] - 2 * MARGIN, B5[1] - 18 * mm - top, 0, 0, 0, 0) for top in (62 * mm, 22 * mm)
        )
        self.addPageTemplates(
            [
                PageTemplate("cover", [cover], onPage=_cover, autoNextPageTemplate="page"),
                PageTemplate("page", [page], onPage=_header_and_footer),
            ]
        )

    def afterFlowable(self, flowable: Flowable) -> None:  # the name reportlab calls
        """Add a chapter or section heading to the outline."""
        style = getattr(getattr(flowable, "style", None), "name", "")
        if style in ("h1", "h2", "h3"):
            text = flowable.getPlainText()
            self.canv.bookmarkPage(text)
            self.canv.addOutlineEntry(text, text, level={"h1": 0, "h2": 0, "h3": 1}[style])


def _cover(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.setFillColor(ACCENT)
    canvas.rect(0, B5[1] - 46 * mm, B5[0], 46 * mm, stroke=0, fill=1)
    _page_number(canvas)


def _header_and_footer(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.setFont("Nanum", 8.5)
    canvas.setFillColor(GREY)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.drawString(MARGIN, B5[1] - 13 * mm, RUNNING_HEADER)
    canvas.line(MARGIN, B5[1] - 15.5 * mm, B5[0] - MARGIN, B5[1] - 15.5 * mm)
    _page_number(canvas)


def _page_number(canvas: Canvas) -> None:
    canvas.setFont("Nanum", 8.5)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(B5[0] / 2, 10 * mm, f"- {canvas.getPageNumber()} -")


def _rich(inline: Token) -> str:
    """The inline content of a block in reportlab's own small markup."""
    out = []
    for token in inline.children or []:
        if token.type == "code_inline":
            out.append(f'<font name="Nanum-Code">{escape(token.content)}</font>')
        elif token.type in ("strong_open", "strong_close"):
            out.append("<b>" if token.type == "strong_open" else "</b>")
        else:
            out.append(" " if token.type == "softbreak" else escape(token.content))
    return "".join(out)


def _column_widths(rows: list[list[str]]) -> list[float]:
    """Share the page width (points) in proportion to each column's longest cell, within bounds."""
    longest = [min(max(len(row[i]) for row in rows), 34) + 4 for i in range(len(rows[0]))]
    return [(B5[0] - 2 * MARGIN) * n / sum(longest) for n in longest]


def _table(tokens: list[Token]) -> Flowable:
    rows: list[list[str]] = []
    alignments: list[int] = []
    for i, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_rich(tokens[i + 1]))
            alignments.append(2 if "right" in str(token.attrGet("style")) else 0)
    columns = len(rows[0])
    head = ParagraphStyle("head", parent=CELL, fontName="Nanum-Bold", textColor=white)
    cells = [
        [
            Paragraph(text, ParagraphStyle("c", parent=CELL if r else head, alignment=alignments[r * columns + c]))
            for c, text in enumerate(row)
        ]
        for r, row in enumerate(rows)
    ]
    return Table(cells, _column_widths(rows), style=TABLE_LOOK, repeatRows=1, spaceBefore=4, spaceAfter=12)


def _fence(token: Token) -> Flowable:
    if token.info == "math":
        return Paragraph(escape(token.content.strip()), STYLES["math"])
    code = Preformatted(token.content.rstrip("\n"), STYLES["code"])
    shade = TableStyle([("BACKGROUND", (0, 0), (-1, -1), PALE), ("LEFTPADDING", (0, 0), (-1, -1), 9)])
    return Table([[code]], [B5[0] - 2 * MARGIN], style=shade, spaceBefore=5, spaceAfter=10)


def flowables(markdown: str) -> Iterator[Flowable]:
    """Turn the lecture's Markdown into flowables, block by block.

    Knows headings, paragraphs, flat lists, tables, fences (``math`` is centred) and ``<!-- pagebreak -->``.
    """
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    bullet: list[str | int] = []
    for i, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            bullet = ["•" if token.type.startswith("bullet") else 0]
        elif token.type == "list_item_open" and isinstance(bullet[0], int):
            bullet[0] += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            bullet = []
            yield Spacer(1, 4)
        elif token.type == "inline" and tokens[i - 1].tag in STYLES:
            yield _text(token, tokens[i - 1].tag, bullet)
        else:
            yield from _block(tokens, i)


def _block(tokens: list[Token], i: int) -> Iterator[Flowable]:
    token = tokens[i]
    if token.type == "table_open":
        end = next(j for j in range(i, len(tokens)) if tokens[j].type == "table_close")
        yield _table(tokens[i:end])
    elif token.type == "fence":
        yield _fence(token)
    elif token.type == "html_block" and "pagebreak" in token.content:
        yield PageBreak()


def _text(token: Token, tag: str, bullet: list[str | int]) -> Flowable:
    if not bullet:
        return Paragraph(_rich(token), STYLES[tag])
    mark = bullet[0] if isinstance(bullet[0], str) else f"{bullet[0]}."
    return Paragraph(_rich(token), STYLES["li"], bulletText=mark)


def register_fonts(folder: Path) -> None:
    """Register the three Nanum faces (SIL Open Font Licence); only the glyphs used are embedded.

    Raises:
        FileNotFoundError: a face is missing from ``folder``.
    """
    faces = {"Nanum": "NanumGothic", "Nanum-Bold": "NanumGothicBold", "Nanum-Code": "NanumGothicCoding"}
    for name, file in faces.items():
        path = folder / f"{file}.ttf"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: install the Nanum fonts (Debian: fonts-nanum) or give --fonts")
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily("Nanum", normal="Nanum", bold="Nanum-Bold", italic="Nanum", boldItalic="Nanum-Bold")


def main(arguments: list[str] | None = None) -> int:
    """Write the three files and print their paths and sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, default=FONTS, help="folder with the Nanum TrueType files")
    parser.add_argument("--out", type=Path, default=SAMPLE, help="folder to write to")
    options: Any = parser.parse_args(arguments)
    register_fonts(options.fonts)
    pdf, glossary = options.out / "01-rag-lecture.pdf", options.out / "04-glossary.txt"
    Lecture(pdf).build(list(flowables((HERE / "lecture.md").read_text(encoding="utf-8"))))
    text = (HERE / "glossary.txt").read_text(encoding="utf-8")
    # Windows editors of the time wrote CRLF with cp949; the loader has to cope with both.
    glossary.write_bytes(re.sub(r"\r?\n", "\r\n", text).encode("cp949"))
    notebook = options.out / "05-evaluation-lab.ipynb"
    make_notebook(HERE / "lab.md", notebook)
    for path in (pdf, glossary, notebook):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
