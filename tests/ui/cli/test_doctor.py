"""``doctor``, as processes: it looks at torch, which takes a while to import."""

import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tiny_models import cross_encoder

from rag.settings import Settings

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


def test_a_sound_index(process: Run, index: Path) -> None:
    result = process("doctor", "--json", "--index", index)
    assert (result.code, result.err) == (0, "")
    facts = result.json
    assert list(facts) == [
        *("course_rag", "libraries", "device", "faiss", "embedder", "reranker", "llm", "reading", "settings", "index")
    ]
    assert facts["course_rag"] == version("course-rag")
    assert set(facts["libraries"]) == {"base", "cpu", "gpu", "formats", "neural", "llm", "eval"}
    assert facts["libraries"]["base"]["kiwipiepy"] == version("kiwipiepy")
    assert set(facts["settings"]) == set(Settings.model_fields)
    assert (facts["index"]["sound"], facts["index"]["version"], facts["index"]["chunks"]) == (True, 1, 7)
    assert facts["llm"] == "extractive"
    assert facts["reranker"] is None
    assert set(facts["reading"]) == {"ocr", "speech"}


def test_no_index_is_no_fault(process: Run, tmp_path: Path) -> None:
    result = process("doctor", "--index", tmp_path / "none")
    assert result.code == 0
    assert f"index {tmp_path / 'none'}: There is no index in {tmp_path / 'none'}." in result.out
    assert "  → Build one: course-rag build" in result.out


def test_a_damaged_index_is_exit_code_1(process: Run, index: Path) -> None:
    path = index / "versions/1/chunks.sqlite"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    result = process("doctor", "--json", "--index", index)
    assert result.code == 1
    assert result.json["index"]["sound"] is False
    assert "damaged" in result.json["index"]["problem"]
    assert "course-rag build" in result.json["index"]["remedy"]


def test_the_device_is_told_with_its_reason(process: Run, tmp_path: Path) -> None:
    import torch

    facts = process("doctor", "--json", "--index", tmp_path / "none").json
    device = facts["device"]
    if torch.cuda.is_available():
        assert device["devices"] == [f"cuda:{number}" for number in range(torch.cuda.device_count())]
        assert [gpu["name"] for gpu in device["gpus"]] == [
            torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())
        ]
    else:
        assert (device["devices"], device["precision"], device["gpus"]) == (["cpu"], "fp32", [])
        assert device["why"].startswith("cpu: torch ")
    assert facts["faiss"]["problem"] is None
    told = process("doctor", "--index", tmp_path / "none").out
    assert f"device: {', '.join(device['devices'])}, {device['precision']} ({device['why']})" in told
    assert f"FAISS: {facts['faiss']['library'][0]}, on the " in told


def test_a_device_that_is_not_here_is_told(process: Run, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    settings = tmp_path / "course-rag.toml"
    settings.write_text("[embedder]\ndevice = 'cuda'\n", encoding="utf-8")
    result = process("doctor", "--config", settings, "--index", tmp_path / "none")
    assert "device: none (The embedding model cannot be loaded on cuda (torch " in result.out
    assert "  → Set embedder.device to auto or cpu" in result.out


def test_a_reranker_is_told_with_its_device(process: Run, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    settings = tmp_path / "course-rag.toml"
    model = cross_encoder(tmp_path / "tiny")
    lines = ["[embedder]", "device = 'cpu'", "[retrieval]", f"reranker = '{model}'"]
    settings.write_text("\n".join(lines), encoding="utf-8")
    result = process("doctor", "--config", settings, "--index", tmp_path / "none")
    assert result.code == 0
    assert f"reranker: {model} on cpu, fp32, reads 16 tokens\n" in result.out
    facts = process("doctor", "--json", "--config", settings, "--index", tmp_path / "none").json["reranker"]
    assert (facts["model"], facts["device"], facts["max_tokens"]) == (str(model), "cpu", 16)
    shutil.rmtree(model)
    broken = process("doctor", "--config", settings, "--index", tmp_path / "none")
    assert broken.code == 1
    assert f"reranker: There is no model in {model}.\n  → Give a folder with a cross-encoder" in broken.out


def test_both_faiss_distributions_at_once_are_an_error(
    process: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their metadata alone stand for them: that is all that is looked at before either is imported."""
    for name in ("faiss-cpu", "faiss-gpu"):
        folder = tmp_path / "site" / f"{name.replace('-', '_')}-9.9.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.9\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    result = process("doctor", "--index", tmp_path / "none")
    assert result.code == 1
    assert "FAISS: faiss-cpu 9.9 and faiss-gpu 9.9 are both installed, and own the same files." in result.out
    assert "  → Keep one: pip uninstall -y faiss-cpu faiss-gpu" in result.out
