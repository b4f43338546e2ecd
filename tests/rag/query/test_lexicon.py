"""The lexicon of single terms: what it looks up, and how what it finds is worth less than the term itself."""

from pathlib import Path

import pytest

from rag.errors import EmbedderError
from rag.query.expansion import Expansion
from rag.query.lexicon import FILE, FREQUENCIES, Lexicon, bundled_lexicon

PAIRS = [("가중", "weight", 0.9), ("무게", "weight", 0.4), ("검증", "valid", 0.1)]


def test_both_directions_are_looked_up_the_surest_first() -> None:
    lexicon = Lexicon(PAIRS)
    assert lexicon.translations("가중") == {"weight": 0.9}
    assert list(lexicon.translations("weight").items()) == [("가중", 0.9), ("무게", 0.4)]
    assert lexicon.translations("lasso") == {}


def test_a_term_has_six_translations_at_most() -> None:
    lexicon = Lexicon([(f"낱말{number}", "word", number / 10) for number in range(1, 10)])
    assert list(lexicon.translations("word")) == [f"낱말{number}" for number in (9, 8, 7, 6, 5, 4)]


def test_each_term_of_a_question_is_expanded_once_in_its_order() -> None:
    assert Lexicon(PAIRS).expansions(["valid", "weight", "valid"], weight=0.5) == [
        Expansion(("valid",), ("검증",), 0.05, "lexicon"),
        Expansion(("weight",), ("가중",), 0.45, "lexicon"),
        Expansion(("weight",), ("무게",), 0.2, "lexicon"),
    ]
    assert Lexicon(PAIRS).expansions(["weight"], weight=0) == []


def test_an_unsure_translation_is_not_as_good_as_the_term() -> None:
    assert Lexicon(PAIRS).sure("weight") == ("가중", "무게")
    assert Lexicon(PAIRS).sure("valid") == ()


@pytest.mark.parametrize("content", ["가중\tweight\n", "가중\tweight\tmuch\n", None])
def test_a_file_that_is_no_lexicon_is_told(tmp_path: Path, content: str | None) -> None:
    (tmp_path / FREQUENCIES).write_text("단어\t0.1\n", encoding="utf-8")
    if content is not None:
        (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(EmbedderError, match=r"is not a lexicon"):
        Lexicon.open(tmp_path)


def test_a_folder_has_pairs_and_frequencies(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("가중\tweight\t0.93\n", encoding="utf-8")
    (tmp_path / FREQUENCIES).write_text("나누다\t0.0125\nuse\t0.25\n", encoding="utf-8")
    lexicon = Lexicon.open(tmp_path)
    assert lexicon.translations("weight") == {"가중": 0.93}
    assert lexicon.frequency == {"나누다": 0.0125, "use": 0.25}


def test_the_bundled_one_knows_the_words_of_a_course() -> None:
    lexicon = bundled_lexicon()
    for korean, english in (("가중", "weight"), ("보상", "reward"), ("이미지", "imag"), ("스택", "stack")):
        assert next(iter(lexicon.translations(english))) == korean
        assert next(iter(lexicon.translations(korean))) == english
    assert {"유효", "검증"} <= lexicon.translations("valid").keys()


def test_the_bundled_one_knows_which_words_anybody_uses() -> None:
    frequency = bundled_lexicon().frequency
    assert all(0 < share < 1 for share in frequency.values())
    assert frequency["사용"] > 10 * frequency["퍼센트"]
    assert "lasso" not in frequency


def test_the_bundled_one_knows_what_a_syllabus_says() -> None:
    assert bundled_lexicon().sure("midterm") == ("중간고사",)
