"""From the paths a user gives to the files to be read, each file accounted for."""

import glob
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.elements import Skipped
from ingest.parsers.registry import FORMATS
from rag.errors import InputError

IGNORE_FILE = ".courseragignore"
"""Rules in .gitignore syntax, at the root of a folder given to the build."""

DEFAULT_IGNORE = (".*", "node_modules/", "__pycache__/", "~$*", ".ipynb_checkpoints/", "Thumbs.db", "desktop.ini")
"""Never a course file; counted, not listed."""

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to be read.

    Attributes:
        path: where it is.
        source: its name in citations: relative to the folder given, with ``/``, in NFC; a file's name if the file
            itself was given. Where two roots hold the same name, ``root's name/`` is put before it.
    """

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, what was left out and why; ``ignored_by_default`` counts hidden files and the like."""

    files: list[SourceFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ignored_by_default: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    root: Path
    path: Path
    source: str


def discover(paths: Sequence[Path], *, ignore: Sequence[str], max_file_mib: int) -> Discovery:
    """Find the files to be read.

    Args:
        paths: files, folders (searched recursively, in sorted order) and globs (``notes/**/*.md``).
        ignore: rules in .gitignore syntax, matched against the path below the folder given; the folder's
            ``.courseragignore`` adds to them.
        max_file_mib: larger files, in MiB, are skipped.

    Raises:
        InputError: a path does not exist, a glob matches nothing, or an ignore rule is not valid.
    """
    search = _Search(tuple(ignore), max_file_mib)
    for path in paths:
        for root in _expanded(path):
            search.add(root)
    return Discovery(_with_unique_names(search.files), search.skipped, search.ignored_by_default)


def _expanded(path: Path) -> list[Path]:
    if path.exists():
        return [path]
    if glob.has_magic(str(path)):
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - any anchor
        # A glob names files; a folder among its matches would be searched twice.
        files = [match for match in matches if not match.is_dir()] or matches
        if files:
            return files
        raise InputError(
            f"Nothing matches {path}.", remedy="Check the pattern, and quote it so that the shell leaves it alone."
        )
    if path.is_symlink():
        raise InputError(
            f"{path} is a link to something that does not exist.", remedy="Mend the link, or give the file itself."
        )
    raise InputError(f"{path} does not exist.", remedy="Give an existing file or folder.")


class _Search:
    """Walks the roots; remembers the real files and folders it has seen."""

    def __init__(self, ignore: tuple[str, ...], max_file_mib: int) -> None:
        self.files: list[_Found] = []
        self.skipped: list[Skipped] = []
        self.ignored_by_default = 0
        self._ignore = ignore
        self._max_file_mib = max_file_mib
        self._default = _spec(DEFAULT_IGNORE)
        self._seen: dict[Path, str] = {}

    def add(self, root: Path) -> None:
        if not root.is_dir():
            rule = _matching_rule(_spec(self._ignore), root.name)
            self._consider(root, root, _nfc(root.name), rule)
            return
        rules = _spec((*self._ignore, *_ignore_file(root)))
        self._walk(root, root, rules, set())

    def _walk(self, root: Path, folder: Path, rules: Any, visited: set[Path]) -> None:
        stack = [folder]
        while stack:
            folder = stack.pop()
            real = folder.resolve()
            if real in visited:
                self._skip(root, folder, "a link to a folder that is already read")
                continue
            visited.add(real)
            folders = [path for path in self._entries(root, folder) if self._enter(root, path, rules)]
            stack += reversed(folders)

    def _entries(self, root: Path, folder: Path) -> list[Path]:
        try:
            return sorted(folder.iterdir(), key=lambda path: _nfc(path.name))
        except OSError as error:
            self._skip(root, folder, f"the folder cannot be read ({error.strerror})")
            return []

    def _enter(self, root: Path, path: Path, rules: Any) -> bool:
        """Take a file in; True for a folder that is to be walked."""
        relative = _relative(root, path)
        is_dir = path.is_dir()
        name = relative + "/" if is_dir else relative
        if _matching_rule(self._default, path.name + "/" if is_dir else path.name):
            self.ignored_by_default += 1
            return False
        rule = _matching_rule(rules, name)
        if path.is_symlink() and not (path.exists() and path.resolve().is_relative_to(root.resolve())):
            self._skip(
                root,
                path,
                "a link that leaves the folder" if path.exists() else "a link to something that does not exist",
            )
            return False
        if not is_dir:
            self._consider(root, path, relative, rule)
            return False
        if rule and not _has_negation(rules):
            self._skip(root, path, f"ignored by rule {rule}")
            return False
        return True

    def _consider(self, root: Path, path: Path, source: str, rule: str | None) -> None:
        why = f"ignored by rule {rule}" if rule else self._reason_against(path)
        real = path.resolve()
        if why is None and real in self._seen:
            # The same file given twice is one file; only a second name for it is worth a line.
            if self._seen[real] != source:
                self.skipped.append(Skipped(source, f"the same file as {self._seen[real]}"))
            return
        if why is not None:
            self.skipped.append(Skipped(source, why))
            return
        self._seen[real] = source
        self.files.append(_Found(root, path, source))

    def _reason_against(self, path: Path) -> str | None:
        suffix = path.suffix.lower()
        if suffix not in FORMATS:
            return f"the format {suffix} is not read yet" if suffix else "it has no suffix that names a format"
        if not path.is_file():
            return "it is not a plain file"
        if not os.access(path, os.R_OK):
            return "it may not be read (permission denied)"
        size = path.stat().st_size
        if size > self._max_file_mib * _MIB:
            return f"it has {size / _MIB:.0f} MiB, more than the {self._max_file_mib} MiB of parse.max_file_mib"
        return None

    def _skip(self, root: Path, path: Path, why: str) -> None:
        self.skipped.append(Skipped(_relative(root, path), why))


def _nfc(text: str) -> str:
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


def _relative(root: Path, path: Path) -> str:
    return _nfc(PurePosixPath(*path.relative_to(root).parts).as_posix()) if path != root else _nfc(root.name)


def _spec(rules: Sequence[str]) -> Any:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(map(_nfc, rules))
    except ValueError as error:
        raise InputError(f"An ignore rule is not valid: {error}.", remedy="Use .gitignore syntax.") from error


def _matching_rule(spec: Any, name: str) -> str | None:
    result = spec.check_file(_nfc(name))
    return str(spec.patterns[result.index].pattern) if result.include and result.index is not None else None


def _has_negation(spec: Any) -> bool:
    return any(pattern.include is False for pattern in spec.patterns)


def _ignore_file(root: Path) -> list[str]:
    path = root / IGNORE_FILE
    try:
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).", remedy="Save it as UTF-8 text.") from error


def _with_unique_names(found: Sequence[_Found]) -> list[SourceFile]:
    """Put the root's name before names that two roots share, and a number after it where even that is shared."""
    roots: dict[str, set[Path]] = {}
    for item in found:
        roots.setdefault(item.source, set()).add(item.root)
    taken: set[str] = set()
    return [SourceFile(item.path, _unique(item, len(roots[item.source]) > 1, taken)) for item in found]


def _unique(item: _Found, shared: bool, taken: set[str]) -> str:
    source = item.source
    if shared:
        root = item.root.resolve()
        folder = root if item.root.is_dir() else root.parent
        source = f"{_nfc(folder.name)}/{source}"
    for candidate in _numbered(source):
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    return source


def _numbered(source: str) -> Iterator[str]:
    yield source
    head, _, tail = source.partition("/")
    number = 2
    while True:
        yield f"{head} ({number})/{tail}" if tail else f"{head} ({number})"
        number += 1
