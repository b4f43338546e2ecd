"""``course-rag terms``: names that mean the same, mined from the course."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from rag.query.bridge import TermPair


def terms(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only pairs with this in a name.")] = None,
    unsure: Annotated[
        bool, typer.Option("--unsure", help="Pairs that were seen and are not used, since they score too low.")
    ] = False,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Names that mean the same in this course: a question with one finds passages with the other.

    To add or forbid pairs, write them into .courseragterms in the folder that is indexed, and build again:
    NAME = OTHER NAME, or NAME != OTHER NAME.
    """
    from rag.index.folder import TERMS, IndexFolder
    from rag.index.manifest import Manifest
    from rag.query.bridge import TermPairs

    folder = IndexFolder(settings_of(context, index, config).index.path)
    version = folder.version_dir(folder.require_current())
    Manifest.read(version)
    pairs = TermPairs.read(version / TERMS)
    groups = {"unsure": pairs.unsure} if unsure else {"used": pairs.used, "forbidden": pairs.forbidden}
    shown = {group: [pair for pair in of_group if _has(pair, name)] for group, of_group in groups.items()}
    if json:
        say_json([_values(pair, group) for group, of_group in shown.items() for pair in of_group])
        return
    for group, of_group in shown.items():
        for pair in of_group:
            say(_line(pair, forbidden=group == "forbidden"))
    counts = ", ".join(f"{len(of_group)} {group}" for group, of_group in shown.items())
    say(f"Pairs of names: {counts}." + ("" if unsure or name else f" Unsure and not used: {len(pairs.unsure)}."))


def _has(pair: "TermPair", name: str | None) -> bool:
    return name is None or any(name.casefold() in each.casefold() for each in pair.names)


def _line(pair: "TermPair", *, forbidden: bool) -> str:
    """As it stands in the instructor's file, then the score, how often it was seen and where."""
    if forbidden:
        return " != ".join(pair.names)
    if pair.how == ("file",):
        return f"{' = '.join(pair.names)}   (own)"
    more = f" and {pair.count - len(pair.places)} more" if pair.count > len(pair.places) else ""
    seen = f"{pair.count} times" if pair.count > 1 else "once"
    return f"{' = '.join(pair.names)}   ({pair.score:.2f}, {seen}: {'; '.join(pair.places)}{more})"


def _values(pair: "TermPair", group: str) -> dict[str, Any]:
    return {
        "names": list(pair.names),
        "state": group,
        "score": pair.score,
        "count": pair.count,
        "sources": pair.sources,
        "how": list(pair.how),
        "places": list(pair.places),
    }
