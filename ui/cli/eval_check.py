"""``course-rag eval check``: every fault of a question set, and what is doubtful about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from rag.index.table import ChunkTable


def check(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="FILE", help="Question set, JSONL.")],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings end with exit code 1, too.")] = False,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Tell every fault of a question set with its line, and what would spoil its figures.

    Sources and reference contexts are looked up in the index that --index names.
    """
    from eval.questions import inspect_questions, sha256_of_set
    from eval.set_check import warnings_of
    from eval.slices import by_slice

    numbered, faults = inspect_questions(questions)
    warnings = warnings_of(numbered, _table(context, index, config))
    found = {name: len(members) for name, members in by_slice([question for _, question in numbered]).items()}
    report: dict[str, Any] = {
        "questions": len(numbered),
        "sha256": sha256_of_set(questions),
        "faults": [{"line": each.line, "what": each.what, "remedy": each.remedy} for each in faults],
        "warnings": [{"line": each.line, "id": each.id, "what": each.what} for each in warnings],
        "slices": found,
    }
    if json:
        say_json(report)
    else:
        _say(questions, report)
    if faults or (strict and warnings):
        raise typer.Exit(1)


def _table(context: typer.Context, index: Path | None, config: Path | None) -> "ChunkTable | None":
    """Chunks of the index that was named; none where none was, since a set can be checked without one."""
    before: dict[str, Path | None] = context.obj or {}
    if index is None and before.get("index") is None:
        return None
    from rag.index.folder import CHUNKS, IndexFolder
    from rag.index.table import ChunkTable

    folder = IndexFolder(settings_of(context, index, config).index.path)
    return ChunkTable(folder.version_dir(folder.require_current()) / CHUNKS, read_only=True)


def _say(path: Path, report: dict[str, Any]) -> None:
    for fault in report["faults"]:
        say(f"line {fault['line']}: fault: {fault['what']}. {fault['remedy']}")
    for warning in report["warnings"]:
        say(f"line {warning['line']} ({warning['id']}): {warning['what']}")
    say(
        f"{path}: {report['questions']} questions can be used, {len(report['faults'])} faults, "
        f"{len(report['warnings'])} warnings; sha256 {report['sha256'][:12]}"
    )
    shown = [f"{name} {count}" for name, count in report["slices"].items() if not name.startswith("source=")]
    say(f"Slices: {', '.join(shown)}" if shown else "No slices.")
