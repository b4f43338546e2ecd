"""How much of unreadable PDF pages is recovered: pages with a garbage text layer against their clean twins, and scans.

``python -m ingest.bench.recovery [--data DIR] [--pages]``
"""

import argparse
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from langchain_core.document_loaders import Blob

from ingest.elements import ParsedFile
from ingest.parsers.ocr import identity
from ingest.parsers.pdf.pdf_file import PdfParser
from rag.settings import ParseSettings

PAIRS = (
    ("teaching__Lecture_Notes_Annotated_notes_f1_*.pdf", "teaching__Lecture_Notes_Raw_notes_F1_*.pdf"),
    ("teaching__Lecture_Notes_Annotated_notes_f4_*.pdf", "teaching__Lecture_Notes_Raw_notes_F4_*.pdf"),
)
"""Pages under handwriting whose text layer is garbage, and the same without both."""
SCANS = ("markitdown__tests_ocr_*scanned*.pdf", "markitdown__*_scan.pdf")
_ASKED = 0.9
_WORD = re.compile(r"[가-힣]{2,}|[a-z]{2,}")
_TOKEN = re.compile(r"[^\s|]+")
_ALIKE = str.maketrans("\u2010\u2011\u2212\u2018\u2019\u201c\u201d", "---''\"\"")


@dataclass(frozen=True, slots=True)
class Recovered:
    """Shares of one page's words: of two letters or syllables at least, and of all that stands between spaces."""

    page: int
    words: float
    tokens: float


def main() -> int:
    """Print the figures; 1 if they are below what is asked."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="Folder with documents/.")
    arguments.add_argument("--pages", action="store_true", help="List every page.")
    options = arguments.parse_args()
    settings = ParseSettings()
    _say(f"OCR: {identity(settings)}")
    documents = options.data / "documents"
    good = [_pair(documents, *names, every=options.pages, settings=settings) for names in PAIRS]
    good += [_scan(documents, name, settings) for name in SCANS]
    return 0 if all(good) else 1


def recovered(clean: ParsedFile, read: ParsedFile) -> list[Recovered]:
    """Share of the words of each clean page that stand on its twin, counted with repetitions.

    A page's twin is the one within two pages that has most of its words, so that inserted pages do no harm.
    """
    ours, theirs = _texts(clean), _texts(read)
    found = []
    for number, text in sorted(ours.items()):
        twin = max(
            (theirs.get(number + shift, "") for shift in (0, -1, 1, -2, 2)),
            key=lambda other: _share(_WORD, text, other),
        )
        found.append(Recovered(number, _share(_WORD, text, twin), _share(_TOKEN, text, twin)))
    return found


def _texts(parsed: ParsedFile) -> dict[int, str]:
    texts: defaultdict[int, str] = defaultdict(str)
    for element in parsed.elements:
        if element.page is not None:
            texts[element.page] += element.text + "\n"
    return texts


def _share(pattern: re.Pattern[str], wanted: str, given: str) -> float:
    ours, theirs = _counted(pattern, wanted), _counted(pattern, given)
    return (ours & theirs).total() / ours.total() if ours else 1.0


def _counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    # A font's hyphens and quotes may be coded in several ways that look alike.
    return Counter(pattern.findall(unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold()))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _pair(documents: Path, garbled: str, clean: str, *, every: bool, settings: ParseSettings) -> bool:
    path = _file(documents, garbled)
    read, took_s = _parsed(path, settings)
    pages = recovered(_parsed(_file(documents, clean), settings)[0], read)
    words = [page.words for page in pages]
    mean = sum(words) / len(words)
    engines = ", ".join(f"{count} by {name}" for name, count in read.metadata["read_by"].items() if count)
    _say(f"\n{path.name}: {len(pages)} pages ({engines}) in {took_s:.1f} s, {len(pages) / took_s:.2f} pages/s")
    _say(
        f"  words recovered per page: mean {mean:.4f}, least {min(words):.4f}, "
        f"pages from {_ASKED}: {sum(share >= _ASKED for share in words)}/{len(words)}"
    )
    tokens = [page.tokens for page in pages]
    _say(f"  stricter, all between spaces: mean {sum(tokens) / len(tokens):.4f}, least {min(tokens):.4f}")
    for page in pages:
        if every or page.words < _ASKED:
            _say(f"  page {page.page:3}  {page.words:.3f}  {page.tokens:.3f}")
    for skip in read.skipped:
        _say(f"  left out: {skip.source}: {skip.why}")
    return mean >= _ASKED


def _scan(documents: Path, name: str, settings: ParseSettings) -> bool:
    path = _file(documents, name)
    read, took_s = _parsed(path, settings)
    texts = _texts(read)
    letters = [sum(char.isalnum() for char in texts[page]) for page in range(1, read.metadata["pages"] + 1)]
    _say(f"\n{path.name}: {len(letters)} pages in {took_s:.1f} s, letters and digits per page: {letters}")
    for skip in read.skipped:
        _say(f"  left out: {skip.source}: {skip.why}")
    return all(letters)


def _file(documents: Path, pattern: str) -> Path:
    found = sorted(documents.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{len(found)} files match {documents / pattern}; name the folder with --data.")
    return found[0]


def _parsed(path: Path, settings: ParseSettings) -> tuple[ParsedFile, float]:
    started = time.perf_counter()
    parsed = PdfParser(settings).parse_elements(Blob.from_path(path))
    return parsed, time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
