"""A course in every format that is read, with what can be wrong beside it."""

import io
import json
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.build import Build
from ingest.report import BuildReport
from ingest.workers import FileMap, serial_map
from rag.settings import load_settings

SECRET = "sk-proj-Zx81qPw93LmTbV05rKdY72nHcG64"
"""Put into every format; must be in no byte of the index."""
TITLE_SECRET = "ghp_q8Zx81qPw93LmTbV05rKdY72nHcG64Wu"
"""Stands in the title of a page alone."""


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text per page."""
    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for text in pages:
        canvas.setFont("HYSMyeongJo-Medium", 11)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same PDF behind a password."""
    writer = PdfWriter(PdfReader(io.BytesIO(content)))
    writer.encrypt("open sesame", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def notebook() -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# 실습\n", "\n", "토큰을 세는 연습을 한다."]},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": [f"client = Client(api_key='{SECRET}')\n", "print(count('안녕'))"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}],
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def course_contents() -> dict[str, bytes]:
    """Files that can be read, by name."""
    texts = {
        "notes/search.md": "# 검색\n\n## BM25\n\nBM25는 단어의 빈도로 점수를 매긴다.\n\n"
        f"key: {SECRET}\n\n## 벡터\n\n뜻이 비슷한 것을 찾는다.\n",
        "notes/lesson.mdx": f"import X from 'x'\n\n# Lesson\n\nEmbeddings map texts to vectors. {SECRET}\n\n<X />\n",
        "guide.rst": f"Guide\n=====\n\nHow the course works. {SECRET}\n\nGrading\n-------\n\nThe exam counts half.\n",
        "run.log": f"step 1 loss 0.91\nstep 2 loss 0.52\nkey {SECRET}\n",
        "page.html": f"<html><head><title>평가 {TITLE_SECRET}</title></head><body><nav>menu</nav><main><h1>평가</h1>"
        f"<p>재현율은 찾은 정답의 비율이다. {SECRET}</p></main></body></html>",
        "lab.ipynb": notebook(),
        unicodedata.normalize("NFD", "강의노트.txt"): f"강의 노트\n\n학습률이 크면 발산한다. {SECRET}\n",
    }
    contents = {name: text.encode() for name, text in texts.items()}
    contents["old/용어집.txt"] = f"용어집\n\n과적합은 훈련 자료를 외우는 것이다. {SECRET}\n".encode("cp949")
    contents["week1.pdf"] = pdf("역전파는 연쇄 법칙으로 기울기를 구한다.", f"The key is {SECRET} here.")
    return contents


def broken_contents() -> dict[str, bytes]:
    """Files that cannot be read, by name."""
    return {
        "bad/empty.md": b"",
        "bad/blank.txt": b" \n\n ",
        "bad/empty.pdf": b"",
        "bad/garbage.pdf": b"\x00\xffnot a pdf" * 300,
        "bad/truncated.pdf": pdf("This page is cut off.")[:200],
        "bad/locked.pdf": encrypted(pdf("Behind a password.")),
        "bad/broken.ipynb": b'{"cells": [',
        "bad/slides.pptx": b"PK\x03\x04",
        "bad/README": b"no suffix",
    }


@dataclass(frozen=True)
class Made:
    """A course folder and the index that was built from it."""

    course: Path
    index: Path
    report: BuildReport

    def build(
        self, *, full: bool = False, file_map: FileMap = serial_map, **sections: dict[str, object]
    ) -> BuildReport:
        """Build again."""
        index = {"path": self.index, **sections.pop("index", {})}
        return Build(load_settings(index=index, **sections), full=full, file_map=file_map).run([self.course])


def write_files(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every format and every broken file, built once. Do not change it."""
    folder = tmp_path_factory.mktemp("made")
    write_files(folder / "course", course_contents() | broken_contents())
    settings = load_settings(index={"path": folder / "index"})
    report = Build(settings, file_map=serial_map).run([folder / "course"])
    return Made(folder / "course", folder / "index", report)


@pytest.fixture
def made(made_once: Made, tmp_path: Path) -> Made:
    """A copy that may be changed."""
    shutil.copytree(made_once.course, tmp_path / "course")
    shutil.copytree(made_once.index, tmp_path / "index")
    return Made(tmp_path / "course", tmp_path / "index", made_once.report)


@pytest.fixture(scope="session")
def secrets() -> tuple[str, str]:
    """What stands in every readable file, and in the title of one, and nowhere in the index."""
    return SECRET, TITLE_SECRET


@pytest.fixture(scope="session")
def readable_names() -> list[str]:
    """Files that can be read, as the file system names them."""
    return sorted(course_contents())


@pytest.fixture(scope="session")
def broken_names() -> list[str]:
    """Files that cannot be read."""
    return sorted(broken_contents())


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    """A PDF with one line of text per page."""
    return pdf
