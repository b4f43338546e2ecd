"""One batch through the model: on one device, or on several by the pool of sentence-transformers."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.engine.device import Placement, memory_share, release
from rag.embeddings.engine.tokenised import Features, PlainTokens, TokenSource, max_tokens_of
from rag.extras import require

_BATCHES_PER_CHUNK = 4
_CHUNKS_PER_DEVICE = 2


@dataclass(frozen=True, slots=True)
class Done:
    """A batch that went through.

    Attributes:
        vectors: (texts × dimension), of length 1.
        tokens: of the texts; 0 where other processes count them.
        padded: those that were computed, padding included; 0 likewise.
        seconds: that the device took; 0 where that is not known.
        memory_share: share of the device's memory taken at most so far; None where it does not tell.
    """

    vectors: NDArray[np.float32]
    tokens: int
    padded: int
    seconds: float = 0.0
    memory_share: float | None = None


class Started(Protocol):
    """A batch on its way."""

    def finish(self) -> Done:
        """Wait for it."""


class Runner(Protocol):
    """What runs batches.

    Attributes:
        name: of the device or devices.
        max_tokens: tokens of a text that are read; None: all.
        width: batches of the model that one ``start`` takes.
        ahead: batches that may be on their way while the next is made.
    """

    name: str
    max_tokens: int | None
    width: int
    ahead: int

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """Length of each text in tokens, and what ``start`` takes for it."""

    def start(self, items: Sequence[Any]) -> Started:
        """Begin a batch. Raises whatever torch raises, for want of memory too."""

    def release(self) -> None:
        """Give back memory that is kept for reuse."""


class LocalRunner:
    """The model on the device it lies on. CUDA computes while the next batch is made; other devices are waited for."""

    width = 1

    def __init__(self, model: Any, source: TokenSource, task: str, device: str) -> None:
        """Take a model, how it comes by its tokens, ``query`` or ``document``, and where it lies."""
        self._model, self._source, self._task = model, source, task
        self.name, self.max_tokens = device, max_tokens_of(model)
        self._cuda = device.startswith("cuda")
        self.ahead = 1 if self._cuda else 0

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """By the model's tokeniser."""
        return self._source.prepare(texts)

    def start(self, items: Sequence[Any]) -> Started:
        """Copy the tokens to the device, and call the model's own modules, whatever they are."""
        torch = require("torch", extra="neural")
        features = self._source.features(items)
        clock = _CudaClock(self.name) if self._cuda else _Clock()
        with torch.inference_mode():
            moved = {name: self._moved(value) for name, value in features.values.items()}
            vectors = self._model(moved, task=self._task)["sentence_embedding"]
            if self._model.truncate_dim is not None:
                vectors = vectors[:, : self._model.truncate_dim]
            vectors = torch.nn.functional.normalize(vectors.float(), p=2, dim=1)
            # Without waiting: into pinned memory, to be read once the clock has stopped.
            held = vectors.to("cpu", non_blocking=self._cuda)
        clock.stop()
        return _Local(held, features, clock, self.name if self._cuda else None)

    def release(self) -> None:
        """Empty torch's cache of the device."""
        release(self.name)

    def _moved(self, value: Any) -> Any:
        if not hasattr(value, "to"):
            return value
        # From pinned memory the copy runs beside the computing of the batch before.
        return value.pin_memory().to(self.name, non_blocking=True) if self._cuda else value.to(self.name)


@dataclass(frozen=True, slots=True)
class _Local:
    held: Any
    features: Features
    clock: "_Clock | _CudaClock"
    card: str | None

    def finish(self) -> Done:
        seconds = self.clock.seconds()
        # A copy: pinned memory is scarce and goes back to torch.
        vectors = np.array(self.held.numpy(), np.float32)
        share = memory_share(self.card) if self.card is not None else None
        return Done(vectors, self.features.tokens, self.features.padded, seconds, share)


class _Clock:
    """Of a device that is waited for."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._took = 0.0

    def stop(self) -> None:
        self._took = time.perf_counter() - self._began

    def seconds(self) -> float:
        return self._took


class _CudaClock:
    """Of a card that computes on its own: two marks in its queue; reading it waits for the second."""

    def __init__(self, device: str) -> None:
        cuda = require("torch", extra="neural").cuda
        self._stream = cuda.current_stream(device)
        self._first, self._last = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
        self._first.record(self._stream)

    def stop(self) -> None:
        self._last.record(self._stream)

    def seconds(self) -> float:
        self._last.synchronize()
        return float(self._first.elapsed_time(self._last)) / 1_000


class PoolRunner:
    """Several devices, each with a process and a copy of the model, by the library's pool."""

    ahead = 0

    def __init__(self, model: Any, pool: Any, prompt: str, task: str, devices: Sequence[str]) -> None:
        """Take a model and its started pool, what is put before a text, and ``query`` or ``document``."""
        self._model, self._pool, self._prompt, self._task = model, pool, prompt, task
        self._source = PlainTokens(model, prompt, task)
        self.name, self.max_tokens = ",".join(devices), max_tokens_of(model)
        self.width = len(devices) * _CHUNKS_PER_DEVICE * _BATCHES_PER_CHUNK

    def prepare(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[Any]]:
        """Texts as they are, with estimates of their lengths: the processes tokenise."""
        return self._source.prepare(texts)

    def start(self, items: Sequence[Any]) -> Started:
        """Deal the texts out and wait for all; that some device lacked memory is raised after the others are done."""
        size = -(-len(items) // self.width)
        found = self._model.encode(
            list(items),
            prompt=self._prompt,
            task=self._task,
            pool=self._pool,
            batch_size=size,
            chunk_size=size * _BATCHES_PER_CHUNK,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        vectors = np.array(found, np.float32)
        # In half precision the length is 1 to three digits only.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return _Pooled(Done(vectors, 0, 0))

    def release(self) -> None:
        """The memory is in other processes; a smaller batch finds room in what they keep."""


@dataclass(frozen=True, slots=True)
class _Pooled:
    done: Done

    def finish(self) -> Done:
        return self.done


@contextmanager
def pooled(model: Any, placement: Placement, prompt: str, task: str) -> Iterator[PoolRunner]:
    """Start a process per device, and end them; the model lies on the CPU meanwhile, shared with them."""
    pool = model.start_multi_process_pool(list(placement.devices))
    try:
        yield PoolRunner(model, pool, prompt, task, placement.devices)
    finally:
        model.stop_multi_process_pool(pool)
        model.to(placement.first)
