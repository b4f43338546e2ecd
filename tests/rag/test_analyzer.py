import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.analyzer import Analyzer, normalize
from rag.language import detect_language

MIXED = st.text(
    st.sampled_from("검색은기울기를 뛰다 ㅋ힣 aZfine-tuning.C++ 0159 ①αΩ経ガ ﬁＡ\n\t\x00\U0001f600\u1112\u1161\u11ab"),
    max_size=40,
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("기울기를", ["기울기"]),
        ("기울기가 소실된다", ["기울기", "소실"]),
        ("모델은 데이터에서 배운다", ["모델", "데이터", "배우다"]),
        ("깊고 넓은 신경망", ["깊다", "넓다", "신경망"]),
        ("learning rates", ["learn", "rate"]),
        ("GPT-4o", ["gpt-4o", "gpt", "4", "o"]),
        ("fine-tuning", ["fine-tun", "fine", "tune"]),
        ("C++", ["c++"]),
        ("ResNet50", ["resnet50", "resnet", "50"]),
        ("f1_score", ["f1_score", "f", "1", "score"]),
        ("α, Ω", ["α", "ω"]),
        ("経験", ["経験"]),
        ("", []),
        (" \n\t.,!", []),
    ],
)
def test_words(analyzer: Analyzer, text: str, words: list[str]) -> None:
    assert sorted(analyzer.analyze_one(text).words) == sorted(words)


def test_bigrams_are_the_syllable_pairs_of_each_word(analyzer: Analyzer) -> None:
    assert analyzer.analyze_one("기울기 소실, 값 loss").bigrams == ["기울", "울기", "소실", "값"]


def test_a_wrong_space_still_shares_bigrams(analyzer: Analyzer) -> None:
    together, apart = (set(analyzer.analyze_one(text).bigrams) for text in ("기울기소실", "기울기 소실"))
    assert apart < together


@pytest.mark.parametrize("text", ["기울기를 구한다", "하이브리드 검색(hybrid search)", "ﬁne-tuning GPT-4o"])
def test_other_unicode_forms_give_the_same_terms(analyzer: Analyzer, text: str) -> None:
    wanted = analyzer.analyze_one(unicodedata.normalize("NFKC", text))
    full_width = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    for form in (unicodedata.normalize("NFD", text), full_width, text.upper()):
        assert analyzer.analyze_one(form) == wanted


@given(st.lists(MIXED | st.text(max_size=30), max_size=5))
@settings(max_examples=60)
def test_one_by_one_and_together_are_the_same(texts: list[str]) -> None:
    analyzer = Analyzer()
    together = list(analyzer.analyze(texts))
    assert together == [analyzer.analyze_one(text) for text in texts]
    for terms in together:
        assert all(terms.words)
        assert all(1 <= len(bigram) <= 2 for bigram in terms.bigrams)


def test_user_words_stay_whole_and_change_the_identity() -> None:
    plain, taught = Analyzer(), Analyzer(["경사하강폭"])
    assert plain.analyze_one("경사하강폭을").words != ["경사하강폭"]
    assert taught.analyze_one("경사하강폭을").words == ["경사하강폭"]
    assert plain.identity == Analyzer().identity != taught.identity
    assert Analyzer(["b", "A"]).identity == Analyzer(["a", "B"]).identity


def test_normalize() -> None:
    assert normalize("ＧＰＴ ﬁ ①") == "gpt fi 1"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("faithfulness는 무엇인가요?", "ko"),
        ("What does RAGAS faithfulness measure?", "en"),
        ("context recall answer relevancy 차이", "ko"),
        ("RAGAS context recall answer relevancy 차이", "en"),
        ("How is the Korean word 기울기 stemmed in this index?", "en"),
        ("", "en"),
        ("???", "en"),
    ],
)
def test_language_of_a_question(question: str, language: str) -> None:
    assert detect_language(question) == language
