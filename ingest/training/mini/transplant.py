"""The student before it has learned anything: the teacher with rows for the Korean pieces in its embedding.

A Korean piece starts where the English pieces stand that occur in the translations of its paragraphs: their rows,
weighted by the square of the Dice coefficient, the four best of them. That alone finds the right Korean paragraph for
most English ones, so the training begins with something to improve (the idea of WECHSEL, Minixhofer et al. 2022,
arXiv:2112.06598, with counts of a parallel corpus in place of aligned word vectors).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.training.pairs import Pair
from rag.extras import require

_BEST = 4
_BLOCK = 1_000
_LONGEST = 96
"""Tokens of a text whose pieces are counted; in longer ones everything occurs with everything."""

Rows = NDArray[np.float32]


def korean_rows(tokenizer: Tokenizer, pairs: Sequence[Pair], english: Rows, seed: int) -> Rows:
    """Embedding rows for the pieces behind the teacher's.

    Args:
        tokenizer: the student's: the teacher's pieces first, the Korean ones behind them.
        pairs: Korean text as anchor, its English translation as positive.
        english: (teacher's pieces × dimension) its embedding.
        seed: of the rows of pieces that occur in no pair.

    Returns:
        (Korean pieces × dimension), each row as long as an English one is on average.
    """
    first, size = len(english), tokenizer.get_vocab_size()
    korean_counts = _occurrences(tokenizer, [pair.anchor for pair in pairs], size)[:, first:]
    english_counts = _occurrences(tokenizer, [pair.positive for pair in pairs], size)[:, :first]
    often, spoken = (np.asarray(counts.sum(axis=0)).ravel() for counts in (korean_counts, english_counts))
    rows = np.random.default_rng(seed).normal(size=(size - first, english.shape[1])).astype(np.float32)
    for start in range(0, size - first, _BLOCK):
        together = (korean_counts[:, start : start + _BLOCK].T @ english_counts).toarray()
        dice = 2 * together / np.maximum(often[start : start + _BLOCK, None] + spoken[None, :], 1)
        best = np.argpartition(-dice, _BEST, axis=1)[:, :_BEST]
        weights = np.take_along_axis(dice, best, axis=1) ** 2
        known = weights.sum(axis=1) > 0
        mixed = np.einsum("kb,kbd->kd", weights[known], english[best[known]])
        rows[start : start + _BLOCK][known] = mixed
    length = np.linalg.norm(english, axis=1).mean()
    return np.asarray(rows * (length / np.linalg.norm(rows, axis=1, keepdims=True)), np.float32)


def transplant(teacher: Any, tokenizer: Tokenizer, pairs: Sequence[Pair], seed: int) -> Any:
    """Give the teacher's BERT (transformers' ``BertModel``, changed in place) rows for the student's pieces."""
    english = teacher.get_input_embeddings().weight.detach().numpy()
    rows = korean_rows(tokenizer, pairs, english, seed)
    return _with_embedding(teacher, np.concatenate([english, rows]))


def widened(teacher: Any, pieces: int) -> Any:
    """Give the teacher's BERT an embedding of ``pieces`` rows of zeros, for a checkpoint to fill."""
    return _with_embedding(teacher, np.zeros((pieces, int(teacher.config.hidden_size)), np.float32))


def _with_embedding(model: Any, rows: Rows) -> Any:
    torch = require("torch", extra="neural")
    model.set_input_embeddings(torch.nn.Embedding.from_pretrained(torch.from_numpy(rows), freeze=False, padding_idx=0))
    model.config.vocab_size = len(rows)
    return model


def _occurrences(tokenizer: Tokenizer, texts: Sequence[str], size: int) -> Any:
    """Sparse matrix (texts × pieces): 1 where a piece occurs in a text."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ids = [np.unique(encoding.ids[:_LONGEST]) for encoding in encodings]
    ends = np.cumsum([0, *map(len, ids)])
    ones = np.ones(int(ends[-1]), np.float32)
    sparse = require("scipy.sparse", extra="neural")
    return sparse.csr_matrix((ones, np.concatenate(ids), ends), shape=(len(texts), size))
