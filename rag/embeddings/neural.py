"""Any sentence-transformers model, on CPU or GPU."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.embeddings.engine import device as devices
from rag.embeddings.engine import weights
from rag.embeddings.engine.batches import Batches
from rag.embeddings.engine.budget import TokenBudget
from rag.embeddings.engine.device import Precision
from rag.embeddings.engine.runners import LocalRunner, pooled
from rag.embeddings.engine.tokenised import TokenSource, backend_of, max_tokens_of, token_source
from rag.embeddings.tokens import TokenCounter, TokenRule, bundled_rule

_POOL_FROM = 10_000
"""Texts for which a process per device is started; that takes some ten seconds."""

_POOL_TOKENS = 32_768
"""Tokens of a batch in the pool, whose processes do not tell how fast they were."""

_VECTORS_ONLY_TOKENS = 65_536
"""Tokens of a batch of a model without a transformer: nothing grows with them but a list of numbers."""

_PROMPTS = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""Names under which models keep their prompts, as sentence-transformers looks for them."""


class NeuralEmbeddings(Embedder):
    """A sentence-transformers model with its own modules, prompts and maximum length.

    Attributes:
        placement: where it runs, in which precision, and why.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "auto",
        precision: Precision = "auto",
        batch_tokens: int = 0,
        batch_size: int = 0,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
    ) -> None:
        """Load a local folder or a hub name.

        Args:
            model: the folder, or the name.
            device: auto, a device torch knows, or several joined by commas.
            precision: auto, fp32, fp16 or bf16.
            batch_tokens: of a batch, padding included; 0: found on a GPU, the usual one on a CPU.
            batch_size: most texts of a batch; 0: as many as the tokens allow.
            query_prompt: put before a question; None: the model's own, if it has one.
            passage_prompt: put before a passage; None likewise.

        Raises:
            MissingExtraError: the extra ``neural`` is not installed.
            EmbedderError: there is no such model, or the device cannot be used.
        """
        weights.require_library()
        self.placement = devices.place(device, precision)
        self._model = weights.load(model, self.placement)
        self._name = model.rstrip("/").rpartition("/")[2]
        given = {"query": query_prompt, "document": passage_prompt}
        self._prompts = {task: self._prompt(task, prompt) for task, prompt in given.items()}
        hashed = weights.content_hash(self._model, self._prompts["query"], self._prompts["document"])
        self._identity = f"{self._name}@{hashed}"
        weights.cast(self._model, self.placement)
        self._backend = backend_of(self._model)
        self._sources: dict[str, TokenSource] = {}
        gpu = self.placement.first.startswith("cuda")
        usual = 0 if self._model.transformers_model is not None else _VECTORS_ONLY_TOKENS
        self._batches = Batches(self._name, TokenBudget(batch_tokens or usual, gpu=gpu), batch_size)
        self._pool_batches = Batches(self._name, TokenBudget(batch_tokens or _POOL_TOKENS), batch_size)

    @property
    def device(self) -> str:
        """Where questions and short lists are embedded."""
        return str(self._model.device)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def identity(self) -> str:
        """Name, and hash of what changes a vector: weights, modules, tokens, maximum length, prompts."""
        return self._identity

    @property
    def batch_tokens(self) -> int:
        """Tokens of a batch, padding included, as found by now."""
        return self._batches.budget.limit

    @property
    def peak_memory_bytes(self) -> int | None:
        """Most memory that was taken on the first CUDA device; None on others, which do not tell."""
        return devices.peak_memory_bytes(self.placement.first)

    @property
    def token_rule(self) -> TokenRule:
        """Its tokenizer, and the room for a passage: less special tokens and prompt.

        The few tokenizers that are not of the library ``tokenizers`` cannot be handed over; the bundled one estimates.
        """
        longest = max_tokens_of(self._model)
        tokenizer: Any = getattr(self._model, "tokenizer", None)
        fast: Any = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if not hasattr(fast, "to_str"):
            return TokenRule(bundled_rule().tokenizer, longest)
        rule = TokenRule(fast.to_str())
        if longest is not None:
            added = fast.num_special_tokens_to_add(False) + TokenCounter(rule).count(self._prompts["document"])
            longest = max(longest - added, 1)
        return TokenRule(rule.tokenizer, longest)

    def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
        """Passages to unit vectors, the longest first, batch by batch.

        Raises:
            EmbedderError: the model fails, or a single text finds no memory.
        """
        if len(self.placement.devices) > 1 and len(texts) >= _POOL_FROM:
            with pooled(self._model, self.placement, self._prompts["document"], "document") as runner:
                yield from self._pool_batches.run(texts, runner)
        else:
            yield from self._batches.run(texts, self._runner("document"))

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension)."""
        found = np.zeros((len(texts), self.dimension), np.float32)
        for batch in self.embed_batches(texts):
            found[batch.rows] = batch.vectors
        return found

    def embed_query(self, text: str) -> list[float]:
        """A question to its unit vector."""
        (batch,) = self._batches.run([text], self._runner("query"))
        row: list[float] = batch.vectors[0].tolist()
        return row

    def _runner(self, task: str) -> LocalRunner:
        if task not in self._sources:
            self._sources[task] = token_source(self._model, self._prompts[task], task, self._backend)
        return LocalRunner(self._model, self._sources[task], task, self.device)

    def _prompt(self, task: str, given: str | None) -> str:
        if given is not None:
            return given
        own: dict[str, str] = self._model.prompts
        return next((own[name] for name in _PROMPTS[task] if own.get(name)), "")
