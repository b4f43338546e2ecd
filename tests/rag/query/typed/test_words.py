import random
from pathlib import Path

import pytest
from rapidfuzz.distance import OSA

from rag.errors import CorruptIndexError
from rag.query.typed.nearest import Nearest
from rag.query.typed.words import FILE, CourseWords

TEXTS = [
    "경사하강법을 쓴다. 경사하강법은 손실을 줄인다. ResNet과 resnet, ResNet!",
    "임베딩이란 벡터다. GPT-4 and learning_rate, learning rates",
]


def test_words_of_texts() -> None:
    words = CourseWords.of(TEXTS)
    assert words.count("경사하강법") == 2
    assert "경사" in words
    assert words.count("임베딩") == 1
    assert (words.count("RESNET"), words.written("resnet")) == (3, "ResNet")
    assert "learning" in words
    assert "learn" in words.stems
    assert "gpt" not in CourseWords.of(["GPT4"])
    assert "쓴다" not in words
    assert "임베딩이란" not in words


def test_saved_and_opened_are_equal(tmp_path: Path) -> None:
    words = CourseWords.of(TEXTS)
    words.save(tmp_path)
    opened = CourseWords.open(tmp_path)
    assert list(opened.counts.items()) == list(words.counts.items())
    assert opened.written("resnet") == "ResNet"
    assert list(opened.counts.values()) == sorted(opened.counts.values(), reverse=True)


def test_a_version_without_words_has_none(tmp_path: Path) -> None:
    assert len(CourseWords.open(tmp_path)) == 0


@pytest.mark.parametrize("content", ["word\n", "word\tmany\n", "a\t1\t2\n"])
def test_a_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(CorruptIndexError, match=FILE):
        CourseWords.open(tmp_path)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_near_finds_what_comparing_with_every_word_finds(most: int) -> None:
    rng = random.Random(most)
    words = sorted({"".join(rng.choice("abcdeé") for _ in range(rng.randint(1, 8))) for _ in range(2000)})
    nearest = Nearest.of_english(words)
    for _ in range(50):
        asked = "".join(rng.choice("abcdef") for _ in range(rng.randint(2, 7)))
        expected = {(word, OSA.distance(asked, word)) for word in words if OSA.distance(asked, word) <= most}
        found = nearest.near(asked, most)
        assert {(near.word, near.distance) for near in found} == expected
        assert [near.distance for near in found] == sorted(near.distance for near in found)


def test_near_in_strokes_and_by_initials() -> None:
    korean = Nearest.of_korean(["임베딩", "청킹", "경사하강법"])
    assert [near.word for near in korean.near("ㅇㅣㅁㅂㅐㄷㅣㅇ", 1)] == ["임베딩"]
    assert korean.with_initials("ㄱㅅㅎㄱㅂ") == ["경사하강법"]
    assert korean.with_initials("ㅎㅎㅎ") == []
    assert Nearest.of_korean([]).near("ㄱㅏ", 2) == []
