"""``course-rag embedder train``: make a bundled embedding model from parallel texts."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.training.evaluate import Recall
    from ingest.training.pairs import TrainingData
    from rag.embeddings.base import Embedder

DataOption = Annotated[
    Path, typer.Option(help="Folder with parallel/, pairs/ and questions/.", exists=True, file_okay=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


class Tier(StrEnum):
    """The two bundled models."""

    MINI = "mini"
    STATIC = "static"


_OPTIONS = {
    Tier.MINI: {"steps", "seed", "teacher"},
    Tier.STATIC: {"steps", "seed", "vocabulary_size", "dimension", "batch_size", "learning_rate"},
}


def train(
    data: DataOption,
    out: Annotated[Path, typer.Option(help="Folder to write the model to.", file_okay=False)],
    tier: Annotated[Tier, typer.Option(help="Which bundled model: the transformer, or token vectors.")] = Tier.MINI,
    steps: Annotated[int | None, typer.Option(help="Batches to learn from.", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything drawn at random.", min=0)] = None,
    teacher: Annotated[
        Path | None, typer.Option(help="mini: folder of the English teacher; default: its package.", file_okay=False)
    ] = None,
    vocabulary: Annotated[int | None, typer.Option(help="static: most tokens in the vocabulary.", min=3_000)] = None,
    dimension: Annotated[int | None, typer.Option(help="static: length of a vector; even.", min=8)] = None,
    batch_size: Annotated[int | None, typer.Option(help="static: pairs in a batch.", min=2)] = None,
    learning_rate: Annotated[float | None, typer.Option(help="static: highest learning rate.", min=0.0)] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model on Korean-English pairs and write it with its model card; needs the extra ``neural``.

    Without options it trains with the settings of the bundled model of that tier: static in a quarter of an hour on two
    cores, mini in one to two hours. A training of mini that was stopped goes on when the command is given again.
    """
    from ingest.training.pairs import read_training_data

    if dimension is not None and dimension % 2:
        raise typer.BadParameter("must be even: two values share a byte.", param_hint="--dimension")
    given = {
        "steps": steps,
        "seed": seed,
        "teacher": teacher,
        "vocabulary_size": vocabulary,
        "dimension": dimension,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in sorted(chosen.keys() - _OPTIONS[tier]):
        option = "--" + name.replace("_size", "").replace("batch", "batch-size").replace("_", "-")
        raise typer.BadParameter(f"is not an option of the tier {tier}.", param_hint=option)
    _make_folder(out)
    pairs = read_training_data(data, seed if seed is not None else 13)
    for why, count in pairs.dropped.items():
        typer.echo(f"left out: {count} × {why}", err=True)
    embedder, report, recalls = (_train_mini if tier is Tier.MINI else _train_static)(pairs, data, out, chosen)
    if as_json:
        say_json({"model": embedder.identity, **report, "recall": [dataclasses.asdict(recall) for recall in recalls]})
    else:
        say(f"{embedder.identity}: {report['tokens']} tokens x {report['dimension']}, {report['seconds']:.0f} s")
        _print_table(recalls)


_Trained = tuple["Embedder", dict[str, Any], list["Recall"]]


def _train_mini(pairs: "TrainingData", data: Path, out: Path, chosen: Mapping[str, Any]) -> _Trained:
    from ingest.training.mini.card import write_mini_card
    from ingest.training.mini.distil import DistilSettings
    from ingest.training.mini.train import bundled_teacher, train_mini
    from rag.embeddings.transformer import TransformerEmbeddings

    options = dict(chosen)
    teacher = options.pop("teacher", None) or bundled_teacher()
    settings = dataclasses.replace(DistilSettings(), **options)
    report = train_mini(pairs, teacher, out, settings, say=_progress)
    model = TransformerEmbeddings.load(out)
    recalls = _recalls(model, pairs, data)
    write_mini_card(out, settings, report, recalls)
    told = dataclasses.asdict(report)
    return model, told | {"exported": told["exported"] | {"folder": str(out)}}, recalls


def _train_static(pairs: "TrainingData", data: Path, out: Path, chosen: Mapping[str, Any]) -> _Trained:
    from ingest.training.card import write_card
    from ingest.training.train import TrainingSettings
    from ingest.training.train import train as train_static
    from rag.embeddings.static import StaticEmbeddings

    settings = dataclasses.replace(TrainingSettings(), **chosen)
    report = train_static(pairs, out, settings, say=_progress)
    model = StaticEmbeddings.load(out)
    recalls = _recalls(model, pairs, data)
    write_card(out, settings, report, recalls)
    return model, dataclasses.asdict(report), recalls


def _recalls(model: "Embedder", pairs: "TrainingData", data: Path) -> "list[Recall]":
    from ingest.training.evaluate import evaluate, evaluate_held_out

    held_out = [evaluate_held_out(model, pairs.held_out)] if pairs.held_out else []
    return held_out + (evaluate(model, data) if (data / "questions").is_dir() else [])


def _progress(line: str) -> None:
    typer.echo(line, err=True)


def _make_folder(folder: Path) -> None:
    """Make the folder before the training, which takes its time, and not after it."""
    from rag.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be made ({error.strerror}).", remedy="Give another folder as --out."
        ) from error


def _print_table(recalls: list["Recall"]) -> None:
    say(f"{'set':<28}{'questions':>10}{'passages':>10}{'recall@1':>10}{'recall@5':>10}")
    for recall in recalls:
        say(f"{recall.name:<28}{recall.questions:>10}{recall.passages:>10}{recall.at_1:>10.1%}{recall.at_5:>10.1%}")
