"""Embeddings of a small transformer, run by onnxruntime without torch.

A text is the mean of what a BERT makes of its tokens, scaled to length 1; ``ingest/training/export.py`` writes such a
model from a sentence-transformers checkpoint. A model is a folder of three files:

- ``config.json``: name, dimension, the most tokens of a text that are read (those the model adds included), what is
  put before a question and before a passage, and the pooling (``mean``);
- ``tokenizer.json``: the vocabulary, in the format of Hugging Face ``tokenizers``;
- ``model.onnx``: token ids (1 × tokens) to the pooled unit vector (1 × dimension), eight-bit weights inside.

Each text is one run of its own, on one thread; as many threads run side by side as there are cores. So no token is
computed for padding, and a vector cannot depend on what else is embedded: the activations are rounded to eight bits
by a scale that is found anew for each run, which in a batch would be a scale for all its texts together.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.embeddings.model_folder import ModelFolder, encodable
from rag.embeddings.tokens import TokenCounter, TokenRule
from rag.errors import EmbedderError

WEIGHTS_FILE = "model.onnx"

_BATCH_TEXTS = 256
_ERRORS_ONLY = 3

_Vector = NDArray[np.float32]
_Map = Callable[[Callable[[list[int]], _Vector], Iterable[list[int]]], Iterable[_Vector]]


class TransformerEmbeddings(Embedder):
    """Embeds texts by a BERT in ONNX; the vectors returned have length 1."""

    def __init__(self, folder: ModelFolder, config: dict[str, Any], tokenizer: Tokenizer, session: Any) -> None:
        """Take the parts of a model that ``load`` has read and checked; the tokenizer cuts nothing yet."""
        self._folder = folder
        self._name = str(config["name"])
        self._dimension = int(config["dimension"])
        self._query_prompt, self._passage_prompt = str(config["query_prompt"]), str(config["passage_prompt"])
        self._max_tokens: int = config["max_tokens"]
        self._rule = TokenRule(tokenizer.to_str())
        tokenizer.enable_truncation(self._max_tokens)
        self._tokenizer = tokenizer
        self._unknown = tokenizer.token_to_id(getattr(tokenizer.model, "unk_token", None) or "[UNK]")
        self._session = session

    @classmethod
    def load(cls, folder: Path) -> "TransformerEmbeddings":
        """Read a model from its folder.

        Raises:
            EmbedderError: a file is missing, is not what its name says, or does not fit the others.
        """
        files = ModelFolder(folder, "transformer")
        config = files.config("query_prompt", "passage_prompt", "pooling")
        if config["pooling"] != "mean":
            raise files.broken(f"pooling in config.json must be 'mean', not {config['pooling']!r}")
        tokenizer = files.tokenizer()
        tokenizer.no_padding()
        tokenizer.no_truncation()
        session = _session(files)
        _check_fit(files, config, tokenizer, session)
        return cls(files, config, tokenizer, session)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._folder.path

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, with those the model adds and those of the prompt."""
        return self._max_tokens

    @cached_property
    def token_rule(self) -> TokenRule:
        """Its tokenizer, and the room for a passage: less special tokens and prompt."""
        added = self._tokenizer.num_special_tokens_to_add(False) + TokenCounter(self._rule).count(self._passage_prompt)
        return TokenRule(self._rule.tokenizer, max(self._max_tokens - added, 1))

    @cached_property
    def identity(self) -> str:
        """``name@sha256:…`` of the model's files: where two are equal, so are the vectors.

        Raises:
            EmbedderError: a file has gone since the model was loaded.
        """
        return self._folder.identity(self._name, WEIGHTS_FILE)

    def embed_query(self, text: str) -> list[float]:
        """A question to its unit vector."""
        vectors, _ = self._embed([text], self._query_prompt, map)
        row: list[float] = vectors[0].tolist()
        return row

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension); the row of a text without a known token is zero.

        A row depends on its text alone: neither the order of the texts nor what else is embedded with them changes it.

        Raises:
            EmbedderError: onnxruntime cannot run the model, as when memory is short.
        """
        found = [batch.vectors for batch in self.embed_batches(texts)]
        return np.concatenate(found) if found else np.empty((0, self._dimension), np.float32)

    def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
        """Passages to unit vectors, a batch at a time in their order, on all cores that this process may use."""
        with ThreadPoolExecutor(_cores(), thread_name_prefix="embed") as pool:
            for first in range(0, len(texts), _BATCH_TEXTS):
                some = texts[first : first + _BATCH_TEXTS]
                vectors, tokens = self._embed(some, self._passage_prompt, pool.map)
                yield EmbeddedBatch(np.arange(first, first + len(some)), vectors, tokens, tokens)

    def _embed(self, texts: Sequence[str], prompt: str, over: _Map) -> tuple[NDArray[np.float32], int]:
        """Vectors of the texts and how many tokens they have; ``over`` runs the model for each."""
        encodings = self._tokenizer.encode_batch_fast([prompt + encodable(text) for text in texts])
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        asked = self._known(prompt)
        rows = [row for row, encoding in enumerate(encodings) if self._count(encoding) > asked]
        for row, vector in zip(rows, over(self._run, [encodings[row].ids for row in rows]), strict=True):
            vectors[row] = vector
        return vectors, sum(len(encodings[row]) for row in rows)

    def _run(self, ids: list[int]) -> NDArray[np.float32]:
        """The vector of one text; onnxruntime lets other threads run meanwhile."""
        try:
            found: list[_Vector] = self._session.run(None, {"input_ids": np.array([ids], np.int64)})
        # onnxruntime's exceptions have no common base but Exception.
        except Exception as error:
            told = f"The embedding model {self._name!r} failed on a text of {len(ids)} tokens ({error})."
            raise EmbedderError(told, remedy="Free some memory, or choose the model 'static-ko-en'.") from error
        vector: _Vector = found[0][0]
        return vector

    def _known(self, text: str) -> int:
        return self._count(self._tokenizer.encode(text)) if text else 0

    def _count(self, encoding: Encoding) -> int:
        """Tokens that say something: neither added by the model nor unknown."""
        pairs = zip(encoding.ids, encoding.special_tokens_mask, strict=True)
        return sum(not special and token != self._unknown for token, special in pairs)


def _session(files: ModelFolder) -> Any:
    """The model in onnxruntime: on the CPU, one thread a run, and no word but of errors.

    Raises:
        EmbedderError: the file is missing, or no model that this onnxruntime can run.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(_ERRORS_ONLY)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is written as it is to be run: there is nothing to gain, and looking for it takes 25 ms.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_mem_pattern = False  # one plan a text length would be kept
    try:
        content = (files.path / WEIGHTS_FILE).read_bytes()
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    # onnxruntime's exceptions have no common base but Exception.
    except Exception as error:
        raise files.unreadable(WEIGHTS_FILE, error) from error


def _check_fit(files: ModelFolder, config: dict[str, Any], tokenizer: Tokenizer, session: Any) -> None:
    """Raise unless configuration, tokenizer and weights are of one model."""
    told = session.get_modelmeta().custom_metadata_map
    ports = [port.name for port in session.get_inputs()], [port.shape[-1:] for port in session.get_outputs()]
    if ports != (["input_ids"], [[config["dimension"]]]):
        raise files.broken(f"{WEIGHTS_FILE} must turn input_ids into {config['dimension']} dimensions")
    tokens, positions = int(told.get("tokens", 0)), int(told.get("positions", 0))
    if tokens != tokenizer.get_vocab_size():
        raise files.broken(f"the weights have {tokens} tokens, the tokenizer {tokenizer.get_vocab_size()}")
    most, added = config["max_tokens"], tokenizer.num_special_tokens_to_add(False)
    if most is None or not added < most <= positions:
        raise files.broken(f"max_tokens in config.json must be from {added + 1} to {positions}, not {most!r}")


def _cores() -> int:
    """Cores this process may use; not all systems can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
