"""``course-rag eval sweep``: many settings on one question set."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

_RUNS = Path("data/runs")


QuestionSet = Annotated[Path, typer.Argument(metavar="FILE", help="Question set, JSONL.")]
Documents = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="What to build from, where an index must be [default: as the index]."),
]
GridOption = Annotated[
    Path | None, typer.Option("--grid", metavar="FILE", help="Settings with lists of values, TOML or JSON.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=V,V", help="Values of one setting; may be repeated.")
]
MetricOption = Annotated[
    str, typer.Option("--metric", metavar="NAME", help="What is compared [default: evidence_hit@k].")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write [default: data/runs/…].")]
WorkOption = Annotated[
    Path | None, typer.Option("--work", metavar="DIR", help="Keep the indexes here, for a next sweep too.")
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Build every index from nothing, so that build times can be compared.")
]


def sweep(
    context: typer.Context,
    questions: QuestionSet,
    documents: Documents = None,
    grid: GridOption = None,
    given: SetOption = None,
    metric: MetricOption = "",
    out: OutOption = None,
    work: WorkOption = None,
    full: FullOption = False,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Search a question set under every combination of settings. Writes sweep.json and sweep.html.

    The index in service is never changed: where the grid needs others, they are built aside, each once, from what the
    builds before have read and embedded.
    """
    from eval.questions import read_questions
    from eval.sweeping.grid import combinations, parse_set, read_grid
    from eval.sweeping.page import render_page
    from eval.sweeping.sweep import Plan, run_sweep, save_sweep
    from eval.sweeping.text import render_sweep
    from rag.settings import Settings, load_settings
    from ui.cli.progress import Bars

    def settings_with(**sections: dict[str, Any]) -> Settings:
        # Not ``settings_of``: to it None is a flag that was not given, here it is a value (``threshold none``).
        where = {"path": base.index.path} | sections.pop("index", {})
        return load_settings(config or (context.obj or {}).get("config"), index=where, **sections)

    base = settings_of(context, index, config)
    values = (read_grid(grid) if grid else {}) | parse_set(given or [])
    combined = combinations(values, settings_with)
    asked = read_questions(questions)
    plan = Plan(asked, questions, values, combined, base, metric, documents or (), work, full)
    found = run_sweep(plan, Bars())
    folder = out or _RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-sweep-{questions.stem}"
    save_sweep(found, folder / "sweep.json")
    (folder / "sweep.html").write_text(render_page(found), encoding="utf-8")
    if json:
        say_json(_as_json(found, folder))
    else:
        say(render_sweep(found))
        say(f"Written: {folder / 'sweep.json'}, {folder / 'sweep.html'}")


def _as_json(found: Any, folder: Path) -> dict[str, Any]:
    """What a script needs; the rest is in the file."""
    trials = [
        {
            "number": each.number,
            "settings": each.changes,
            "quality": each.quality.mean,
            "low": each.quality.low,
            "high": each.quality.high,
            "difference": each.difference,
            "p": each.p,
            "search_ms": each.search.p50,
            "build_s": found.builds[each.built].wall_s,
            "failed": each.failed,
        }
        for each in found.trials
    ]
    return {
        "sweep": str(folder / "sweep.json"),
        "page": str(folder / "sweep.html"),
        "metric": found.metric,
        "verdict": found.verdict,
        "base": found.base,
        "front": list(found.front),
        "build_front": list(found.build_front),
        "build_ratio": found.build_ratio,
        "trials": trials,
    }
