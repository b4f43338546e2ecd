"""Options that several commands share, and the settings they lead to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rag.settings import Settings

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="Index folder [default: data/index].")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file [default: course-rag.toml].")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
ModeOption = Annotated[str | None, typer.Option("--mode", metavar="MODE", help="hybrid, similarity, mmr or keyword.")]
CountOption = Annotated[int | None, typer.Option("-k", "--top-k", metavar="N", help="How many passages.")]
ThresholdOption = Annotated[
    float | None, typer.Option("--threshold", metavar="F", help="Leave out hits that score lower.")
]
LLMOption = Annotated[
    str | None, typer.Option("--llm", metavar="PROVIDER:MODEL", help="Language model, or 'extractive'.")
]
AgentOption = Annotated[
    bool | None, typer.Option("--agent", help="Let the language model search several times itself.")
]
QuestionsOption = Annotated[
    Path | None, typer.Option("--questions", metavar="FILE", help="Ask every question of a JSONL file instead.")
]


def settings_of(
    context: typer.Context, index: Path | None, config: Path | None, **sections: dict[str, Any]
) -> "Settings":
    """Settings for a command.

    ``--index`` and ``--config`` may stand before the command or after it; after it wins. Values that are None were
    not given and change nothing.

    Raises:
        SettingsError: a wrong value, key or file.
    """
    from rag.settings import load_settings

    before: dict[str, Path | None] = context.obj or {}
    index, config = index or before.get("index"), config or before.get("config")
    sections.setdefault("index", {})["path"] = index
    given = {
        name: {key: value for key, value in values.items() if value is not None} for name, values in sections.items()
    }
    return load_settings(config, **{name: values for name, values in given.items() if values})
