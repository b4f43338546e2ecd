"""All texts, longest first, batch by batch, tokenised ahead; nothing is lost to want of memory."""

import logging
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.base import EmbeddedBatch
from rag.embeddings.engine.budget import TokenBudget
from rag.embeddings.engine.device import is_out_of_memory
from rag.embeddings.engine.runners import Runner, Started
from rag.embeddings.engine.tokenised import byte_sizes
from rag.embeddings.engine.weights import first_line
from rag.errors import EmbedderError

_LOG = logging.getLogger(__name__)
_WINDOW_BATCHES = 8
_WINDOW_TEXTS = (64, 16_384)
_BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class _Work:
    """Texts of a window that wait, the longest first: (n,) positions, (n,) tokens, n items for the runner."""

    rows: NDArray[np.int64]
    lengths: NDArray[np.int64]
    items: list[Any]

    def first(self, count: int) -> "_Work":
        return _Work(self.rows[:count], self.lengths[:count], self.items[:count])

    def after(self, count: int) -> "_Work":
        return _Work(self.rows[count:], self.lengths[count:], self.items[count:])


_Flight = deque[tuple[_Work, Started]]


class Batches:
    """Runs texts through a model; one object per embedder, since what it learns of the memory holds for the next call.

    Attributes:
        budget: tokens of a batch.
    """

    def __init__(self, name: str, budget: TokenBudget, most_texts: int = 0) -> None:
        """Take the model's name for messages, the budget, and the most texts of a batch (0: what the budget allows)."""
        self._name, self.budget, self._most = name, budget, most_texts
        self._warned = False

    def run(self, texts: Sequence[str], runner: Runner) -> Generator[EmbeddedBatch, None, None]:
        """Embed all texts; each batch comes as soon as it is done.

        Raises:
            EmbedderError: the model fails, a single text finds no memory, or vectors are not numbers.
        """
        flight: _Flight = deque()
        with closing(_windows(texts, runner, self.budget)) as windows:
            for work in windows:
                yield from self._window(work, runner, flight)
        yield from self._landed(runner, flight)

    def _window(self, work: _Work, runner: Runner, flight: _Flight) -> Iterator[EmbeddedBatch]:
        alone = False
        while work.items:
            batch = work.first(self._count(work, runner))
            started = self._start(runner, batch)
            if started is not None:
                work, alone = work.after(len(batch.items)), False
                flight.append((batch, started))
                yield from self._landed(runner, flight, runner.ahead)
                continue
            # What is on its way holds memory: end it before the next try.
            yield from self._landed(runner, flight)
            runner.release()
            if alone:
                raise self._too_large(runner, int(batch.lengths[0]))
            alone = len(batch.items) == 1
            self._shrink(runner, batch)

    def _landed(self, runner: Runner, flight: _Flight, left: int = 0) -> Iterator[EmbeddedBatch]:
        """Wait for the oldest batches until so many are left on their way."""
        while len(flight) > left:
            yield self._finish(runner, *flight.popleft())

    def _count(self, work: _Work, runner: Runner) -> int:
        count = self.budget.texts(int(work.lengths[0]))
        return (min(count, self._most) if self._most else count) * runner.width

    def _start(self, runner: Runner, batch: _Work) -> Started | None:
        """None for want of memory: the caller tries again outside of ``except``, whose traceback holds tensors."""
        try:
            return runner.start(batch.items)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise self._failed(runner, error) from error
        return None

    def _finish(self, runner: Runner, batch: _Work, started: Started) -> EmbeddedBatch:
        try:
            done = started.finish()
        except RuntimeError as error:  # a card tells late what went wrong
            raise self._failed(runner, error) from error
        if not np.isfinite(done.vectors).all():
            raise EmbedderError(
                f"The embedding model {self._name!r} gives vectors that are not numbers on {runner.name}.",
                remedy="Set embedder.precision to fp32; some models overflow in fp16.",
            )
        self.budget.record(done.padded, done.seconds, done.memory_share)
        return EmbeddedBatch(batch.rows, done.vectors, done.tokens, done.padded)

    def _shrink(self, runner: Runner, batch: _Work) -> None:
        each = -(-len(batch.items) // runner.width)
        self.budget.halve(each * int(batch.lengths[0]))
        if not self._warned:
            self._warned = True
            _LOG.warning(
                "%s had no memory for %d texts of up to %d tokens; it goes on with %d tokens per batch. "
                "Set embedder.batch_tokens to begin with less.",
                *(runner.name, each, int(batch.lengths[0]), self.budget.limit),
            )

    def _too_large(self, runner: Runner, tokens: int) -> EmbedderError:
        return EmbedderError(
            f"The embedding model {self._name!r} has no memory on {runner.name} for one text of {tokens} tokens.",
            remedy="Set embedder.device to cpu, or end what else takes the device's memory.",
        )

    def _failed(self, runner: Runner, error: BaseException) -> EmbedderError:
        told = first_line(error) if isinstance(error, Exception) else type(error).__name__
        return EmbedderError(
            f"The embedding model {self._name!r} failed on {runner.name} ({told}).",
            remedy="Set embedder.device to cpu, or embedder.precision to fp32.",
        )


def _windows(texts: Sequence[str], runner: Runner, budget: TokenBudget) -> Generator[_Work, None, None]:
    """The texts in windows of about one length, longest first; each is tokenised while the one before is computed.

    Sorted over the whole call by bytes, which needs no tokeniser, and in the window by true lengths. The longest come
    first, so that memory runs out in the first batches or never.
    """
    if not texts:
        return
    sizes = byte_sizes(texts)
    order = np.argsort(-sizes, kind="stable")
    expected = sizes[order] // _BYTES_PER_TOKEN + 1
    if runner.max_tokens is not None:
        expected = np.minimum(expected, runner.max_tokens)
    until = np.cumsum(expected)

    def submitted(begin: int) -> tuple[int, Future[_Work]]:
        wanted = (until[begin - 1] if begin else 0) + _WINDOW_BATCHES * budget.limit * runner.width
        least, most = _WINDOW_TEXTS
        end = min(max(int(np.searchsorted(until, wanted)), begin + least), begin + most)
        return end, thread.submit(_prepared, texts, order[begin:end], runner)

    with ThreadPoolExecutor(1, thread_name_prefix="tokenise") as thread:
        end, coming = submitted(0)
        while True:
            work = coming.result()
            if end >= len(texts):
                yield work
                return
            end, coming = submitted(end)
            yield work


def _prepared(texts: Sequence[str], rows: NDArray[np.int64], runner: Runner) -> _Work:
    lengths, items = runner.prepare([texts[row] for row in rows.tolist()])
    order = np.argsort(-lengths, kind="stable")
    return _Work(rows[order], lengths[order], [items[position] for position in order.tolist()])
