"""The command line, run in this process or as a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.workers import serial_map
from ui.cli.main import app


@dataclass(frozen=True)
class Ran:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout, all of it, as one line of JSON."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process; an exception that is not told fails the test."""
    # Files are read in this process, which is the map's other form and a second faster; ``process`` has the workers.
    monkeypatch.setattr("ingest.build.ProcessMap", lambda *limits: serial_map)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")

    def run(*arguments: str | Path, input: str | None = None) -> Ran:  # noqa: A002
        result = CliRunner().invoke(app, [str(each) for each in arguments], input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run a command as a process; ``program`` is what to run instead of the installed command."""

    def run(*arguments: str | Path, input: str = "", env: dict[str, str] | None = None, program: str = "") -> Ran:  # noqa: A002
        start = [sys.executable, "-c", program] if program else [str(Path(sys.executable).with_name("course-rag"))]
        result = subprocess.run(
            [*start, *map(str, arguments)],
            input=input,
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=os.environ | {"COURSE_RAG_PARSE__WORKERS": "1", "PYTHONIOENCODING": "utf-8"} | (env or {}),
            timeout=120,
            check=False,
        )
        return Ran(result.returncode, result.stdout, result.stderr)

    return run


@pytest.fixture
def index(course_index: Path, tmp_path: Path) -> Path:
    """A copy of the small course's index that may be changed."""
    shutil.copytree(course_index, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def files(course_files: Path, tmp_path: Path) -> Path:
    """A copy of the small course's files that may be changed."""
    shutil.copytree(course_files, tmp_path / "course")
    return tmp_path / "course"
