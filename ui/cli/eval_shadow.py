"""``course-rag eval shadow``: what would change if a candidate were published?"""

import json as json_library
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json, say_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.making.logged import LoggedQuestion
    from eval.shadow import HeldAssistant, Shadow
    from rag.settings import Settings


def shadow(
    context: typer.Context,
    log: Annotated[Path, typer.Argument(metavar="LOG", help="Questions that were asked, JSONL.")],
    candidate_config: Annotated[
        Path | None, typer.Option("--candidate-config", metavar="FILE", help="Settings of the candidate.")
    ] = None,
    candidate_index: Annotated[
        Path | None, typer.Option("--candidate-index", metavar="DIR", help="Index of the candidate.")
    ] = None,
    candidate_version: Annotated[
        int | None, typer.Option("--candidate-version", metavar="N", help="Version of that index.")
    ] = None,
    most: Annotated[
        int | None, typer.Option("--most", min=1, metavar="N", help="The N most frequent questions.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write shadow.md and shadow.json.")
    ] = None,
    max_changed: Annotated[
        float | None,
        typer.Option("--max-changed", min=0, max=1, metavar="SHARE", help="Exit code 1 if more questions change."),
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Answer logged questions with a candidate beside what is in service, and show what changes.

    A question changes if it is refused by one of the two only, or answered from other sources.
    """
    from eval.making.logged import read_log
    from eval.reporting.agreement import shadow_json, shadow_markdown

    if candidate_config is None and candidate_index is None and candidate_version is None:
        raise typer.BadParameter("give --candidate-config, --candidate-index or --candidate-version")
    read = read_log(log)
    for fault in read.left_out:
        say_note(f"line {fault.line} of the log is left out: {fault.what}")
    live = _held(settings_of(context, index, config), None)
    others = settings_of(context, candidate_index or index, candidate_config or config)
    candidate = _held(others, candidate_version)
    found = _shadowed(live, candidate, read.questions, most)
    report = shadow_markdown(found, live=_name(live, config), candidate=_name(candidate, candidate_config or config))
    values = shadow_json(found)
    if out:
        write_report(out, "shadow", report, values)
    if json:
        say_json(values)
    else:
        say(report)
    if max_changed is not None and found.changed > max_changed:
        raise typer.Exit(1)


def _shadowed(
    live: "HeldAssistant", candidate: "HeldAssistant", log: "Sequence[LoggedQuestion]", most: int | None
) -> "Shadow":
    from eval.shadow import shadow as run_shadow
    from ui.cli.progress import Bars

    count = len({each.question for each in log})
    with Bars().stage("ask", min(count, most or count), "questions") as advance:
        return run_shadow(
            live,
            candidate,
            log,
            k=live.settings.retrieval.k,
            most=most,
            progress=lambda done, total: advance(1),
        )


def _held(settings: "Settings", version: int | None) -> "HeldAssistant":
    from eval.shadow import HeldAssistant
    from rag.errors import InputError
    from rag.index.course import Course
    from rag.index.folder import IndexFolder

    path = settings.index.path
    known = IndexFolder(path).versions()
    if version is not None and version not in known:
        raise InputError(
            f"The index in {path} has no version {version}.",
            remedy=f"It has {', '.join(map(str, known)) or 'none'}; see course-rag versions.",
        )
    return HeldAssistant(settings, course=Course.open(path, version=version, machine=settings.embedder))


def _name(assistant: "HeldAssistant", config: Path | None) -> str:
    name = f"version {assistant.course.version} of {assistant.settings.index.path}"
    return f"{name} with {config}" if config else name


def write_report(folder: Path, name: str, report: str, values: dict[str, Any]) -> None:
    """Write a report as Markdown and as JSON.

    Raises:
        InputError: the place cannot be written.
    """
    from rag.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(report, encoding="utf-8")
        text = json_library.dumps(values, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The report cannot be written to {folder} ({error.strerror}).", remedy="Give another folder with --out."
        ) from error
    say_note(f"Written: {folder / name}.md and .json")
