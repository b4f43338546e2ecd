"""The vocabulary: English as the teacher has it, Korean in pieces that share their stems."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from ingest.training.mini.train import bundled_teacher
from ingest.training.mini.wordpieces import bilingual_tokenizer, korean_pieces

TEXTS = ["바그너는 교향곡을 썼다.", "바그너를 만났다.", "바그너의 교향곡은 길다.", "교향곡을 바그너는 좋아한다."]


@pytest.fixture(scope="module")
def teacher() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(bundled_teacher() / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


@pytest.fixture(scope="module")
def both(teacher: Tokenizer) -> Tokenizer:
    return bilingual_tokenizer(teacher, TEXTS, 2)


def test_the_order_of_texts_changes_nothing() -> None:
    assert korean_pieces(TEXTS, 2) == korean_pieces(TEXTS[::-1], 2)


def test_a_piece_is_kept_if_enough_words_need_it() -> None:
    pieces = set(korean_pieces(TEXTS, 2))
    assert {"바그너", "교향곡"} <= pieces
    # Every word with "바그" goes on to "바그너", so that nothing needs the shorter piece.
    assert "바그" not in pieces and "교향" not in pieces
    assert "좋아" not in pieces  # once


def test_every_syllable_can_be_read_at_both_places() -> None:
    pieces = set(korean_pieces([], 2))
    assert len(pieces) == 2 * 2_350 and {"가", "##가", "힝", "##힝"} <= pieces


def test_stems_and_endings_are_apart(both: Tokenizer) -> None:
    assert both.encode("바그너는 바그너를", add_special_tokens=False).tokens == ["바그너", "##는", "바그너", "##를"]


@pytest.mark.parametrize(
    "text", ["A café, naïve TensorFlow's 3.5!", "深度 learning", "gradient\tdescent\u00a0x", "ﬁne ①"]
)
def test_english_is_read_as_the_teacher_reads_it(both: Tokenizer, teacher: Tokenizer, text: str) -> None:
    compatible = text.replace("ﬁ", "fi").replace("①", "1")  # only the student knows that these are the same
    assert both.encode(text).ids == teacher.encode(compatible).ids


def test_decomposed_hangul_is_read_as_composed(both: Tokenizer) -> None:
    import unicodedata

    assert both.encode(unicodedata.normalize("NFD", "교향곡을")).ids == both.encode("교향곡을").ids


def test_numbers_of_the_teacher_stay(both: Tokenizer, teacher: Tokenizer) -> None:
    mine, theirs = both.get_vocab(), teacher.get_vocab()
    assert all(mine[piece] == number for piece, number in theirs.items())
    added = sorted(number for piece, number in mine.items() if piece not in theirs)
    assert added == list(range(len(theirs), len(mine)))


def test_it_is_saved_and_read_again(both: Tokenizer, tmp_path: Path) -> None:
    both.save(str(tmp_path / "tokenizer.json"))
    again = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert again.encode("교향곡은 wagner의 café").tokens == both.encode("교향곡은 wagner의 café").tokens
    assert json.loads(again.to_str())["truncation"] is None
