"""The transformer tier with a BERT of two layers and random weights, written without torch."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from ingest.training.bert_graph import Bert, Calibration, bert_graph, smoothed_layers
from rag.embeddings import transformer
from rag.embeddings.loading import bundled_models, load_embedder
from rag.embeddings.tokens import counter_of
from rag.embeddings.transformer import TransformerEmbeddings
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings

pytest.importorskip("onnx")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "gradient", "descent", "기울기", "를", "따라", "dropout", "query", ":"]
DIMENSION, INNER, POSITIONS = 32, 64, 40


def random_bert(seed: int) -> Bert:
    rng = np.random.default_rng(seed)

    def of(*shape: int) -> NDArray[np.float32]:
        return (0.3 * rng.standard_normal(shape)).astype(np.float32)

    tables = {"word": len(WORDS), "position": POSITIONS, "token_type": 2}
    weights = {f"embeddings.{name}_embeddings.weight": of(rows, DIMENSION) for name, rows in tables.items()}
    dense = {"attention.output": (32, 32), "intermediate": (INNER, 32), "output": (32, INNER)}
    dense |= {f"attention.self.{part}": (32, 32) for part in ("query", "key", "value")}
    norms = ["embeddings"]
    for layer in range(2):
        stem = f"encoder.layer.{layer}."
        norms += [f"{stem}attention.output", f"{stem}output"]
        for name, (rows, columns) in dense.items():
            full = stem + name + ("" if ".self." in name else ".dense")
            weights |= {f"{full}.weight": of(rows, columns), f"{full}.bias": of(rows)}
    for norm in norms:
        weights |= {f"{norm}.LayerNorm.weight": 1 + of(DIMENSION), f"{norm}.LayerNorm.bias": of(DIMENSION)}
    return Bert(weights, layers=2, heads=4, epsilon=1e-12)


def written(folder: Path, seed: int = 1, **config: Any) -> Path:
    """A model folder in eight bits, without smoothing; in its first layer two units are computed apart."""
    folder.mkdir(parents=True)
    bert = random_bert(seed)
    ones = {layer: np.ones(DIMENSION, np.float32) for layer in smoothed_layers(bert)}
    calibration = Calibration(ones, apart=[np.array([3, 40]), np.array([], np.int64)])
    (folder / "model.onnx").write_bytes(bert_graph(bert, calibration))
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    plain = {"name": "tiny", "dimension": DIMENSION, "max_tokens": 20, "query_prompt": "", "passage_prompt": ""}
    (folder / "config.json").write_text(json.dumps({**plain, "pooling": "mean", **config}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("transformer") / "tiny")


@pytest.fixture(scope="module")
def model(folder: Path) -> TransformerEmbeddings:
    return TransformerEmbeddings.load(folder)


def in_numpy(bert: Bert, ids: list[int]) -> NDArray[np.float64]:
    """The textbook BERT in double precision, then mean and scaling."""
    weights = {name: value.astype(np.float64) for name, value in bert.weights.items()}

    def norm(name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        return np.asarray(x * weights[f"{name}.LayerNorm.weight"] + weights[f"{name}.LayerNorm.bias"])

    def dense(name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])

    def gelu(x: NDArray[np.float64]) -> NDArray[np.float64]:
        from math import erf

        return np.asarray(x / 2 * (1 + np.vectorize(erf)(x / np.sqrt(2))))

    places = weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + places
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm("embeddings", x)
    for layer in range(bert.layers):
        stem = f"encoder.layer.{layer}"
        query, key, value = (
            dense(f"{stem}.attention.self.{part}", x).reshape(len(ids), bert.heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[2]))
        mixed = (scores / scores.sum(axis=2, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(f"{stem}.attention.output", x + dense(f"{stem}.attention.output.dense", mixed))
        x = norm(f"{stem}.output", x + dense(f"{stem}.output.dense", gelu(dense(f"{stem}.intermediate.dense", x))))
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_vectors_are_those_of_the_textbook(model: TransformerEmbeddings) -> None:
    expected = np.stack([in_numpy(random_bert(1), ids) for ids in ([2, 4, 5, 3], [2, 6, 7, 8, 1, 9, 3])])
    found = model.embed_array(["gradient descent", "기울기 를 따라 어디 dropout"])
    assert (found * expected).sum(axis=1).min() > 0.999
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    assert (model.dimension, model.max_tokens, found.dtype) == (DIMENSION, 20, np.float32)


@given(
    st.lists(st.lists(st.sampled_from([*WORDS[4:], "?"]), max_size=25).map(" ".join), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
@settings(max_examples=30, deadline=None)
def test_a_row_depends_on_its_text_alone(
    model: TransformerEmbeddings, texts: list[str], random: Random, batch: int
) -> None:
    alone = np.concatenate([model.embed_array([text]) for text in texts])
    order = list(range(len(texts)))
    random.shuffle(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transformer, "_BATCH_TEXTS", batch)
        patch.setattr(transformer, "_cores", lambda: 3)
        together = model.embed_array([texts[position] for position in order])
    assert np.array_equal(together, alone[order])
    assert model.embed_query(texts[0]) == alone[0].tolist()


def test_batches_come_in_order_and_count_their_tokens(
    model: TransformerEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformer, "_BATCH_TEXTS", 2)
    texts = ["gradient", "", "기울기 를 따라"]
    batches = list(model.embed_batches(texts))
    assert [batch.rows.tolist() for batch in batches] == [[0, 1], [2]]
    assert [(batch.tokens, batch.padded) for batch in batches] == [(3, 3), (5, 5)]
    assert np.array_equal(np.concatenate([batch.vectors for batch in batches]), model.embed_array(texts))
    assert list(model.embed_batches([])) == []
    assert model.embed_array([]).shape == (0, DIMENSION)


def test_text_without_known_tokens_is_zero(model: TransformerEmbeddings, tmp_path: Path) -> None:
    texts = ["", " \n", "어디", "\ud800 x", "[CLS]"]
    assert not model.embed_array(texts[:4]).any()
    prompted = TransformerEmbeddings.load(written(tmp_path / "prompted", query_prompt="query : "))
    assert not any(any(prompted.embed_query(text)) for text in texts[:4])
    assert np.array_equal(model.embed_array(["\ud800 gradient"]), model.embed_array(["? gradient"]))


def test_what_is_beyond_the_longest_is_not_read(model: TransformerEmbeddings) -> None:
    most = " ".join(["dropout"] * 18)
    assert np.array_equal(model.embed_array([most + " gradient 기울기"]), model.embed_array([most]))
    assert not np.array_equal(model.embed_array([most[8:] + " gradient"]), model.embed_array([most]))
    assert np.isfinite(model.embed_array(["gradient " * 50_000])).all()


def test_prompts_stand_before_question_and_passage(model: TransformerEmbeddings, tmp_path: Path) -> None:
    prompted = TransformerEmbeddings.load(
        written(tmp_path / "prompted", query_prompt="query : ", passage_prompt="descent ")
    )
    assert prompted.embed_query("dropout") == model.embed_query("query : dropout")
    assert np.array_equal(prompted.embed_array(["dropout"]), model.embed_array(["descent dropout"]))
    assert (model.token_rule.max_tokens, prompted.token_rule.max_tokens) == (18, 17)
    assert counter_of(model.token_rule).starts("gradient  descent 를").tolist() == [0, 10, 18]


def test_identity_follows_the_content_not_the_folder(folder: Path, tmp_path: Path) -> None:
    first = TransformerEmbeddings.load(folder).identity
    assert TransformerEmbeddings.load(written(tmp_path / "again")).identity == first
    assert first.startswith("tiny@sha256:")
    others = [written(tmp_path / "seed", seed=2), written(tmp_path / "prompt", query_prompt="query : ")]
    assert len({first, *(TransformerEmbeddings.load(other).identity for other in others)}) == 3


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_model_is_told_with_its_remedy(tmp_path: Path, name: str, damage: str) -> None:
    file = written(tmp_path / "tiny") / name
    content = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "other": b"[1, 2]"}[damage])
    with pytest.raises(EmbedderError, match=name) as caught:
        TransformerEmbeddings.load(tmp_path / "tiny")
    assert "\n" not in caught.value.message
    assert "course-rag embedder train" in caught.value.remedy


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"dimension": 6}, "must turn input_ids into 6 dimensions"),
        ({"max_tokens": 41}, "max_tokens in config.json must be from 3 to 40, not 41"),
        ({"max_tokens": 2}, "max_tokens in config.json must be from 3 to 40, not 2"),
        ({"max_tokens": None}, "max_tokens in config.json must be from 3 to 40, not None"),
        ({"max_tokens": "all"}, "must be null or a number from 1, not 'all'"),
        ({"pooling": "cls"}, "pooling in config.json must be 'mean', not 'cls'"),
    ],
)
def test_a_configuration_that_does_not_fit_is_told(tmp_path: Path, config: dict[str, Any], told: str) -> None:
    with pytest.raises(EmbedderError, match=told):
        TransformerEmbeddings.load(written(tmp_path / "tiny", **config))


def test_a_tokenizer_of_another_model_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "tiny") / "tokenizer.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["model"]["vocab"]["more"] = len(WORDS)
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(EmbedderError, match="the weights have 12 tokens, the tokenizer 13"):
        TransformerEmbeddings.load(tmp_path / "tiny")


def test_the_settings_choose_it_by_its_files(folder: Path, tmp_path: Path) -> None:
    loaded = load_embedder(EmbedderSettings(model=str(folder)))
    assert isinstance(loaded, TransformerEmbeddings)
    assert "static-ko-en" in bundled_models()
    for name in bundled_models():
        assert load_embedder(EmbedderSettings(model=name)).identity.startswith(f"{name}@sha256:")
    with pytest.raises(EmbedderError, match="There is no model in") as caught:
        load_embedder(EmbedderSettings(model=str(tmp_path / "none")))
    assert all(name in caught.value.remedy for name in bundled_models())


def test_it_runs_without_torch_and_network(folder: Path) -> None:
    script = f"""
import socket, sys
class Closed(socket.socket):
    def __init__(self, *_, **__):
        raise AssertionError("network")
socket.socket = Closed
from rag.embeddings.loading import load_embedder
from rag.settings import EmbedderSettings
assert "onnxruntime" not in sys.modules
model = load_embedder(EmbedderSettings(model={str(folder)!r}))
assert len(model.embed_documents(["gradient"] * 5)) == 5
assert not {{"torch", "onnx", "transformers", "sentence_transformers"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
