"""An index and a model that are not of each other: refused at every command, with the remedy, and nothing changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from rag.embeddings.static import save_static
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest, sha256_of

Run = Callable[..., Any]


def trained(folder: Path, seed: int, dimension: int = 8) -> Path:
    """A model of a few words, always of the same name; other weights for another seed."""
    words = ["<unk>", "faithfulness", "gradient", "dropout", "recall"]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(seed).normal(size=(len(words), dimension)).astype(np.float32)
    save_static(folder, "tiny", tokenizer.to_str(), vectors)
    return folder


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = trained(tmp_path / "model", seed=1)
    monkeypatch.setenv("COURSE_RAG_EMBEDDER__MODEL", str(folder))
    return folder


@pytest.fixture
def index(cli: Run, files: Path, model: Path, tmp_path: Path) -> Path:
    assert cli("build", files, "--index", tmp_path / "index").code == 0
    return tmp_path / "index"


def sums(index: Path) -> dict[str, str]:
    return {str(path): sha256_of(path) for path in sorted(index.rglob("*")) if path.is_file()}


def assert_refused(result: Any, *said: str) -> None:
    assert (result.code, result.out) == (1, "")
    sentence, remedy = result.err.splitlines()
    assert sentence.startswith("error: The index was built with the embedder tiny@")
    assert remedy.startswith("  → Rebuild")
    assert "--full" in remedy
    for words in said:
        assert words in result.err


@pytest.mark.parametrize("dimension", [8, 4])
def test_other_weights_of_the_same_name(cli: Run, files: Path, index: Path, model: Path, dimension: int) -> None:
    found = cli("search", "faithfulness", "--mode", "similarity", "--json", "--index", index)
    assert found.json["hits"][0]["source"] == "rag/02-evaluation.md"
    folder = IndexFolder(index)
    built_with = Manifest.read(folder.version_dir(1)).embedder
    before = sums(index)

    trained(model, seed=2, dimension=dimension)
    (files / "new.md").write_text("# New\n\ndropout dropout", encoding="utf-8")
    for command in (
        ("search", "faithfulness"),
        ("search", "faithfulness", "--mode", "keyword"),
        ("ask", "What is faithfulness?"),
        ("ask", "What is faithfulness?", "--json"),
        ("chat",),
        ("build", str(files)),
        ("build",),
    ):
        assert_refused(cli(*command, "--index", index), built_with)
    assert sums(index) == before

    assert cli("build", files, "--full", "--index", index).code == 0
    again = cli("search", "dropout", "--mode", "similarity", "--json", "--index", index)
    assert again.json["hits"][0]["source"] in ("new.md", "deep-learning/optimisation.md")
    assert Manifest.read(folder.version_dir(2)).dimension == dimension


def test_going_back_to_a_version_of_other_weights_is_told_when_it_is_asked(
    cli: Run, files: Path, index: Path, model: Path
) -> None:
    trained(model, seed=2)
    assert cli("build", files, "--full", "--index", index).code == 0
    assert cli("rollback", "1", "--index", index).code == 0
    assert_refused(cli("ask", "What is faithfulness?", "--index", index))
    assert cli("rollback", "2", "--index", index).code == 0
    assert cli("ask", "What is faithfulness?", "--index", index).code == 0


def test_another_model_in_the_settings_asks_with_that_of_the_index(
    cli: Run, files: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question can only be compared with vectors of the same model; a build would need ``--full``."""
    asked = ("search", "faithfulness", "--mode", "similarity", "--json", "--index", index)
    before = cli(*asked).json["hits"]
    monkeypatch.setenv("COURSE_RAG_EMBEDDER__MODEL", str(trained(tmp_path / "other", seed=3, dimension=4)))
    assert cli(*asked).json["hits"] == before
    assert_refused(cli("build", files, "--index", index), "the settings say tiny@")
