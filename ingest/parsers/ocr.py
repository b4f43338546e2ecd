"""Pictures to text by Tesseract, if it is installed with the wanted languages.

Tesseract is called as a program, through pipes: it leaves no picture behind in a temporary folder, has a time limit
of its own, and dies with the group of the worker that called it.
"""

import csv
import io
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from ingest.elements import Element
from ingest.parsers.lines import blocks
from ingest.parsers.text import blank_separated
from ingest.workers import still_working
from rag.settings import ParseSettings

REMEDY = "install tesseract-ocr with the language data of {languages}"
_PROGRAM = "tesseract"
_LONGEST_CALL_S = 60.0
_MODE = "4"
"""Page segmentation: a column of text of various sizes. The automatic mode drops lines of Korean pages, and taking the
page for one uniform block (6) loses words of tables and slides."""
_OUTPUT = ("-c", "preserve_interword_spaces=1", "tsv", "txt")
"""A table of words with their places, then the text; the setting keeps spaces out of Korean words in the latter."""
_COLUMNS = 11
"""Tabs of a row of the table."""
_UNSURE = 30.0
"""Words of lower confidence, in percent, are specks and parts of drawings more often than words."""
_SURE = 70.0
"""Confidence of at least one word, in percent, without which there is none on the picture."""
_SURE_WORD = re.compile("[가-힣]{2,}|[^\\W_]{3,}")
_SURE_SHARE = 0.35
"""Share of the letters that stand in such words; of drawings it is some 0.2, of text 0.6 and more."""
_BELIEVED = 55.0
"""Mean confidence, in percent, below which a page's words are guesses."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was read: its box in pixels from the upper left corner, and its confidence in percent."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read of one picture.

    Attributes:
        lines: words by line, in reading order.
        why: why it was not read, or "".
    """

    lines: list[list[Word]] = field(default_factory=list)
    why: str = ""

    @property
    def confidence(self) -> float:
        """Mean over the letters, in percent."""
        words = [(word.confidence, len(word.text)) for line in self.lines for word in line]
        letters = sum(length for _, length in words)
        return sum(confidence * length for confidence, length in words) / letters if letters else 0.0

    @property
    def believed(self) -> bool:
        """Whether it found words rather than guessed at a drawing."""
        words = [word for line in self.lines for word in line]
        sure = [word for word in words if word.confidence >= _SURE and _SURE_WORD.search(word.text)]
        letters = sum(len(word.text) for word in words)
        enough = sum(len(word.text) for word in sure) >= _SURE_SHARE * letters
        return bool(sure) and enough and self.confidence >= _BELIEVED

    @property
    def text(self) -> str:
        """Its lines; a blank line where there is a gap, a tab between the cells of neighbouring rows."""
        return "\n".join(_with_gaps(self.lines))


class Ocr:
    """Tesseract for the pages of one file, as many as the settings allow."""

    def __init__(self, settings: ParseSettings) -> None:
        """Nothing is started before the first picture."""
        self._languages = settings.ocr_languages
        self._off = settings.ocr == "off"
        self._left = self._most = settings.ocr_max_pages
        # A worker that waits for Tesseract is not to be taken for one that hangs.
        self._longest_s = min(_LONGEST_CALL_S, settings.timeout_s / 2)

    @property
    def obstacle(self) -> str:
        """Why no picture can be read at present, or ""."""
        if self._off:
            return "OCR is off (setting parse.ocr)"
        if self._left <= 0:
            return f"more than {self._most} pages need OCR (setting parse.ocr_max_pages)"
        return _obstacle(self._languages)

    def read(self, image: Any) -> Recognised:
        """Read a PIL image in any mode.

        Tesseract estimates its resolution from the height of the letters. Told the true one, it takes the words of a
        line of small type for specks.
        """
        why = self.obstacle
        if why:
            return Recognised(why=why)
        self._left -= 1
        picture = io.BytesIO()
        image.convert("L").save(picture, "PPM")
        try:
            output = _run(
                ["stdin", "stdout", "-l", self._languages, "--psm", _MODE, *_OUTPUT],
                picture.getvalue(),
                self._longest_s,
            )
        except subprocess.TimeoutExpired:
            return Recognised(why=f"OCR took longer than {self._longest_s:g} s")
        except (OSError, subprocess.CalledProcessError) as error:
            return Recognised(why=f"OCR failed on it ({_last_line(error)})")
        finally:
            still_working()
        return Recognised(recognised_lines(output))


def identity(settings: ParseSettings) -> str:
    """What OCR there is: another one, or none, reads other text from the same file."""
    if settings.ocr == "off":
        return "off"
    return _obstacle(settings.ocr_languages) or f"{_version()} {settings.ocr_languages} {settings.ocr_max_pages}"


