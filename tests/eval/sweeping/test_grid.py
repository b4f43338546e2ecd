"""Grids: what is read, what is refused and how, and which combinations there are."""

from pathlib import Path
from typing import Any

import pytest

from eval.sweeping.grid import combinations, parse_set, read_grid, setting_names, told
from rag.errors import CourseRagError, InputError, SettingsError
from rag.settings import load_settings


def test_a_grid_in_toml_and_json_and_on_the_command_line_is_the_same(tmp_path: Path) -> None:
    expected = {"chunk.max_tokens": [256, 384], "retrieval.mode": ["hybrid", "mmr"], "retrieval.k": [3]}
    toml, json = tmp_path / "grid.toml", tmp_path / "grid.json"
    toml.write_text(
        '[chunk]\nmax_tokens = [256, 384]\n[retrieval]\nmode = ["hybrid", "mmr"]\nk = 3\n', encoding="utf-8"
    )
    json.write_text('{"chunk": {"max_tokens": [256, 384]}, "retrieval": {"mode": ["hybrid", "mmr"], "k": 3}}', "utf-8")
    assert read_grid(toml) == read_grid(json) == expected
    assert parse_set(["chunk.max_tokens=256,384", "retrieval.mode=hybrid, mmr", "retrieval.k=3"]) == expected


def test_values_on_the_command_line_have_their_kinds() -> None:
    given = parse_set(
        ["retrieval.threshold=none,0.3", "retrieval.interleave=true,False", "retrieval.k=3", "retrieval.k=5"]
    )
    assert given == {
        "retrieval.threshold": [None, 0.3],
        "retrieval.interleave": [True, False],
        "retrieval.k": [3, 5],
    }
    assert told({"retrieval.threshold": None, "retrieval.k": 3}) == "retrieval.threshold none, retrieval.k 3"


def test_every_combination_once_the_last_name_fastest() -> None:
    found = combinations({"retrieval.k": [3, 5], "retrieval.mode": ["mmr", "keyword"]}, load_settings)
    assert [tuple(each.changes.values()) for each in found] == [(3, "mmr"), (3, "keyword"), (5, "mmr"), (5, "keyword")]
    assert (found[3].settings.retrieval.k, found[3].settings.retrieval.mode) == (5, "keyword")
    assert len(combinations({"retrieval.k": [3, 3.0, 5]}, load_settings)) == 2


@pytest.mark.parametrize(
    ("grid", "kind", "message", "remedy"),
    [
        ({}, InputError, "nothing to sweep", "--set"),
        ({"retrieval.k": []}, InputError, "names no value of retrieval.k", "retrieval.k ="),
        ({"retrieval.kk": [1]}, SettingsError, "no setting retrieval.kk", "retrieval.k"),
        ({"chunksize": [1]}, SettingsError, "no setting chunksize", "list of settings"),
        ({"k": [1]}, SettingsError, "no setting k", "retrieval.k"),
        ({"retrieval.k": [0]}, SettingsError, "retrieval.k|k is wrong", "README"),
        ({"retrieval.mode": ["best"]}, SettingsError, "mode is wrong", "README"),
        ({"llm.model": ["a"]}, InputError, "llm.model cannot be swept: the language model", "Leave it out"),
        ({"retrieval.hyde": [True]}, InputError, "retrieval.hyde cannot be swept", "Leave it out"),
        ({"index.path": ["a"]}, InputError, "index.path cannot be swept", "Leave it out"),
        ({"retrieval.k": list(range(1, 502))}, InputError, "501 combinations", "fewer"),
    ],
)
def test_what_cannot_be_swept_is_told(
    grid: dict[str, list[Any]], kind: type[CourseRagError], message: str, remedy: str
) -> None:
    with pytest.raises(kind, match=message) as error:
        combinations(grid, load_settings)
    assert remedy in error.value.remedy


@pytest.mark.parametrize("content", ["[retrieval", "k = 3", '"text"', None])
def test_a_grid_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "grid.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="grid.toml"):
        read_grid(path)


@pytest.mark.parametrize("given", ["retrieval.k", "=3", "retrieval.k="])
def test_a_setting_without_value_is_told(given: str) -> None:
    with pytest.raises(InputError, match="names no value"):
        parse_set([given])


def test_names_are_those_of_the_settings() -> None:
    names = setting_names()
    assert {"chunk.max_tokens", "retrieval.dense_weight", "index.window_chars"} <= set(names)
    assert all(name.count(".") == 1 for name in names)
