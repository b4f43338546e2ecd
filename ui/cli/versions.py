"""``course-rag status``, ``versions``, ``diff`` and ``rollback``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from rag.index.folder import IndexFolder


def status(
    context: typer.Context, json: JsonOption = False, index: IndexOption = None, config: ConfigOption = None
) -> None:
    """The version in service: what is in it, what was left out."""
    from rag.index.folder import IndexFolder
    from rag.index.manifest import Manifest

    folder = IndexFolder(settings_of(context, index, config).index.path)
    manifest = Manifest.read(folder.version_dir(folder.require_current()))
    values: dict[str, Any] = {
        "index": str(folder.path),
        "version": manifest.version,
        "created": manifest.created,
        "documents": sorted(manifest.sources),
        "chunks": manifest.chunks,
        "embedder": manifest.embedder,
        "analyzer": manifest.analyzer,
        "vectors": manifest.vectors.model_dump(mode="json"),
        "roots": manifest.roots,
        "report": manifest.report,
    }
    if json:
        say_json(values)
        return
    say(f"{folder.path}: version {manifest.version} of {manifest.created}")
    say(f"{len(manifest.sources)} documents, {manifest.chunks} passages, embedder {manifest.embedder}")
    say(f"vectors: {manifest.vectors.told()}")
    for note in manifest.vectors.notes:
        say(f"  {note}")
    for source in values["documents"]:
        say(f"  {source}")
    for skip in manifest.report["files"]["skipped"]:
        say(f"  skipped {skip['source']}: {skip['why']}")
    if manifest.report["masked"]:
        from ingest.report import masked_line

        say(masked_line(manifest.report["masked"], manifest.masked))


def versions(
    context: typer.Context, json: JsonOption = False, index: IndexOption = None, config: ConfigOption = None
) -> None:
    """The versions that are kept, oldest first."""
    from rag.index.folder import IndexFolder
    from rag.index.manifest import Manifest

    folder = IndexFolder(settings_of(context, index, config).index.path)
    current = folder.require_current()
    rows = []
    for number in folder.versions():
        manifest = Manifest.read(folder.version_dir(number), any_format=True)  # older formats are listed too
        rows.append(
            {
                "version": number,
                "created": manifest.created,
                "documents": len(manifest.sources),
                "chunks": manifest.chunks,
                "current": number == current,
            }
        )
    if json:
        say_json(rows)
        return
    for row in rows:
        mark = "*" if row["current"] else " "
        say(f"{mark} {row['version']:>4}  {row['created']}  {row['documents']} documents, {row['chunks']} passages")


def diff(
    context: typer.Context,
    old: Annotated[int | None, typer.Argument(metavar="A", help="Older version [default: the one before].")] = None,
    new: Annotated[int | None, typer.Argument(metavar="B", help="Newer version [default: the one in service].")] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """What changed between two versions."""
    from ingest.diff import diff_versions
    from rag.index.folder import IndexFolder

    folder = IndexFolder(settings_of(context, index, config).index.path)
    found = diff_versions(folder, old, new)
    if json:
        say_json(found.to_json())
        return
    say(f"Version {found.old} → {found.new}")
    for mark, sources in (("+", found.sources_added), ("-", found.sources_removed), ("~", found.sources_changed)):
        for source in sources:
            say(f"  {mark} {source}")
    say(f"Passages: {found.chunks_added} added, {found.chunks_removed} removed, {found.chunks_unchanged} unchanged")


def rollback(
    context: typer.Context,
    version: Annotated[int | None, typer.Argument(metavar="N", help="Version [default: the one before].")] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Put an older version back into service."""
    from ingest.publish import builder_lock
    from ingest.publish import rollback as put_back
    from rag.index.folder import IndexFolder

    settings = settings_of(context, index, config)
    folder = IndexFolder(settings.index.path)
    if not folder.versions():  # tell so before the lock makes a folder
        folder.require_current()
    with builder_lock(folder, settings.index.lock_timeout_s):
        previous = _readable_current(folder)
        now = put_back(folder, version)
    if json:
        say_json({"version": now, "previous": previous})
    else:
        say(f"Version {now} is in service; it was {previous if previous is not None else 'none that could be read'}.")


def _readable_current(folder: "IndexFolder") -> int | None:
    """The version in service; None if ``CURRENT`` is damaged, which putting a named version back mends."""
    from rag.errors import CorruptIndexError

    try:
        return folder.current()
    except CorruptIndexError:
        return None
