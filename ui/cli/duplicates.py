"""``course-rag duplicates``: passages that stand in several places, and how their copies differ."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from ingest.dedup.variants import FileDiff, Repeated

_UNCHANGED = 6
"""Words shown before and after a difference."""

_HINT = 60
"""Characters that tell which passage of a place it is."""

_SHOWN = 200
"""Characters shown of a passage that stands in one file only."""


def duplicates(
    context: typer.Context,
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="Only passages that stand in this document.")
    ] = None,
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Compare SOURCE with this document instead.")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Passages left out because another one says the same, and how the copies differ; or two documents compared.

    ``[-words-]`` stand in the older copy, or in SOURCE, only, ``{+words+}`` in the one that is searched, or in OTHER.
    """
    from ingest.dedup.variants import compared, repeated_passages
    from rag.index.folder import IndexFolder
    from rag.index.manifest import Manifest

    folder = IndexFolder(settings_of(context, index, config).index.path)
    version = folder.version_dir(folder.require_current())
    Manifest.read(version)
    if source is not None and other is not None:
        found = compared(version, source, other)
        say_json(found.to_json()) if json else _say_compared(found, source, other)
        return
    groups = repeated_passages(version, source)
    if json:
        say_json([group.to_json() for group in groups])
    else:
        _say_groups(groups)


def _say_groups(groups: "Sequence[Repeated]") -> None:
    for group in groups:
        say(f"{group.kept}: {_shortened(group.text, _HINT)}")
        for place, count in Counter(variant.place for variant in group.also_in if variant.identical).items():
            say(f"  = {place}" + (f"   ({count} times)" if count > 1 else ""))
        for variant in group.also_in:
            if variant.identical:
                continue
            say(f"  ~ {variant.place}   (similarity {variant.similarity:.2f})")
            say(f"      {marked(variant.differences)}")
    variants = [variant for group in groups for variant in group.also_in]
    identical = sum(variant.identical for variant in variants)
    if not variants:
        say("No passage stands in several places.")
        return
    say(f"Copies left out: {len(variants)}, of {len(groups)} passages; {identical} the same word for word (=).")


def _say_compared(found: "FileDiff", one: str, other: str) -> None:
    from ingest.dedup.variants import differences

    only_one = only_other = changed = 0
    for place, text, other_place, other_text in found.changes:
        if not other_place:
            only_one += 1
            say(f"only in {place}:\n  - {_shortened(text)}")
        elif not place:
            only_other += 1
            say(f"only in {other_place}:\n  + {_shortened(other_text)}")
        else:
            changed += 1
            say(f"{place} → {other_place}:\n  ~ {marked(tuple(differences(text, other_text, whole=True)))}")
    say(
        f"{one} → {other}: {found.same} sentences the same; {changed} places changed, "
        f"{only_one} only in {one}, {only_other} only in {other}."
    )


def marked(differences: Sequence[tuple[str, str]]) -> str:
    """Differences between their nearest words, on one line: ``… due on [-12-]{+19+} May …``."""
    parts = []
    for number, (change, text) in enumerate(differences):
        line = " ".join(text.split())
        if change == "same":
            line = _nearest(line, first=number == 0, last=number == len(differences) - 1)
        parts.append({"old": f"[-{line}-]", "new": f"{{+{line}+}}"}.get(change, line))
    return " ".join(parts).replace("-] {+", "-]{+")


def _nearest(text: str, *, first: bool, last: bool) -> str:
    """The words next to a difference; of a run between two those next to both."""
    words = text.split(" ")
    before, after = ([] if first else words[:_UNCHANGED]), ([] if last else words[-_UNCHANGED:])
    if len(before) + len(after) >= len(words):
        return text
    return " ".join([*before, "…", *after])


def _shortened(text: str, most: int = _SHOWN) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
