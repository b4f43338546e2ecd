"""Questions on the cells of tables: what stands in this row under that column."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from eval.making.made import Made, pick
from eval.making.passages import Passages
from eval.making.wording import CELL, EXPLAINED_CELL, NUMBER_CELL, worded
from eval.metrics.evidence import squeeze
from rag.chunks import Chunk
from rag.language import detect_language, has_hangul

_RULE = re.compile(r"^\|?\s*:?-{3,}")
_CUT = re.compile(r"(?<!\\)\|")
_LETTERS = re.compile(r"[가-힣]|[A-Za-z]{2}")
_NUMBER = re.compile(r"^[-+]?[\d.,]+\s?(?:%|[A-Za-z가-힣]{0,4})$")
_MARKUP = re.compile(r"[*`_]{1,3}|<[^>]+>")
_DECORATION = re.compile(r"^[^\w가-힣(\[“‘\"']+|[^\w가-힣)\]”’\"'.%?!]+$")
_ASPECT = re.compile(
    r"^(?:구분|항목|측면|기준|비교\s?(?:항목|기준|대상)?|특성|특징|속성|aspect|property|criterion|criteria|feature|item)?$",
    re.IGNORECASE,
)
"""Header of a first column that lists what the other columns are compared by."""

_NUMBER_BEFORE = re.compile(r"^\d{1,2}(?:[.-]\d{1,2})*(?:[.)]\s*|\s+(?=[^\W\d]))")

_DESCRIBES = re.compile(
    r"^(?:설명|내용|요약|의미|정의|뜻|개념|개요|특징|description|meaning|definition|explanation|details?)$",
    re.IGNORECASE,
)
_NAMELESS = re.compile(r"^(?:unnamed.*|\d+|-|—|n/?a|…|\.{3}|비고|note|notes|#)?$", re.IGNORECASE)

_LONGEST_ROW, _LONGEST_COLUMN, _LONGEST_LABEL = 40, 25, 12
_LONGEST_CELL = 200
_MOST_FACTS = 4
"""Questions on one table at most."""

_MOST_NUMBERS = 0.5
"""Share of numeric cells from which on a table is data, whose rows nobody asks for by name."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in a passage: header cells, and each row with its line."""

    header: list[str]
    rows: list[tuple[list[str], str]]


def table_of(chunk: Chunk) -> Table | None:
    """The first table of a passage, its header from the lead where the table was cut; None without a header."""
    lines = [line.strip() for line in f"{chunk.lead}\n{chunk.text}".split("\n")]
    rule = next((at for at, line in enumerate(lines) if _RULE.match(line)), 0)
    if rule == 0 or not lines[rule - 1].startswith("|"):
        return None
    header = _cells(lines[rule - 1])
    rows = [(_cells(line), line) for line in takewhile(lambda line: line.startswith("|"), lines[rule + 1 :])]
    return Table(header, [row for row in rows if len(row[0]) == len(header)])


def made_table_questions(passages: Passages, seed: int) -> Iterator[Made]:
    """Questions on the tables that have a heading, names for their columns, and text rather than data.

    A heading with several tables below it names none of them.
    """
    found = [
        (chunk, table)
        for chunk in passages.chunks
        if chunk.heading and chunk.kind != "code" and (table := table_of(chunk))
    ]
    headings = Counter(squeeze(chunk.heading[-1]) for chunk, _ in found)
    for chunk, table in found:
        name = bare(chunk.heading[-1])
        if not _LETTERS.search(name) or headings[squeeze(chunk.heading[-1])] > 1 or _is_data(table):
            continue
        facts = list(_facts(table))
        first = pick(range(len(facts)), chunk.id, seed) if facts else 0
        turned = (facts[first:] + facts[:first])[:: max(1, len(facts) // _MOST_FACTS)]
        for fact in turned[:_MOST_FACTS]:
            yield _made(chunk, name, fact, seed)


def bare(text: str) -> str:
    """A heading or cell without emphasis, numbers before it and pictures."""
    plain = _DECORATION.sub("", _MARKUP.sub("", text).strip())
    while plain != (shorter := _DECORATION.sub("", _NUMBER_BEFORE.sub("", plain)).strip()):
        plain = shorter
    return plain


def _made(chunk: Chunk, table: str, fact: tuple[str, str, str, str], seed: int) -> Made:
    row, column, cell, line = fact
    language = "ko" if any(map(has_hangul, (table, row, column))) else detect_language(cell)
    templates = (
        EXPLAINED_CELL if not column or _DESCRIBES.match(column) else NUMBER_CELL if _NUMBER.match(cell) else CELL
    )
    return Made(
        kind="table",
        user_input=worded(templates[language], seed, table=table, row=row, column=column),
        lang=language,
        chunk=chunk,
        reference=cell,
        contexts=(line,),
        about=f"{table}: {row} / {column}".rstrip("/ "),
    )


def _facts(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """What is asked about, which of its properties, the cell and its line: of each cell that can be asked for.

    As a rule the row is what is asked about. Where things are compared it is the column: ViT의 데이터 효율성.
    """
    headless = len(table.header) == 2 and len(bare(table.header[1])) > _LONGEST_LABEL  # its first row became the header
    compared = _ASPECT.match(bare(table.header[0])) is not None and len(table.header) > 2
    names = Counter(squeeze(cells[0]) for cells, _ in table.rows)
    columns = Counter(map(squeeze, table.header))
    for cells, line in table.rows:
        row = bare(cells[0])
        if names[squeeze(cells[0])] > 1 or any(map(_DESCRIBES.match, cells[1:])) or not _can_name(row, _LONGEST_ROW):
            continue
        for column, cell in zip(table.header[1:], cells[1:], strict=True):
            named = bare(column)
            said = _MARKUP.sub("", cell).strip()
            if columns[squeeze(column)] == 1 and _can_name(named, _LONGEST_COLUMN) and _says(said):
                yield (named, row, said, line) if compared else (row, "" if headless else named, said, line)


def _can_name(text: str, longest: int) -> bool:
    return (
        2 <= len(text) <= longest
        and _LETTERS.search(text) is not None
        and not _NAMELESS.match(text)
        and not text.endswith("?")
    )


def _says(cell: str) -> bool:
    return (
        len(cell) <= _LONGEST_CELL
        and not _NAMELESS.match(cell)
        and re.search(r"\w", cell) is not None
        and "http" not in cell
    )


def _is_data(table: Table) -> bool:
    cells = [cell for row, _ in table.rows for cell in row[1:] if cell]
    return not cells or sum(bool(_NUMBER.match(cell)) for cell in cells) > _MOST_NUMBERS * len(cells)


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CUT.split(line.strip().strip("|"))]
