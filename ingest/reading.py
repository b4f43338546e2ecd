"""All files of a build prepared: from the cache where the content is known, by workers where it is not."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ingest.artifacts import Artifacts
from ingest.elements import Skipped
from ingest.prepare import Job, Prepared, artifact_key, prepare
from ingest.progress import Progress
from ingest.sources.discovery import SourceFile
from ingest.workers import FileMap, Lost
from rag.embeddings.tokens import TokenRule, bundled_rule
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Found:
    """A discovered file, the hash of its bytes, and the UTC day on which it was last changed."""

    file: SourceFile
    sha256: str
    modified: str = ""

    @property
    def source(self) -> str:
        """What citations call it."""
        return self.file.source


class AllPrepared(NamedTuple):
    """Every file by source; those that came from the cache; those that were lost to a limit or a crash."""

    prepared: dict[str, Prepared]
    known: set[str]
    lost: set[str]

    def skipped(self) -> list[Skipped]:
        """Files and parts of files that were left out, under their source."""
        skipped = [Skipped(source, each.failure) for source, each in self.prepared.items() if each.failure is not None]
        for source, each in self.prepared.items():
            if each.failure is None and not each.chunks:  # its parts are listed too; this line accounts for the file
                skipped.append(Skipped(source, f"nothing in it can be read ({each.skipped[0].why})"))
            skipped += [
                Skipped(f"{source}, {part.source}" if part.source else source, part.why) for part in each.skipped
            ]
        return skipped


def prepare_all(
    found: list[Found],
    settings: Settings,
    artifacts: Artifacts,
    file_map: FileMap,
    progress: Progress,
    *,
    rule: TokenRule | None = None,
    fresh: bool = False,
) -> AllPrepared:
    """Prepare every file; what a worker made is cached at once.

    Args:
        found: the files.
        settings: shape what is prepared; part of the cache's key.
        artifacts: the cache.
        file_map: spreads the files that are not in it.
        progress: told of the files.
        rule: how the embedder counts tokens, which is handed to each worker once; None: as the bundled one does.
        fresh: prepare all of them anew.
    """
    rule = rule or bundled_rule()
    tokens = rule.identity
    keys = {each.source: artifact_key(each.sha256, each.file.path.suffix, settings, tokens) for each in found}
    cached = {} if fresh else {source: artifacts.prepared(key) for source, key in keys.items()}
    prepared = {source: Prepared.load(data) for source, data in cached.items() if data is not None}
    known, lost = set(prepared), set[str]()
    jobs = [
        Job(each.file.path, each.source, settings.parse, settings.mask, settings.chunk)
        for each in found
        if each.source not in known
    ]
    with progress.stage("read", len(jobs), "files") as advance:
        for job, result in file_map(partial(prepare, rule=rule), jobs):
            advance(1)
            if isinstance(result, Lost):  # not cached: the next build tries again
                prepared[job.source] = Prepared(failure=result.why)
                lost.add(job.source)
            else:
                prepared[job.source] = result
                artifacts.store_prepared(keys[job.source], result.dump())
    return AllPrepared(prepared, known, lost)
