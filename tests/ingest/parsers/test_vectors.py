"""One table over all formats: a made file, what its text must and must not hold, and where a passage stands.

Each row is run through its parser, and through ``course-rag inspect``. Rows over real documents are in
``test_real_documents.py``.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import made_documents as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner

from ingest.cleaning import clean
from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.ocr import Ocr
from ingest.parsers.registry import FORMATS, parser_for
from ingest.workers import serial_map
from rag.errors import ParseError
from rag.settings import ParseSettings
from ui.cli.main import app

KOREAN_FONT = "HYSMyeongJo-Medium"
NFD_NAME = "강의노트.txt"


def canvas() -> tuple[Canvas, io.BytesIO]:
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN_FONT))
    buffer = io.BytesIO()
    return Canvas(buffer, pagesize=A4, invariant=True), buffer


def two_pages() -> bytes:
    """Running header and footer, headings by size, a hyphen at a line's end, a bullet list, a drawn table."""
    page, buffer = canvas()
    for number in (1, 2):
        page.setFont("Helvetica", 9)
        page.drawString(72, 810, "Machine Learning 101, Spring")
        page.drawCentredString(297, 30, f"- {number} -")
        page.setFont(KOREAN_FONT, 20)
        page.drawString(72, 740, f"{number}. 경사 하강법" if number == 1 else "2. Regularization of models")
        page.setFont(KOREAN_FONT, 11)
        if number == 1:
            page.drawString(
                72, 700, "손실 함수의 기울기를 따라 가중치를 조금씩 옮기는 방법을 경사 하강법이라고 합니다."
            )
            page.setFont("Helvetica", 11)
            page.drawString(72, 670, "A model that has learned its training set by heart will not gener-")
            page.drawString(72, 656, "alize; this is called overfitting.")
            page.drawString(72, 620, "\u2022 learning rate")
            page.drawString(72, 606, "\u2022 batch size")
        else:
            page.setFont("Helvetica", 11)
            page.grid([72, 200, 330], [560, 580, 600, 620])
            for row, cells in enumerate(
                [("Method", "Effect"), ("L2", "small weights"), ("Dropout", "no co-adaptation")]
            ):
                page.drawString(76, 606 - 20 * row, cells[0])
                page.drawString(204, 606 - 20 * row, cells[1])
        page.showPage()
    page.save()
    return buffer.getvalue()


def borderless_table() -> bytes:
    page, buffer = canvas()
    page.setFont("Helvetica", 10)
    page.drawString(72, 700, "Accuracy of the models on the test set:")
    for row, cells in enumerate(
        [("Model", "Train", "Test"), ("kNN", "0.91", "0.84"), ("SVM", "0.95", "0.88"), ("MLP", "0.99", "0.86")]
    ):
        for column, cell in enumerate(cells):
            page.drawString(72 + 120 * column, 670 - 14 * row, cell)
    page.save()
    return buffer.getvalue()


