"""What citations call a file: its path below the folder given, readable and unique."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Named(NamedTuple):
    """A file, the root it was found under, and its name below that."""

    root: Path
    path: Path
    source: str


def nfc(text: str) -> str:
    """A name or path in NFC; one whose bytes are not UTF-8, as old archives unpack them, is read as cp949."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "/".join(map(_decoded, text.split("/")))
    return unicodedata.normalize("NFC", text)


def _decoded(name: str) -> str:
    raw = os.fsencode(name)
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def relative(root: Path, path: Path) -> str:
    """A path below a root with ``/``; the root's own name for the root itself."""
    return nfc(PurePosixPath(*path.relative_to(root).parts).as_posix()) if path != root else nfc(root.name)


def unique_names(found: Sequence[Named]) -> list[str]:
    """Put the root's name before names that two roots share, and a number after it where even that is shared."""
    roots: dict[str, set[Path]] = {}
    for item in found:
        roots.setdefault(item.source, set()).add(item.root)
    taken: set[str] = set()
    return [_unique(item, len(roots[item.source]) > 1, taken) for item in found]


def free_name(source: str, taken: set[str]) -> str:
    """The name, with a number where it is taken; it is taken from then on."""
    name = next(name for name in _numbered(source) if name not in taken)
    taken.add(name)
    return name


def _unique(item: Named, shared: bool, taken: set[str]) -> str:
    source = item.source
    if shared:
        root = item.root.resolve()
        folder = root if item.root.is_dir() else root.parent
        source = f"{nfc(folder.name)}/{source}"
    return free_name(source, taken)


def _numbered(source: str) -> Iterator[str]:
    yield source
    head, _, tail = source.partition("/")
    number = 2
    while True:
        yield f"{head} ({number})/{tail}" if tail else f"{head} ({number})"
        number += 1
