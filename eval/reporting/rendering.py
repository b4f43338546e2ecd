"""How templates become HTML: escaped, and without anything that steers how text is shown."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.reporting.wording import below, interval, meaning, number, percent, stamp, visible

_LONGEST = 4000
"""Characters of a text that are shown at most, whatever it is."""

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Jinja with escaping on, whatever a template is called; a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "percent": percent, "stamp": stamp, "said": _said}
    made.globals |= {"below": below, "meaning": meaning, "interval": interval, "style": Markup(_style())}  # noqa: S704 - our own file
    return made


def _style() -> str:
    """The style sheet, without the white space that only its authors need."""
    return re.sub(r"\s*\n\s*", "\n", (_TEMPLATES / "report.css").read_text(encoding="utf-8"))


def _finalized(value: Any) -> Any:
    """What every expression of a template passes: nothing may steer how text is shown, or fill the page. We may."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return visible(
        value if len(value) <= _LONGEST else f"{value[:_LONGEST]} [… {len(value) - _LONGEST:,} characters …]"
    )


def _said(value: Any) -> str:
    """A setting as it is written in a settings file."""
    if value is None or value == "":
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
