"""``--index`` and ``--config``, before the command and after it, and where settings come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def config(tmp_path: Path, index: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(f'[index]\npath = "{index.as_posix()}"\n\n[retrieval]\nk = 2\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [("status",), ("versions",), ("search", "검색"), ("ask", "검색")])
def test_index_stands_before_the_command_or_after_it(cli: Run, index: Path, command: tuple[str, ...]) -> None:
    name, *rest = command
    before = cli("--index", index, name, *rest, "--json")
    after = cli(name, *rest, "--index", index, "--json")
    between = cli(name, "--index", index, *rest, "--json")
    assert before.code == after.code == between.code == 0
    drop = ("took_ms",)
    plain = [
        {key: value for key, value in result.json.items() if key not in drop}
        if isinstance(result.json, dict)
        else result.json
        for result in (before, after, between)
    ]
    assert plain[0] == plain[1] == plain[2]
    assert cli(*command).code == 1  # there is no data/index here


def test_config_stands_before_the_command_or_after_it(cli: Run, config: Path) -> None:
    assert len(cli("--config", config, "search", "검색", "--json").json["hits"]) == 2
    assert len(cli("search", "검색", "--config", config, "--json").json["hits"]) == 2


def test_after_the_command_wins(cli: Run, index: Path, config: Path, tmp_path: Path) -> None:
    assert cli("--index", tmp_path / "none", "status", "--index", index).code == 0
    assert cli("--index", index, "status", "--index", tmp_path / "none").code == 1
    assert cli("--config", tmp_path / "none.toml", "status", "--config", config).code == 0


def test_a_flag_beats_the_environment_which_beats_the_file(
    cli: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_RETRIEVAL__K", "3")
    assert len(cli("search", "검색", "--config", config, "--json").json["hits"]) == 3
    assert len(cli("search", "검색", "--config", config, "-k", "1", "--json").json["hits"]) == 1
    assert len(cli("search", "검색", "--config", config, "--top-k", "4", "--json").json["hits"]) == 4


def test_course_rag_toml_of_the_working_directory_is_read(cli: Run, config: Path) -> None:
    config.rename(Path.cwd() / "course-rag.toml")
    assert len(cli("search", "검색", "--json").json["hits"]) == 2
