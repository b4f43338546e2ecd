"""How fast each format is parsed, beside plain pypdf and LangChain community's loaders, in one run.

``python -m ingest.bench.speed [--data DIR] [--repeat N]``. Times are processor seconds of one core, the least of
some repetitions, so that what else the machine does weighs little; OCR is off.
"""

import argparse
import contextlib
import io
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.elements import ElementParser, ParsedFile
from ingest.parsers.registry import parser_for
from rag.errors import ParseError
from rag.settings import ParseSettings

DATA = Path("../shared/data")
_ASKED = 1.5
"""Times pypdf's plain extraction that a text PDF may take."""

Load = Callable[[Path], Any]


@dataclass(frozen=True, slots=True)
class Timing:
    """Processor seconds on the files of one format.

    Attributes:
        name: the format's suffix.
        files: how many.
        size: their bytes.
        pages: pages of those that have pages, else 0.
        ours: by our parser and cleaning.
        pypdf: by pypdf's plain extraction, None for other formats.
        loaders: by each loader of langchain-community that reads the format and is installed; None: it fails.
    """

    name: str
    files: int
    size: int
    pages: int
    ours: float
    pypdf: float | None
    loaders: dict[str, float | None]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if text PDFs take longer than asked."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.speed", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents/")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="repetitions, of which the fastest counts")
    options = parser.parse_args(argv)
    files = sorted(path for path in (options.data / "documents").rglob("*") if path.is_file() and parser_for(path))
    if not files:
        sys.stderr.write(f"There are no documents in {options.data / 'documents'}. Give the data: --data DIR\n")
        return 1
    with _quiet():
        timings = [measure(name, group, options.repeat) for name, group in _groups(files)]
    sys.stdout.write(table(timings))
    texts = next((timing for timing in timings if timing.name == ".pdf (text)"), None)
    return int(texts is not None and texts.pypdf is not None and texts.ours > _ASKED * texts.pypdf)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what libraries chatter about damaged files and what is deprecated."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _groups(files: list[Path]) -> Iterator[tuple[str, list[Path]]]:
    """Files by suffix; PDFs whose text layer is missing or garbage on more than one page in ten are apart."""
    groups: dict[str, list[Path]] = {}
    for path in files:
        name = path.suffix.lower()
        if name == ".pdf":
            name = ".pdf (text)" if _has_text(_parsed(path)) else ".pdf (scans)"
        groups.setdefault(name, []).append(path)
    yield from sorted(groups.items())


def _has_text(parsed: ParsedFile) -> bool:
    return sum("OCR" in skip.why for skip in parsed.skipped) <= int(parsed.metadata.get("pages", 0)) / 10


def measure(name: str, files: Sequence[Path], repeat: int) -> Timing:
    """Read the files by each way there is, each once to warm up."""
    pages = sum(int(_parsed(path).metadata.get("pages", 0)) for path in files)
    return Timing(
        name=name,
        files=len(files),
        size=sum(path.stat().st_size for path in files),
        pages=pages,
        ours=_seconds(_parsed, files, repeat),
        pypdf=_seconds(_pypdf, files, repeat) if files[0].suffix.lower() == ".pdf" else None,
        loaders=dict(_timed(_loaders(files[0].suffix.lower()), files, repeat)),
    )


def table(timings: Sequence[Timing]) -> str:
    """The timings as a Markdown table."""
    lines = ["| format | files | MB | pages | ours s | MB/s | pages/s | beside it, s (ours ÷ it) |", "|" + " --- |" * 8]
    for each in timings:
        others = {**({"pypdf": each.pypdf} if each.pypdf is not None else {}), **each.loaders}
        beside = " · ".join(
            f"{name} {value:.2f} ({each.ours / value:.2f})" if value else f"{name} fails"
            for name, value in others.items()
        )
        size, rate = each.size / 1e6, f"{each.pages / each.ours:.0f}" if each.pages else ""
        cells = (each.name, each.files, f"{size:.2f}", each.pages or "", f"{each.ours:.2f}", f"{size / each.ours:.2f}")
        lines.append("| " + " | ".join(map(str, (*cells, rate, beside or "–"))) + " |")
    return "\n".join(lines) + "\n"


def _seconds(load: Load, files: Sequence[Path], repeat: int) -> float:
    """The fastest of the repetitions over all files, in processor seconds of this process."""
    times = []
    for _ in range(repeat):
        started = time.process_time()
        for path in files:
            load(path)
        times.append(time.process_time() - started)
    return min(times)


def _parsed(path: Path) -> ParsedFile:
    parser: ElementParser | None = parser_for(path, ParseSettings(ocr="off"))
    if parser is None:
        raise ValueError(path)
    with contextlib.suppress(ParseError):  # a file that cannot be read costs its time too
        return clean(parser.parse_elements(Blob.from_data(path.read_bytes(), path=path.name)))
    return ParsedFile([])


def _pypdf(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages]


def _loaders(suffix: str) -> Iterator[tuple[str, Load]]:
    """The loaders of langchain-community for a format that need no service and no download."""
    from langchain_community import document_loaders as community

    names = {
        ".pdf": ("PyPDFLoader", "PyPDFium2Loader"),
        ".html": ("BSHTMLLoader",),
        ".ipynb": ("NotebookLoader",),
        ".csv": ("CSVLoader",),
        ".docx": ("Docx2txtLoader",),
        ".srt": ("SRTLoader",),
    }
    for name in names.get(suffix, ("TextLoader",) if suffix in {".md", ".mdx", ".rst", ".txt", ".tsv"} else ()):
        loader = getattr(community, name)
        # The notebook loader leaves outputs out unless it is told how much of them it may take.
        options = {"include_outputs": True, "max_output_length": 1000} if name == "NotebookLoader" else {}
        yield name, partial(_load, loader, options)


def _load(loader: Any, options: dict[str, Any], path: Path) -> Any:
    return loader(str(path), **options).load()


def _timed(
    loaders: Iterable[tuple[str, Load]], files: Sequence[Path], repeat: int
) -> Iterator[tuple[str, float | None]]:
    """Seconds of each loader that has the library it needs; None for one that fails on a file."""
    for name, load in loaders:
        try:
            yield name, _seconds(load, files, repeat)
        except ImportError:
            continue
        except (RuntimeError, ValueError, OSError, KeyError):
            yield name, None


if __name__ == "__main__":
    sys.exit(main())
