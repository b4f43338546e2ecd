"""A passage to statements: what is compared when two passages are asked whether they say the same.

A statement is a sentence, a list item, a row of a table together with the table's header, or a block of code. Two
statements are the same if their keys are: white space, case, quotation marks, commas, bullets and Markdown marks do
not count; numbers, signs and every letter do. So "not", another name or another number is always another statement.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import Span

_SUPERSCRIPTS = {ord(sign): f"^{digit}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_TABLE_RULE = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_ITEM_MARK = re.compile(r"^\s*(?:>+\s*)*(?:#{1,6}\s|[-*+•▪◦‣]\s|\(?\d{1,2}[.)]\s(?=\s*[^\d\s]))?\s*")
"""Quote, heading, bullet or number before a line's text; not the month of "5. 12 (Mon)"."""

_SENTENCE_END = re.compile(r"(?<=[.?!。？！…])[\"'”’)\]]*\s+")
_WRAPPED = 40
"""A line at least this long that ends without a full stop goes on in the next one."""

_KEPT = re.compile(
    r"(?<![\w)\]])[-−](?=\s?[\d.])"  # a minus sign, not a hyphen or a bullet
    r"|\d+(?:[.,:/~–-]\d+)*"
    r"|[!=<>]=|[%^&@+=<>?/~]|(?<=[a-z])#"
    r"|[^\W_]"
    r"|[^\w\s\x00-\x7f]"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SIGNS = frozenset({"Sm", "Sc", "So", "Mn", "Mc"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a passage.

    Attributes:
        start: first character in the passage's text.
        end: one past the last.
        key: what is compared; "" if nothing in it counts.
        header: of a row of a table, the table's header and rule as they stand there.
    """

    start: int
    end: int
    key: str
    header: str = ""


def statements(text: str, kind: str = "text", lead: str = "") -> list[Statement]:
    """Cut a passage into its statements, in order; together they leave out nothing but white space.

    Args:
        text: the passage.
        kind: as of a chunk; "code" is compared letter by letter.
        lead: header of the table that the passage goes on with, if it does.
    """
    if kind == "code":
        return [Statement(start, end, "code\n" + "".join(text[start:end].split())) for start, end in _code_blocks(text)]
    found: list[Statement] = []
    header = lead if _is_header(lead) else ""
    for start, end, is_row in _lines(text):
        if not is_row:
            header = ""
            found += [
                Statement(first, last, statement_key(text[first:last])) for first, last in _sentences(text, start, end)
            ]
            continue
        line = text[start:end]
        following = text[end + 1 :].partition("\n")[0]
        if _TABLE_RULE.match(following):
            header = f"{line.strip()}\n{following.strip()}"
        key = "" if _TABLE_RULE.match(line) else f"{_row_key(header.partition(chr(10))[0])}\n{_row_key(line)}"
        found.append(Statement(start, end, key, header))
    return found


def statement_key(text: str) -> str:
    """What of a statement counts."""
    line = _ITEM_MARK.sub("", text, count=1)
    line = unicodedata.normalize("NFKC", line.translate(_SUPERSCRIPTS)).lower()
    key = ""
    for piece in _KEPT.findall(_THOUSANDS.sub("", line)):
        if _counts(piece):
            key += f" {piece}" if key[-1:].isdigit() and piece[0].isdigit() else piece  # "1 23" is not "12 3"
    return key


def _counts(piece: str) -> bool:
    """Signs count, punctuation and geometric shapes, which are bullets, do not."""
    if len(piece) > 1 or piece.isascii() or piece.isalnum():
        return True
    return unicodedata.category(piece) in _SIGNS and not 0x25A0 <= ord(piece) <= 0x25FF


def _row_key(line: str) -> str:
    return "|".join(statement_key(cell) for cell in line.strip().strip("|").split("|"))


def _is_header(lead: str) -> bool:
    return bool(_TABLE_RULE.match(lead.partition("\n")[2] or " "))


def _code_blocks(text: str) -> Iterator[Span]:
    for match in re.finditer(r"\S(?:.|\n(?![ \t]*\n))*", text):
        yield match.start(), match.start() + len(match.group().rstrip())


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Rows of tables, and the other lines, those that a page's width broke put together."""
    start, end = 0, -1
    for match in re.finditer(r"[^\n]+", text):
        line = match.group()
        if not line.strip():
            continue
        is_row = line.lstrip().startswith("|")
        goes_on = end >= 0 and not is_row and _goes_on(text[start:end], text[end : match.start()], line)
        if end >= 0 and not goes_on:
            yield start, end, False
        if is_row:
            yield match.start(), match.end(), True
            end = -1
            continue
        start, end = (start if goes_on else match.start()), match.end()
    if end >= 0:
        yield start, end, False


def _goes_on(before: str, gap: str, line: str) -> bool:
    last = before.rpartition("\n")[2].rstrip()
    mark = _ITEM_MARK.match(line)
    return (
        gap == "\n" and len(last) >= _WRAPPED and last[-1] not in ".?!:。？！…|" and not (mark and mark.group().strip())
    )


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _SENTENCE_END.finditer(text, start, end):
        before = text[start : match.start()]
        if re.search(r"(?:^|[\s(])(?:\w|\d+|e\.g|i\.e|vs|cf|fig|eq)\.$", before, re.IGNORECASE):
            continue  # an initial, a number in a list, an abbreviation
        yield start, match.end() - len(match.group()) + len(match.group().rstrip())
        start = match.end()
    if text[start:end].strip():
        yield start, start + len(text[start:end].rstrip())
