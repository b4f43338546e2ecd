"""A build, from paths to a version in service."""

import hashlib
import json
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

from ingest.ahead import embedding_ahead
from ingest.artifacts import Artifacts
from ingest.assembly import Assembled, Source, assemble, write_version
from ingest.dedup.recency import modified_day, named_day
from ingest.elements import Skipped
from ingest.embedding import VectorMaker, analyze
from ingest.pictures import PagePictures
from ingest.prepare import shaping_settings
from ingest.progress import Progress, Silent
from ingest.publish import builder_lock, next_version, prune, publish, staging
from ingest.reading import AllPrepared, Found, prepare_all
from ingest.report import BuildReport, added_up, as_before
from ingest.sources.discovery import Discovery, discover, with_others
from ingest.sources.roots import Roots
from ingest.sources.web.fetching import Fetched, fetch_all, is_passing
from ingest.sources.web.snapshots import Snapshots
from ingest.terms.mining import VERSION as TERMS_VERSION
from ingest.terms.mining import mine
from ingest.terms.own import OwnTerms, own_files, read_own
from ingest.windows import Windows
from ingest.workers import FileMap, ProcessMap
from rag.analyzer import Analyzer
from rag.chunks import embedded_text, indexed_text
from rag.embeddings.base import Embedder
from rag.embeddings.loading import load_embedder
from rag.errors import CorruptIndexError, EmbedderMismatchError, InputError
from rag.index.folder import TERMS, IndexFolder
from rag.index.lexical import LexicalIndex, Windowed
from rag.index.manifest import FORMAT, Manifest, file_sums, sha256_of
from rag.query.typed.words import VERSION as WORDS_VERSION
from rag.query.typed.words import CourseWords
from rag.settings import Settings

_LIBRARIES = ("kiwipiepy", "bm25s", "pypdf", "pypdfium2", "beautifulsoup4", "numpy", "langchain-core")


