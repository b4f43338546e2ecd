"""``course-rag eval run``: a question set put to an index, scored, and reported."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.eval_judge import (
    INTERRUPTED,
    CacheOption,
    JudgeOptions,
    JudgeUrlOption,
    MaxCostOption,
    MetricsOption,
    PriceInOption,
    PriceOutOption,
    YesOption,
    judge_file,
    require_ready,
)
from ui.cli.eval_report import say_reports
from ui.cli.options import ConfigOption, CountOption, IndexOption, JsonOption, LLMOption, ModeOption, settings_of
from ui.cli.output import say_note

if TYPE_CHECKING:
    from eval.records import Run
    from rag.settings import Settings

_RUNS = Path("data/runs")


def run(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="FILE", help="Question set, JSONL.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write [default: data/runs/…].")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Ask everything, even if DIR holds a run.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask again what ended in an error.")] = False,
    llm: LLMOption = None,
    mode: ModeOption = None,
    k: CountOption = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="PROVIDER:MODEL", help="Score with RAGAS too (extra eval).")
    ] = None,
    judge_url: JudgeUrlOption = None,
    metrics: MetricsOption = None,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    yes: YesOption = False,
    cache: CacheOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask every question of a set, score the answers, and write run.json and the reports beside it.

    A run that was broken off goes on where it stopped when it is started again with the same --out.
    """
    from eval.run import RUN_FILE, load_run

    settings = settings_of(context, index, config, retrieval={"mode": mode, "k": k}, llm={"model": llm})
    judging = judge and JudgeOptions(judge, judge_url, metrics, price_in, price_out, max_cost, yes, cache)
    if judging:
        require_ready(judging, settings)
    folder = out or _RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{questions.stem}"
    recorded = _asked(questions, folder, settings, restart=restart, retry_failed=retry_failed)
    if judging:
        judged, _ = judge_file(folder / RUN_FILE, judging, settings)
        recorded = load_run(folder / RUN_FILE)
        if judged.interrupted:
            say_note("interrupted while judging; the same command goes on from here, and pays for nothing twice.")
    say_reports(recorded, folder / RUN_FILE, folder, json=json)


def _asked(questions: Path, folder: Path, settings: "Settings", *, restart: bool, retry_failed: bool) -> "Run":
    """Ask, and tell how to go on where that is broken off."""
    from eval.questions import read_questions
    from eval.run import run_into
    from rag.assistant import Assistant
    from ui.cli.progress import Bars

    asked = read_questions(questions)
    assistant = Assistant(settings)
    done = 0

    def count(number: int, total: int) -> None:
        nonlocal done
        done = number
        advance(1)

    try:
        with Bars().stage("ask", len(asked), "questions") as advance:
            return run_into(
                folder,
                assistant,
                asked,
                question_set=questions,
                restart=restart,
                retry_failed=retry_failed,
                progress=count,
                told=say_note,
            )
    except KeyboardInterrupt:
        say_note(
            f"stopped after {done} of {len(asked)} questions; the same command with --out {shlex.quote(str(folder))} "
            "goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from None
