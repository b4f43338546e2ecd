from hypothesis import given
from hypothesis import strategies as st

from rag.query.typed.jamo import composed, initials, strokes
from rag.query.typed.keyboard import neighbours, to_hangul, to_latin

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=12)
HANGUL = st.text(
    st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.sampled_from("ㄱㄸㅅㅎㅏㅐㅗㅣ"))
)


def test_values() -> None:
    assert strokes("괜찮 A1") == "ㄱㅗㅐㄴㅊㅏㄴㅎ A1"
    assert composed("ㅇㅏㄴㄴㅕㅇ") == "안녕"
    assert composed("ㄱㅏㅂㅅㅇㅡㄹ") == "값을"
    assert composed("ㄱㅏㅂㅅㅣ") == "갑시"
    assert composed("ㄱㅏㄲㅏ") == "가까"
    assert composed("ㅋㅋㅏㄱ") == "ㅋ칵"
    assert composed("ㄱㅏ!ㄴㅏ") == "가!나"
    assert initials("경사하강법 A") == "ㄱㅅㅎㄱㅂ A"


@given(SYLLABLES)
def test_syllables_come_back_from_their_strokes(text: str) -> None:
    assert composed(strokes(text)) == text
    assert len(initials(text)) == len(text)


@given(HANGUL)
def test_no_stroke_is_lost_or_made(text: str) -> None:
    assert strokes(composed(strokes(text))) == strokes(text)


def test_layout_values() -> None:
    assert to_hangul("dkssud") == "안녕"
    assert to_hangul("Rkcl") == "까치"
    assert to_hangul("rudtkgkrkdqjq") == "경사하강법"
    assert to_hangul("DKSSUD") == "안녕"  # shift changes only what has a doubled letter
    assert to_latin("ㅗ디ㅣㅐ") == "hello"
    assert to_latin("까") == "Rk"


@given(SYLLABLES)
def test_the_other_layout_and_back(text: str) -> None:
    latin = to_latin(text)
    assert latin.isascii()
    assert to_hangul(latin) == text


def test_neighbours() -> None:
    assert set(neighbours("s")) == set("adwezx")
    assert set(neighbours("ㄴ")) == set("ㅁㅇㅈㄷㅋㅌ")
    assert neighbours("ㄲ") == neighbours("ㄱ") != ""
    assert neighbours("1") == ""
    for letter in "qazplmㅂㅁㅋㅔㅣㅡ":
        assert all(letter in neighbours(other) for other in neighbours(letter)), letter
