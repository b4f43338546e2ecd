"""``course-rag embedder``: train and measure a static embedding model."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.training.evaluate import Recall

embedder_app = typer.Typer(help="Train and measure a static embedding model.", no_args_is_help=True)

DataOption = Annotated[
    Path, typer.Option(help="Folder with parallel/, pairs/ and questions/.", exists=True, file_okay=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@embedder_app.command()
def train(
    data: DataOption,
    out: Annotated[Path, typer.Option(help="Folder to write the model to.", file_okay=False)],
    vocabulary: Annotated[int | None, typer.Option(help="Most tokens in the vocabulary.", min=3_000)] = None,
    dimension: Annotated[int | None, typer.Option(help="Length of a vector; even.", min=8)] = None,
    steps: Annotated[int | None, typer.Option(help="Batches to learn from.", min=1)] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pairs in a batch.", min=2)] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest learning rate.", min=0.0)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything drawn at random.", min=0)] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model on Korean-English pairs and write it with its model card; needs the extra ``neural``.

    Without options it trains with the settings of the bundled model.
    """
    from ingest.training.card import write_card
    from ingest.training.evaluate import evaluate, evaluate_held_out
    from ingest.training.pairs import read_training_data
    from ingest.training.train import TrainingSettings
    from ingest.training.train import train as train_model
    from rag.embeddings.static import StaticEmbeddings

    if dimension is not None and dimension % 2:
        raise typer.BadParameter("must be even: two values share a byte.", param_hint="--dimension")
    _make_folder(out)
    given = {
        "vocabulary_size": vocabulary,
        "dimension": dimension,
        "steps": steps,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "seed": seed,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = dataclasses.replace(TrainingSettings(), **chosen)  # type: ignore[arg-type]
    pairs = read_training_data(data, settings.seed)
    report = train_model(pairs, out, settings, say=lambda line: typer.echo(line, err=True))
    for why, count in report.dropped.items():
        typer.echo(f"left out: {count} × {why}", err=True)
    model = StaticEmbeddings.load(out)
    recalls = [evaluate_held_out(model, pairs.held_out)] if pairs.held_out else []
    if (data / "questions").is_dir():
        recalls += evaluate(model, data)
    write_card(out, settings, report, recalls)
    if as_json:
        figures = [dataclasses.asdict(recall) for recall in recalls]
        say_json({"model": model.identity, **dataclasses.asdict(report), "recall": figures})
    else:
        say(f"{model.identity}: {report.tokens} tokens x {report.dimension}, {report.seconds:.0f} s")
        _print_table(recalls)


@embedder_app.command()
def evaluate(
    data: DataOption,
    model: Annotated[
        Path | None, typer.Option(help="Folder of the model; default: the bundled one.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print recall at 1 and 5 on the question sets under ``data/questions``, none of which was trained on."""
    from ingest.training.evaluate import evaluate as measure
    from rag.embeddings.static import BUNDLED, StaticEmbeddings

    embeddings = StaticEmbeddings.load(model or BUNDLED)
    recalls = measure(embeddings, data)
    if as_json:
        figures = [dataclasses.asdict(recall) for recall in recalls]
        say_json({"model": embeddings.identity, "recall": figures})
    else:
        _print_table(recalls)


def _make_folder(folder: Path) -> None:
    """Make the folder before the training, which takes minutes, and not after it."""
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
