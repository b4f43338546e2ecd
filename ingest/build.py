"""A build, from paths to a version in service."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any, NamedTuple

from ingest.artifacts import Artifacts
from ingest.assembly import Assembled, Source, assemble, write_version
from ingest.discovery import Discovery, SourceFile, discover
from ingest.elements import Skipped
from ingest.embedding import analyze, embed
from ingest.prepare import Job, Prepared, artifact_key, prepare, shaping_settings
from ingest.progress import Progress, Silent
from ingest.publish import builder_lock, next_version, prune, publish, staging
from ingest.report import BuildReport
from ingest.workers import FileMap, Lost, ProcessMap
from rag.analyzer import Analyzer
from rag.chunks import indexed_text
from rag.embeddings.base import Embedder, load_embedder
from rag.errors import CorruptIndexError, EmbedderMismatchError, InputError
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest, file_sums, sha256_of
from rag.settings import Settings

_LIBRARIES = ("kiwipiepy", "bm25s", "pypdf", "pypdfium2", "beautifulsoup4", "numpy", "langchain-core")


@dataclass(frozen=True, slots=True)
class _Found:
    """A discovered file and the hash of its bytes."""

    file: SourceFile
    sha256: str


class _AllPrepared(NamedTuple):
    """Every file by source; those that came from the cache; those that were lost to a limit or a crash."""

    prepared: dict[str, Prepared]
    known: set[str]
    lost: set[str]


class Build:
    """One build: the settings and tools it uses, and its steps in order."""

    def __init__(
        self,
        settings: Settings,
        *,
        full: bool = False,
        file_map: FileMap | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Prepare a build.

        Args:
            settings: of parsing, chunking, masking, embedding and the index.
            full: make everything anew, and allow another embedder than the index has.
            file_map: how files are spread; worker processes with the limits of the settings by default.
            progress: told of the stages.
        """
        parse = settings.parse
        self._settings, self._full = settings, full
        self._map = file_map or ProcessMap(parse.workers, parse.timeout_s, parse.memory_mib)
        self._progress = progress or Silent()
        self._folder = IndexFolder(settings.index.path)
        self._analyzer = Analyzer()

    def run(self, paths: Sequence[Path]) -> BuildReport:
        """Index the files below the paths and put the new version into service.

        Args:
            paths: files, folders or globs; none at all means those of the version in service.

        Returns:
            What was done. When nothing has changed, the version in service stays and the report says so.

        Raises:
            InputError: a path does not exist, or there is nothing to index; the index stays as it was.
            EmbedderMismatchError: the index has another embedder and ``full`` was not asked for.
            EmbedderError: the embedder cannot be loaded.
            LockedIndexError: another build is at work.
            IndexStateError: the index folder cannot be written.
        """
        started = time.monotonic()
        roots = _nameable(list(paths)) or self._recorded_roots()
        discovery = discover(roots, ignore=self._settings.parse.ignore, max_file_mib=self._settings.parse.max_file_mib)
        if not discovery.files:
            raise _nothing_to_index(roots, discovery)
        embedder = load_embedder(self._settings.embedder)
        with builder_lock(self._folder, self._settings.index.lock_timeout_s):
            current = self._current_manifest()
            self._require_same_embedder(current, embedder)
            report = self._build(roots, discovery, embedder, current)
        return replace(report, took_s=time.monotonic() - started)

    def _build(
        self, roots: list[Path], discovery: Discovery, embedder: Embedder, current: Manifest | None
    ) -> BuildReport:
        found = [_Found(file, sha256_of(file.path)) for file in discovery.files]
        if current is not None and self._unchanged(current, self._fingerprint(found, discovery, embedder)):
            return _as_before(current)
        version = next_version(self._folder)
        artifacts = Artifacts(self._folder.artifacts_file, version)
        try:
            prepared, known, lost = self._prepare(found, artifacts)
            fingerprint = self._fingerprint(found, discovery, embedder, lost)
            if current is not None and self._unchanged(current, fingerprint):
                return _as_before(current)
            sources = [
                Source(each.file.source, each.sha256, prepared[each.file.source])
                for each in found
                if prepared[each.file.source].chunks
            ]
            skipped = [*_skipped(prepared), *discovery.skipped]
            assembled = assemble(sources, self._settings.dedup)
            if not assembled.chunks:
                raise _nothing_to_index(roots, replace(discovery, skipped=skipped))
            texts = [indexed_text(chunk) for chunk in assembled.chunks]
            vectors, embedded = embed(texts, embedder, artifacts, self._progress, fresh=self._full)
            terms = analyze(texts, self._analyzer, artifacts, self._progress, fresh=self._full)
            reused = sum(source.source in known for source in sources)
            report = BuildReport(
                version=version,
                published=True,
                indexed=len(sources) - reused,
                unchanged=reused,
                skipped=tuple(sorted(skipped, key=lambda skip: skip.source)),
                chunks=len(assembled.chunks),
                duplicates=tuple(assembled.duplicates),
                masked=_masked(sources),
                embedded=embedded,
            )
            with staging(self._folder) as folder:
                write_version(folder, assembled, vectors, terms, embedder)
                manifest = self._manifest(folder, roots, fingerprint, assembled, embedder, report)
                publish(self._folder, folder, manifest)
            prune(self._folder, self._settings.index.keep_versions)
            artifacts.sweep(version - self._settings.index.keep_versions)
        finally:
            artifacts.close()
        return report

    def _prepare(self, found: list[_Found], artifacts: Artifacts) -> _AllPrepared:
        """Every file, from the cache or from a worker."""
        prepared: dict[str, Prepared] = {}
        keys = {each.file.source: artifact_key(each.sha256, each.file.path.suffix, self._settings) for each in found}
        for source, key in keys.items():
            data = None if self._full else artifacts.prepared(key)
            if data is not None:
                prepared[source] = Prepared.load(data)
        known, lost = set(prepared), set[str]()
        settings = self._settings
        jobs = [
            Job(each.file.path, each.file.source, settings.parse, settings.mask, settings.chunk)
            for each in found
            if each.file.source not in known
        ]
        with self._progress.stage("read", len(jobs), "files") as advance:
            for job, result in self._map(prepare, jobs):
                advance(1)
                if isinstance(result, Lost):  # not cached: the next build tries again
                    prepared[job.source] = Prepared(failure=result.why)
                    lost.add(job.source)
                else:
                    prepared[job.source] = result
                    artifacts.store_prepared(keys[job.source], result.dump())
        return _AllPrepared(prepared, known, lost)

    def _recorded_roots(self) -> list[Path]:
        current = self._current_manifest()
        if current is None:
            raise InputError("No path was given.", remedy="Name a folder: course-rag build FOLDER_WITH_DOCUMENTS")
        return [Path(root) for root in current.roots]

    def _current_manifest(self) -> Manifest | None:
        """Manifest of the version in service; None if there is none or, when building anew, if it is broken."""
        try:
            version = self._folder.current()
            return None if version is None else Manifest.read(self._folder.version_dir(version))
        except CorruptIndexError:
            if self._full:
                return None
            raise

    def _require_same_embedder(self, current: Manifest | None, embedder: Embedder) -> None:
        if current is None or self._full or current.embedder == embedder.identity:
            return
        raise EmbedderMismatchError(
            f"The index was built with the embedder {current.embedder}, the settings say {embedder.identity}.",
            remedy="Rebuild all of it with the new one: course-rag build --full — or set embedder.model back.",
        )

    def _unchanged(self, current: Manifest, fingerprint: str) -> bool:
        return current.fingerprint == fingerprint and not self._full

    def _fingerprint(
        self, found: list[_Found], discovery: Discovery, embedder: Embedder, lost: AbstractSet[str] = frozenset()
    ) -> str:
        """Hash of everything the version is a function of; files that were lost count as such."""
        parts: dict[str, Any] = {
            "shape": shaping_settings(self._settings) | {"dedup": self._settings.dedup.model_dump()},
            "analyzer": self._analyzer.identity,
            "embedder": embedder.identity,
            "sources": sorted((each.file.source, each.sha256) for each in found),
            "lost": sorted(lost),
            "skipped": sorted((skip.source, skip.why) for skip in discovery.skipped),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _manifest(
        self,
        folder: Path,
        roots: list[Path],
        fingerprint: str,
        assembled: Assembled,
        embedder: Embedder,
        report: BuildReport,
    ) -> Manifest:
        return Manifest(
            version=report.version,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            fingerprint=fingerprint,
            settings=shaping_settings(self._settings) | {"dedup": self._settings.dedup.model_dump()},
            roots=[str(root.absolute()) for root in roots],
            analyzer=self._analyzer.identity,
            embedder=embedder.identity,
            embedder_settings=self._settings.embedder.model_dump(),
            dimension=embedder.dimension,
            chunks=len(assembled.chunks),
            sources={source.source: source.sha256 for source in assembled.sources},
            files=file_sums(folder),
            libraries={name: library_version(name) for name in _LIBRARIES},
            report=report.to_json(),
        )


def _nameable(roots: list[Path]) -> list[Path]:
    """The roots, if the manifest can name them."""
    for root in roots:
        try:
            str(root.absolute()).encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"The name of {root} is not valid UTF-8.", remedy="Rename that folder; its files may keep their names."
            ) from error
    return roots


