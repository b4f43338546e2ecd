"""CSV and TSV: a table in text, in whatever dialect and encoding it was saved."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile, Skipped
from ingest.parsers.decoding import decode
from ingest.parsers.office.sheet_cells import MAX_COLUMNS, MAX_ROWS
from ingest.parsers.tables import table_elements
from ingest.parsers.text import damage
from rag.errors import ParseError

_MAX_BYTES = 32 << 20
"""Read at most; the rows that are kept fit in many times over."""
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_LONGEST_CELL = 40_000
_SEPARATOR_LINE = re.compile(r"^sep=(.)\n", re.IGNORECASE)
"""What Excel is told the delimiter with."""


class CsvParser(ElementParser):
    """Tables with delimiters (``.csv``, ``.tsv``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one table.

        Raises:
            ParseError: it is empty, binary or in no known encoding.
        """
        source = str(blob.source or "table")
        data = blob.as_bytes()
        decoded = decode(_first_lines(data), source)
        text = decoded.text if len(data) <= _MAX_BYTES else decoded.text[: decoded.text.rfind("\n") + 1 or None]
        text, delimiter = _dialect(text, "\t" if source.lower().endswith(".tsv") else ",")
        rows, quoted = _rows(text, delimiter)
        if not rows:
            raise ParseError(f"{source} has no rows.", remedy="Save it again with its content.")
        skipped = damage(source, decoded.damaged)
        if not quoted and '"' in text:
            skipped.append(Skipped(source, "a quotation mark is never closed; quotation marks were read as text"))
        if len(rows) > MAX_ROWS + 1 or len(data) > _MAX_BYTES:
            kept_rows, count = min(len(rows), MAX_ROWS + 1), max(len(rows), data.count(b"\n"))
            skipped.append(Skipped(source, f"only the first {kept_rows:,} of about {count:,} rows were read"))
        if any(len(row) > MAX_COLUMNS for row in rows[: MAX_ROWS + 1]):
            skipped.append(Skipped(source, f"only the first {MAX_COLUMNS} columns were read"))
        long = sum(len(cell) > _LONGEST_CELL for row in rows for cell in row)
        if long:
            skipped.append(Skipped(source, f"{long} cells cut after {_LONGEST_CELL:,} characters"))
        kept = [[cell[:_LONGEST_CELL].strip() for cell in row[:MAX_COLUMNS]] for row in rows[: MAX_ROWS + 1]]
        return ParsedFile(
            list(table_elements(kept)), skipped=skipped, metadata={"encoding": decoded.encoding, "delimiter": delimiter}
        )


def _first_lines(data: bytes) -> bytes:
    """The lines of a huge file that are looked at, cut between characters in every encoding."""
    if len(data) <= _MAX_BYTES:
        return data
    # Characters of UTF-16 and UTF-32 have two or four bytes; elsewhere a line end is one byte.
    wide = b"\x00" in data[:1000]
    end = _MAX_BYTES & ~3 if wide else data.rfind(b"\n", 0, _MAX_BYTES) + 1 or _MAX_BYTES
    while not wide and data[end] & 0xC0 == 0x80 and end > _MAX_BYTES - 4:  # inside a character of UTF-8
        end -= 1
    return data[:end]


def _dialect(text: str, default: str) -> tuple[str, str]:
    """The text without Excel's line on the delimiter, and the delimiter: that which gives the most even rows."""
    stated = _SEPARATOR_LINE.match(text)
    if stated:
        return text[stated.end() :], stated[1]
    sample = "\n".join(line[:5000] for line in islice(_lines(text), _SAMPLE_LINES))
    best = max(_DELIMITERS, key=lambda delimiter: (_evenness(sample, delimiter), delimiter == default))
    return text, best if _evenness(sample, best) > 0 else default


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _evenness(sample: str, delimiter: str) -> float:
    """Share of rows with as many cells as most have; 0 if that is one cell."""
    try:
        widths = Counter(len(row) for row in csv.reader(sample.split("\n"), delimiter=delimiter) if row)
    except csv.Error:
        return 0.0
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    return count / widths.total() if width > 1 else 0.0


def _rows(text: str, delimiter: str) -> tuple[list[list[str]], bool]:
    """Rows up to the limit and one more; and whether quotation marks could be read as such."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        # Lines keep their ends, so that a quoted cell may hold several.
        lines = (f"{line}\n" for line in _lines(text))
        rows = csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=delimiter != "\t")
        try:
            kept = [row for row in islice(rows, MAX_ROWS + 2) if any(cell.strip() for cell in row)]
        except csv.Error:  # a cell longer than the library's limit: what a lost quotation mark makes
            continue
        runaway = any(len(cell) > _LONGEST_CELL and cell.count("\n") > 100 for row in kept for cell in row)
        if quoting == csv.QUOTE_NONE or not runaway:
            return kept, quoting == csv.QUOTE_MINIMAL
    return [[line] for line in islice(_lines(text), MAX_ROWS + 2) if line.strip()], False
