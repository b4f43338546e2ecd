"""Front matter: what a file of notes says about itself before its text, in YAML, TOML or JSON."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

_YAML = re.compile(r"\A\ufeff?\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\ufeff?\s*\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_LONGEST = 50_000
"""Characters in which front matter has to end."""
_DATES = (
    "last_modified_at",
    "lastmod",
    "last_modified",
    "last-modified",
    "last_updated",
    "date-modified",
    "date_modified",
    "modified",
    "updated",
    "updated_at",
    "update",
    "dg-updated",
    "수정일",
    "date",
    "published",
    "publishdate",
    "created",
    "created_at",
    "작성일",
)
"""Where a file says when it was changed; before when it was written."""
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-./년]\s?(\d{1,2})\s?[-./월]\s?(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Plain values by name; the title and the day of the last change where there are any."""

    values: dict[str, str | int | float] = field(default_factory=dict)
    title: str | None = None
    date: str | None = None


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Front matter, and the text below it."""
    for read in (_yaml, _toml, _json):
        found = read(text)
        if found is not None:
            values, rest = found
            plain = _scalars(values)
            title = plain.get("title")
            return FrontMatter(
                plain, str(title).strip() or None if title is not None else None, stated_day(plain)
            ), rest
    return FrontMatter(), text


def stated_day(values: Mapping[str, Any]) -> str | None:
    """The day a file says it was last changed: ``2025-09-01``."""
    lower = {str(name).lower(): value for name, value in values.items()}
    days = (day_in(str(lower[name])) for name in _DATES if name in lower)
    return next(filter(None, days), None)


def day_in(text: str) -> str | None:
    """The first day that is written in a text, year first."""
    for match in _DAY.finditer(text[:1000]):
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            continue
    return None


def _yaml(text: str) -> tuple[dict[Any, Any], str] | None:
    match = _YAML.match(text, 0, _LONGEST)
    if not match:
        return None
    import yaml

    try:
        values = yaml.safe_load(match[1])
    except ValueError:  # a day that is none, such as 31 February: everything as text
        values = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
    except (yaml.YAMLError, RecursionError):
        # Two rules with prose between them are no front matter; what is none is text.
        values = None
    looks = values is None and all(re.match(r"\s*[\w-]+\s*:|\s*-\s|\s|#|$", line) for line in match[1].split("\n"))
    if not isinstance(values, dict) and not looks:
        return None
    return values or {}, text[match.end() :]


def _toml(text: str) -> tuple[dict[Any, Any], str] | None:
    match = _TOML.match(text, 0, _LONGEST)
    if not match:
        return None
    try:
        return tomllib.loads(match[1]), text[match.end() :]
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _json(text: str) -> tuple[dict[Any, Any], str] | None:
    start = len(text) - len(text.lstrip("\ufeff \n"))
    if not text.startswith("{", start):
        return None
    try:
        values, end = json.JSONDecoder().raw_decode(text[:_LONGEST], start)
    except (ValueError, RecursionError):
        return None
    # Text may begin with an example in JSON; what has a title of its own is about the file.
    if isinstance(values, dict) and ({"title", "date"} & values.keys()) and text[end : end + 1] in ("\n", ""):
        return values, text[end:]
    return None


def _scalars(values: dict[Any, Any]) -> dict[str, str | int | float]:
    # Only plain values: aliases can make a nested one of any size.
    flat = {str(key): value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    return {key: value for key, value in flat.items() if isinstance(value, (str, int, float))}
