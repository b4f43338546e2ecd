"""The index folder: ``CURRENT``, the versions, the artifacts, the lock. Layout only, nothing is opened here."""

from dataclasses import dataclass
from pathlib import Path

from rag.errors import CorruptIndexError, NoIndexError

MANIFEST = "manifest.json"
CHUNKS = "chunks.sqlite"
VECTORS = "vectors.faiss"
LEXICAL = "lexical"
TERMS = "terms.json"


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """Paths below one index folder.

    ::

        CURRENT                  the number of the version in service, replaced by one atomic rename
        versions/<n>/            manifest.json  chunks.sqlite  vectors.faiss  lexical/  terms.json
        artifacts.sqlite         cache of the builder
        lock                     one builder at a time
    """

    path: Path

    @property
    def current_file(self) -> Path:
        """Names the version in service."""
        return self.path / "CURRENT"

    @property
    def versions_dir(self) -> Path:
        """Holds one folder per version."""
        return self.path / "versions"

    @property
    def artifacts_file(self) -> Path:
        """The builder's cache."""
        return self.path / "artifacts.sqlite"

    @property
    def lock_file(self) -> Path:
        """Held by the one who builds."""
        return self.path / "lock"

    def version_dir(self, version: int) -> Path:
        """Folder of one version."""
        return self.versions_dir / str(version)

    def versions(self) -> list[int]:
        """Numbers of the complete versions, oldest first; staging folders are not numbers."""
        if not self.versions_dir.is_dir():
            return []
        return sorted(
            int(path.name)
            for path in self.versions_dir.iterdir()
            if path.name.isdecimal() and (path / MANIFEST).exists()
        )

    def current(self) -> int | None:
        """Number of the version in service, or None before the first build.

        Raises:
            CorruptIndexError: ``CURRENT`` does not name a number.
        """
        try:
            name = self.current_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._broken_current() from error
        if not name.isdecimal():
            raise self._broken_current()
        return int(name)

    def require_current(self) -> int:
        """Number of the version in service.

        Raises:
            NoIndexError: nothing has been built here.
            CorruptIndexError: ``CURRENT`` does not name a number, or names a version that is gone.
        """
        version = self.current()
        if version is None:
            raise NoIndexError(
                f"There is no index in {self.path}.", remedy="Build one: course-rag build FOLDER_WITH_DOCUMENTS"
            )
        if not self.version_dir(version).is_dir():
            raise CorruptIndexError(f"Version {version} of the index in {self.path} is gone.", remedy=self.recovery())
        return version

    def recovery(self) -> str:
        """What to do when the version in service is broken."""
        current = self._current_or_none()
        others = [version for version in self.versions() if version != current]
        if others:
            return f"Go back: course-rag rollback {others[-1]} — or rebuild: course-rag build FOLDER --full"
        return "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"

    def _current_or_none(self) -> int | None:
        try:
            return self.current()
        except CorruptIndexError:
            return None

    def _broken_current(self) -> CorruptIndexError:
        others = self.versions()
        remedy = (
            f"Go back: course-rag rollback {others[-1]}" if others else "Build it anew: course-rag build FOLDER --full"
        )
        return CorruptIndexError(f"{self.current_file} does not name a version.", remedy=remedy)
