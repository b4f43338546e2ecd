"""Real course documents: ``vectors.jsonl`` says what a reader sees on them, written down from the documents themselves.

One row per file: ``contains`` and ``lacks`` are fragments of the text, ``passages`` stand at a ``page``, in a ``cell``
or below a ``heading``, ``no_heading`` are lines that are no headings, ``told`` is what must be listed as left out. Each
row is checked in what a build prepares from the file, and again in what ``course-rag inspect FILE --json`` prints.

The documents are not part of the project: they lie in ``documents/`` of the folder named by the variable ``DATA``, as
``make test DATA=FOLDER`` sets it, or of ``../shared/data``; without them the rows are skipped.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.parsers.ocr import Ocr
from ingest.prepare import Job, Prepared, prepare
from rag.settings import Settings
from ui.cli.main import app

CHECKOUT = Path(__file__).parents[3]
DOCUMENTS = CHECKOUT / os.environ.get("DATA", "../shared/data") / "documents"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("vectors.jsonl").read_text(encoding="utf-8").splitlines()
]
AS_PROCESS = (
    "AutoRAG__korean_table_table_text_kbo_table_text.pdf",
    "teaching__Lecture_Notes_Raw_notes_0_syllabus.pdf",
    "course-notes/001_496ae4e15b747faf.md",
    "markitdown__tests_test_files_test.pptx",
)
"""Rows that are also run as the installed command, with its worker process."""

HYPHENS = str.maketrans("\u2010\u2011", "--")

READ_WORDS = 0.8
"""Share of a quotation's words that OCR must have read."""


@dataclass(frozen=True)
class Part:
    """A unit or a chunk: its text and its place."""

    text: str
    heading: tuple[str, ...]
    page: int | None
    cell: int | None
    label: str


@dataclass(frozen=True)
class Seen:
    """A document as it came out of the pipeline: its text, its parts, and what was left out."""

    text: str
    parts: list[Part]
    told: list[str]


Sees = Callable[[str], Seen]


def found(wanted: str, text: str, *, by_ocr: bool = False) -> bool:
    """Whether a fragment stands in a text.

    White space is all one, unless the fragment has more than single spaces: that of code counts. The hyphens of
    typesetting, which stay in a text as its author set them, count as hyphens. Of what OCR reads, most words are
    enough.
    """
    wanted, text = wanted.translate(HYPHENS), text.translate(HYPHENS)
    if by_ocr:
        words, read = set(_words(wanted)), set(_words(text))
        return len(words & read) >= READ_WORDS * len(words)
    plain = _squeezed(wanted)
    return plain in _squeezed(text) if plain == wanted else wanted in text


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _plain(heading: str) -> str:
    return _squeezed(heading.translate(HYPHENS).replace("`", "")).rstrip(" :")


def stands_at(passage: dict[str, Any], part: Part, *, by_ocr: bool) -> bool:
    """Whether a part holds a passage and says its place: page, cell, label and innermost heading, if given."""
    heading = passage["heading"]
    return (
        found(passage["text"], part.text, by_ocr=by_ocr)
        and passage["page"] in (None, part.page)
        and passage.get("cell") in (None, part.cell)
        and passage.get("label") in (None, part.label)
        and (heading is None or (bool(part.heading) and _plain(part.heading[-1]) == _plain(heading)))
    )


def faults(row: dict[str, Any], seen: Seen) -> list[str]:
    """What is wrong with a document, one line each; empty if its row holds."""
    by_ocr = row.get("ocr", False)
    wrong = [f"lacks {each!r}" for each in row["contains"] if not found(each, seen.text, by_ocr=by_ocr)]
    wrong += [f"contains {each!r}" for each in row["lacks"] if found(each, seen.text)]
    for passage in row["passages"]:
        if not any(stands_at(passage, part, by_ocr=by_ocr) for part in seen.parts):
            wrong.append(f"{passage} stands at {list(_places(passage, seen.parts, by_ocr))}")
    for line in row.get("no_heading", ()):
        wrong += [f"{line!r} is a heading: {part.heading}" for part in seen.parts if line in " ".join(part.heading)][:1]
    wrong += [f"does not tell {each!r}" for each in row.get("told", ()) if not any(each in told for told in seen.told)]
    return wrong


