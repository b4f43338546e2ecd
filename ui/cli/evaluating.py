"""``course-rag eval run``, ``eval compare`` and ``eval generate``."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import (
    ConfigOption,
    CountOption,
    IndexOption,
    JsonOption,
    LLMOption,
    ModeOption,
    settings_of,
)
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from eval.records import Run
    from rag.settings import Settings

eval_app = typer.Typer(help="Measure answers and retrieval, compare runs, make question sets.", no_args_is_help=True)

_RUNS = Path("data/runs")
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run file, or the folder it lies in.")]


@eval_app.command("run")
def run(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="FILE", help="Question set, JSONL.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write [default: data/runs/…].")
    ] = None,
    llm: LLMOption = None,
    mode: ModeOption = None,
    k: CountOption = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="PROVIDER:MODEL", help="Score with RAGAS too (extra eval).")
    ] = None,
    judge_url: Annotated[
        str | None, typer.Option("--judge-url", metavar="URL", help="Address of an OpenAI-compatible judge.")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask every question of a set and score the answers. Writes run.json and report.md."""
    from eval.questions import read_questions
    from eval.reporting.markdown import render_run
    from eval.run import run_questions, save_run
    from eval.scoring import score
    from rag.assistant import Assistant
    from ui.cli.progress import Bars

    settings = settings_of(context, index, config, retrieval={"mode": mode, "k": k}, llm={"model": llm})
    asked = read_questions(questions)
    with Bars().stage("ask", len(asked), "questions") as advance:
        recorded = run_questions(
            Assistant(settings), asked, question_set=questions, progress=lambda done, total: advance(1)
        )
    if judge:
        recorded = _judged(recorded, judge, judge_url, settings)
    folder = out or _RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{questions.stem}"
    save_run(recorded, folder / "run.json")
    scores = score(recorded)
    report = render_run(recorded, scores)
    (folder / "report.md").write_text(report, encoding="utf-8")
    if json:
        means = {name: asdict(mean) for name, mean in scores.means.items()}
        say_json({"run": str(folder / "run.json"), "report": str(folder / "report.md"), "means": means})
    else:
        say(report.partition("\n## Worst")[0])
        say(f"Written: {folder / 'run.json'}, {folder / 'report.md'}")


def _judged(recorded: "Run", judge: str, judge_url: str | None, settings: "Settings") -> "Run":
    from eval.judging.judge import JudgeSettings, judge_run
    from eval.run import with_verdicts
    from ui.cli.progress import Bars

    judge_settings = JudgeSettings(judge, base_url=judge_url or settings.llm.base_url)
    with Bars().stage("judge", len(recorded.rows), "answers") as advance:
        judged = judge_run(recorded, judge_settings, progress=lambda done, total: advance(1))
    return with_verdicts(recorded, judge, judged)


@eval_app.command("compare")
def compare(
    run_a: RunArgument,
    run_b: RunArgument,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Compare two runs of one question set, question by question, with 95% intervals."""
    del index, config  # every command takes them; a run file is all this one reads
    from eval.compare import compare as compare_runs
    from eval.reporting.markdown import render_comparison
    from eval.run import load_run

    comparison = compare_runs(load_run(_run_file(run_a)), load_run(_run_file(run_b)))
    if json:
        say_json(asdict(comparison))
    else:
        say(render_comparison(comparison, name_a=str(run_a), name_b=str(run_b)))


@eval_app.command("generate")
def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write.")] = Path(
        "data/runs/generated.jsonl"
    ),
    count: Annotated[int, typer.Option("--count", min=1, help="How many questions at most.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other sections.")] = 0,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a question set from the headings of the index, without a language model."""
    import json as json_library

    from eval.making.headings import generate_questions
    from rag.index.course import Course

    course = Course.open(settings_of(context, index, config).index.path)
    questions = generate_questions(course, count=count, seed=seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    lines = (json_library.dumps(question, ensure_ascii=False) for question in questions)
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(f"{len(questions)} questions written to {out}")


def _run_file(path: Path) -> Path:
    return path / "run.json" if path.is_dir() else path
