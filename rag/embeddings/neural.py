"""Any sentence-transformers model, on CPU or GPU."""

import hashlib
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.base import Embedder
from rag.embeddings.tokens import TokenCounter, TokenRule, bundled_rule
from rag.errors import EmbedderError
from rag.extras import require

_HUB_TIMEOUT_S = 5.0
_ENDLESS = 1_000_000


class NeuralEmbeddings(Embedder):
    """A sentence-transformers model with its own pooling and maximum length.

    sentence-transformers sorts each call by length, so a long list is embedded with little padding.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "auto",
        batch_size: int = 32,
        query_prompt: str = "",
        passage_prompt: str = "",
    ) -> None:
        """Load a local folder or a hub name.

        Raises:
            MissingExtraError: the extra ``neural`` is not installed.
            EmbedderError: there is no such model, or the device cannot be used.
        """
        library = require("sentence_transformers", extra="neural")
        require("transformers", extra="neural").utils.logging.disable_progress_bar()  # "Loading weights: 0%"
        options = {"device": None if device == "auto" else device, "trust_remote_code": False}
        try:
            self._model: Any = _loaded(library.SentenceTransformer, model, options)
        except EmbedderError:
            raise
        # transformers, safetensors and torch raise whatever they please for a damaged file or an absent device.
        except Exception as error:
            raise EmbedderError(
                f"The embedding model {model!r} cannot be loaded on {device} ({_first_line(error)}).",
                remedy="Check its name, or give a local folder; the bundled model is 'static-ko-en'.",
            ) from error
        self._name = model.rstrip("/").rpartition("/")[2]
        self._batch_size = batch_size
        self._query_prompt, self._passage_prompt = query_prompt, passage_prompt
        self._identity: str | None = None

    @property
    def device(self) -> str:
        """Where it runs."""
        return str(self._model.device)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def identity(self) -> str:
        """Name, hash of the weights, maximum length and prompts."""
        if self._identity is None:
            digest = hashlib.sha256()
            for name, tensor in sorted(self._model.state_dict().items()):
                digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
                digest.update(tensor.detach().cpu().contiguous().view(-1).view(_byte_type()).numpy().data)
            digest.update(repr((self._model.max_seq_length, self._query_prompt, self._passage_prompt)).encode())
            self._identity = f"{self._name}@{digest.hexdigest()[:16]}"
        return self._identity

    @property
    def token_rule(self) -> TokenRule:
        """Its tokenizer, and the room for a passage: less special tokens and prompt.

        The few tokenizers that are not of the library ``tokenizers`` cannot be handed over; the bundled one estimates.
        """
        tokenizer = self._model.tokenizer
        fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if not hasattr(fast, "to_str"):
            return TokenRule(bundled_rule().tokenizer, self._max_tokens())
        rule = TokenRule(fast.to_str())
        longest = self._max_tokens()
        if longest is not None:
            added = fast.num_special_tokens_to_add(False) + TokenCounter(rule).count(self._passage_prompt)
            longest = max(longest - added, 1)
        return TokenRule(rule.tokenizer, longest)

    def _max_tokens(self) -> int | None:
        """Tokens of a text that are read; some models name none, some a number beyond all texts."""
        longest = self._model.max_seq_length
        return int(longest) if longest is not None and longest < _ENDLESS else None

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension)."""
        return self._encode([self._passage_prompt + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        """A question to its unit vector."""
        row: list[float] = self._encode([self._query_prompt + text])[0].tolist()
        return row

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        try:
            found = self._model.encode(
                texts, batch_size=self._batch_size, normalize_embeddings=True, show_progress_bar=False
            )
        except RuntimeError as error:
            raise EmbedderError(
                f"The embedding model {self._name!r} failed on {self.device} ({_first_line(error)}).",
                remedy="Lower embedder.batch_size, or set embedder.device to cpu.",
            ) from error
        return np.asarray(found, np.float32)


def _loaded(kind: Any, model: str, options: dict[str, Any]) -> Any:
    """From the folder or the cache, without network; only a model that is in neither is looked for on the hub."""
    try:
        return kind(model, local_files_only=True, **options)
    except OSError:
        if Path(model).is_dir():
            raise
        _require_hub(model)
        return kind(model, **options)


def _require_hub(model: str) -> None:
    """The hub's client would try again for more than a minute before it told that there is no network."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE

    told = EmbedderError(
        f"The embedding model {model!r} is neither a folder nor in the local cache, and the hub cannot be reached.",
        remedy="Give a local folder, or go online once to download it; the bundled model is 'static-ko-en'.",
    )
    if HF_HUB_OFFLINE:
        raise told
    if getproxies():  # a proxy resolves names for us, so that we cannot say who is reachable
        return
    address = urlsplit(ENDPOINT)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), timeout=_HUB_TIMEOUT_S).close()
    except OSError as error:
        raise told from error


def _byte_type() -> Any:
    return require("torch", extra="neural").uint8


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
