"""Texts to token ids, many at once, and those of a batch to one padded array.

``SentenceTransformer.encode`` tokenises 32 texts at a time, between two batches of the GPU. Here thousands are
tokenised in one call, on all cores and without Python's lock, while the GPU computes, and sorted by their true length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.extras import require

_ENDLESS = 1_000_000
_BYTES_PER_TOKEN = 4
_PROBES = ("Gradient Descent – 기울기 하강법, É ﬁ\u3000２", "short", "")


@dataclass(frozen=True, slots=True)
class Features:
    """What the model takes for a batch.

    Attributes:
        values: by name; tensors of (texts × longest), and what holds for the batch.
        tokens: of the texts.
        padded: those that are computed, padding included.
    """

    values: dict[str, Any]
    tokens: int
    padded: int


class TokenSource(Protocol):
    """How a model comes by its tokens."""

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """Length of each text in tokens, and what ``features`` makes a batch of; called in a thread of its own."""

    def features(self, items: Sequence[Any]) -> Features:
        """What the model takes for a batch."""


class PlainTokens:
    """By the model's own ``preprocess``, batch by batch: right for every kind of module, tokeniser and modality."""

    def __init__(self, model: Any, prompt: str, task: str) -> None:
        """Take a model, what is put before each text, and ``query`` or ``document``."""
        self._model, self._prompt, self._task = model, prompt, task
        self._longest = max_tokens_of(model) or _ENDLESS

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """Texts as they are; their lengths are estimates."""
        extra = len(self._prompt.encode("utf-8", "replace"))
        sizes = byte_sizes(texts)
        return np.minimum((sizes + extra) // _BYTES_PER_TOKEN + 2, self._longest), [clean(text) for text in texts]

    def features(self, items: Sequence[Any]) -> Features:
        """By ``preprocess``."""
        values = dict(self._model.preprocess(list(items), prompt=self._prompt or None, task=self._task))
        computed = int(values["input_ids"].numel())
        mask = values.get("attention_mask")
        return Features(values, int(mask.sum()) if mask is not None else computed, computed)


class QuickTokens:
    """By the model's own tokeniser of the library ``tokenizers``, thousands at once; padding is ours.

    Only for models for which this gives what ``preprocess`` gives: ``token_source`` tries it.
    """

    def __init__(self, model: Any, prompt: str, task: str, backend: Any) -> None:
        """Take a model, what is put before each text, ``query`` or ``document``, and a copy of the tokeniser."""
        tokenizer = model.tokenizer
        self._prompt, self._backend = prompt, backend
        self._fill = {"input_ids": int(tokenizer.pad_token_id or 0), "token_type_ids": int(tokenizer.pad_token_type_id)}
        self._left = tokenizer.padding_side == "left"
        shown = model.preprocess([_PROBES[0]], prompt=prompt or None, task=task)
        self._names = [name for name, value in shown.items() if hasattr(value, "numel")]
        self._constant = {name: value for name, value in shown.items() if name not in self._names}

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """Token ids, special ones included."""
        encodings = self._backend.encode_batch_fast([self._prompt + clean(text) for text in texts])
        items: list[Any] = [np.array(encoding.ids, np.int64) for encoding in encodings]
        return np.fromiter(map(len, items), np.int64, len(items)), items

    def features(self, items: Sequence[Any]) -> Features:
        """Arrays of (texts × longest)."""
        lengths = np.fromiter(map(len, items), np.int64, len(items))
        longest = int(lengths.max(initial=0))
        columns = np.arange(longest)
        used = columns >= (longest - lengths)[:, None] if self._left else columns < lengths[:, None]
        arrays = {"attention_mask": used.astype(np.int64)}
        for name in {"input_ids", "token_type_ids"} & set(self._names):
            arrays[name] = np.full(used.shape, self._fill[name], np.int64)
            arrays[name][used] = np.concatenate(items) if name == "input_ids" and len(items) else 0
        make = require("torch", extra="neural").from_numpy
        values = {name: make(arrays[name]) for name in self._names}
        return Features(values | self._constant, int(lengths.sum()), used.size)


def token_source(model: Any, prompt: str, task: str, backend: Any | None) -> TokenSource:
    """The quick way where it gives exactly what the model's ``preprocess`` gives for some texts, else ``preprocess``.

    Args:
        model: a SentenceTransformer.
        prompt: put before each text.
        task: ``query`` or ``document``; some models go different ways for them.
        backend: what ``backend_of`` gave for the model.
    """
    plain = PlainTokens(model, prompt, task)
    if backend is None or hasattr(model[0], "sub_modules"):  # a Router may have a tokeniser for each way
        return plain
    longest = max_tokens_of(model) or 0
    texts = [*_PROBES, "gradient " * longest] if 0 < longest < _ENDLESS else [*_PROBES]
    wanted = plain.features(texts).values
    if {name for name, value in wanted.items() if hasattr(value, "numel")} - {
        *("input_ids", "attention_mask", "token_type_ids")
    }:
        return plain
    quick = QuickTokens(model, prompt, task, backend)
    found = quick.features(quick.prepare(texts)[1]).values
    return quick if _same(wanted, found) else plain


def backend_of(model: Any) -> Any | None:
    """A copy of the model's tokeniser that cuts at its maximum length and never pads; None if it has no such one.

    A copy: the library sets cutting and padding on the original at every call, while our thread would use it.
    """
    try:
        tokenizer = model.tokenizer
    except AttributeError:  # some first modules have none
        return None
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or getattr(tokenizer, "pad_token_type_id", None) is None:
        return None
    copy = type(backend).from_str(backend.to_str())
    copy.no_padding()
    longest = max_tokens_of(model)
    if longest is None:
        copy.no_truncation()
    else:
        copy.enable_truncation(longest, direction=tokenizer.truncation_side)
    return copy


def max_tokens_of(model: Any) -> int | None:
    """Tokens of a text that are read; some models name none, some a number beyond all texts."""
    longest = model.max_seq_length
    return int(longest) if longest is not None and longest < _ENDLESS else None


def byte_sizes(texts: Sequence[str]) -> NDArray[np.int64]:
    """Bytes of each text: a better guess at its tokens than its characters, where Korean stands beside English."""
    return np.fromiter((len(text.encode("utf-8", "replace")) for text in texts), np.int64, len(texts))


def clean(text: str) -> str:
    """Half of a surrogate pair, as JSON can bring in, is no text to a tokeniser; it becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _same(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    if wanted.keys() != found.keys():
        return False
    torch = require("torch", extra="neural")
    for name, value in wanted.items():
        same = torch.equal(value, found[name]) if isinstance(value, torch.Tensor) else value == found[name]
        if not same:
            return False
    return True
