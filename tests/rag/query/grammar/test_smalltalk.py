import pytest

from rag.language import Language
from rag.query.grammar.smalltalk import asked_language, is_small_talk


@pytest.mark.parametrize(
    "text", ["고마워", "네, 알겠습니다. 감사합니다!", "ㅋㅋㅋ 굿", "Thanks, got it!", "thank you so much"]
)
def test_thanks_and_greetings_are_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize("text", ["고마워, 그럼 단점은?", "what is it?", "안녕 BM25가 뭐야", "good", "", "42"])
def test_what_asks_or_says_something_is_not(text: str) -> None:
    assert not is_small_talk(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("영어로", "en"),
        ("영어 말고 한국어로 알려줘", "ko"),
        ("Could you answer in Korean?", "ko"),
        ("in English please", "en"),
        ("영어로 된 자료는 어디에 있나요?", None),
        ("How is it called in English texts?", None),
    ],
)
def test_the_language_asked_for(text: str, language: Language | None) -> None:
    assert asked_language(text) == language
