"""Several embedders as one: their vectors side by side, so that its cosine is the weighted mean of theirs.

The bundled default is the transformer beside the static model: the one knows what a text means, the other which words
it has, names and rare terms above all; together they find more than either on nearly every development set.

A model is a folder with ``parts.json``: its name, and ``parts``, each with a ``weight`` and the ``model`` it stands
for, a folder in this one or a bundled model.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.embeddings.model_folder import ModelFolder
from rag.embeddings.tokens import TokenRule

PARTS_FILE = "parts.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the embedders: its name in the file, its share of the cosine in (0, 1], and itself."""

    name: str
    weight: float
    embedder: Embedder


class CombinedEmbeddings(Embedder):
    """Unit vectors of the parts, each scaled by the root of its weight, end to end."""

    def __init__(self, name: str, parts: Sequence[Part]) -> None:
        """Take the parts; the first one says how long a text may be, and yields the batches.

        Raises:
            ValueError: there are no parts, or their weights do not add up to 1.
        """
        weights = [part.weight for part in parts]
        if not math.isclose(sum(weights), 1) or min(weights) <= 0:
            raise ValueError("weights must be above 0 and add up to 1")
        self.parts = tuple(parts)
        self._name = name

    @classmethod
    def load(cls, folder: Path, load_part: Callable[[Path], Embedder], bundled: Path) -> "CombinedEmbeddings":
        """Read a model from its folder.

        Args:
            folder: with ``parts.json``.
            load_part: loads the model in a folder.
            bundled: where a part lies that is not in the folder.

        Raises:
            EmbedderError: the file or a part is missing or damaged.
        """
        files = ModelFolder(folder, "combined")
        try:
            config = json.loads((folder / PARTS_FILE).read_text(encoding="utf-8"))
            parts = []
            for told in config["parts"]:
                inside = folder / told["model"]
                embedder = load_part(inside if inside.is_dir() else bundled / told["model"])
                parts.append(Part(told["model"], float(told["weight"]), embedder))
            return cls(str(config["name"]), parts)
        except (OSError, TypeError, KeyError, ValueError) as error:
            raise files.unreadable(PARTS_FILE, error) from error

    @property
    def identity(self) -> str:
        """``name@sha256:…`` of the parts' identities and weights.

        Raises:
            EmbedderError: a file has gone since the model was loaded.
        """
        told = repr([(part.weight, part.embedder.identity) for part in self.parts])
        return f"{self._name}@sha256:{hashlib.sha256(told.encode()).hexdigest()}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return sum(part.embedder.dimension for part in self.parts)

    @property
    def token_rule(self) -> TokenRule:
        """That of the first part."""
        return self.parts[0].embedder.token_rule

    def embed_query(self, text: str) -> list[float]:
        """A question to its unit vector."""
        rows = [np.array([part.embedder.embed_query(text)], np.float32) for part in self.parts]
        vector: list[float] = self._joined(rows)[0].tolist()
        return vector

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Passages to unit vectors (n × dimension); a text that no part knows a token of is a zero row."""
        return self._joined([part.embedder.embed_array(texts) for part in self.parts])

    def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
        """Passages to unit vectors, in the batches of the first part."""
        for batch in self.parts[0].embedder.embed_batches(texts):
            some = [texts[row] for row in batch.rows]
            rows = [batch.vectors, *(part.embedder.embed_array(some) for part in self.parts[1:])]
            yield EmbeddedBatch(batch.rows, self._joined(rows), batch.tokens, batch.padded)

    def _joined(self, rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        scales = [np.float32(math.sqrt(part.weight)) for part in self.parts]
        joined = np.concatenate([scale * row for scale, row in zip(scales, rows, strict=True)], axis=1)
        # Shorter than 1 only where a part knows no token of a text: the others then speak alone.
        lengths = np.linalg.norm(joined, axis=1, keepdims=True)
        np.divide(joined, lengths, out=joined, where=lengths > 0)
        return np.asarray(joined, np.float32)


def save_parts(folder: Path, name: str, weights: Mapping[str, float]) -> None:
    """Write a model folder that ``load`` reads: the models it is made of, in order, each with its weight."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"name": name, "parts": [{"model": model, "weight": weight} for model, weight in weights.items()]}
    (folder / PARTS_FILE).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
