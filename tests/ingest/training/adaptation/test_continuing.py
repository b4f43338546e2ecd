"""Both kinds of model, continued on a few pairs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glossed_course import TERMS
from tokenizers import Tokenizer

from ingest.training.adaptation.progress import Limits
from ingest.training.adaptation.small_bert import SETTINGS, continue_bert
from ingest.training.adaptation.token_vectors import TokenVectorSettings, continue_static
from ingest.training.pairs import Pair
from rag.embeddings.static import BUNDLED, StaticEmbeddings
from rag.embeddings.transformer import TransformerEmbeddings

pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch calls what its next version deprecates

PAIRS = {"terms": [Pair(english, f"{korean}를 쓴다", english) for english, korean in TERMS.items()]}
STEPS = Limits(30)


def nearness(model: StaticEmbeddings | TransformerEmbeddings) -> float:
    """Mean cosine of a pair, less that of a term and the next one's text."""
    sides = [[getattr(pair, side) for pair in PAIRS["terms"]] for side in ("anchor", "positive")]
    anchors, positives = (model.embed_array(side) for side in sides)
    own, next_one = (anchors * positives).sum(1), (anchors * np.roll(positives, 1, axis=0)).sum(1)
    return float((own - next_one).mean())


@pytest.fixture
def one_thread() -> object:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_a_static_model_learns_the_pairs_and_moves_no_other_token(tmp_path: Path) -> None:
    before = StaticEmbeddings.load(BUNDLED)
    settings = TokenVectorSettings(pairs=12, rate=0.1)
    told: list[str] = []
    done = continue_static(before, PAIRS, tmp_path / "a", "static-ko-en-adapted", settings, STEPS, told.append)
    after = StaticEmbeddings.load(tmp_path / "a")
    assert done == 30 and told[0].startswith("step 20: loss ")
    assert nearness(after) > nearness(before) + 0.2
    assert after.identity.startswith("static-ko-en-adapted@sha256:") and after.identity != before.identity
    tokenizer = Tokenizer.from_str(before.token_rule.tokenizer)
    texts = [text for pair in PAIRS["terms"] for text in (pair.anchor, pair.positive)]
    known = {token for text in texts for token in tokenizer.encode(text).ids}
    moved = (before.weights[0] != after.weights[0]).any(axis=1)
    assert set(np.flatnonzero(moved).tolist()) <= known
    assert moved.sum() > 10
    assert np.array_equal(before.weights[1], after.weights[1])
    assert np.allclose(
        before.embed_array(["비가 오는 날의 수채화"]), after.embed_array(["비가 오는 날의 수채화"]), atol=0.05
    )
    continue_static(before, PAIRS, tmp_path / "b", "static-ko-en-adapted", settings, STEPS, told.append)
    assert StaticEmbeddings.load(tmp_path / "b").identity == after.identity


@pytest.mark.usefixtures("one_thread")
def test_the_weights_are_held_as_hard_as_asked(tmp_path: Path) -> None:
    before = StaticEmbeddings.load(BUNDLED)
    moved = []
    for hold in (0.0, 300.0):
        settings = TokenVectorSettings(pairs=12, rate=0.1, hold=hold)
        continue_static(before, PAIRS, tmp_path / str(hold), "x", settings, STEPS, lambda _: None)
        after = StaticEmbeddings.load(tmp_path / str(hold))
        moved.append(int(np.abs(before.weights[0].astype(int) - after.weights[0]).sum()))
    assert moved[1] < moved[0] / 2


def test_the_minutes_end_it_early(tmp_path: Path) -> None:
    limits = Limits(10_000, minutes=1e-5)
    before = StaticEmbeddings.load(BUNDLED)
    assert continue_static(before, PAIRS, tmp_path, "x", TokenVectorSettings(pairs=12), limits, lambda _: None) == 1


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> TransformerEmbeddings:
    """A random BERT of two layers that reads the bundled tokenizer's words of the pairs."""
    pytest.importorskip("onnx")
    pytest.importorskip("transformers")
    import torch
    from tokenizers import models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    from ingest.training.export import export

    texts = [text for pair in PAIRS["terms"] for text in (pair.anchor, pair.positive)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(word for text in texts for word in text.split())]
    folder = tmp_path_factory.mktemp("small")
    torch.manual_seed(3)
    sizes: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    sizes |= {"intermediate_size": 64, "max_position_embeddings": 24, "vocab_size": len(words)}
    BertModel(BertConfig(**sizes)).save_pretrained(folder / "float")
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "float" / "tokenizer.json"))
    export(folder / "float", folder / "model", "small", texts)
    return TransformerEmbeddings.load(folder / "model")


def test_a_transformer_learns_the_pairs_and_keeps_its_tokenizer(small: TransformerEmbeddings, tmp_path: Path) -> None:
    settings = replace(SETTINGS, contrast_pairs=12, body_rate=3e-3, embedding_rate=3e-2, held_weight=0.1, held=4)
    told: list[str] = []
    done = continue_bert(small, PAIRS, tmp_path / "free", "small-adapted", settings, STEPS, told.append)
    after = TransformerEmbeddings.load(tmp_path / "free")
    assert done == 30 and told[0].startswith("step 10, ")
    assert nearness(after) > nearness(small) + 0.2
    assert after.identity.startswith("small-adapted@sha256:")
    assert after.token_rule == small.token_rule and after.max_tokens == small.max_tokens
    # Held in place, it learns less and stays nearer to what it was.
    strict = replace(settings, held_weight=1_000.0)
    continue_bert(small, PAIRS, tmp_path / "held", "small-adapted", strict, STEPS, told.append)
    texts = [pair.positive for pair in PAIRS["terms"]]
    stay = [
        float((small.embed_array(texts) * model.embed_array(texts)).sum(1).mean())
        for model in (after, TransformerEmbeddings.load(tmp_path / "held"))
    ]
    assert stay[1] > stay[0] + 0.02
