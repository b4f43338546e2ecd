from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a settings file."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_the_documented_ones() -> None:
    settings = load_settings()
    assert settings.embedder.model == "duo-ko-en"
    assert settings.llm.model == "extractive"
    assert (settings.retrieval.mode, settings.retrieval.k) == ("hybrid", 5)
    assert settings.index.path == Path("data/index")
    assert settings.ui.host == "127.0.0.1"


def test_the_file_of_the_working_directory_is_read(empty_folder: Path) -> None:
    written(empty_folder / "course-rag.toml", "[retrieval]\nk = 7\nmode = 'keyword'\n")
    assert (load_settings().retrieval.k, load_settings().retrieval.mode) == (7, "keyword")


def test_a_named_file_is_read_instead(empty_folder: Path, tmp_path: Path) -> None:
    written(empty_folder / "course-rag.toml", "[retrieval]\nk = 7\n")
    other = written(tmp_path / "other.toml", "[retrieval]\nfetch_k = 80\n")
    settings = load_settings(other)
    assert (settings.retrieval.k, settings.retrieval.fetch_k) == (5, 80)


def test_flags_win_over_environment_over_file(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(empty_folder / "course-rag.toml", "[retrieval]\nk = 7\nfetch_k = 70\nmmr_lambda = 0.7\n")
    monkeypatch.setenv("COURSE_RAG_RETRIEVAL__K", "8")
    monkeypatch.setenv("COURSE_RAG_RETRIEVAL__FETCH_K", "80")
    retrieval = load_settings(retrieval={"k": 9}).retrieval
    assert (retrieval.k, retrieval.fetch_k, retrieval.mmr_lambda, retrieval.mode) == (9, 80, 0.7, "hybrid")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[retrieval]\nks = 3\n", "There is no setting retrieval.ks."),
        ("[retriever]\nk = 3\n", "There is no setting retriever."),
        ("[retrieval]\nk = 0\n", "The setting retrieval.k is wrong"),
        ("[retrieval]\nmode = 'magic'\n", "The setting retrieval.mode is wrong"),
        ("[dedup]\nsimilarity = 1.5\n", "The setting dedup.similarity is wrong"),
        ("retrieval = 3\n", "The setting retrieval is wrong"),
        ("[retrieval\n", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path / "wrong.toml", text))
    assert message in caught.value.message
    assert caught.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cp949.toml"
    path.write_bytes("# 설정\n[retrieval]\nk = 3\n".encode("cp949"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("COURSE_RAG_RETRIEVAL__K", "many", "retrieval.k is wrong"),
        ("COURSE_RAG_RETRIEVAL", "{k: 3", "not valid JSON"),
        ("COURSE_RAG_RETRIEVAL__TOPK", "3", "no setting retrieval.topk"),
    ],
)
def test_a_wrong_environment_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message):
        load_settings()


@pytest.mark.parametrize("values", [{"k": 0}, {"mode": "magic"}, {"ks": 3}])
def test_a_wrong_flag_is_told(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        load_settings(retrieval=values)


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.retrieval.k = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        settings.retrieval = settings.retrieval  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    undescribed = [
        f"{section}.{name}"
        for section, field in Settings.model_fields.items()
        for name, setting in field.annotation.model_fields.items()  # type: ignore[union-attr]
        if not setting.description
    ]
    assert undescribed == []
