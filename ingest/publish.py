"""A staged version into service, atomically; and back again.

The order is what makes it safe: the files and their folder reach the disk first, then the folder gets its number,
then ``CURRENT`` is replaced by one rename. A crash before that rename leaves the old version in service.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import CorruptIndexError, IndexStateError, LockedIndexError
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest

_STAGING = ".staging"


@contextmanager
def builder_lock(folder: IndexFolder, timeout_s: float) -> Iterator[None]:
    """Hold the lock of one builder; the operating system frees it when the holder dies.

    Raises:
        LockedIndexError: another build holds it for longer than ``timeout_s``.
        IndexStateError: the folder cannot be written.
    """
    try:
        folder.versions_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.lock_file, timeout=timeout_s)
        lock.acquire()
    except Timeout as error:
        raise LockedIndexError(
            f"Another build is working on {folder.path}.", remedy="Wait until it has ended, then try again."
        ) from error
    except OSError as error:
        raise IndexStateError(
            f"The index folder {folder.path} cannot be written ({error.strerror}).",
            remedy="Give another folder with --index, or make this one writable.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def next_version(folder: IndexFolder) -> int:
    """One more than any version there is, complete or not, or was in service."""
    taken = [int(path.name) for path in folder.versions_dir.glob("*") if path.name.isdecimal()]
    try:
        taken.append(folder.current() or 0)
    except CorruptIndexError:  # a CURRENT that names nothing is what a full build mends
        pass
    return max([0, *taken]) + 1


@contextmanager
def staging(folder: IndexFolder) -> Iterator[Path]:
    """An empty folder to write a version in; what an earlier, killed build left there is removed.

    Call it under the lock.
    """
    path = folder.versions_dir / _STAGING
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def publish(folder: IndexFolder, staged: Path, manifest: Manifest) -> None:
    """Give a complete staged version its number and put it into service."""
    manifest.write(staged)
    for path in [*staged.rglob("*"), staged]:
        _sync(path)
    staged.rename(folder.version_dir(manifest.version))
    _sync(folder.versions_dir)
    _point_to(folder, manifest.version)


def rollback(folder: IndexFolder, version: int | None = None) -> int:
    """Put an older version back into service: the one named, or the one before the current. Returns its number.

    Raises:
        IndexStateError: there is no such version.
        CorruptIndexError: it is damaged; the current one stays.
        NoIndexError: nothing has been built.
    """
    versions = folder.versions()
    if version is None:
        current = folder.require_current()
        earlier = [number for number in versions if number < current]
        if not earlier:
            raise IndexStateError(
                f"There is no version before {current}.", remedy="See what there is: course-rag versions"
            )
        version = earlier[-1]
    if version not in versions:
        there = ", ".join(map(str, versions)) or "none"
        raise IndexStateError(f"There is no version {version}; there are: {there}.", remedy="Name one of them.")
    Manifest.read(folder.version_dir(version)).verify(folder.version_dir(version))
    _point_to(folder, version)
    return version


def prune(folder: IndexFolder, keep: int) -> list[int]:
    """Remove all but the newest ``keep`` versions, never the one in service. Returns what was removed."""
    current = folder.current()
    old = [version for version in folder.versions()[:-keep] if version != current]
    for version in old:
        shutil.rmtree(folder.version_dir(version), ignore_errors=True)
    return old


def _point_to(folder: IndexFolder, version: int) -> None:
    temporary = folder.current_file.with_name(".CURRENT.new")
    temporary.write_text(f"{version}\n", encoding="utf-8")
    _sync(temporary)
    temporary.replace(folder.current_file)
    _sync(folder.path)


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