def plain_elements(text: str, page: int | None = None) -> Iterator[Element]:
    """Elements of text without further structure than blank lines and tabs."""
    for block in blank_separated(text):
        yield from blocks(block, page=page)


@lru_cache(maxsize=8)
def _obstacle(languages: str) -> str:
    remedy = REMEDY.format(languages=" and ".join(languages.split("+")))
    try:
        listed = set(_run(["--list-langs"], b"", _LONGEST_CALL_S).split()[1:])
    except FileNotFoundError:
        return f"Tesseract is not installed: {remedy}"
    except (OSError, subprocess.SubprocessError) as error:
        return f"Tesseract does not start ({_last_line(error)}): {remedy}"
    missing = [language for language in languages.split("+") if language not in listed]
    return f"Tesseract has no data for {' and '.join(missing)}: {remedy}" if missing else ""


@lru_cache(maxsize=1)
def _version() -> str:
    return _run(["--version"], b"", _LONGEST_CALL_S).split("\n", 1)[0]


def _run(arguments: Sequence[str], given: bytes, longest_s: float) -> str:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise FileNotFoundError(_PROGRAM)
    # Its threads wait for each other: on a busy machine a page takes minutes with them, and seconds without.
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(  # noqa: S603  a fixed program; the picture comes through a pipe
        [program, *arguments], input=given, capture_output=True, check=True, timeout=longest_s, env=environment
    )
    return done.stdout.decode("utf-8", errors="replace")


def _last_line(error: Exception) -> str:
    said = getattr(error, "stderr", None) or b""
    lines = said.decode("utf-8", errors="replace").strip().splitlines() if isinstance(said, bytes) else []
    return (lines[-1] if lines else str(error))[:200]


def recognised_lines(output: str) -> list[list[Word]]:
    """The lines of Tesseract's table, whose words are put together as they are in its text.

    In the table nearly every Korean syllable is a word of its own; the text has the spaces where they are printed.
    """
    rows = [line for line in output.splitlines() if line.count("\t") == _COLUMNS]
    texts = deque(text for text in output.splitlines() if "\t" not in text and text.strip())
    table = csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
    found = [((row["block_num"], row["par_num"], row["line_num"]), _word(row)) for row in table if row["text"].strip()]
    lines = []
    for _, group in groupby(found, key=lambda pair: pair[0]):
        words = [word for _, word in group]
        squeezed = "".join(word.text for word in words)
        text = next((text for text in texts if "".join(text.split()) == squeezed), "")
        while text and texts.popleft() is not text:
            pass
        lines.append([word for word in _together(words, text) if word.confidence >= _UNSURE])
    return [line for line in lines if line]


def _together(words: list[Word], text: str) -> list[Word]:
    """Words of a line, put together to those between the spaces of its text; as they are where that is not known."""
    together: list[Word] = []
    rest = iter(words)
    for wanted in text.split():
        parts: list[Word] = []
        while sum(len(part.text) for part in parts) < len(wanted):
            parts.append(next(rest))
        if "".join(part.text for part in parts) != wanted:
            return words
        left, top = min(part.left for part in parts), min(part.top for part in parts)
        right = max(part.left + part.width for part in parts)
        bottom = max(part.top + part.height for part in parts)
        sure = sum(part.confidence * len(part.text) for part in parts) / len(wanted)
        together.append(Word(wanted, left, top, right - left, bottom - top, sure))
    return together or words


def _word(row: dict[str, str]) -> Word:
    left, top, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
    return Word("".join(row["text"].split()), left, top, width, height, float(row["conf"]))


def _with_gaps(lines: list[list[Word]]) -> Iterator[str]:
    if not lines:
        return
    height = median(word.height for line in lines for word in line)
    cells = [_cells(line, 2 * height) for line in lines]
    parted = [True, *(_gap(above, below) > height for above, below in pairwise(lines)), True]
    for at, row in enumerate(cells):
        if at and parted[at]:
            yield ""
        above = [] if parted[at] else cells[at - 1]
        below = [] if parted[at + 1] else cells[at + 1]
        tabled = len(row) > 1 and len(row) in (len(above), len(below))
        yield ("\t" if tabled else " ").join(row)


def _gap(above: list[Word], below: list[Word]) -> int:
    return min(word.top for word in below) - max(word.top + word.height for word in above)


def _cells(line: list[Word], gap: float) -> list[str]:
    cells = [line[0].text]
    for left, right in pairwise(line):
        if right.left - left.left - left.width > gap:
            cells.append(right.text)
        else:
            cells[-1] += f" {right.text}"
    return cells
