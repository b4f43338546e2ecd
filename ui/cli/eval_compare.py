"""``course-rag eval compare``: is B better than A, worse, or is that not shown?"""

from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption
from ui.cli.output import say, say_error, say_json, say_note

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.differences import Difference

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run file, or the folder it lies in.")]


def compare(
    run_a: RunArgument,
    run_b: RunArgument,
    fail_if_worse: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if-worse", metavar="METRIC", help="Exit code 1 if B is worse in this metric; may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write comparison.html, .md and .json there, too.")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Compare two runs of one question set, question by question, with 95% intervals.

    A difference counts if chance would make one in any of the metrics in less than 5% of comparisons. Metrics named
    with --fail-if-worse are tested for themselves, however many others there are.
    """
    del index, config  # every command takes them; a run file is all this one reads
    from eval.compare import compare as compare_runs
    from eval.reporting.compared import render_comparison
    from eval.run import load_run

    runs = load_run(run_file(run_a)), load_run(run_file(run_b))
    comparison = compare_runs(*runs, gates=fail_if_worse or ())
    text = render_comparison(comparison, name_a=str(run_a), name_b=str(run_b))
    if out:
        from eval.reporting.comparison_page import render_comparison_html

        page = render_comparison_html(comparison, *runs, name_a=str(run_a), name_b=str(run_b))
        _write(out, {"html": page, "md": text, "json": dumps(_as_json(comparison), ensure_ascii=False, indent=1)})
    if json:
        say_json(_as_json(comparison))
    else:
        say(text)
        if out:
            say(f"Written: {out / 'comparison.html'}, {out / 'comparison.md'}, {out / 'comparison.json'}")
    _judge_gates(comparison)


def run_file(path: Path) -> Path:
    """The run file that an argument names."""
    return path / "run.json" if path.is_dir() else path


def _write(folder: Path, reports: dict[str, str]) -> None:
    from rag.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, report in reports.items():
            (folder / f"comparison.{ending}").write_text(report, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The comparison cannot be written to {folder} ({error.strerror}).",
            remedy="Give another folder with --out.",
        ) from error


def _judge_gates(comparison: "Comparison") -> None:
    """One sentence and exit code 1 if B is worse in a metric that was named."""
    from rag.errors import CourseRagError

    for each in comparison.gates.values():
        if each.one_sided:
            say_note(f"{each.metric}: {each.one_sided} questions have a value in one run only and are not compared.")
    if comparison.worse:
        told = ", ".join(each.told() for each in comparison.worse)
        say_error(
            CourseRagError(
                f"B is worse in {told} on {comparison.paired} questions.",
                remedy="See the questions that flipped; `--json` lists all of them.",
            )
        )
        raise typer.Exit(1)


def _as_json(comparison: "Comparison") -> dict[str, Any]:
    def told(differences: "dict[str, Difference]") -> dict[str, Any]:
        return {name: asdict(each) | {"verdict": each.verdict} for name, each in differences.items()}

    slices = {name: told(metrics) for name, metrics in comparison.slices.items()}
    return asdict(comparison) | {
        "differences": told(comparison.differences),
        "slices": slices,
        "gates": told(comparison.gates),
        "worse": [each.metric for each in comparison.worse],
    }
