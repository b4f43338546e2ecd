"""Embedding models of known shapes with random weights, and texts for them: nothing is downloaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.extras import require

LONGEST = 512
"""Tokens of a text that the made models read."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Shape:
    """A transformer encoder: layers, width, heads, width of the inner layer, entries of the vocabulary."""

    name: str
    layers: int
    width: int
    heads: int
    inner: int
    words: int

    def flops(self, tokens: NDArray[np.int64]) -> float:
        """Operations of the matrix products for texts of so many tokens, without padding; two per multiply-add."""
        each = 8 * self.width**2 + 4 * self.width * self.inner
        return float(self.layers * (each * tokens.sum() + 4 * self.width * (tokens.astype(np.float64) ** 2).sum()))


MINILM = Shape("MiniLM", layers=6, width=384, heads=12, inner=1_536, words=60_000)
BGE_M3 = Shape("bge-m3", layers=24, width=1_024, heads=16, inner=4_096, words=250_000)


def make_model(shape: Shape, folder: Path, seed: int = 0) -> Path:
    """A sentence-transformers folder of this shape with random weights: BERT's layers, word pieces, mean pooling."""
    library = require("sentence_transformers", extra="neural")
    transformers = require("transformers", extra="neural")
    modules = require("sentence_transformers.sentence_transformer.modules", extra="neural")
    require("torch", extra="neural").manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=shape.words,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=LONGEST,
    )
    base = folder / "base"
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(base)
    _tokenizer(shape.words).save_pretrained(base)
    parts = [modules.Transformer(str(base), max_seq_length=LONGEST), modules.Pooling(shape.width)]
    library.SentenceTransformer(modules=parts, device="cpu").save(str(folder / "model"))
    return folder / "model"


def make_texts(shape: Shape, count: int, seed: int = 0) -> list[str]:
    """Texts whose lengths are spread as those of passages: log-normal, 90 words in the middle, 3 to 600."""
    random = np.random.default_rng(seed)
    lengths = np.clip(random.lognormal(np.log(90), 0.8, count).astype(int), 3, 600)
    return [" ".join(map(_word, random.integers(200, shape.words - 200, length).tolist())) for length in lengths]


def _word(number: int) -> str:
    letters = ""
    while number:
        number, last = divmod(number, len(_LETTERS))
        letters += _LETTERS[last]
    return letters


def _tokenizer(words: int) -> Any:
    """Word pieces: special tokens, letters as continuations, and made words, each one token."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"##{letter}" for letter in _LETTERS)]
    names += list(dict.fromkeys(_word(number) for number in range(1, words)))
    vocabulary = {name: number for number, name in enumerate(names[:words])}
    inner = Tokenizer(models.WordPiece(vocabulary, unk_token=names[1]))
    inner.normalizer, inner.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return require("transformers", extra="neural").PreTrainedTokenizerFast(tokenizer_object=inner, **special)
