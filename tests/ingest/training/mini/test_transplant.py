"""Where a Korean piece begins: at the English pieces of its translations."""

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.training.mini.transplant import korean_rows
from ingest.training.pairs import Pair

ENGLISH = ["[UNK]", "apple", "sea", "red", "the"]
KOREAN = ["사과", "바다", "빨간", "없음"]
PAIRS = [
    Pair("빨간 사과", "the red apple", "1"),
    Pair("사과", "the apple", "2"),
    Pair("빨간 바다", "the red sea", "3"),
    Pair("바다", "the sea", "4"),
]


@pytest.fixture
def tokenizer() -> Tokenizer:
    words = {word: number for number, word in enumerate(ENGLISH + KOREAN)}
    made = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


def test_a_row_is_the_mean_of_the_best_by_squared_dice(tokenizer: Tokenizer) -> None:
    english = np.eye(5, dtype=np.float32)
    rows = korean_rows(tokenizer, PAIRS, english, seed=1)
    # 사과 stands beside apple 2 of (2 + 2) times, beside red 1 of (2 + 2), beside the 2 of (2 + 4).
    expected = np.array([0, 1.0, 0, 0.5**2, (2 / 3) ** 2], np.float32)
    assert rows[0] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert [ENGLISH[row.argmax()] for row in rows[:3]] == ["apple", "sea", "red"]


def test_a_piece_without_a_translation_gets_a_random_row_of_the_usual_length(tokenizer: Tokenizer) -> None:
    english = 3 * np.eye(5, dtype=np.float32)
    first, second = (korean_rows(tokenizer, PAIRS, english, seed=seed)[3] for seed in (1, 2))
    assert np.linalg.norm(first) == pytest.approx(3, rel=1e-5)
    assert abs(first @ second) < 8.9
    assert (first == korean_rows(tokenizer, PAIRS, english, seed=1)[3]).all()