@dataclass(frozen=True, slots=True)
class _Input:
    """What a build starts from."""

    roots: Roots
    discovery: Discovery
    found: list[Found]
    embedder: Embedder
    own: OwnTerms


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

    def run(self, paths: Sequence[Path | str]) -> BuildReport:
        """Index the files below the paths and put the new version into service.

        Args:
            paths: files, folders, globs or, as strings, web addresses; none at all means those of the version in
                service.

        Returns:
            What was done. When nothing has changed, the version in service stays and the report says so.

        Raises:
            InputError: a path or page does not exist, a file of own terms cannot be used, or there is nothing to
                index; the index stays as it was.
            EmbedderMismatchError: the index has another embedder and ``full`` was not asked for.
            EmbedderError: the embedder cannot be loaded.
            LockedIndexError: another build is at work.
            IndexStateError: the index folder cannot be written.
        """
        started = time.monotonic()
        parse = self._settings.parse
        roots = Roots.of(paths) or self._recorded_roots()
        discovery = discover(roots.paths, ignore=parse.ignore, max_file_mib=parse.max_file_mib)
        if not discovery.files and not roots.addresses:
            raise _nothing_to_index(roots, discovery.skipped)
        own = read_own(own_files(roots.paths))
        embedder = load_embedder(self._settings.embedder)
        with builder_lock(self._folder, self._settings.index.lock_timeout_s):
            current = self._current_manifest()
            self._require_same_embedder(current, embedder)
            snapshots = Snapshots(self._folder.path / "web")
            pages = self._fetched(roots, snapshots)
            discovery = with_others(discovery, pages.files, pages.skipped)
            if not discovery.files:
                raise _nothing_to_index(roots, discovery.skipped)
            found = [Found(file, sha256_of(file.path), modified_day(file.path)) for file in discovery.files]
            report = self._build(_Input(roots, discovery, found, embedder, own), current)
            snapshots.prune(pages.used)
        return replace(report, took_s=time.monotonic() - started)

    def _build(self, given: _Input, current: Manifest | None) -> BuildReport:
        if current is not None and self._unchanged(current, self._fingerprint(given)):
            return as_before(current, given.discovery.skipped)
        version = next_version(self._folder)
        artifacts = Artifacts(self._folder.artifacts_file, version)
        try:
            maker = VectorMaker(given.embedder, artifacts, fresh=self._full)
            window_chars = self._settings.index.window_chars
            with embedding_ahead(maker, self._map, self._progress, window_chars=window_chars) as file_map:
                tools, rule = (artifacts, file_map, self._progress), given.embedder.token_rule
                read = prepare_all(given.found, self._settings, *tools, rule=rule, fresh=self._full)
            fingerprint = self._fingerprint(given, read.lost)
            if current is not None and self._unchanged(current, fingerprint):
                return as_before(current, given.discovery.skipped)
            report = self._publish(given, read, fingerprint, version, maker)
            prune(self._folder, self._settings.index.keep_versions)
            artifacts.sweep(version - self._settings.index.keep_versions)
        finally:
            artifacts.close()
        return report

    def _publish(
        self, given: _Input, read: AllPrepared, fingerprint: str, version: int, maker: VectorMaker
    ) -> BuildReport:
        """Assemble the version, write it beside the others and put it into service."""
        sources = [
            Source(each.source, each.sha256, read.prepared[each.source], each.modified)
            for each in given.found
            if read.prepared[each.source].chunks
        ]
        pictures = PagePictures.of(read.prepared)
        skipped = [
            *pictures.named(read.skipped(), self._folder.version_dir(version)),
            *given.discovery.skipped,
        ]
        assembled = assemble(sources, self._settings.dedup)
        if not assembled.chunks:
            raise _nothing_to_index(given.roots, skipped)
        passages = [embedded_text(chunk) for chunk in assembled.chunks]
        windows = Windows.of(assembled.chunks, self._settings.index.window_chars)
        made = maker.vectors([*passages, *windows.texts], self._progress)
        rows = windows.rows(made[: len(passages)], made[len(passages) :])
        texts = [indexed_text(chunk) for chunk in assembled.chunks]
        every = [*texts, *windows.texts]
        terms = analyze(every, self._analyzer, maker.artifacts, self._progress, fresh=self._full)
        lexical = LexicalIndex.build(terms[: len(texts)], Windowed(terms[len(texts) :], windows.owners))
        reused = sum(source.source in read.known for source in sources)
        report = BuildReport(
            version=version,
            published=True,
            indexed=len(sources) - reused,
            unchanged=reused,
            skipped=tuple(sorted(skipped, key=lambda skip: skip.source)),
            chunks=len(assembled.chunks),
            duplicates=tuple(assembled.duplicates),
            masked=added_up(source.prepared.masked for source in sources),
            masked_in={source.source: source.prepared.masked for source in sources if source.prepared.masked},
            embedded=maker.made(passages),
            embedding=maker.figures,
        )
        with staging(self._folder) as folder:
            facts = write_version(folder, assembled, rows, lexical, self._settings.index, pictures)
            mine(assembled.chunks, self._analyzer, given.own).write(folder / TERMS)
            CourseWords.of(texts, self._analyzer.user_words).save(folder)
            report = replace(report, vectors=facts)
            publish(self._folder, folder, self._manifest(folder, given, fingerprint, assembled, report))
        return report

    def _fetched(self, roots: Roots, snapshots: Snapshots) -> Fetched:
        """The pages of the web among the roots; nothing is fetched where there are none."""
        if not roots.addresses:
            return Fetched()
        parse = self._settings.parse
        return fetch_all(roots.addresses, snapshots, parse, self._progress, named=roots.named, fresh=self._full)

    def _recorded_roots(self) -> Roots:
        current = self._current_manifest()
        if current is None:
            raise InputError("No path was given.", remedy="Name a folder: course-rag build FOLDER_WITH_DOCUMENTS")
        return Roots.of(current.roots, named=False)

    def _current_manifest(self) -> Manifest | None:
        """Manifest of the version in service, its files verified; None if there is none.

        A broken one is told, so that a build that finds nothing changed does not call it fine; building anew, it
        counts as none.
        """
        try:
            version = self._folder.current()
            if version is None:
                return None
            manifest = Manifest.read(self._folder.version_dir(version), any_format=True)
            if manifest.format == FORMAT:  # one made by an older course-rag is replaced, broken or not
                manifest.verify(self._folder.version_dir(version), recovery=self._folder.recovery)
            return manifest
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
        return current.format == FORMAT and current.fingerprint == fingerprint and not self._full

    def _fingerprint(self, given: _Input, lost: AbstractSet[str] = frozenset()) -> str:
        """Hash of everything the version is a function of; files that were lost count as such."""
        parts: dict[str, Any] = {
            "format": FORMAT,
            "shape": self._shape(),
            "analyzer": self._analyzer.identity,
            "embedder": given.embedder.identity,
            "terms": [TERMS_VERSION, WORDS_VERSION, given.own.identity],
            "sources": sorted((each.source, each.sha256) for each in given.found),
            "modified": sorted((each.source, each.modified) for each in given.found if not named_day(each.source)),
            "lost": sorted(lost),
            "skipped": sorted((skip.source, skip.why) for skip in given.discovery.skipped if not is_passing(skip)),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _shape(self) -> dict[str, Any]:
        index = self._settings.index.model_dump(include={"vectors", "min_recall", "window_chars"})
        return shaping_settings(self._settings) | {"dedup": self._settings.dedup.model_dump(), "index": index}

    def _manifest(
        self, folder: Path, given: _Input, fingerprint: str, assembled: Assembled, report: BuildReport
    ) -> Manifest:
        return Manifest(
            version=report.version,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            fingerprint=fingerprint,
            settings=self._shape(),
            roots=given.roots.recorded(),
            analyzer=self._analyzer.identity,
            embedder=given.embedder.identity,
            embedder_settings=self._settings.embedder.model_dump(),
            dimension=given.embedder.dimension,
            vectors=report.vectors,
            chunks=len(assembled.chunks),
            sources={source.source: source.sha256 for source in assembled.sources},
            files=file_sums(folder),
            libraries={name: library_version(name) for name in _LIBRARIES},
            report=report.to_json(),
            embedding=report.embedding.to_json(),
            masked=report.masked_in,
        )


def _nothing_to_index(where: Roots, skipped: Sequence[Skipped]) -> InputError:
    if not skipped:
        return InputError(f"There are no documents in {where}.", remedy="Name a folder that holds course files.")
    first, more = skipped[0], f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return InputError(
        f"Nothing in {where} can be indexed: {first.source}{more} — {first.why.rstrip('.')}.",
        remedy="Mend these files, or name a folder with others; the index stays as it was.",
    )
