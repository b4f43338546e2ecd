"""The vocabulary: one unigram tokenizer for Korean and English (Kudo 2018, arXiv:1804.10959).

One vocabulary for both languages lets ``TensorFlow를`` and ``TensorFlow`` share their token. Text is put into NFKC and
lower case, and cut where a space, a mark or a digit group stands and where Hangul meets another script; Hangul stays
in whole syllables. Every syllable of KS X 1001, the 2,350 in everyday use, is in the vocabulary, so that a Korean
word the training text lacks is still read.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

UNKNOWN = "<unk>"
# A run of Hangul, of Latin letters or of digits; every other character stands alone.
_WORD = r"[가-힣]+|[a-z]+|\d+|[^가-힣a-z\d]"
_LONGEST_PIECE = 16
_SPANNING = 2
_BATCH = 4_096


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """Train a unigram tokenizer of at most ``size`` pieces; piece 0 is ``<unk>``.

    The trainer proposes only pieces that something different follows in different places. In text already cut into
    words a whole word is always followed by the end, so frequent words such as "numpy" would never be proposed.
    Training therefore sees words with the marks and particles around them, and pieces that span a cut are thrown away
    after it.
    """
    learner = _tokenizer(Unigram(), pre_tokenizers.WhitespaceSplit())
    trainer = UnigramTrainer(
        vocab_size=size * _SPANNING,
        unk_token=UNKNOWN,
        special_tokens=[UNKNOWN],
        initial_alphabet=hangul_syllables(),
        max_piece_length=_LONGEST_PIECE,
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    learned = [(piece, score) for piece, score in json.loads(learner.to_str())["model"]["vocab"] if piece != UNKNOWN]
    whole = [(piece, score) for piece, score in learned if re.fullmatch(_WORD, piece)]
    # Single characters stay whatever their score, so that every word of a known alphabet can be spelt.
    # Sorted, because the trainer gives them in another order in every run.
    letters = sorted(entry for entry in whole if len(entry[0]) == 1)
    longer = sorted((entry for entry in whole if len(entry[0]) > 1), key=lambda entry: (-entry[1], entry[0]))
    vocabulary = [(UNKNOWN, 0.0), *letters, *longer[: max(0, size - 1 - len(letters))]]
    cut = pre_tokenizers.Split(Regex(_WORD), behavior="isolated")
    return _tokenizer(Unigram(vocabulary, unk_id=0), pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), cut]))


def _tokenizer(model: Unigram, cut: pre_tokenizers.PreTokenizer) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = cut
    return tokenizer


def hangul_syllables() -> list[str]:
    """The 2,350 Hangul syllables of KS X 1001, in order."""
    rows, cells = range(0xB0, 0xC9), range(0xA1, 0xFF)
    return [bytes((row, cell)).decode("euc-kr") for row in rows for cell in cells]


def token_ids(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterator[list[int]]:
    """Known tokens of each text; ``<unk>`` is left out, as it is when the model is used."""
    unknown = tokenizer.token_to_id(UNKNOWN)
    for start in range(0, len(texts), _BATCH):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + _BATCH]), add_special_tokens=False):
            yield [token for token in encoding.ids if token != unknown]


def smooth_weights(tokens: NDArray[np.int32], size: int, a: float = 1e-3) -> NDArray[np.float32]:
    """Weight of each token, ``a / (a + p)`` for a token of probability p: rare words count, frequent ones hardly do.

    Arora et al. 2017, "A simple but tough-to-beat baseline for sentence embeddings" (smooth inverse frequency).
    """
    shares = np.bincount(tokens, minlength=size) / max(1, len(tokens))
    return np.asarray(a / (a + shares), dtype=np.float32)
