"""What changed between two versions."""

from dataclasses import asdict, dataclass
from typing import Any

from rag.errors import IndexStateError
from rag.index.folder import CHUNKS, IndexFolder
from rag.index.manifest import Manifest
from rag.index.table import ChunkTable


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Sources and passages that one version has and the other has not."""

    old: int
    new: int
    sources_added: tuple[str, ...]
    sources_removed: tuple[str, ...]
    sources_changed: tuple[str, ...]
    chunks_added: int
    chunks_removed: int
    chunks_unchanged: int

    def to_json(self) -> dict[str, Any]:
        """As ``diff --json`` prints it."""
        return asdict(self)


def diff_versions(folder: IndexFolder, old: int | None = None, new: int | None = None) -> VersionDiff:
    """Compare two versions; by default the one in service with the one before it.

    Raises:
        IndexStateError: there is no such version, or none before.
        NoIndexError: nothing has been built.
        CorruptIndexError: a version cannot be read.
    """
    versions = folder.versions()
    new = folder.require_current() if new is None else new
    if old is None:
        earlier = [version for version in versions if version < new]
        if not earlier:
            raise IndexStateError(f"There is no version before {new}.", remedy="Build again after a change.")
        old = earlier[-1]
    for version in (old, new):
        if version not in versions:
            there = ", ".join(map(str, versions)) or "none"
            raise IndexStateError(f"There is no version {version}; there are: {there}.", remedy="Name one of them.")
    before, after = (Manifest.read(folder.version_dir(version)).sources for version in (old, new))
    ids_before, ids_after = _ids(folder, old), _ids(folder, new)
    return VersionDiff(
        old=old,
        new=new,
        sources_added=tuple(sorted(after.keys() - before.keys())),
        sources_removed=tuple(sorted(before.keys() - after.keys())),
        sources_changed=tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
        chunks_added=len(ids_after - ids_before),
        chunks_removed=len(ids_before - ids_after),
        chunks_unchanged=len(ids_before & ids_after),
    )


def _ids(folder: IndexFolder, version: int) -> set[str]:
    table = ChunkTable(folder.version_dir(version) / CHUNKS, read_only=True)
    try:
        return table.ids()
    finally:
        table.close()