def _as_before(current: Manifest) -> BuildReport:
    """The report of a build that had nothing to do."""
    before = BuildReport.from_json(current.report)
    return replace(before, published=False, indexed=0, unchanged=before.indexed + before.unchanged, embedded=0)


def _skipped(prepared: dict[str, Prepared]) -> list[Skipped]:
    """Files and parts of files that were left out, under their source."""
    skipped = [Skipped(source, each.failure) for source, each in prepared.items() if each.failure is not None]
    for source, each in prepared.items():
        if each.failure is None and not each.chunks:  # its parts are listed too; this line accounts for the file
            skipped.append(Skipped(source, f"nothing in it can be read ({each.skipped[0].why})"))
        skipped += [Skipped(f"{source}, {part.source}" if part.source else source, part.why) for part in each.skipped]
    return skipped


def _masked(sources: list[Source]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for source in sources:
        counts.update(source.prepared.masked)
    return dict(sorted(counts.items()))


def _nothing_to_index(roots: list[Path], discovery: Discovery) -> InputError:
    where = ", ".join(str(root) for root in roots)
    if not discovery.skipped:
        return InputError(f"There are no documents in {where}.", remedy="Name a folder that holds course files.")
    first = discovery.skipped[0]
    more = f" and {len(discovery.skipped) - 1} more" if len(discovery.skipped) > 1 else ""
    return InputError(
        f"Nothing in {where} can be indexed: {first.source}{more} — {first.why.rstrip('.')}.",
        remedy="Mend these files, or name a folder with others; the index stays as it was.",
    )
