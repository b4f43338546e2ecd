"""The reports of a run, written beside it; one command makes them anew from the run alone."""

from dataclasses import dataclass
from pathlib import Path

from eval.records import Run
from eval.reporting.as_json import run_as_json
from eval.reporting.markdown import render_run
from eval.reporting.page import render_run_html
from eval.scoring import Scores
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Reports:
    """Where the reports of a run lie."""

    html: Path
    markdown: Path
    json: Path


def write_reports(run: Run, scores: Scores, folder: Path) -> Reports:
    """Write ``report.html``, ``report.md`` and ``report.json`` into a folder.

    Raises:
        InputError: the folder cannot be written.
    """
    reports = Reports(folder / "report.html", folder / "report.md", folder / "report.json")
    write_text(reports.html, render_run_html(run, scores))
    write_text(reports.markdown, render_run(run, scores))
    write_text(reports.json, run_as_json(run, scores))
    return reports


def write_text(path: Path, text: str) -> None:
    """Write a report; a reader sees the whole file or none.

    Raises:
        InputError: the place cannot be written.
    """
    staged = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(text.encode("utf-8", errors="replace"))
        staged.replace(path)
    except OSError as error:
        raise InputError(
            f"The report cannot be written to {path} ({error.strerror}).", remedy="Give another place."
        ) from error
