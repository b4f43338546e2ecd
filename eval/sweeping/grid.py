"""The grid of a sweep: names of settings to values; every combination is checked before anything is built."""

import difflib
import itertools
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError, SettingsError
from rag.settings import Section, Settings

Values = dict[str, list[Any]]
"""Values to try, by setting (``retrieval.k``)."""

SettingsOf = Callable[..., Settings]
"""Settings with sections of overrides, as ``rag.settings.load_settings`` takes them."""

_MOST = 500
_WITHOUT_EFFECT = {
    "llm": "the language model is not asked in a sweep",
    "ui": "the chat is not asked in a sweep",
    "index.path": "a sweep builds its indexes in a folder of its own",
    "index.keep_versions": "a sweep keeps what it builds as long as it needs it",
    "index.lock_timeout_s": "nobody else builds in the folder of a sweep",
    "retrieval.multi_query": "it needs a language model, which a sweep does not ask",
    "retrieval.hyde": "it needs a language model, which a sweep does not ask",
    "retrieval.section_chars": "it changes what a language model is handed, not what is found",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination.

    Attributes:
        changes: value by name, of the names in the grid.
        settings: all of them.
    """

    changes: dict[str, Any]
    settings: Settings


def read_grid(path: Path) -> Values:
    """Read a grid: a settings file (TOML, or JSON of the same shape) in which values to try stand in lists.

    ::

        [chunk]
        max_tokens = [256, 384]
        [retrieval]
        mode = ["hybrid", "mmr"]

    Raises:
        InputError: it cannot be read, or is no table of tables.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The grid {path} cannot be read ({getattr(error, 'strerror', None) or error}).",
            remedy="Give a TOML or JSON file: [retrieval] and, below it, k = [3, 5].",
        ) from error
    if not isinstance(rows, dict) or not all(isinstance(values, dict) for values in rows.values()):
        raise InputError(
            f"The grid {path} holds values outside of a section.", remedy="Write [retrieval] and, below it, k = [3, 5]."
        )
    return {
        f"{section}.{key}": list(value) if isinstance(value, list) else [value]
        for section, values in rows.items()
        for key, value in values.items()
    }


def parse_set(given: Sequence[str]) -> Values:
    """Read ``--set retrieval.k=3,5`` (repeatable; the same name twice adds values; ``none`` is no value).

    Raises:
        InputError: one is not NAME=VALUE,….
    """
    grid: Values = {}
    for each in given:
        name, equals, values = each.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise InputError(f"--set {each} names no value.", remedy="Write --set retrieval.k=3,5")
        grid.setdefault(name.strip(), []).extend(_value(value) for value in values.split(","))
    return grid


def _value(written: str) -> Any:
    word = written.strip()
    if word.lower() in {"none", "null"}:
        return None
    try:
        return json.loads(word.lower() if word.lower() in {"true", "false"} else word)
    except ValueError:
        return word


def combinations(grid: Mapping[str, Sequence[Any]], settings_of: SettingsOf) -> list[Setting]:
    """Every combination, the last name changing fastest; values that come to the same settings count once.

    Raises:
        InputError: there is nothing to vary, too much of it, or a setting has no effect here.
        SettingsError: a name or a value is wrong.
    """
    if not grid:
        raise InputError("There is nothing to sweep.", remedy="Name settings: --grid FILE or --set retrieval.k=3,5")
    for name, values in grid.items():
        _require_known(name)
        if not values:
            raise InputError(f"The grid names no value of {name}.", remedy=f"Write {name} = [value, value].")
    count = 1
    for values in grid.values():
        count *= len(values)
    if count > _MOST:
        raise InputError(f"The grid has {count} combinations, more than {_MOST}.", remedy="Take fewer values.")
    found: dict[str, Setting] = {}
    for chosen in itertools.product(*grid.values()):
        changes = dict(zip(grid, chosen, strict=True))
        setting = Setting(changes, settings_of(**_sections(changes)))
        found.setdefault(setting.settings.model_dump_json(), setting)
    return list(found.values())


def _sections(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = value
    return sections


def _require_known(name: str) -> None:
    section, _, key = name.partition(".")
    known = setting_names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or [
            each for each in known if each.partition(".")[2] in {key, section}
        ]
        told = f"Did you mean {' or '.join(near)}?" if near else "See the list of settings in README.md."
        raise SettingsError(f"There is no setting {name}.", remedy=told)
    why = _WITHOUT_EFFECT.get(section) or _WITHOUT_EFFECT.get(name)
    if why:
        raise InputError(f"{name} cannot be swept: {why}.", remedy="Leave it out of the grid.")


def setting_names() -> list[str]:
    """All names, ``section.key``."""
    names = []
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            names += [f"{section}.{key}" for key in kind.model_fields]
    return names


def told(changes: Mapping[str, Any]) -> str:
    """``chunk.max_tokens 256, retrieval.mode mmr``."""
    return ", ".join(f"{name} {'none' if value is None else value}" for name, value in changes.items())
