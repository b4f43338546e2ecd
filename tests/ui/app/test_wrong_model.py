"""The page over an index whose embedding model has other weights now: told, with the remedy, and no answer."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.build import Build
from ingest.workers import serial_map
from rag.embeddings.static import save_static
from rag.settings import load_settings
from ui.app.escaping import label


def trained(folder: Path, seed: int) -> Path:
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0, "ranks": 1, "rare": 2}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    save_static(folder, "tiny", tokenizer.to_str(), np.random.default_rng(seed).normal(size=(3, 8)).astype(np.float32))
    return folder


def test_a_model_retrained_in_place_is_told_with_its_remedy(page_of: Callable[[Path], AppTest], tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notes.md").write_text("# BM25\n\nBM25 ranks by rare words.\n", encoding="utf-8")
    model = trained(tmp_path / "model", seed=1)
    settings = load_settings(None, index={"path": tmp_path / "index"}, embedder={"model": str(model)})
    Build(settings, file_map=serial_map).run([tmp_path / "documents"])
    shutil.copytree(tmp_path / "index", tmp_path / "other")
    page = page_of(tmp_path / "index").run()
    assert (len(page.error), len(page.chat_input)) == (0, 1)

    trained(model, seed=2)
    page = page_of(tmp_path / "other").run()  # the first one is open already, with the weights it was built with
    assert not page.exception
    assert not page.chat_input
    assert len(page.error) == 1
    assert label("The index was built with the embedder tiny@") in page.error[0].value
    assert label("course-rag build FOLDER --full") in page.error[0].value
