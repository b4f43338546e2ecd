"""``course-rag embedder adapt``."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.training.adaptation.adapting import Adaptation
    from ingest.training.adaptation.judging import Verdict


def adapt(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write the model to [default: embedder/NAME-adapted in the index folder]."),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Batches to learn from.", min=1)] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop learning after as many minutes.", min=0.1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything drawn at random.", min=0)] = 13,
    as_json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Continue the training of the index's model on the course; needs the extra ``neural``.

    One section in five is held out, and asked for by its headings, sentences and terms before and after. The new model
    is written only if it finds more of them, beyond chance; the index stays as it is until it is built with that model.
    """
    from ingest.training.adaptation.adapting import AdaptSettings
    from ingest.training.adaptation.adapting import adapt as adapt_model
    from rag.index.course import Course

    settings = settings_of(context, index, config)
    course = Course.open(settings.index.path)
    chosen = AdaptSettings(steps=steps, minutes=minutes, seed=seed)
    found = adapt_model(course, out, chosen, say=lambda line: typer.echo(line, err=True))
    if as_json:
        say_json(_json(found, settings.index.path))
        return
    _say_table(found.verdict)
    _say_verdict(found, settings.index.path)


def _say_table(verdict: "Verdict") -> None:
    from ingest.training.adaptation.adapted_card import said

    say(f"{'questions on held-out sections, made from':<44}{'number':>7}{'recall@1':>15}{'recall@5':>15}{'MRR@10':>15}")
    for kind, before in verdict.before.items():
        after = verdict.after[kind]
        cells = (
            f"{before.recall_at_1:.3f} → {after.recall_at_1:.3f}",
            f"{before.recall_at_5:.3f} → {after.recall_at_5:.3f}",
            f"{before.mrr_at_10:.3f} → {after.mrr_at_10:.3f}",
        )
        say(f"{said(kind):<44}{before.questions:>7}{''.join(f'{cell:>15}' for cell in cells)}")


def _say_verdict(found: "Adaptation", index: Path) -> None:
    from ingest.training.adaptation.adapted_card import told_difference

    say(f"MRR@10 {told_difference(found.verdict)}; {found.steps} steps, {found.seconds:.0f} s")
    if found.folder is None:
        say("The adapted model does not find more, beyond chance: nothing was written, nothing has changed.")
        return
    say(f"The adapted model finds more: {found.folder}")
    say("The index keeps the model it was built with. To use the adapted one, put this into course-rag.toml")
    say("  [embedder]")
    say(f"  model = {_in_toml(found.folder)}")
    say("and build the index with it; to go back, take the lines out, and: course-rag rollback")
    say(f"  {_build(index)}")


def _in_toml(folder: Path) -> str:
    """The path as a TOML string, whose escapes are those of JSON."""
    return json.dumps(str(folder), ensure_ascii=False)


def _build(index: Path) -> str:
    return f"course-rag --index {shlex.quote(str(index))} build --full"


def _json(found: "Adaptation", index: Path) -> dict[str, Any]:
    told = asdict(found) | {"folder": str(found.folder) if found.folder else None}
    if found.folder is None:
        return told | {"next": None}
    return told | {"next": {"settings": {"embedder.model": str(found.folder)}, "command": _build(index)}}