def scanned() -> bytes:
    from PIL import Image

    page, buffer = canvas()
    page.setFont("Helvetica", 12)
    page.drawString(72, 700, "This page has text.")
    page.showPage()
    page.drawImage(ImageReader(Image.new("RGB", (60, 80), "grey")), 0, 0, 595, 842)
    page.save()
    return buffer.getvalue()


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(two_pages())))
    writer.encrypt("abc", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def outlined() -> bytes:
    """Headings no larger than the text, which only the outline names."""
    page, buffer = canvas()
    for key, title, level in (("a", "Part one", 0), ("b", "Details", 1)):
        page.setFont("Helvetica", 11)
        page.bookmarkPage(key)
        page.addOutlineEntry(title, key, level)
        page.drawString(72, 760, title)
        for line in range(20):
            page.drawString(
                72, 700 - 14 * line, f"Line {line} of the text that stands on this page of {title.lower()}."
            )
        page.showPage()
    page.save()
    return buffer.getvalue()


def labelled() -> bytes:
    """A page printed iii, then one printed 1."""
    page, buffer = canvas()
    for number, style, text in ((3, "ROMAN_LOWER", "Preface of this book."), (1, "ARABIC", "The first chapter.")):
        page.setFont("Helvetica", 11)
        page.addPageLabel(page.getPageNumber() - 1, style=style, start=number)
        page.drawString(72, 700, text)
        page.showPage()
    page.save()
    return buffer.getvalue()


HTML = """<!doctype html><html><head><meta charset="euc-kr"><title>합성곱 | 강의</title><style>p{}</style></head><body>
<nav><ul><li><a href="/">홈</a></li><li><a href="/a">다른 강의</a></li></ul></nav>
<main><h1>합성곱<a class="headerlink" href="#x">¶</a></h1>
<p>필<b>터</b>가 입력 위를 움직이며<br>특징을 찾는다. <a href="https://example.org/conv">자료</a></p>
<ul><li>커널<ul><li>3 x 3</li></ul></li><li>보폭</li></ul>
<div class="highlight-python"><pre><code class="language-python">x = conv(x)
if x &lt; 0:
    x = 0</code></pre></div>
<table><tr><th>층</th><th>크기</th></tr><tr><td>conv1</td><td>32</td></tr></table>
<p><math><annotation encoding="application/x-tex">y = Wx + b</annotation><mi>y</mi></math></p>
<script>alert(1)</script><p hidden>숨은 글</p></main><footer>저작권 2024</footer></body></html>"""

PLAIN_HTML = """<html><body><div id="menu"><ul><li><a href="/1">Week one</a></li><li><a href="/2">Week two</a></li>
<li><a href="/3">Week three</a></li></ul></div><h2>Bayes</h2><p>Posterior is proportional to prior times likelihood.</p>
<dl><dt>prior</dt><dd>what was believed before</dd></dl></body></html>"""

MARKDOWN = """---
title: RAG 입문
tags: [a, b]
---
# 검색 증강 생성

**1. 청크 나누기**

문장을 나누고 ![그림 1](images/a.png) [임베딩](https://example.org/e)을 만든다. `<sos>` 와 <mask> 는 토큰이다.\\
둘째 줄 **단어(token)**는 굵다. \\*\\*강조\\*\\*

- 하나
  - 둘
**다음 주제**
본문이 이어진다.

- 항목이 끝났다.
목록 밖의 문장
- 항목이
이어진다
|표|값|
|---|---|
|a|b|

| 항목 | 값 |
| --- | --- |
| 크기<br>단위 | 512&emsp;토큰
 이내 |

```python
# not a heading
x = 2 ** 3
```

$$ a_{i} * b_{i} $$

{: .note}
{% raw %}[[위키|링크]]{% endraw %} :contentReference[oaicite:0]{index=0}
"""

MDX = """import Tip from '../Tip'
export const meta = {a: 1}

# Tokenizers[[tokenizers]]

<Tip warning={true} text={`a > b`}>

Split text into **tokens**.

</Tip>

<Question choices={[{ text: "x", correct: true }]} />

{/* a comment */}
Done at https://example.org/a/b.
"""

NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "metadata": {"kernelspec": {"language": "python"}},
        "cells": [
            {"cell_type": "markdown", "source": ["# 결정 트리\n", "\n", "지니 불순도를 쓴다."]},
            {
                "cell_type": "code",
                "source": "tree.fit(X, y)",
                "outputs": [
                    {"output_type": "stream", "text": ["accuracy 0.93\n"]},
                    {
                        "output_type": "display_data",
                        "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480 with 1 Axes>"},
                    },
                    {"output_type": "stream", "text": "z" * 5000},
                ],
            },
            {"cell_type": "markdown", "source": "**가지치기**\n\n깊이를 줄인다."},
        ],
    },
    ensure_ascii=False,
).encode()

TEXT = (
    "역전파 정리\n\n출력층에서 입력층으로 오차를 전한다.\n\n- 순전파\n- 역전파\n\n"
    "학습률\t0.01\n에폭\t20\n\nfor x in data:\n    step(x)\n"
)

