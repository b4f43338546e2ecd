"""The command as a whole: what there is, how fast it says so, what it imports, and where it connects to."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from ui.cli.main import app

Run = Callable[..., Any]

COMMANDS = {
    "build",
    "status",
    "versions",
    "diff",
    "rollback",
    "search",
    "ask",
    "chat",
    "ui",
    "eval run",
    "eval compare",
    "eval generate",
    "doctor",
}


def leaves(command: Any, name: str = "") -> dict[str, Any]:
    """Every command by its full name."""
    if not hasattr(command, "commands"):
        return {name: command}
    found: dict[str, Any] = {}
    for child, inner in command.commands.items():
        found |= leaves(inner, f"{name} {child}".strip())
    return found


def options_of(command: Any) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


def test_every_command_of_the_contract_is_there_with_its_options() -> None:
    commands = leaves(typer.main.get_command(app))
    assert set(commands) >= COMMANDS
    for name in COMMANDS:
        assert options_of(commands[name]) >= {"--index", "--config"}, name
    for name in COMMANDS - {"chat", "ui", "eval generate"}:
        assert "--json" in options_of(commands[name]), name
    assert options_of(commands["build"]) >= {"--full"}
    for name in ("search", "ask"):
        assert options_of(commands[name]) >= {"-k", "--mode", "--threshold", "--questions"}
    assert "--llm" in options_of(commands["ask"])
    assert "--out" in options_of(commands["eval run"])
    assert all(command.help for command in commands.values())


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("eval", "--help")])
def test_help(cli: Run, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Usage: ")


def test_without_a_command_the_help_is_shown(cli: Run) -> None:
    result = cli()
    assert (result.code, result.out) == (2, "")
    assert "\n  build  " in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("unknown",),
        ("build", "--unknown"),
        ("ask",),
        ("search",),
        ("search", "two", "questions"),
        ("search", "question", "-k", "many"),
        ("search", "question", "--threshold", "high"),
        ("search", "question", "--questions", "file.jsonl"),
        ("rollback", "one"),
        ("diff", "1", "2", "3"),
        ("--index",),
        ("eval", "run"),
        ("ui", "--port", "http"),
    ],
)
def test_wrong_usage_is_exit_code_2(cli: Run, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert "Error: " in result.err
    assert "Traceback" not in result.err


def test_help_answers_at_once(process: Run) -> None:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        result = process("--help")
        times.append(time.perf_counter() - started)
        assert result.code == 0
        assert result.out.startswith("Usage: course-rag ")
    assert min(times) < 0.5


LISTED = """
import sys
from ui.cli.main import main
sys.argv[0] = "course-rag"
try:
    main()
except SystemExit as end:
    print(*sorted(sys.modules), file=sys.stderr)
    raise
"""


def modules_of(process: Run, *arguments: str | Path) -> set[str]:
    result = process(*arguments, program=LISTED)
    assert result.code == 0, result.err
    return set(result.err.splitlines()[-1].split())


HEAVY = {"torch", "sentence_transformers", "transformers", "streamlit", "ragas", "openai", "datasets"}
PARSERS = {"pypdf", "pypdfium2", "bs4", "lxml", "markdown_it", "ingest.parsers"}


@pytest.mark.parametrize("command", ["ask", "search"])
def test_asking_imports_neither_torch_nor_streamlit_nor_a_parser(process: Run, index: Path, command: str) -> None:
    modules = modules_of(process, command, "하이브리드 검색은 무엇인가요?", "--index", index, "--json")
    assert "rag.assistant" in modules
    assert modules & (HEAVY | PARSERS) == set()
    assert not [name for name in modules if name.startswith(("ingest", "eval"))]


@pytest.mark.parametrize("command", [("--help",), ("status", "--help")])
def test_help_imports_the_command_line_alone(process: Run, command: tuple[str, ...]) -> None:
    modules = modules_of(process, *command)
    assert modules & (HEAVY | PARSERS | {"numpy", "langchain_core", "kiwipiepy", "faiss", "rag.settings"}) == set()


def test_build_and_ask_open_no_connection(
    process: Run, files: Path, tmp_path: Path, closed_processes: tuple[dict[str, str], Path]
) -> None:
    env, log = closed_processes
    opened = process(program="import socket; socket.socket().connect(('192.0.2.1', 80))", env=env)
    assert "the network is closed" in opened.err
    assert log.read_text("utf-8").splitlines() == ["closed", "connect ('192.0.2.1', 80)"]

    log.unlink()
    built = process("build", files, "--index", tmp_path / "index", "--json", env=env)
    assert (built.code, built.json["files"]["indexed"]) == (0, 4)
    asked = process("ask", "What does faithfulness measure?", "--index", tmp_path / "index", "--json", env=env)
    assert (asked.code, asked.json["refused"]) == (0, False)
    lines = log.read_text("utf-8").splitlines()
    assert len(lines) >= 3  # two commands and at least one worker
    assert set(lines) == {"closed"}


def test_python_m_runs_it_too() -> None:
    command = [sys.executable, "-m", "ui.cli.main", "--help"]
    assert subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout.startswith("Usage: ")
