"""The command ``course-rag``."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ui.cli import asking, building, doctor, duplicates, inspecting, terms, versions
from ui.cli.embedder import embedder_app
from ui.cli.evaluating import eval_app
from ui.cli.options import ConfigOption, IndexOption, settings_of
from ui.cli.output import say_error


class _ToldErrors(TyperGroup):
    """Prints an error of ours as one sentence and its remedy, with exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        from rag.errors import CourseRagError

        try:
            return super().invoke(ctx)
        except CourseRagError as error:
            say_error(error)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_ToldErrors,
    help="Answers questions over course documents, with citations, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _globals(context: typer.Context, index: IndexOption = None, config: ConfigOption = None) -> None:
    context.obj = {"index": index, "config": config}


@app.command()
def ui(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port; 0 takes a free one [default: 8501].")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """The Streamlit chat."""
    from ui.app.server import serve

    settings = settings_of(context, index, config, ui={"host": host, "port": port})
    before: dict[str, Path | None] = context.obj or {}
    raise typer.Exit(serve(settings, config=config or before.get("config"), open_browser=browser))


app.command("build")(building.build)
app.command("inspect")(inspecting.inspect)
app.command("search")(asking.search)
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("status")(versions.status)
app.command("versions")(versions.versions)
app.command("diff")(versions.diff)
app.command("rollback")(versions.rollback)
app.command("duplicates")(duplicates.duplicates)
app.command("terms")(terms.terms)
app.command("doctor")(doctor.doctor)
app.add_typer(eval_app, name="eval")
app.add_typer(embedder_app, name="embedder")


def main() -> None:
    """Run the command line."""
    # Nothing of ours is sent anywhere: telemetry of libraries is off unless the user turns it on.
    os.environ.setdefault("RAGAS_DO_NOT_TRACK", "true")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    app()


if __name__ == "__main__":
    main()
