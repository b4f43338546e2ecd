"""The table of suffixes and the parsers agree, and a parser is imported only when it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.parsers.registry import FORMATS, parser_for
from rag.settings import ParseSettings


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_suffix_has_its_parser_in_either_case(suffix: str) -> None:
    for name in (f"a{suffix}", f"A{suffix.upper()}"):
        parser = parser_for(Path(name))
        assert f"{type(parser).__module__.removeprefix('ingest.parsers.')}.{type(parser).__name__}" == FORMATS[suffix]


def test_unknown_suffix_has_none() -> None:
    assert parser_for(Path("a.odt")) is None
    assert parser_for(Path("Makefile")) is None


def test_settings_reach_the_notebook_parser() -> None:
    parser = parser_for(Path("a.ipynb"), ParseSettings(notebook_output_chars=7))
    assert getattr(parser, "output_chars", None) == 7


def test_registry_imports_no_parser_library() -> None:
    code = (
        "import sys, ingest.sources.discovery, ingest.parsers.registry as r; from pathlib import Path; "
        "r.parser_for(Path('a.txt')); heavy = ('pypdfium2', 'pypdf', 'bs4', 'lxml', 'markdown_it', 'mdit_py_plugins'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