def _places(passage: dict[str, Any], parts: Iterable[Part], by_ocr: bool) -> Iterator[tuple[Any, ...]]:
    for part in parts:
        if found(passage["text"], part.text, by_ocr=by_ocr):
            yield part.heading, part.page, part.cell, part.label


def _row(file: str) -> dict[str, Any]:
    return next(row for row in ROWS if row["file"] == file)


def _rows() -> list[Any]:
    return [pytest.param(row, id=row["file"], marks=[pytest.mark.slow] if row.get("slow") else []) for row in ROWS]


@pytest.fixture
def document() -> Callable[[str], Path]:
    """A document by its name; the test is skipped where it is not there, or needs OCR and there is none."""

    def path(name: str) -> Path:
        if not (DOCUMENTS / name).is_file():
            pytest.skip("the real documents are not on this machine (variable DATA)")
        obstacle = Ocr(Settings().parse).obstacle if _row(name).get("ocr") else None
        if obstacle:
            pytest.skip(obstacle)
        return DOCUMENTS / name

    return path


@pytest.fixture(scope="session")
def prepared() -> Callable[[Path], Prepared]:
    """A file as a build prepares it; once per session."""
    known: dict[Path, Prepared] = {}

    def of(path: Path) -> Prepared:
        if path not in known:
            settings = Settings()
            known[path] = prepare(Job(path, path.name, settings.parse, settings.mask, settings.chunk))
        return known[path]

    return of


@pytest.mark.parametrize("row", _rows())
def test_parser(row: dict[str, Any], document: Callable[[str], Path], prepared: Callable[[Path], Prepared]) -> None:
    result = prepared(document(row["file"]))
    assert result.failure is None
    for parts in (result.units, result.chunks):
        whole = [
            Part(result.text[part.start : part.end], part.heading, part.page, part.cell, part.label) for part in parts
        ]
        told = [f"{skip.source}: {skip.why}" for skip in result.skipped]
        assert faults(row, Seen(result.text, whole, told)) == []


@pytest.mark.parametrize("row", _rows())
def test_command_line(
    row: dict[str, Any],
    document: Callable[[str], Path],
    prepared: Callable[[Path], Prepared],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = document(row["file"])
    # Each file is read once in all: what the worker would return has been made by the same function before.
    monkeypatch.setattr(
        "ingest.inspection.ProcessMap", lambda *_: lambda _, jobs: ((job, prepared(job.path)) for job in jobs)
    )
    ran = CliRunner().invoke(app, ["inspect", str(path), "--json"])
    assert ran.exit_code == 0, ran.output
    assert faults(row, printed(ran.stdout)) == []


@pytest.mark.parametrize("name", AS_PROCESS)
def test_command_line_as_a_process(name: str, document: Callable[[str], Path], tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("course-rag")
    ran = subprocess.run(
        [command, "inspect", document(name), "--json"], capture_output=True, encoding="utf-8", cwd=tmp_path, check=True
    )
    assert faults(_row(name), printed(ran.stdout)) == []


def printed(out: str) -> Seen:
    """What ``inspect --json`` shows of a document: the text of its chunks, and their places."""
    values = json.loads(out)
    parts = [
        Part(chunk["text"], tuple(chunk["heading"]), chunk["page"], chunk["cell"], chunk["label"])
        for chunk in values["chunks"]
    ]
    told = [f"{skip['source']}: {skip['why']}" for skip in values["skipped"]]
    return Seen("\n\n".join(part.text for part in parts), parts, told)


def test_each_document_has_a_row() -> None:
    if not DOCUMENTS.is_dir():
        pytest.skip("the real documents are not on this machine (variable DATA)")
    files = {str(path.relative_to(DOCUMENTS)) for path in DOCUMENTS.rglob("*.*") if path.suffix != ".tsv"}
    assert files == {row["file"] for row in ROWS}
    assert len(ROWS) == len(files)


def test_rows_can_fail() -> None:
    row = {
        "contains": ["for x in y:\n    z"],
        "lacks": ["<br>"],
        "passages": [{"text": "a b", "page": 2, "heading": "H"}],
        "told": ["page 3"],
        "no_heading": ["code"],
    }
    wrong = Seen("for x in y:\nz <br>", [Part("a b", ("H", "code"), 2, None, "")], [])
    assert len(faults(row, wrong)) == 5
    right = Seen("for x in y:\n    z", [Part("a\nb", ("G", "H"), 2, None, "")], ["page 3: no text"])
    assert faults(row, right) == []
