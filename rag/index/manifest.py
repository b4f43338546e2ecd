"""The birth certificate of a version: what it was made of, by what, and the checksums of its files."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import CorruptIndexError
from rag.index.folder import MANIFEST
from rag.index.kinds import Kind

FORMAT = 2
"""Raise it when the layout of a version changes so that older code cannot read it."""


class FileSum(BaseModel):
    """Size in bytes and sha256 of one file."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class VectorFacts(BaseModel):
    """Of which kind the dense index is, and how well it finds what an exact one would.

    Attributes:
        kind: flat, fp16, sq8, hnsw or ivf; see ``rag.index.kinds``.
        parameters: of this kind.
        recall: share of the true ten nearest that are found, mean over a sample of the corpus' own vectors.
        queries: size of that sample; 0 for an exact index, which needs none.
        notes: what a reader of the build report should know of the choice, in sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "flat"
    parameters: dict[str, int] = {}
    recall: float = 1.0
    queries: int = 0
    notes: tuple[str, ...] = ()

    def told(self) -> str:
        """``ivf (lists 447, probed 16), recall@10 0.993``."""
        shape = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.parameters.items())
        found = f"recall@10 {self.recall:.3f}" if self.queries else "exact"
        return f"{self.kind}{f' ({shape})' if shape else ''}, {found}"


class Manifest(BaseModel):
    """Everything a reader must know before it trusts a version.

    Attributes:
        format: layout of the version folder.
        version: its number.
        created: ISO 8601, UTC.
        fingerprint: hash of settings, analyzer, embedder and sources: equal fingerprint, equal index.
        settings: the settings that shaped it.
        roots: the paths that were given to ``build``.
        analyzer: identity of the analyzer.
        embedder: name and hash of weights of the embedder.
        embedder_settings: how to load it again.
        dimension: of the vectors.
        metric: "cosine".
        vectors: kind of the dense index and its recall; versions without this entry have an exact one.
        chunks: how many are indexed.
        sources: sha256 of each indexed file, by source.
        files: size and sha256 of each file of this version, by path relative to its folder.
        libraries: versions of the libraries that shaped it.
        report: the build report, as ``build --json`` printed it.
        embedding: batch size, speed, padding and memory of the build's embedding, as ``took_s`` is of its time.
        masked: how many secrets of each kind were masked, by source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    version: int
    created: str
    fingerprint: str
    settings: dict[str, Any]
    roots: list[str]
    analyzer: str
    embedder: str
    embedder_settings: dict[str, Any]
    dimension: int
    metric: Literal["cosine"] = "cosine"
    vectors: VectorFacts = VectorFacts()
    chunks: int
    sources: dict[str, str]
    files: dict[str, FileSum]
    libraries: dict[str, str]
    report: dict[str, Any]
    embedding: dict[str, Any] = {}
    masked: dict[str, dict[str, int]] = {}

    @classmethod
    def read(cls, folder: Path, *, any_format: bool = False) -> "Manifest":
        """Read the manifest of a version folder; with ``any_format`` also that of a version which cannot be searched.

        Raises:
            CorruptIndexError: it is missing, not ours, or of another format.
        """
        try:
            raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if raw.get("format") != FORMAT and not any_format:
                raise CorruptIndexError(
                    f"{folder} has index format {raw.get('format')}; this course-rag reads format {FORMAT}.",
                    remedy="Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full",
                )
            return cls.model_validate(raw)
        except (OSError, UnicodeDecodeError, ValueError, AttributeError, ValidationError) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read"
            raise CorruptIndexError(f"{folder / MANIFEST} {reason}.", remedy=_REBUILD) from error

    def write(self, folder: Path) -> None:
        """Write it into a version folder."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def verify(self, folder: Path, *, recovery: Callable[[], str] = lambda: _REBUILD) -> None:
        """Compare every file of the version with its checksum.

        Raises:
            CorruptIndexError: a file is missing, has another size or other bytes.
        """
        for name, expected in self.files.items():
            path = folder / name
            if not path.is_file():
                raise CorruptIndexError(f"{path} is missing.", remedy=recovery())
            if path.stat().st_size != expected.size or sha256_of(path) != expected.sha256:
                raise CorruptIndexError(f"{path} is damaged: its checksum does not match.", remedy=recovery())


_REBUILD = "Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full"


def sha256_of(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_sums(folder: Path) -> dict[str, FileSum]:
    """Size and checksum of every file below a folder but the manifest, by POSIX path relative to it."""
    return {
        path.relative_to(folder).as_posix(): FileSum(size=path.stat().st_size, sha256=sha256_of(path))
        for path in _files(folder)
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)
