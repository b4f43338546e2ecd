"""``course-rag embedder``: train, measure and adapt embedding models."""

import typer

from ui.cli.embedder_adapt import adapt
from ui.cli.embedder_evaluate import evaluate
from ui.cli.embedder_train import train

embedder_app = typer.Typer(help="Train and measure embedding models.", no_args_is_help=True)
embedder_app.command("train")(train)
embedder_app.command("evaluate")(evaluate)
embedder_app.command("adapt")(adapt)
