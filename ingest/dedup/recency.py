"""How new a source is: a day, read from its name, from what the document says of itself, or from its file.

Course files are copied from semester to semester, so the day on which a file was written tells little; the name of the
folder it lies in tells most. In this order:

1. A date, a month or a semester in the path (``2024-2학기/week1.pdf``, ``Fall2023``, ``20240901_intro.md``); of several
   the one nearest to the file's own name. A bare year counts only where nothing more exact is said, as it is often
   part of the subject (``imagenet-2012.pdf``).
2. The day the document itself states (PDF metadata, front matter, properties of an office file).
3. The day on which the file was last changed, in UTC. In a fresh clone all files have one day; then names decide.

A semester or a season stands for the day it begins, so that all kinds compare as dates.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_STARTS = {"spring": (3, 1), "summer": (6, 20), "fall": (9, 1), "winter": (12, 20)}
"""Month and day on which a semester or season begins at Korean universities."""

_SEASONS = {
    **dict.fromkeys(("spring", "봄"), "spring"),
    **dict.fromkeys(("summer", "여름"), "summer"),
    **dict.fromkeys(("fall", "autumn", "가을"), "fall"),
    **dict.fromkeys(("winter", "겨울"), "winter"),
}
_TERMS = {"1": "spring", "2": "fall"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_YEAR = r"(?P<year>(?:19[89]|20[0-9])\d)"
_SHORT = r"'?(?P<short>(?:1[5-9]|[23]\d))"
_SEASON = rf"(?P<season>{'|'.join(_SEASONS)})"
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_GAP = r"[ _.\-]{0,2}"
_UNIT = r"(?:\s?학?년도?)?"
_NUMBERED = r"(?<!week)(?<!week[ _-])(?<!ch)(?<!ch[ _-])(?<!chapter)(?<!chapter[ _-])(?<!lecture)(?<!lecture[ _-])" + (
    r"(?<!lec)(?<!lec[ _-])(?<!part)(?<!part[ _-])(?<!section)(?<!section[ _-])(?<!hw)(?<!hw[ _-])(?<!lab)(?<!lab[ _-])"
)
"""``week 21-2`` and ``lecture_20-1`` number the course's parts."""

_EXACT = [
    rf"(?<!\d){_YEAR}(?P<gap>[-_. ])(?P<month>\d\d?)(?P=gap)(?P<day>\d\d?)(?!\d)",
    rf"(?<!\d){_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
    rf"(?<!\d){_YEAR}\s?년\s?(?P<month>\d\d?)\s?월(?:\s?(?P<day>\d\d?)\s?일)?",
    rf"(?<![\da-z]){_SHORT}(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?![\da-z])",
    rf"(?<!\d){_YEAR}{_UNIT}{_GAP}(?:제\s?)?(?P<term>[12])\s?학기",
    rf"(?<!\d){_SHORT}{_UNIT}{_GAP}(?:제\s?)?(?P<term>[12])\s?학기",
    rf"(?<![a-z]){_SEASON}(?:\s?학기)?{_GAP}{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}{_UNIT}{_GAP}{_SEASON}(?![a-z])",
    rf"(?<![a-z]){_SEASON}(?:\s?학기)?{_GAP}{_SHORT}(?!\d)",
    rf"(?<![\da-z]){_SHORT}{_UNIT}{_GAP}{_SEASON}(?![a-z])",
    rf"(?<![a-z]){_MONTH}{_GAP}{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}{_GAP}{_MONTH}(?![a-z])",
    rf"(?<![\da-z]){_YEAR}[-_.](?P<term>[12])(?![\d.]*\d)(?![a-z])",
    rf"(?<![\da-z]){_YEAR}[-_.](?P<month>0[1-9]|1[0-2])(?!\d)(?![-_.]\d)",
    rf"(?<![\da-z.]){_NUMBERED}{_SHORT}-(?P<term>[12])(?![\da-z])(?![-.]\d)(?!\s?[주장강])",
]
"""What names a day, a month or a semester, the most exact first; matched in lower case."""

_BARE_YEAR = [rf"(?<![\da-z.]){_YEAR}(?![\da-z])(?!\.\d)"]


class Recency(NamedTuple):
    """How new a source is, and by what it is known.

    Attributes:
        day: ISO 8601.
        known_by: "name", "document" or "file".
    """

    day: str
    known_by: str


def recency(source: str, stated: str | None, modified: str) -> Recency:
    """How new a source is.

    Args:
        source: its path, POSIX, NFC.
        stated: the day the document itself states, if it does.
        modified: the day on which its file was last changed.
    """
    named = named_day(source)
    if named is not None:
        return Recency(named, "name")
    if stated is not None and _is_day(stated):
        return Recency(stated, "document")
    return Recency(modified, "file")


def newest_first(source: str, day: str) -> tuple[int, str]:
    """Sort key: later days first, one day by name."""
    return (-date.fromisoformat(day).toordinal() if _is_day(day) else 0, source)


def named_day(source: str) -> str | None:
    """The day, or the first day of the semester, month or year, that a path names; None if it names none."""
    path = PurePosixPath(source)
    folders = path.parts[:-1]
    parts = [path.stem, *reversed(folders), " ".join(folders)]  # the last for 2024/2학기/week1.pdf
    for patterns in (_EXACT, _BARE_YEAR):
        for part in parts:
            for day in _days(part.lower(), patterns):
                return day
    return None


def without_dates(name: str) -> str:
    """A name in lower case without the days, semesters and years in it, and without the signs around them."""
    for pattern in (*_EXACT, *_BARE_YEAR):
        name = re.sub(pattern, " ", name)
    return re.sub(r"[\W_]+", " ", name).strip()


def modified_day(path: Path) -> str:
    """The UTC day on which a file was last changed."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()


def _days(name: str, patterns: list[str]) -> Iterator[str]:
    for pattern in patterns:
        for match in re.finditer(pattern, name):
            day = _day(match.groupdict())
            if day is not None:
                yield day


def _day(found: dict[str, str | None]) -> str | None:
    """What a match says; None if there is no such day."""
    year = int(found.get("year") or f"20{found['short']}")
    month, day = 1, 1
    for part, read in _READ.items():
        value = found.get(part)
        if value:
            month, day = read(value)
    try:
        return date(year, month, int(found.get("day") or day)).isoformat()
    except ValueError:
        return None


_READ: dict[str, Callable[[str], tuple[int, int]]] = {
    "term": lambda term: _STARTS[_TERMS[term]],
    "season": lambda season: _STARTS[_SEASONS[season]],
    "name": lambda name: (_MONTHS.index(name[:3]) + 1, 1),
    "month": lambda month: (int(month), 1),
}
"""Month and day by the group that matched."""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
