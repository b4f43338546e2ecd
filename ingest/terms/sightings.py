"""Where a passage says that two names mean the same, and how it says so.

Lists ("A: B", "**A** - B") and headings of two languages side by side are not read: what follows a name there
explains it more often than it names it again (27 of 28 lines in the development documents), and a heading
such as "양방향 RNN" is one name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.terms.glosses import glosses_in
from ingest.terms.names import ABBREVIATION, HANGUL_NAME, LATIN_NAME, are_nouns, is_name, stands_for
from rag.chunks import Chunk
from rag.language import has_hangul

How = Literal["abbreviation", "parentheses", "reversed", "slash", "table", "spacing", "file"]
"""How two names were seen together.

``parentheses`` hold the English name, ``reversed`` ones the Korean; ``spacing`` is
one Korean name with and without its spaces, ``file`` the instructor's own.
"""

_BESIDE = re.compile(
    rf"^[^\w\n]{{0,8}}(?:\d[\d.]{{0,8}}[) ]{{1,3}})?({HANGUL_NAME.pattern}) ?/ ?({LATIN_NAME.pattern}) ?(?=[(（:]|$)",
    re.MULTILINE,
)
_LANGUAGES = re.compile(
    r"영어|영문|원어|외국어|한국어|한글|국문|국어|우리말|번역|english|korean|translation", re.IGNORECASE
)
_EDGES = re.compile(r"[*_`\s]+")
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """Two names seen to stand for each other, once."""

    first: str
    second: str
    how: How


def sightings_in(chunk: Chunk, *, heading: bool = True) -> Iterator[Sighting]:
    """What a passage says and, with ``heading``, the innermost one above it, which other passages may have too."""
    if heading and chunk.heading:
        yield from _in_text(chunk.heading[-1])
    if chunk.kind != "code":
        yield from _in_text(chunk.text)
    if chunk.kind == "table":
        yield from _glossary(chunk)


def _in_text(text: str) -> Iterator[Sighting]:
    for gloss in glosses_in(text):
        yield Sighting(gloss.term, gloss.gloss, _how(gloss.term, gloss.gloss))
    for match in _BESIDE.finditer(text):
        if are_nouns(match[1]) and is_name(match[2]):
            yield Sighting(match[1], match[2], "slash")


def _how(term: str, gloss: str) -> How:
    latin = LATIN_NAME.fullmatch(term) and LATIN_NAME.fullmatch(gloss)
    short, long = sorted((term, gloss), key=len)
    if latin and ABBREVIATION.fullmatch(short) and stands_for(short, long):
        return "abbreviation"
    return "reversed" if has_hangul(gloss) else "parentheses"


def _glossary(chunk: Chunk) -> Iterator[Sighting]:
    """Rows of a table two of whose columns are the same terms in two languages, as its header says."""
    lines = [line for line in f"{chunk.lead}\n{chunk.text}".split("\n") if line.lstrip().startswith("|")]
    rows = [[_EDGES.sub(" ", cell).strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    if len(rows) <= _LEAST_ROWS:
        return
    named = [at for at, cell in enumerate(rows[0]) if _LANGUAGES.search(cell)]
    for first, second in zip(named, named[1:], strict=False):
        for row in rows[1:]:
            if len(row) > second and (pair := _in_two_languages(row[first], row[second])):
                yield Sighting(*pair, "table")


def _in_two_languages(one: str, other: str) -> tuple[str, str] | None:
    for latin, hangul in ((one, other), (other, one)):
        if LATIN_NAME.fullmatch(latin) and is_name(latin) and HANGUL_NAME.fullmatch(hangul) and are_nouns(hangul):
            return hangul, latin
    return None
