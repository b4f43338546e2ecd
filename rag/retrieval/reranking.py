"""A second reading of the best candidates: a cross-encoder reads question and passage together.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". It sees how the words of both bear on each other, which two vectors
made apart cannot tell, and costs a run of a transformer for each passage: so only the best candidates are read.

The seam is LangChain's ``BaseCrossEncoder``: ``CourseRetriever`` takes any, and loads the one of the settings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from langchain_core.cross_encoders import BaseCrossEncoder
from numpy.typing import NDArray

from rag.chunks import Chunk, embedded_text
from rag.embeddings.engine import device as devices
from rag.embeddings.engine import weights
from rag.embeddings.engine.device import Precision
from rag.embeddings.engine.tokenised import backend_of, clean, max_tokens_of
from rag.errors import RerankerError
from rag.extras import require
from rag.retrieval.fusion import Scores
from rag.sentences import Span, split_quickly
from rag.settings import EmbedderSettings

_BATCH = 32
_INSTEAD = "or leave the setting retrieval.reranker unset"
_TOLD = weights.Told("reranker", _INSTEAD, RerankerError)
_LOADING = Lock()


def load_reranker(model: str, machine: EmbedderSettings | None = None) -> "LocalCrossEncoder":
    """The cross-encoder in a folder or under a hub name; loaded once in a process, whatever threads ask for it.

    Args:
        model: the folder, or the name.
        machine: its device and precision are taken; None: automatic.

    Raises:
        RerankerError: there is no such model, it is none that rereads, or the device cannot be used.
        MissingExtraError: the extra ``neural`` is not installed.
    """
    here = machine or EmbedderSettings()
    folder = Path(model).expanduser()
    if model.startswith((".", "/", "~")) and not folder.is_dir():
        raise RerankerError(
            f"There is no model in {model}.", remedy=f"Give a folder with a cross-encoder, a hub name, {_INSTEAD}."
        )
    with _LOADING:
        return _loaded(str(folder) if folder.is_dir() else model, here.device, here.precision)


def reread(encoder: BaseCrossEncoder, question: str, chunks: Sequence[Chunk]) -> Scores:
    """What a cross-encoder makes of passages, each below its title and headings.

    A passage longer than the model reads counts as its best window does (MaxP of Dai & Callan 2019, "Deeper Text
    Understanding for IR with Contextual Neural Language Modeling"). Another's encoder is handed whole passages.

    Returns:
        (n,) the larger, the better; in [0, 1] by ``LocalCrossEncoder``.
    """
    cut = encoder.pieces if isinstance(encoder, LocalCrossEncoder) else _whole
    pieces = [cut(question, chunk) for chunk in chunks]
    pairs = [(question, piece) for each in pieces for piece in each]
    scores = np.asarray(encoder.score(pairs) if pairs else [], np.float32)
    firsts = [0, *accumulate(map(len, pieces))][:-1]
    return np.maximum.reduceat(scores, firsts) if pairs else scores


class LocalCrossEncoder(BaseCrossEncoder):
    """A sentence-transformers CrossEncoder of one label: how well a text answers a question, from 0 to 1.

    Attributes:
        placement: where it runs, in which precision, and why.
        max_tokens: of question and passage that are read; None if the model names no limit.
    """

    def __init__(self, model: str, *, device: str = "auto", precision: Precision = "auto") -> None:
        """Load a local folder or a hub name: no foreign code, and no weights but safetensors.

        Raises:
            RerankerError: there is no such model, it is none that rereads, or the device cannot be used.
            MissingExtraError: the extra ``neural`` is not installed.
        """
        library = weights.require_library()
        self.placement = devices.place(device, precision)
        first, dtype = self.placement.first, self.placement.dtype
        sigmoid = require("torch", extra="neural").nn.Sigmoid()  # some models are saved with no activation
        self._model = weights.fetch(library.CrossEncoder, model, first, dtype, _TOLD, activation_fn=sigmoid)
        _require_one_score(model, self._model)
        self._model.to(dtype)
        self._name, self._batch = model, _BATCH
        self._reading = Lock()  # the tokeniser's padding and cutting are set anew at every call
        self.max_tokens = max_tokens_of(self._model)
        self._tokens: Any = backend_of(self._model)  # None where only the model itself can tell tokens
        if self._tokens is not None:
            self._tokens.no_truncation()

    @property
    def device(self) -> str:
        """Where it runs."""
        return str(self._model.device)

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        """How well each text answers its question, in [0, 1]; what is beyond ``max_tokens`` is not read.

        Raises:
            RerankerError: the model fails, or a single pair finds no memory.
        """
        pairs = [(clean(question), clean(text)) for question, text in text_pairs]
        with self._reading:
            found = self._predicted(pairs) if pairs else np.empty(0, np.float32)
        if not np.isfinite(found).all():
            raise RerankerError(
                f"The reranker {self._name!r} gives no numbers in {self.placement.precision}.",
                remedy="Set embedder.precision to fp32 or bf16.",
            )
        scores: list[float] = found.tolist()
        return scores

    def pieces(self, question: str, chunk: Chunk) -> list[str]:
        """The passage below its headings, as one text if all of it is read beside the question, else in windows."""
        whole = embedded_text(chunk)
        if self._tokens is None or self.max_tokens is None:
            return [whole]
        added = self._tokens.num_special_tokens_to_add(True)
        both = self.max_tokens - added
        room = max(both - min(self._count(question), both // 2), 1)
        if self._count(whole) <= room:
            return [whole]
        left = room - self._count(embedded_text(replace(chunk, text="")) + "\n")
        if left < room // 2:  # headings that leave no room for the passage
            return [chunk.text[start:end] for start, end in self._windows(chunk.text, room)] or [whole]
        windows = self._windows(chunk.text, left)
        return [embedded_text(replace(chunk, text=chunk.text[start:end])) for start, end in windows] or [whole]

    def _windows(self, text: str, room: int) -> Iterator[Span]:
        offsets: list[Span] = self._tokens.encode(clean(text), add_special_tokens=False).offsets
        ends = np.array([end for _, end in offsets])
        starts = np.searchsorted(ends, [start for start, _ in _sentences(text)], side="right")
        for first, last in _filled(len(offsets), starts, room):
            yield offsets[first][0], offsets[last - 1][1]

    def _count(self, text: str) -> int:
        return len(self._tokens.encode(clean(text), add_special_tokens=False))

    def _predicted(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        """Scores by the library, in batches as large as the memory allows."""
        while True:
            try:
                return np.asarray(
                    self._model.predict(pairs, batch_size=self._batch, show_progress_bar=False), np.float32
                )
            # torch and transformers raise whatever they please.
            except Exception as error:
                if self._batch == 1 or not devices.is_out_of_memory(error):
                    raise RerankerError(
                        f"The reranker {self._name!r} failed on {self.device} ({weights.first_line(error)}).",
                        remedy="Set embedder.device to cpu, free some memory, or leave retrieval.reranker unset.",
                    ) from error
            devices.release(self.device)
            self._batch = self._batch // 2


@lru_cache(maxsize=1)
def _loaded(model: str, device: str, precision: Precision) -> LocalCrossEncoder:
    return LocalCrossEncoder(model, device=device, precision=precision)


def _require_one_score(name: str, model: Any) -> None:
    """Refuse what cannot tell how well a text answers.

    An embedding model must be told apart by what it was saved as: the library would give it a head of random weights.
    """
    remedy = f"Choose a cross-encoder for reranking, which has one label, {_INSTEAD}."
    saved_as = next(iter(model.config.architectures or ()), "")
    if len(model) == 1 and not saved_as.endswith("ForSequenceClassification"):
        raise RerankerError(
            f"The model {name!r} is no cross-encoder: it is a {saved_as or 'bare model'}.", remedy=remedy
        )
    if model.num_labels != 1:
        raise RerankerError(f"The reranker {name!r} has {model.num_labels} labels instead of one.", remedy=remedy)


def _whole(_: str, chunk: Chunk) -> list[str]:
    return [embedded_text(chunk)]


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        for first, last in split_quickly(line):
            yield start + first, start + last
        start += len(line)


def _filled(count: int, starts: NDArray[np.int64], room: int) -> Iterator[Span]:
    """Tokens from the first to the last but one of each window: whole sentences, or as much of one as fits."""
    first = 0
    while first < count:
        last = min(first + room, count)
        whole = starts[(starts > first) & (starts <= last)]
        if last < count and len(whole):
            last = int(whole[-1])
        yield first, last
        first = last
