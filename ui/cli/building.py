"""``course-rag build``."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.report import BuildReport

_MOST_LISTED = 20


def build(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files, folders or globs [default: as last time].")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Make everything anew; needed for another embedder.")] = False,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Index files and folders. Reads and embeds only what changed, and reports what it left out."""
    from ingest.build import Build
    from ui.cli.progress import Bars

    settings = settings_of(context, index, config)
    report = Build(settings, full=full, progress=Bars()).run(paths or [])
    if json:
        say_json(report.to_json())
    else:
        _say_report(report)


def _say_report(report: "BuildReport") -> None:
    if not report.published:
        say(f"Nothing has changed; version {report.version} stays in service.")
    files = report.indexed + report.unchanged
    say(
        f"Version {report.version}: {files} files ({report.indexed} read, {report.unchanged} unchanged), "
        f"{report.chunks} passages ({report.embedded} newly embedded), {report.took_s:.1f} s"
    )
    if report.duplicates:
        say(f"Duplicates left out: {len(report.duplicates)}")
        for kept, count in Counter(duplicate.kept for duplicate in report.duplicates).most_common(5):
            say(f"  {count} of {kept}")
    if report.masked:
        say("Masked: " + ", ".join(f"{count} {kind}" for kind, count in report.masked.items()))
    if report.skipped:
        say(f"Skipped: {len(report.skipped)}")
        for skip in report.skipped[:_MOST_LISTED]:
            say(f"  {skip.source}: {skip.why}")
        if len(report.skipped) > _MOST_LISTED:
            say(f"  … and {len(report.skipped) - _MOST_LISTED} more; all of them: course-rag status --json")