RST = """
제목
====

Text with :class:`~torch.nn.Module` and `a link <https://example.org/x>`_.

소제목
------

.. code-block:: cpp

   int main() { return 0; }

.. note::

   A note stays.

.. image:: a.png
"""


@dataclass(frozen=True)
class Vector:
    """A row: ``failure`` is why the file is not read at all, ``ocr`` that OCR is what reads it."""

    name: str
    data: Callable[[], bytes]
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    elements: tuple[Element, ...] = ()
    title: str | None = None
    skipped: tuple[str, ...] = ()
    failure: str = ""
    ocr: bool = False


TABLE = Element(Kind.TABLE, "| 방법 | 효과 |\n| --- | --- |\n| L2 | 작은 가중치 |\n| 증강 | 더 많은 자료 |")
LIST = Element(Kind.LIST, "- 드롭아웃\n- 조기 종료")
HEADING = Element(Kind.HEADING, made.HEADING, level=1)
SENTENCE = Element(Kind.PARAGRAPH, made.SENTENCE)

VECTORS = [
    Vector(
        "two_pages.pdf",
        two_pages,
        ("경사 하강법이라고 합니다", "will not generalize; this is called overfitting."),
        ("Machine Learning 101", "- 1 -", "- 2 -", "gener-"),
        (
            Element(Kind.HEADING, "1. 경사 하강법", level=1, page=1),
            Element(Kind.LIST, "- learning rate\n- batch size", page=1),
            Element(Kind.HEADING, "2. Regularization of models", level=1, page=2),
            Element(
                Kind.TABLE,
                "| Method | Effect |\n| --- | --- |\n| L2 | small weights |\n| Dropout | no co-adaptation |",
                page=2,
            ),
        ),
        "1. 경사 하강법",
    ),
    Vector(
        "table.pdf",
        borderless_table,
        ("Accuracy of the models",),
        elements=(
            Element(
                Kind.TABLE,
                "| Model | Train | Test |\n| --- | --- | --- |\n| kNN | 0.91 | 0.84 |\n"
                "| SVM | 0.95 | 0.88 |\n| MLP | 0.99 | 0.86 |",
                page=1,
            ),
        ),
    ),
    Vector(
        "scan.pdf",
        scanned,
        ("This page has text.",),
        skipped=("scan.pdf, page 2: no text layer; OCR is off (setting parse.ocr)",),
    ),
    Vector(
        "outline.pdf",
        outlined,
        ("Line 3 of the text",),
        elements=(
            Element(Kind.HEADING, "Part one", level=1, page=1),
            Element(Kind.HEADING, "Details", level=2, page=2),
        ),
        title="Part one",
    ),
    Vector(
        "labels.pdf",
        labelled,
        elements=(
            Element(Kind.PARAGRAPH, "Preface of this book.", page=1, label="iii"),
            Element(Kind.PARAGRAPH, "The first chapter.", page=2, label="1"),
        ),
    ),
    Vector(
        "page.html",
        lambda: HTML.encode("cp949"),
        ("필터가 입력 위를 움직이며\n특징을 찾는다. 자료", "$y = Wx + b$"),
        ("홈", "다른 강의", "저작권", "¶", "alert", "숨은", "example.org"),
        (
            Element(Kind.HEADING, "합성곱", level=1),
            Element(Kind.LIST, "- 커널\n  - 3 x 3\n- 보폭"),
            Element(Kind.CODE, "x = conv(x)\nif x < 0:\n    x = 0", language="python"),
            Element(Kind.TABLE, "| 층 | 크기 |\n| --- | --- |\n| conv1 | 32 |"),
        ),
        "합성곱",
    ),
    Vector(
        "plain.html",
        PLAIN_HTML.encode,
        ("Posterior is proportional", "prior: what was believed before"),
        ("Week",),
        (Element(Kind.HEADING, "Bayes", level=2),),
    ),
    Vector(
        "notes.md",
        MARKDOWN.encode,
        (
            "임베딩을 만든다. `<sos>` 와 <mask> 는 토큰이다.",
            "둘째 줄 단어(token)는 굵다. 강조",
            "$$a_{i} * b_{i}$$",
            "링크",
        ),
        ("tags:", "images/", "그림 1", "https:", "<br>", "&emsp;", "**강조", "\\\n", "oaicite", "{%", "{:", "위키|"),
        (
            Element(Kind.HEADING, "검색 증강 생성", level=1),
            Element(Kind.HEADING, "1. 청크 나누기", level=2),
            Element(Kind.LIST, "- 하나\n  - 둘"),
            Element(Kind.HEADING, "다음 주제", level=2),
            Element(Kind.PARAGRAPH, "본문이 이어진다."),
            Element(Kind.LIST, "- 항목이 끝났다."),
            Element(Kind.PARAGRAPH, "목록 밖의 문장"),
            Element(Kind.LIST, "- 항목이 이어진다"),
            Element(Kind.TABLE, "| 표 | 값 |\n| --- | --- |\n| a | b |"),
            Element(Kind.TABLE, "| 항목 | 값 |\n| --- | --- |\n| 크기 단위 | 512 토큰 이내 |"),
            Element(Kind.CODE, "# not a heading\nx = 2 ** 3", language="python"),
        ),
        "RAG 입문",
    ),
    Vector(
        "course.mdx",
        MDX.encode,
        ("Split text into tokens.", "Done at"),
        ("import", "export", "<Tip", "Question", "correct", "comment", "[[", "https:"),
        (Element(Kind.HEADING, "Tokenizers", level=1),),
        "Tokenizers",
    ),
    Vector(
        "tree.ipynb",
        lambda: NOTEBOOK,
        ("z" * 100,),
        ("iVBOR", "Figure size", "z" * 1001),
        (
            Element(Kind.HEADING, "결정 트리", level=1, cell=1),
            Element(Kind.PARAGRAPH, "지니 불순도를 쓴다.", cell=1),
            Element(Kind.CODE, "tree.fit(X, y)", cell=2, language="python"),
            Element(Kind.CODE, "accuracy 0.93", cell=2, language="output"),
            Element(Kind.HEADING, "가지치기", level=2, cell=3),
        ),
        "결정 트리",
        (
            "tree.ipynb, cell 2: output cut after 1000 of 5000 characters",
            "tree.ipynb, outputs and attachments: 1 picture not read",
        ),
    ),
    *(
        Vector(
            name,
            partial(TEXT.encode, encoding),
            ("출력층에서 입력층으로 오차를 전한다.",),
            ("\ufeff", "\ufffd"),
            (
                Element(Kind.LIST, "- 순전파\n- 역전파"),
                Element(Kind.TABLE, "| 학습률 | 0.01 |\n| 에폭 | 20 |"),
                Element(Kind.CODE, "for x in data:\n    step(x)"),
            ),
        )
        for name, encoding in (
            (NFD_NAME, "utf-8"),
            ("cp949.txt", "cp949"),
            ("bom.txt", "utf-8-sig"),
            ("utf16.txt", "utf-16"),
            ("utf16le.txt", "utf-16-le"),
            ("utf16be.txt", "utf-16-be"),
        )
    ),
    Vector(
        "page.rst",
        RST.encode,
        ("Text with `torch.nn.Module` and a link.", "A note stays."),
        ("::", "====", "example.org", "a.png"),
        (
            Element(Kind.HEADING, "제목", level=1),
            Element(Kind.HEADING, "소제목", level=2),
            Element(Kind.CODE, "int main() { return 0; }", language="cpp"),
        ),
        "제목",
    ),
    *(
        Vector(
            name,
            partial(TEXT.encode, "utf-8"),
            ("출력층에서 입력층으로",),
            elements=(Element(Kind.LIST, "- 순전파\n- 역전파"),),
        )
        for name in ("notes.text", "train.log")
    ),
    Vector("notes.markdown", MARKDOWN.encode, ("둘째 줄 단어(token)는 굵다.",), ("tags:", "<br>"), title="RAG 입문"),
    *(
        Vector(
            name,
            made.page().encode,
            (f"{made.SENTENCE} 자료",),
            ("다른 강의", "example.org"),
            (HEADING, LIST, TABLE),
            "3주차 유인물",
        )
        for name in ("week3.htm", "week3.xhtml")
    ),
    *(
        Vector(
            name,
            made.web_archive,
            (f"{made.SENTENCE} 자료",),
            ("다른 강의", "example.org", "Content-", "=EC", "GIF89a"),
            (HEADING, LIST, TABLE),
            "3주차 유인물",
        )
        for name in ("week3.mhtml", "week3.mht")
    ),
    *(
        Vector(
            f"week3.{variant}",
            partial(made.word, variant),
            (),
            ("기계 학습 개론",),
            (HEADING, SENTENCE, LIST, TABLE),
            "3주차 유인물",
        )
        for variant in ("docx", "docm")
    ),
    *(
        Vector(
            f"week3.{variant}",
            partial(made.slides, variant),
            (f"Notes: {made.SENTENCE}",),
            (),
            (replace(HEADING, page=1), replace(LIST, page=1), replace(TABLE, page=2, level=1)),
            made.HEADING,
        )
        for variant in ("pptx", "pptm", "ppsx")
    ),
    *(
        Vector(f"week3.{variant}", partial(made.workbook, variant), (), ("None",), (HEADING, TABLE))
        for variant in ("xlsx", "xlsm")
    ),
    Vector("week3.csv", partial(made.delimited, ",", "cp949"), (), ("L2,",), (TABLE,)),
    Vector("week3.tsv", partial(made.delimited, "\t", "utf-8-sig"), (), ("\t", "\ufeff"), (TABLE,)),
    Vector(
        "week3.hwpx",
        made.hangul_xml,
        (),
        ("기계 학습 개론",),
        (replace(HEADING, text=f"I. {made.HEADING}"), SENTENCE, LIST, TABLE),
        "3주차 유인물",
    ),
    Vector(
        "week3.hwp",
        made.hangul,
        (),
        ("기계 학습 개론",),
        (replace(HEADING, text=f"1. {made.HEADING}"), SENTENCE, LIST, TABLE),
        "3주차 유인물",
    ),
    Vector(
        "week3.epub",
        made.book,
        (f"{made.SENTENCE} 자료",),
        ("nav.xhtml", "example.org"),
        (HEADING, LIST, TABLE),
        "3주차 유인물",
    ),
    *(
        Vector(
            f"week3.{form}",
            partial(made.subtitles, form),
            (),
            ("-->", "<i>", "음악", "WEBVTT"),
            (replace(SENTENCE, label="00:03:15"), Element(Kind.PARAGRAPH, "드롭아웃을 씁니다.", label="00:04:05")),
        )
        for form in ("srt", "vtt")
    ),
    *(
        Vector(f"board.{suffix}", partial(made.picture, form), made.PRINTED, ocr=True)
        for suffix, form in (
            ("png", "PNG"),
            ("jpg", "JPEG"),
            ("jpeg", "JPEG"),
            ("webp", "WEBP"),
            ("tif", "TIFF"),
            ("tiff", "TIFF"),
            ("bmp", "BMP"),
            ("gif", "GIF"),
        )
    ),
    *(
        Vector(f"talk.{suffix}", made.recording, failure="no weights for speech recognition")
        for suffix in ("wav", "mp3", "m4a", "flac", "ogg", "mp4", "mkv", "mov", "webm")
    ),
]


