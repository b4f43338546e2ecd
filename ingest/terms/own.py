"""The instructor's own terms: a file ``.courseragterms`` in a folder that is indexed.

::

    # a comment
    경사하강법 = gradient descent = GD     names that mean the same
    함수 != softmax                        names that do not, whatever the course seems to say

A tab may stand for ``=``, so that two columns of a spreadsheet can be pasted in.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ingest.parsers.decoding import decode
from ingest.terms.names import LONGEST
from rag.errors import InputError, ParseError

OWN_TERMS = ".courseragterms"
"""Name of the file; like every file whose name begins with a dot, it is not indexed itself."""

_EQUAL = re.compile(r"\t+|=")
_MOST_NAMES = 10
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """Pairs of names to add and to forbid; ``identity`` is equal for files of equal content."""

    added: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()

    @property
    def identity(self) -> str:
        """A hash of the pairs, or "" if there are none."""
        if not self.added and not self.forbidden:
            return ""
        return hashlib.sha256(repr((self.added, self.forbidden)).encode()).hexdigest()[:16]


def own_files(roots: Iterable[Path]) -> list[Path]:
    """The files of own terms in the folders that are indexed."""
    return [path for root in roots if (path := root / OWN_TERMS).is_file()]


def read_own(paths: Iterable[Path]) -> OwnTerms:
    """Read files of own terms.

    Raises:
        InputError: a file cannot be read, a line is none of those above, or two lines contradict each other.
    """
    added: dict[tuple[str, str], str] = {}
    forbidden: dict[tuple[str, str], str] = {}
    for path in paths:
        for place, line in _lines(path):
            wanted = forbidden if "!=" in line else added
            names = _names(place, line)
            for pair in combinations(sorted(names), 2):
                wanted.setdefault(pair, place)
    for pair in added.keys() & forbidden.keys():
        raise InputError(
            f"{forbidden[pair]} forbids what {added[pair].replace('Line', 'line', 1)} adds: {pair[0]} and {pair[1]}.",
            remedy="Remove one of the two lines.",
        )
    return OwnTerms(tuple(sorted(added)), tuple(sorted(forbidden)))


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines that say something, with their places."""
    try:
        data = path.read_bytes()
        text = decode(data, str(path)).text if data.strip() else ""
    except (OSError, ParseError) as error:
        raise InputError(f"{path} cannot be read ({error}).", remedy="Save it as a text file in UTF-8.") from error
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        raise InputError(f"{path} has more than {_MOST_LINES} lines.", remedy="Keep the terms the course needs.")
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"Line {number} of {path}", line.strip()


def _names(place: str, line: str) -> list[str]:
    forbids = "!=" in line
    names = [" ".join(name.split()) for name in (line.split("!=") if forbids else _EQUAL.split(line))]
    if len(names) < 2 or not all(names):
        why = "has only one name" if len([name for name in names if name]) < 2 else "has an empty name"
    elif len(names) > _MOST_NAMES:
        why = f"has more than {_MOST_NAMES} names"
    elif any(len(name) > LONGEST for name in names):
        why = f"has a name longer than {LONGEST} characters"
    elif not all(any(map(str.isalnum, name)) for name in names):
        why = "has a name without any letter"
    elif len({name.casefold() for name in names}) < len(names):
        why = "has the same name twice"
    elif forbids and (len(names) > 2 or any("=" in name for name in names)):
        why = "forbids more than two names"
    else:
        return names
    raise InputError(
        f"{place} {why}: {line[:LONGEST]!r}.",
        remedy="Write NAME = OTHER NAME to add a pair, NAME != OTHER NAME to forbid one, # before a comment.",
    )
