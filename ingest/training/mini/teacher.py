"""The English teacher: where its vectors put a text, so must the student's."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.batches import TokenTexts
from ingest.training.mini.texts import pooled

_UNKNOWN_PIECE = 100
"""``[UNK]`` in BERT's vocabulary: what the teacher reads for a piece that only the student has."""


class Teacher:
    """Vectors of English texts, each computed once, when it is first asked for."""

    def __init__(self, model: Any, texts: TokenTexts) -> None:
        """Take the teacher's ``BertModel`` and the student's token ids; the two share the English pieces."""
        self._model = model.eval()
        self._texts = texts
        self._pieces = int(model.config.vocab_size)
        self._known = np.zeros(len(texts.ends) - 1, bool)
        self._vectors = np.zeros((len(self._known), int(model.config.hidden_size)), np.float16)

    def vectors(self, chosen: NDArray[np.int64]) -> Any:
        """Unit vectors (chosen × dimension) of some texts."""
        import torch

        missing = np.unique(chosen[~self._known[chosen]])
        if len(missing):
            ids = [self._texts.tokens[self._texts.ends[text] : self._texts.ends[text + 1]] for text in missing]
            self._vectors[missing] = self.fresh(ids).numpy()
            self._known[missing] = True
        return torch.from_numpy(self._vectors[chosen].astype(np.float32))

    def fresh(self, ids: list[NDArray[np.int32]]) -> Any:
        """Unit vectors of texts given as token ids; nothing is kept."""
        import torch

        with torch.no_grad():
            return pooled(self._model, [np.where(one < self._pieces, one, _UNKNOWN_PIECE) for one in ids])