def test_each_suffix_has_a_row() -> None:
    assert set(FORMATS) == {Path(vector.name).suffix for vector in VECTORS}


@cache
def made_file(name: str) -> bytes:
    return next(vector.data() for vector in VECTORS if vector.name == name)


def parse(path: Path, data: bytes, *, ocr: bool = False) -> ParsedFile:
    parser = parser_for(path, ParseSettings(ocr="auto" if ocr else "off"))  # OCR has tests of its own
    assert parser is not None
    return clean(parser.parse_elements(Blob(data=data, path=path.name, metadata={"source": path.name})))


def skip_without_ocr(vector: Vector) -> None:
    obstacle = Ocr(ParseSettings()).obstacle if vector.ocr else None
    if obstacle:
        pytest.skip(obstacle)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector) -> None:
    skip_without_ocr(vector)
    if vector.failure:
        with pytest.raises(ParseError, match=vector.failure):
            parse(Path(vector.name), made_file(vector.name))
        return
    parsed = parse(Path(vector.name), made_file(vector.name), ocr=vector.ocr)
    text = "\n\n".join(element.text for element in parsed.elements)
    assert [part for part in vector.contains if part not in text] == []
    assert [part for part in vector.lacks if part in text] == []
    assert [element for element in vector.elements if element not in parsed.elements] == []
    assert [f"{skipped.source}: {skipped.why}" for skipped in parsed.skipped] == list(vector.skipped)
    if vector.title:
        assert parsed.title == vector.title


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector_on_the_command_line(vector: Vector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without_ocr(vector)
    path = tmp_path / vector.name
    path.write_bytes(made_file(vector.name))
    monkeypatch.setattr("ingest.inspection.ProcessMap", lambda *_: serial_map)  # in this process: a second less each
    monkeypatch.setenv("COURSE_RAG_PARSE__OCR", "auto" if vector.ocr else "off")
    ran = CliRunner().invoke(app, ["inspect", str(path), "--json"])
    if vector.failure:
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert vector.failure in ran.stderr
        return
    seen = json.loads(ran.stdout)
    text = "\n\n".join(unit["text"] for unit in seen["units"])
    assert [part for part in vector.contains if part not in text] == []
    assert [part for part in vector.lacks if part in text] == []
    units = [(unit["kind"], unit["text"], unit["page"], unit["cell"], unit["label"]) for unit in seen["units"]]
    wanted = [(str(each.kind), each.text, each.page, each.cell, each.label) for each in vector.elements]
    assert [each for each in wanted if each not in units] == []
    for kind, passage, page, cell, label in wanted:
        places = [(each["page"], each["cell"], each["label"]) for each in seen["chunks"] if passage in each["text"]]
        assert kind == Kind.HEADING or any(place[:2] == (page, cell) and place[2] <= label for place in places)
    told = [f"{vector.name}, {skip['source']}: {skip['why']}" for skip in seen["skipped"]]
    assert told == list(vector.skipped)
    assert seen["title"] == (vector.title or seen["title"])


BROKEN: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty.pdf", lambda: b"", "is empty"),
    ("encrypted.pdf", encrypted, "needs a password"),
    ("truncated.pdf", lambda: two_pages()[:300], "broken or cut off"),
    ("html.pdf", HTML.encode, "is not a PDF"),
    ("garbage.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, "broken or cut off"),
    ("empty.md", lambda: b" \n", "is empty"),
    ("empty.txt", lambda: b"\x00" * 40, "is empty"),
    ("binary.txt", lambda: bytes(range(256)) * 40, "is not text"),
    ("noise.txt", lambda: bytes(range(128, 256)) * 40, "no encoding"),
    ("broken.ipynb", lambda: NOTEBOOK[:-30], "JSON is broken"),
    ("list.ipynb", lambda: b"[1, 2]", "not a notebook"),
    ("cells.ipynb", lambda: b'{"cells": 3}', "no list of cells"),
    ("script.html", lambda: b"<html><body><script>x()</script></body></html>", "has no text"),
]


@pytest.mark.parametrize(("name", "data", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_file_is_a_parse_error_with_a_remedy(name: str, data: Callable[[], bytes], message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        parse(Path(name), data())
    assert name in caught.value.message
    assert caught.value.remedy


def test_links_are_kept_as_metadata() -> None:
    parsed = parse(Path("page.html"), HTML.encode("cp949"))
    assert parsed.metadata["links"] == ["https://example.org/conv"]
    assert parse(Path("course.mdx"), MDX.encode()).metadata["links"] == ["https://example.org/a/b"]


def test_cut_off_pdf_that_opens_says_so() -> None:
    data = two_pages().rpartition(b"%%EOF")[0]
    parsed = parse(Path("cut.pdf"), data)
    assert [skipped.why for skipped in parsed.skipped] == ["the file is cut off; pages may be missing"]
    assert any("overfitting" in element.text for element in parsed.elements)


def test_lazy_parse_yields_documents_for_langchain() -> None:
    parser = parser_for(Path("notes.md"))
    assert parser is not None
    documents = list(parser.lazy_parse(Blob(data=MARKDOWN.encode(), path="notes.md")))
    assert documents[0].page_content == "검색 증강 생성"
    assert documents[0].metadata["kind"] == "heading"
    assert documents[0].metadata["title"] == "RAG 입문"


def test_notebook_output_limit_is_a_setting() -> None:
    from ingest.parsers.notebook import NotebookParser

    parsed = NotebookParser(output_chars=3).parse_elements(Blob(data=NOTEBOOK, path="tree.ipynb"))
    outputs = [element.text for element in parsed.elements if element.language == "output"]
    assert outputs == ["acc", "zzz"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(vector.name for vector in VECTORS)), st.data())
def test_damaged_file_is_read_or_told(name: str, draw: st.DataObject) -> None:
    data = bytearray(made_file(name)[: draw.draw(st.integers(0, len(made_file(name))))])
    for at, byte in (
        draw.draw(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=5)) if data else []
    ):
        data[at % len(data)] = byte
    try:
        parsed = parse(Path(name), bytes(data))
    except ParseError as error:
        assert error.remedy
    else:
        assert all(element.text.strip() for element in parsed.elements)


@pytest.mark.parametrize("tag", ["div", "span", "ul><li", "table><tr><td", "blockquote", "b"])
def test_deep_nesting_keeps_its_text(tag: str) -> None:
    parsed = parse(Path("deep.html"), f"<{tag}>".encode() * 400 + b"the innermost text")
    assert "the innermost text" in parsed.elements[-1].text


def test_two_columns_are_read_one_after_the_other() -> None:
    page, buffer = canvas()
    page.setFont("Helvetica", 10)
    for column, word in ((72, "left"), (320, "right")):
        for line in range(6):
            page.drawString(column, 700 - 12 * line, f"The {word} column, line {line}, goes on and on here")
    page.save()
    text = " ".join(element.text for element in parse(Path("columns.pdf"), buffer.getvalue()).elements)
    assert [text.count("left"), text.count("right")] == [6, 6]
    assert text.rindex("left") < text.index("right")


def test_merged_cells_say_the_same_in_each_row_they_cover() -> None:
    page, buffer = canvas()
    page.setFont("Helvetica", 10)
    for y in (700, 660):
        page.line(72, y, 272, y)
    page.line(172, 680, 272, 680)
    for x in (72, 172, 272):
        page.line(x, 660, x, 720)
    page.line(72, 720, 272, 720)
    for x, y, text in ((76, 706, "Week"), (176, 706, "Topic"), (76, 676, "1"), (176, 686, "Bayes"), (176, 666, "kNN")):
        page.drawString(x, y, text)
    page.save()
    parsed = parse(Path("merged.pdf"), buffer.getvalue())
    assert [element.text for element in parsed.elements] == [
        "| Week | Topic |\n| --- | --- |\n| 1 | Bayes |\n| 1 | kNN |"
    ]


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        (
            "title: 2024-03-01\ndate: 2024-03-02\ntags: [a]\ndraft: true",
            {"title": "2024-03-01", "date": "2024-03-02", "draft": True},
        ),
        ('{"title": "노트", "dg-publish": true}', {"title": "노트", "dg-publish": True}),
        ("title: 2024-13-45x: y", {}),
        ("a: &a [x, x]\nb: &b [*a, *a]\ntitle: t", {"title": "t"}),
    ],
)
def test_front_matter_is_plain_values(matter: str, expected: dict[str, object]) -> None:
    parsed = parse(Path("a.md"), f"---\n{matter}\n---\ntext".encode())
    assert parsed.metadata["front_matter"] == expected
    assert [element.text for element in parsed.elements] == ["text"]
