"""The table of suffixes and the parsers agree, and a parser is imported only when it is needed."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.parsers.registry import FORMATS, parser_for
from rag.settings import ParseSettings

MODULES = ("pdf", "html_page", "markdown", "notebook", "rst", "text")


def test_table_equals_the_parsers_own_suffixes() -> None:
    stated = [suffix for name in MODULES for suffix in importlib.import_module(f"ingest.parsers.{name}").SUFFIXES]
    assert sorted(stated) == sorted(FORMATS)


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_suffix_has_its_parser_in_either_case(suffix: str) -> None:
    for name in (f"a{suffix}", f"A{suffix.upper()}"):
        parser = parser_for(Path(name))
        assert parser is not None
        assert suffix in importlib.import_module(type(parser).__module__).SUFFIXES


def test_unknown_suffix_has_none() -> None:
    assert parser_for(Path("a.docx")) is None
    assert parser_for(Path("Makefile")) is None


def test_settings_reach_the_notebook_parser() -> None:
    parser = parser_for(Path("a.ipynb"), ParseSettings(notebook_output_chars=7))
    assert getattr(parser, "output_chars", None) == 7


def test_registry_imports_no_parser_library() -> None:
    code = (
        "import sys, ingest.discovery, ingest.parsers.registry as r; from pathlib import Path; "
        "r.parser_for(Path('a.txt')); heavy = ('pypdfium2', 'pypdf', 'bs4', 'lxml', 'markdown_it', 'mdit_py_plugins'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
