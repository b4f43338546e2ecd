"""``course-rag build``."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.elements import Skipped
    from ingest.report import BuildReport

_MOST_LISTED = 20
_PAGE = re.compile(r"(?P<file>.+), page (?P<page>\d+)$", re.DOTALL)


def build(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files, folders, globs or web addresses [default: as last time]."),
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
    try:
        report = Build(settings, full=full, progress=Bars()).run(paths or [])
    except KeyboardInterrupt as stop:
        typer.echo(
            "Stopped: the index is as it was. What has been read and embedded is kept for the next build.", err=True
        )
        raise typer.Exit(130) from stop
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
    _say_vectors(report)
    if report.duplicates:
        say(f"Passages left out because another says the same: {len(report.duplicates)}")
        for kept, count in Counter(duplicate.kept for duplicate in report.duplicates).most_common(5):
            say(f"  {count} repeat {kept}")
    if report.masked:
        from ingest.report import masked_line

        say(masked_line(report.masked, report.masked_in))
    if report.skipped:
        say(f"Skipped: {len(report.skipped)}")
    lines = list(_skip_lines(report.skipped))
    for line in lines[:_MOST_LISTED]:
        say(f"  {line}")
    if len(lines) > _MOST_LISTED:
        say(f"  … and {len(lines) - _MOST_LISTED} more; all of them: course-rag status --json")


def _say_vectors(report: "BuildReport") -> None:
    """How fast they were made, and how they are searched."""
    if report.embedded:
        say(report.embedding.told())
    if report.vectors.kind != "flat":
        say(f"Vectors: {report.vectors.told()}")
    for note in report.vectors.notes:
        say(note)


def _skip_lines(skipped: "Sequence[Skipped]") -> Iterator[str]:
    """One line per file and reason; the pages of one file that share a reason stand together."""
    parts: dict[tuple[str, str], list[str]] = {}
    for skip in skipped:
        page = _PAGE.match(skip.source)
        parts.setdefault((page["file"] if page else skip.source, skip.why), []).append(page["page"] if page else "")
    for (file, why), pages in parts.items():
        numbers = sorted(int(page) for page in pages if page)
        yield f"{file}, {_pages(numbers)}: {why}" if numbers else f"{file}: {why}"


def _pages(numbers: list[int]) -> str:
    """``pages 1-3, 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"pages {told}" if len(numbers) > 1 else f"page {told}"
