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
from tokenizers import Tokenizer, models, pre_tokenizers, processors

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
    return saved(tmp_path_factory.mktemp("neural") / "tiny-bert", seed=1)


def saved(folder: Path, seed: int) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "gradient", "descent", "기울기", "를", "따라", "dropout", "query", "passage", ":"]
    words += ["[CLS]", "[SEP]"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 12), ("[CLS]", 11))
    torch.manual_seed(seed)
    bert = BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=8,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=16,
        )
    )
    base = folder.with_name(folder.name + "-base")
    bert.save_pretrained(base)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(base)
    transformer = Transformer(str(base), max_seq_length=16)
    SentenceTransformer(modules=[transformer, Pooling(8)], device="cpu").save(str(folder))
    return folder


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
