import pytest

from rag.query.typed.lexicons import KoreanReading, english_words
from rag.query.typed.particles import is_suffix, splits
from rag.query.typed.typos import english_typo, korean_typo
from rag.query.typed.words import CourseWords


def test_what_stands_behind_a_noun() -> None:
    assert list(splits("청킹이란게")) == [
        ("청킹이란게", ""),
        ("청킹이란", "게"),
        ("청킹이", "란게"),
        ("청킹", "이란게"),
    ]
    assert list(splits("사과")) == [("사과", "")]  # one syllable is no noun to look for
    assert all(map(is_suffix, ["은", "에서는", "이랑은", "하는", "입니다", "으로만"]))
    assert not any(map(is_suffix, ["", "모델", "은모델"]))


@pytest.mark.parametrize(
    ("word", "korean"), [("냉장고는", True), ("설명해줘", True), ("임배딩", False), ("칭킹", False), ("몇분만에", True)]
)
def test_what_is_korean(word: str, korean: bool) -> None:
    assert KoreanReading(word, ()).is_korean(0, len(word)) is korean


def test_what_is_english() -> None:
    assert {"difference", "oxygen", "gradient"} <= english_words()
    assert not {"restnet", "gradeint", "dkssud"} & english_words()


@pytest.mark.parametrize(
    ("word", "counts", "meant"),
    [
        ("칭킹이", {"청킹": 2}, "청킹이"),
        ("말단", {"말산": 9}, None),  # short, and no likely slip
        ("리틀강에", {"리틀강요": 1}, None),  # the particle is not the slip
        ("설멍", {"설명": 5, "설정": 4}, "설명"),  # a vowel is likelier than a consonant
        ("가내다", {"가나다": 5, "가네다": 5}, None),  # as near, as likely
        ("가내다", {"가나다": 5, "가네다": 1}, "가나다"),
    ],
)
def test_korean_typos(word: str, counts: dict[str, int], meant: str | None) -> None:
    assert korean_typo(word, CourseWords(counts)) == meant


@pytest.mark.parametrize(
    ("word", "counts", "meant"),
    [
        ("bret", {"BERT": 3}, "BERT"),
        ("docs", {"dogs": 30}, None),
        ("uncooperative", {"cooperative": 3}, None),
        ("graidnet", {"gradient": 3}, "gradient"),
        ("trasnformer", {"transformer": 9, "Transformers": 2}, "transformer"),
    ],
)
def test_english_typos(word: str, counts: dict[str, int], meant: str | None) -> None:
    assert english_typo(word, CourseWords(counts)) == meant
