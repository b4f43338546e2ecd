"""``course-rag eval report``: the reports of a run, made anew from its file; nothing is asked."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.eval_compare import RunArgument, run_file
from ui.cli.options import ConfigOption, IndexOption, JsonOption
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from eval.records import Run

_MOST_FINDINGS = 6


def report(
    run: RunArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write [default: beside the run].")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Score a run and write its reports anew: report.html, report.md, report.json. Nothing is asked."""
    del index, config  # every command takes them; a run file is all this one reads
    from eval.run import load_run

    file = run_file(run)
    say_reports(load_run(file), file, out or file.parent, json=json)


def say_reports(recorded: "Run", file: Path, folder: Path, *, json: bool) -> None:
    """Score a run, write its reports, and print the short of it: as words, or as JSON.

    Raises:
        InputError: the folder cannot be written.
    """
    from eval.reporting.files import write_reports
    from eval.reporting.findings import findings
    from eval.scoring import score

    scores = score(recorded)
    reports = write_reports(recorded, scores, folder)
    if json:
        told: dict[str, Any] = {"run": str(file), "report": str(reports.markdown)}
        told |= {"html": str(reports.html), "json": str(reports.json)}
        say_json(told | {"means": {name: asdict(mean) for name, mean in scores.means.items()}})
        return
    say(f"{recorded.question_set or 'Questions'}: {len(recorded.rows)} questions, index version "
        f"{recorded.index.get('version')}")  # fmt: skip
    say()
    for each in findings(recorded, scores)[:_MOST_FINDINGS]:
        say(f"{each.about}: {each.text}")
    say()
    say(f"Report: {reports.html}")
    say(f"Written: {file}, {reports.markdown}, {reports.json}")
