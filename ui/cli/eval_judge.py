"""``course-rag eval judge``: a language model scores a run by RAGAS's metrics, at a cost that is told before."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.eval_compare import RunArgument, run_file
from ui.cli.eval_judge_output import say_plan, say_result
from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say_note

if TYPE_CHECKING:
    from eval.judging.judge import Judged
    from eval.judging.planning import Plan
    from eval.judging.settings import JudgeSettings
    from rag.settings import Settings

JudgeUrlOption = Annotated[
    str | None, typer.Option("--judge-url", metavar="URL", help="Address of an OpenAI-compatible judge.")
]
MetricsOption = Annotated[
    str | None,
    typer.Option("--metrics", metavar="NAMES", help="What to judge, separated by commas [default: all four]."),
]
PriceInOption = Annotated[
    float | None, typer.Option("--price-in", min=0, metavar="MONEY", help="Price of a million tokens read.")
]
PriceOutOption = Annotated[
    float | None, typer.Option("--price-out", min=0, metavar="MONEY", help="Price of a million tokens written.")
]
MaxCostOption = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="MONEY", help="Spend at most so much, and do not ask; needs prices."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Spend what it costs, and do not ask.")]
CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--cache", metavar="FILE", help="The judge's answers [default: judge-cache.sqlite beside the run's folder]."
    ),
]

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """What the command line says of the judge; see the options of ``eval judge``."""

    judge: str
    judge_url: str | None = None
    metrics: str | None = None
    price_in: float | None = None
    price_out: float | None = None
    max_cost: float | None = None
    yes: bool = False
    cache: Path | None = None
    again: bool = False
    concurrency: int = 4
    timeout_s: float = 60.0
    max_minutes: float = 120.0

    def settings(self, settings: "Settings") -> "JudgeSettings":
        """The judge's settings.

        Raises:
            SettingsError: of two prices, one is missing.
        """
        from eval.judging.settings import METRICS, JudgeSettings, Prices
        from rag.errors import SettingsError

        if (self.price_in is None) != (self.price_out is None):
            raise SettingsError(
                "One price is missing: the cost would seem less than it is.",
                remedy="Give --price-in and --price-out; 0 where nothing is charged.",
            )
        named = tuple(name.strip() for name in self.metrics.split(",") if name.strip()) if self.metrics else METRICS
        return JudgeSettings(
            self.judge,
            base_url=self.judge_url or settings.llm.base_url or os.environ.get("OPENAI_BASE_URL") or None,
            metrics=tuple(dict.fromkeys(named)),
            concurrency=self.concurrency,
            timeout_s=self.timeout_s,
            total_timeout_s=60 * self.max_minutes,
            prices=None if self.price_in is None else Prices(self.price_in, self.price_out or 0.0),
            max_cost=self.max_cost,
        )


def judge(
    context: typer.Context,
    run: RunArgument,
    judge: Annotated[str, typer.Option("--judge", metavar="PROVIDER:MODEL", help="Who judges, such as openai:MODEL.")],
    judge_url: JudgeUrlOption = None,
    metrics: MetricsOption = None,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    yes: YesOption = False,
    cache: CacheOption = None,
    again: Annotated[bool, typer.Option("--again", help="Judge again what the run has verdicts on.")] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Samples judged at a time.")] = 4,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="For one call.")] = 60.0,
    max_minutes: Annotated[float, typer.Option("--max-minutes", help="For all of them.")] = 120.0,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Judge the answers of a run by RAGAS: faithfulness, answer_relevancy, context_recall, context_precision.

    Calls, tokens and, given prices, money are told before anything is spent. The verdicts are added to the run; broken
    off and started again, it goes on where it was.
    """
    options = JudgeOptions(
        judge, judge_url, metrics, price_in, price_out, max_cost, yes, cache, again, concurrency, timeout, max_minutes
    )
    path = run_file(run)
    judged, plan = judge_file(path, options, settings_of(context, index, config))
    say_result(judged, plan, path, json)
    if judged.interrupted:
        raise typer.Exit(INTERRUPTED)


def require_ready(options: JudgeOptions, settings: "Settings") -> None:
    """See that judging can begin and may spend, before work is done that comes first.

    Raises:
        CourseRagError: it cannot, or nobody is there to be asked whether it may spend.
    """
    from eval.judging.settings import key_of, model_name
    from rag.extras import require

    judge_settings = options.settings(settings)
    model_name(judge_settings)
    key_of(judge_settings)
    require("ragas.metrics.collections", extra="eval")
    _require_consent(options)


def judge_file(path: Path, options: JudgeOptions, settings: "Settings") -> "tuple[Judged, Plan]":
    """Judge the run in a file, after telling what it costs, and write its verdicts there, those after Ctrl-C too.

    Raises:
        CourseRagError: nothing was spent, and why.
    """
    from eval.journal import alone
    from eval.judging.cache import FILE, AnswerCache
    from eval.judging.judge import Judging
    from eval.judging.settings import model_name
    from eval.run import load_run, save_run
    from ui.cli.progress import Bars

    judge_settings = options.settings(settings)
    model_name(judge_settings)
    load_run(path)  # what is wrong with settings or run is told before anything is made beside the run
    with alone(path.parent), AnswerCache(options.cache or path.absolute().parent.parent / FILE) as cache:
        recorded = load_run(path)
        judging = Judging(recorded, judge_settings, cache, again=options.again)
        for note in cache.notes:
            say_note(note)
        plan = judging.plan()
        say_plan(plan, judge_settings)
        if plan.calls:
            _ask_consent(options)
        told = len(cache.notes)
        with Bars().stage("judge", len(recorded.rows), "answers") as advance:
            judged = judging.judge(progress=lambda done, total: advance(1))
        for note in judged.notes[told:]:
            say_note(note)
        save_run(judged.run, path)
    return judged, plan


def _require_consent(options: JudgeOptions) -> None:
    from rag.errors import InputError

    if not (options.yes or options.max_cost is not None or sys.stdin.isatty()):
        raise InputError(
            "Judging may cost money, and nobody is there to be asked.",
            remedy="Give --yes, or a bound with --max-cost, --price-in and --price-out.",
        )


def _ask_consent(options: JudgeOptions) -> None:
    from rag.errors import InputError

    _require_consent(options)
    if options.yes or options.max_cost is not None or typer.confirm("Go on?", err=True):
        return
    raise InputError("Nothing was judged, and nothing was spent.", remedy="Choose fewer metrics with --metrics.")
