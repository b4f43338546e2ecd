"""From the paths a user gives to the files to be read, each file accounted for."""

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.elements import Skipped
from ingest.parsers.registry import format_suffix
from ingest.sources.saved_sites import is_page_without_text, shown_pictures, why_no_content
from ingest.sources.source_names import Named, free_name, nfc, relative, unique_names
from ingest.sources.unread import LeftOut, told, unread
from rag.errors import InputError

IGNORE_FILE = ".courseragignore"
"""Rules in .gitignore syntax, at the root of a folder given to the build."""

DEFAULT_IGNORE = (".*", "node_modules/", "__pycache__/", "~$*", ".ipynb_checkpoints/", "Thumbs.db", "desktop.ini")
"""Never a course file; counted, not listed."""

_MIB = 1 << 20
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,4}[a-z]{2,6}(?::\d{1,5})?")


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
    return search.result()


def with_others(discovery: Discovery, files: Sequence[SourceFile], skipped: Sequence[Skipped]) -> Discovery:
    """What was found, with files from elsewhere; one whose name is taken gets a number."""
    taken = {file.source for file in discovery.files}
    others = [SourceFile(file.path, free_name(file.source, taken)) for file in files]
    return Discovery([*discovery.files, *others], [*discovery.skipped, *skipped], discovery.ignored_by_default)


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
    raise InputError(f"{path} does not exist.", remedy=f"Give an existing file or folder{_or_address(path)}.")


def _or_address(path: Path) -> str:
    """Half a remedy for ``www.example.org/page``."""
    host = path.parts[0] if path.parts else ""
    return f", or a web address with its https:// before {host}" if _HOST.fullmatch(host) else ""


class _Search:
    """Walks the roots; remembers the real files and folders it has seen."""

    def __init__(self, ignore: tuple[str, ...], max_file_mib: int) -> None:
        self._files: list[Named] = []
        self._left_out: list[LeftOut] = []
        self._ignored_by_default = 0
        self._ignore = ignore
        self._max_file_mib = max_file_mib
        self._default = _spec(DEFAULT_IGNORE)
        self._seen: dict[Path, str] = {}

    def result(self) -> Discovery:
        """What was found; the pictures that pages show are not read on their own."""
        shown = shown_pictures(file.path for file in self._files if file.path != file.root)
        files = [file for file in self._files if file.path not in shown or file.path == file.root]
        for file in self._files:
            if file.path in shown and file.path != file.root:
                why = "a picture that a page shows is not read on its own: give the picture itself to have it read"
                group = "pictures that pages show, which are not read on their own"
                self._left_out.append(LeftOut(file.source, why, group))
        skipped = told(self._left_out, [file.source for file in files])
        found = [SourceFile(file.path, name) for file, name in zip(files, unique_names(files), strict=True)]
        return Discovery(found, skipped, self._ignored_by_default)

    def add(self, root: Path) -> None:
        if not root.is_dir():
            rule = _matching_rule(_spec(self._ignore), root.name)
            self._consider(root, root, nfc(root.name), rule)
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
            return sorted(folder.iterdir(), key=lambda path: nfc(path.name))
        except OSError as error:
            self._skip(root, folder, f"the folder cannot be read ({error.strerror})")
            return []

    def _enter(self, root: Path, path: Path, rules: Any) -> bool:
        """Take a file in; True for a folder that is to be walked."""
        source = relative(root, path)
        is_dir = path.is_dir()
        name = source + "/" if is_dir else source
        if _matching_rule(self._default, path.name + "/" if is_dir else path.name):
            self._ignored_by_default += 1
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
            self._consider(root, path, source, rule)
            return False
        if (path / "CURRENT").is_file() and (path / "versions").is_dir():
            self._ignored_by_default += 1  # an index, its copies of web pages included
            return False
        if rule and not _has_negation(rules):
            self._skip(root, path, f"ignored by rule {rule}")
            return False
        why = why_no_content(path)
        if why:
            self._skip(root, path, why)
        return why is None

    def _consider(self, root: Path, path: Path, source: str, rule: str | None) -> None:
        left_out = self._left(root, path, source, rule)
        real = path.resolve()
        if left_out is None and real in self._seen:
            # The same file given twice is one file; only a second name for it is worth a line.
            if self._seen[real] != source:
                self._left_out.append(LeftOut(source, f"the same file as {self._seen[real]}"))
            return
        if left_out is not None:
            self._left_out.append(left_out)
            return
        self._seen[real] = source
        self._files.append(Named(root, path, source))

    def _left(self, root: Path, path: Path, source: str, rule: str | None) -> LeftOut | None:
        if rule:
            return LeftOut(source, f"ignored by rule {rule}", f"files ignored by rule {rule}")
        if not format_suffix(path):
            return unread(source, path.suffix.lower())
        if path != root and is_page_without_text(path):
            why = "a page of the site without text of its own"
            return LeftOut(source, why, "pages of the site without text of their own")
        why_not = self._reason_against(path)
        return LeftOut(source, why_not) if why_not else None

    def _reason_against(self, path: Path) -> str | None:
        if not path.is_file():
            return "it is not a plain file"
        if not os.access(path, os.R_OK):
            return "it may not be read (permission denied)"
        size = path.stat().st_size
        if size > self._max_file_mib * _MIB:
            return f"it has {size / _MIB:.0f} MiB, more than the {self._max_file_mib} MiB of parse.max_file_mib"
        return None

    def _skip(self, root: Path, path: Path, why: str) -> None:
        self._left_out.append(LeftOut(relative(root, path), why))


def _spec(rules: Sequence[str]) -> Any:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(map(nfc, rules))
    except ValueError as error:
        raise InputError(f"An ignore rule is not valid: {error}.", remedy="Use .gitignore syntax.") from error


def _matching_rule(spec: Any, name: str) -> str | None:
    result = spec.check_file(nfc(name))
    return str(spec.patterns[result.index].pattern) if result.include and result.index is not None else None


def _has_negation(spec: Any) -> bool:
    return any(pattern.include is False for pattern in spec.patterns)


def _ignore_file(root: Path) -> list[str]:
    path = root / IGNORE_FILE
    try:
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).", remedy="Save it as UTF-8 text.") from error
