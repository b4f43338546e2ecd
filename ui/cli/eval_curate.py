"""``course-rag eval curate``: from the log of questions to a question set, with a person in between."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption
from ui.cli.output import say, say_json, say_note

_SHOWN = 10


def curate(
    log: Annotated[
        Path | None, typer.Argument(metavar="LOG", help="Questions that were asked, JSONL.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the candidates.")] = Path(
        "data/runs/candidates.jsonl"
    ),
    most: Annotated[int | None, typer.Option("--most", min=1, metavar="N", help="So many candidates at most.")] = None,
    accept: Annotated[
        Path | None, typer.Option("--accept", metavar="FILE", help="Candidates, of which you have accepted some.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="SET", help="Question set that the accepted ones are added to.")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Make candidates for a question set from a log, or add the accepted ones to a set.

    A candidate is accepted by writing "accepted": true into its line, once its reference and reference contexts are
    right. Those that were thumbed down, refused or asked often come first.
    """
    del index, config  # every command takes them
    if (log is None) == (accept is None) or (accept is None) != (into is None):
        raise typer.BadParameter("give either LOG, or --accept FILE and --into SET")
    if log is not None:
        _say_candidates(log, out, most, json)
    elif accept is not None and into is not None:
        _say_accepted(accept, into, json)


def _say_candidates(log: Path, out: Path, most: int | None, json: bool) -> None:
    from eval.making.curating import candidates
    from eval.making.logged import read_log
    from eval.making.writing import write_rows

    read = read_log(log)
    rows = candidates(read.questions, most=most)
    write_rows(rows, out)
    for fault in read.left_out:
        say_note(f"line {fault.line} of the log is left out: {fault.what}")
    if json:
        left_out = [{"line": fault.line, "what": fault.what} for fault in read.left_out]
        say_json({"records": len(read.questions), "candidates": len(rows), "out": str(out), "left_out": left_out})
        return
    for row in rows[:_SHOWN]:
        say(_line(row))
    say(f"{len(rows)} candidates of {len(read.questions)} records written to {out}")
    say(f'Set "accepted": true where they are right, then: course-rag eval curate --accept {out} --into SET')


def _line(row: dict[str, Any]) -> str:
    log = row["log"]
    return (
        f"{log['asked']:>4} times, {log['thumbs_down']} down, {log['thumbs_up']} up, {log['refused']} refused: "
        f"{row['user_input']}"
    )


def _say_accepted(file: Path, into: Path, json: bool) -> None:
    from eval.making.curating import accept

    done = accept(file, into)
    if json:
        warnings = [{"line": each.line, "id": each.id, "what": each.what} for each in done.warnings]
        left_out = [{"id": name, "why": why} for name, why in done.left_out]
        say_json({"into": str(into), "added": list(done.added), "left_out": left_out, "warnings": warnings})
        return
    for name, why in done.left_out:
        say(f"left out: {name}: {why}")
    for warning in done.warnings:
        say_note(f"{warning.id}: {warning.what}")
    say(f"{len(done.added)} questions added to {into}")
