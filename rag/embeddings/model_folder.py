"""What the bundled kinds of model have in common: a folder with a configuration, a tokenizer and weights."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from rag.errors import EmbedderError

CONFIG_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"

_REMEDY = (
    "Reinstall course-rag to get the bundled model back, or train one: course-rag embedder train --data DATA --out DIR"
)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk, read file by file; whatever is wrong with one is told with the folder and the remedy.

    Attributes:
        path: the folder.
        kind: of the model, as messages name it.
    """

    path: Path
    kind: str

    def config(self, *needed: str) -> dict[str, Any]:
        """The configuration, which has a name, a dimension, max_tokens and the other keys that are needed.

        Raises:
            EmbedderError: the file cannot be read, lacks a key, or has a wrong ``max_tokens``.
        """
        try:
            config = json.loads((self.path / CONFIG_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self.unreadable(CONFIG_FILE, error) from error
        keys = ["name", "dimension", "max_tokens", *needed]
        if not isinstance(config, dict) or set(keys) - config.keys():
            raise self.broken(f"{CONFIG_FILE} must give {', '.join(keys[:-1])} and {keys[-1]}")
        most = config["max_tokens"]
        if most is not None and (not isinstance(most, int) or most < 1):
            raise self.broken(f"max_tokens in {CONFIG_FILE} must be null or a number from 1, not {most!r}")
        return config

    def tokenizer(self) -> Tokenizer:
        """The tokenizer.

        Raises:
            EmbedderError: the file cannot be read, or is no tokenizer.
        """
        try:
            return Tokenizer.from_str((self.path / TOKENIZER_FILE).read_text(encoding="utf-8"))
        # The tokenizers library raises bare Exception for a file it does not understand; there is nothing narrower.
        except Exception as error:
            raise self.unreadable(TOKENIZER_FILE, error) from error

    def identity(self, name: str, weights_file: str) -> str:
        """``name@sha256:…`` of the model's files: where two are equal, so are the vectors.

        Raises:
            EmbedderError: a file has gone since the model was loaded.
        """
        digest = hashlib.sha256()
        for file in (CONFIG_FILE, TOKENIZER_FILE, weights_file):
            try:
                digest.update(hashlib.sha256((self.path / file).read_bytes()).digest())
            except OSError as error:
                raise self.unreadable(file, error) from error
        return f"{name}@sha256:{digest.hexdigest()}"

    def unreadable(self, file: str, error: Exception) -> EmbedderError:
        """What to raise for a file that cannot be read."""
        reason = str(getattr(error, "strerror", None) or error).strip() or type(error).__name__
        return self.broken(f"{file} cannot be read ({reason.splitlines()[0][:200]})")

    def broken(self, why: str) -> EmbedderError:
        """What to raise for a folder that is no such model."""
        told = f"The {self.kind} embedding model in {self.path} is incomplete or damaged: {why}."
        return EmbedderError(told, remedy=_REMEDY)


def encodable(text: str) -> str:
    """The text as a tokenizer takes it: half of a surrogate pair, as JSON can bring in, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
