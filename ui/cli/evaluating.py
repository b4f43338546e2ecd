"""``course-rag eval``: its commands, each in a file of its own."""

import typer

from ui.cli.eval_check import check
from ui.cli.eval_compare import compare
from ui.cli.eval_consistency import consistency
from ui.cli.eval_curate import curate
from ui.cli.eval_generate import generate
from ui.cli.eval_judge import judge as judge_command
from ui.cli.eval_report import report
from ui.cli.eval_run import run
from ui.cli.eval_shadow import shadow
from ui.cli.eval_sweep import sweep

eval_app = typer.Typer(help="Measure answers and retrieval, compare runs, make question sets.", no_args_is_help=True)
eval_app.command("run")(run)
eval_app.command("report")(report)
eval_app.command("compare")(compare)
eval_app.command("sweep")(sweep)
eval_app.command("judge")(judge_command)
eval_app.command("check")(check)
eval_app.command("generate")(generate)
eval_app.command("curate")(curate)
eval_app.command("consistency")(consistency)
eval_app.command("shadow")(shadow)
