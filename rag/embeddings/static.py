"""Static embeddings: a text is the mean of its tokens' vectors.

No network is run: a token's vector is looked up, the vectors of a text are averaged, and the mean is scaled to length
1. That is the model of sentence-transformers' ``StaticEmbedding``, run here with numpy alone, because the command
line must answer before torch has even been imported. ``ingest/training`` trains and writes such a model.

A model is a folder of three files:

- ``config.json``: name, dimension, and the most tokens of a text that are read (null: all of them);
- ``tokenizer.json``: the vocabulary, in the format of Hugging Face ``tokenizers``;
- ``model.safetensors``: ``codes`` (tokens x dimension / 2, uint8: two codes of four bits in a byte, see ``pack``) and
  ``scales`` (tokens, float32). A token's vector is its codes times its scale; that of ``<unk>`` is zero.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

from rag.embeddings.base import Embedder
from rag.embeddings.model_folder import CONFIG_FILE, TOKENIZER_FILE, ModelFolder, encodable
from rag.embeddings.tokens import TokenRule

WEIGHTS_FILE = "model.safetensors"
BUNDLED = Path(__file__).parents[1] / "models" / "static-ko-en"
"""Folder of the model that comes with the package."""

_BATCH_CHARACTERS = 200_000
_PIECE_TOKENS = 4_096
_HIGHEST_CODE = 7
_CLIP_DEVIATIONS = 2.5


class StaticEmbeddings(Embedder):
    """Embeds texts by looking up and averaging token vectors; the vectors returned have length 1."""

    def __init__(
        self,
        folder: ModelFolder,
        config: dict[str, Any],
        tokenizer: Tokenizer,
        codes: NDArray[np.int8],
        scales: NDArray[np.float32],
    ) -> None:
        """Take the parts of a model that ``load`` has read and checked."""
        self._folder = folder
        self._name = str(config["name"])
        self._max_tokens: int | None = config["max_tokens"]
        self._tokenizer = tokenizer
        self._codes = codes
        self._scales = scales

    @classmethod
    def load(cls, folder: Path) -> "StaticEmbeddings":
        """Read a model from its folder.

        Raises:
            EmbedderError: a file is missing, is not what its name says, or does not fit the others.
        """
        files = ModelFolder(folder, "static")
        config, tokenizer = files.config(), files.tokenizer()
        codes, scales = _read_weights(files)
        tokens, dimension = codes.shape
        if dimension != config["dimension"]:
            raise files.broken(f"the weights have {dimension} dimensions, the configuration {config['dimension']}")
        if tokens != tokenizer.get_vocab_size():
            raise files.broken(f"the weights have {tokens} tokens, the tokenizer {tokenizer.get_vocab_size()}")
        if config["max_tokens"] is not None:
            tokenizer.enable_truncation(config["max_tokens"])
        return cls(files, config, tokenizer, codes, scales)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._codes.shape[1])

    @property
    def max_tokens(self) -> int | None:
        """Tokens of a text that are read; None: all of them."""
        return self._max_tokens

    @cached_property
    def token_rule(self) -> TokenRule:
        """Its tokenizer, and the most tokens of a text that are read."""
        return TokenRule(self._tokenizer.to_str(), self._max_tokens)

    @cached_property
    def identity(self) -> str:
        """``name@sha256:…`` of the model's files: where two are equal, so are the vectors.

        Raises:
            EmbedderError: a file has gone since the model was loaded.
        """
        return self._folder.identity(self._name, WEIGHTS_FILE)

    @property
    def weights(self) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Codes (tokens × dimension) and scales (tokens), for who goes on training it; not to be changed."""
        return self._codes, self._scales

    def embed_query(self, text: str) -> list[float]:
        """Embed a question, exactly as a passage is embedded."""
        vector: list[float] = self.embed_array([text])[0].tolist()
        return vector

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts into an array of shape (texts, dimension).

        Rows have length 1; the row of a text without a known token is zero. A row depends on its text alone: neither
        the order of the texts nor what else is embedded with them changes it.
        """
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start, stop in _batches(texts):
            batch = [encodable(text) for text in texts[start:stop]]
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start=start):
                sums[row] = self._sum_tokens(encoding.ids)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        # Scaling to length 1 makes the mean and the sum the same vector, so the sum is never divided.
        np.divide(sums, lengths, out=sums, where=lengths > 0)
        return sums

    def _sum_tokens(self, ids: list[int]) -> NDArray[np.float32]:
        """Sum of the vectors of a text's tokens, a piece at a time, so that a book takes no more memory than a page."""
        total = np.zeros(self.dimension, dtype=np.float32)
        for start in range(0, len(ids), _PIECE_TOKENS):
            piece = np.array(ids[start : start + _PIECE_TOKENS])
            # A product of scales and codes is the sum of scaled rows, and several times faster than adding them up.
            total += self._scales[piece] @ self._codes[piece].astype(np.float32)
        return total


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Store each row as codes from -7 to 7 and one scale: ``codes[i] * scales[i]`` stands for ``vectors[i]``.

    Values beyond 2.5 standard deviations are cut to that: with so few steps, finer ones for the many are worth more
    than true ends for the few. The mean of some tokens evens the rounding out: recall is that of eight
    bits, within its noise.
    """
    ends = np.minimum(np.abs(vectors).max(axis=1), _CLIP_DEVIATIONS * np.sqrt(np.mean(vectors**2, axis=1)))
    scales = (ends / _HIGHEST_CODE).astype(np.float32)
    codes = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None])
    return np.clip(codes, -_HIGHEST_CODE, _HIGHEST_CODE).astype(np.int8), scales


def pack(codes: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Two codes in a byte, each plus 8: a row's first half in the low four bits, its second half in the high ones."""
    low, high = np.split((codes + 8).astype(np.uint8), 2, axis=1)
    return np.asarray(low | (high << 4), dtype=np.uint8)


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Undo ``pack``: (tokens, dimension / 2) bytes to (tokens, dimension) codes."""
    return np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.int8) - np.int8(8)


def save_static(folder: Path, name: str, tokenizer_json: str, vectors: NDArray[np.float32]) -> None:
    """Write a model folder that ``load`` reads; ``vectors`` has shape (tokens, dimension), the dimension even."""
    save_codes(folder, name, tokenizer_json, *quantise(vectors))


def save_codes(
    folder: Path, name: str, tokenizer_json: str, codes: NDArray[np.int8], scales: NDArray[np.float32]
) -> None:
    """As ``save_static``, for vectors that are codes and scales already."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"name": name, "dimension": int(codes.shape[1]), "max_tokens": None}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / TOKENIZER_FILE).write_text(tokenizer_json, encoding="utf-8")
    (folder / WEIGHTS_FILE).write_bytes(save({"codes": pack(codes), "scales": scales}))


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Ranges of texts of about ``_BATCH_CHARACTERS`` together, so that memory does not grow with the texts."""
    cuts, pending = [0], 0
    for position, text in enumerate(texts, start=1):
        pending += len(text)
        if pending >= _BATCH_CHARACTERS:
            cuts.append(position)
            pending = 0
    if cuts[-1] != len(texts):
        cuts.append(len(texts))
    yield from pairwise(cuts)


def _read_weights(files: ModelFolder) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    try:
        weights = load_file(files.path / WEIGHTS_FILE)
    except (OSError, SafetensorError) as error:
        raise files.unreadable(WEIGHTS_FILE, error) from error
    codes, scales = weights.get("codes"), weights.get("scales")
    if codes is None or scales is None or codes.dtype != np.uint8 or codes.ndim != 2 or scales.shape != codes.shape[:1]:
        raise files.broken(f"{WEIGHTS_FILE} must hold codes (tokens x dimension / 2, uint8) and scales (tokens)")
    return unpack(codes), scales
