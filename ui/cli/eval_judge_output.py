"""What ``eval judge`` prints: what it will cost, on stderr, and what came of it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ui.cli.output import plain, say, say_json, say_note

if TYPE_CHECKING:
    from eval.judging.judge import Judged
    from eval.judging.planning import Plan
    from eval.judging.settings import JudgeSettings


def say_plan(plan: "Plan", settings: "JudgeSettings") -> None:
    """What it will cost, on stderr: stdout is for the result."""
    from eval.judging.cost import HOW_ESTIMATED

    _tell(f"Judge {settings.model}{f' at {settings.server}' if settings.server else ''}:")
    for name, each in plan.metrics.items():
        _tell(
            f"  {name:<18} {each.samples:>5} samples {each.calls:>6} calls "
            f"{each.tokens_in:>10,} tokens in {each.tokens_out:>9,} out"
        )
    _tell(
        f"  {plan.settled} samples need no judge, {plan.judged} were judged before, "
        f"{plan.cached} answers are in the cache."
    )
    if not plan.calls:
        _tell("Nothing has to be asked.")
        return
    _tell(
        f"About {plan.calls} calls, {plan.tokens_in:,} tokens in, {plan.tokens_out:,} out "
        f"({HOW_ESTIMATED}; retries come on top)."
    )
    if plan.cost is None:
        _tell("What that costs is not known: --price-in and --price-out are the price of a million tokens.")
        return
    bound = "" if settings.max_cost is None else f", and never more than {settings.max_cost:g}"
    _tell(f"That costs about {plan.cost:.4f}{bound}.")
    if settings.max_cost is not None and plan.cost > settings.max_cost:
        say_note("the bound will not do for all; what is over it is left as gaps, and can be judged later.")


def say_result(judged: "Judged", plan: "Plan", path: Path, as_json: bool) -> None:
    """Print means, gaps and what was spent, and write the reports of the run anew."""
    from eval.reporting.files import write_reports
    from eval.scoring import score

    metrics = judged.run.judging["metrics"]
    scores = score(judged.run)
    reports = write_reports(judged.run, scores, path.parent)
    means = {name: scores.means[name] for name in metrics if name in scores.means}
    gaps = {name: scores.gaps[name] for name in metrics if name in scores.gaps}
    if judged.interrupted:
        say_note("interrupted; the same command goes on from here, and pays for nothing twice.")
    if as_json:
        result: dict[str, Any] = {"run": str(path), "report": str(reports.markdown), "html": str(reports.html)}
        result |= {"judge": judged.run.judge, "interrupted": judged.interrupted}
        result |= {"means": {name: asdict(mean) for name, mean in means.items()}, "gaps": gaps}
        result |= {"planned": asdict(plan) | {"calls": plan.calls}, "spent": judged.usage.as_dict()}
        say_json(result | {"notes": list(judged.notes)})
        return
    for name, mean in means.items():
        value = "–" if mean.mean is None else f"{mean.mean:.3f}"
        interval = "" if mean.low is None or mean.high is None else f" [{mean.low:.3f}, {mean.high:.3f}]"
        say(f"{name:<18} {value}{interval}  {mean.count} values, {mean.failed} failed, {mean.not_applicable} not due")
        for reason, count in gaps.get(name, {}).items():
            say(f"    {count} × {reason}")
    say(_spent(judged))
    say(f"Written: {path}, {reports.html}, {reports.markdown}, {reports.json}")


def _spent(judged: "Judged") -> str:
    usage = judged.usage
    said = f"Spent: {usage.calls} calls, {usage.tokens_in:,} tokens in, {usage.tokens_out:,} out as the server counted"
    if usage.uncounted:
        said += f"; {usage.uncounted} calls of which it told nothing"
    if usage.cost_bound is not None:
        said += f"; {'at most ' if usage.uncounted else ''}{usage.cost_bound:.4f}"
    return f"{said}. From the cache: {usage.cached} answers."


def _tell(line: str) -> None:
    typer.echo(plain(line), err=True)
