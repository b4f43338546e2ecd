"""Pictures of pages that could not be read: files of the version, named in the report beside the reason."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from ingest.elements import Skipped
from ingest.prepare import Prepared

_FOLDER = "pages"
_LONGEST_STEM = 40


@dataclass(frozen=True, slots=True)
class PagePictures:
    """PNG files by their path inside a version, and that path by the place that a skip line names."""

    files: dict[str, bytes]
    paths: dict[str, str]

    @classmethod
    def of(cls, prepared: Mapping[str, Prepared]) -> Self:
        """The pictures of all files by source, also of those that hold nothing else."""
        files: dict[str, bytes] = {}
        paths: dict[str, str] = {}
        for source, each in sorted(prepared.items()):
            for page, picture in sorted(each.pictures.items()):
                path = f"{_FOLDER}/{_name(source, page)}"
                files[path] = picture
                paths[f"{source}, page {page}"] = path
        return cls(files, paths)

    def named(self, skipped: Iterable[Skipped], version: Path) -> list[Skipped]:
        """The skip lines, with the path of the picture where there is one; ``version`` is the version's folder."""
        return [
            Skipped(skip.source, f"{skip.why}; its picture: {(version / self.paths[skip.source]).as_posix()}")
            if skip.source in self.paths
            else skip
            for skip in skipped
        ]

    def write(self, version: Path) -> None:
        """Write them into the folder of a version that is being made."""
        for path, picture in self.files.items():
            (version / path).parent.mkdir(exist_ok=True)
            (version / path).write_bytes(picture)


def _name(source: str, page: int) -> str:
    """Readable, and distinct for files of the same name in different folders."""
    stem = re.sub(r"[^\w-]+", "-", PurePosixPath(source).stem)[:_LONGEST_STEM]
    return f"{stem}-{hashlib.sha256(source.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}-p{page:04}.png"
