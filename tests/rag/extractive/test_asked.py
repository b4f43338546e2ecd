import pytest

from rag.extractive.asked import (
    asked_for,
    compares,
    defines,
    gives_number,
    gives_person,
    gives_time,
    topic_of,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("에포크는 몇 번 돌리나요?", {"number"}),
        ("How many layers does it have?", {"number"}),
        ("선형 회귀는 언제 발명되었나?", {"time"}),
        ("몇 년에 발명되었나?", {"time"}),
        ("In which year was it invented?", {"time"}),
        ("정규화의 종류는?", {"list"}),
        ("How do I install it?", {"list"}),
        ("SGD와 Adam의 차이는?", {"list"}),
        ("What is the difference between L1 and L2?", {"list"}),
        ("드롭아웃이란?", {"definition"}),
        ("드롭아웃이 뭐예요?", {"definition"}),
        ("DNS는 무엇인가요?", {"definition"}),
        ("드롭아웃이란 무엇인지 알려 주세요.", {"definition"}),
        ("DNS가 뭔지 설명해 줘", {"definition"}),
        ("드롭아웃은 무엇인지에 따라 달라", set()),
        ("누가 DNS를 설계했나요?", {"person"}),
        ("Who designed DNS?", {"person"}),
        ("과적합의 의미는?", {"definition"}),
        ("What is dropout?", {"definition"}),
        ("What does MMR mean?", {"definition"}),
        ("드롭아웃은 무엇을 막기 위한 방법인가요?", set()),
        ("What does Adam adapt?", set()),
        ("Is whenever a word?", set()),
    ],
)
def test_the_question_words_say_what_is_asked_for(question: str, asked: set[str]) -> None:
    assert asked_for(question) == asked


@pytest.mark.parametrize(
    "sentence",
    [
        "가우스가 1795년에 발명했다.",
        "담당 교수는 김철수이다.",
        "가우스에 의해 발명되었다.",
        "It was invented by Gauss.",
        "MIT built it.",
    ],
)
def test_somebody_is_named(sentence: str) -> None:
    assert gives_person(sentence)


@pytest.mark.parametrize("sentence", ["배치 정규화를 쓰면 빠르다.", "It is fast.", "Momentum keeps the direction."])
def test_nobody_is_named(sentence: str) -> None:
    assert not gives_person(sentence)


def test_a_number_in_a_name_is_none() -> None:
    assert not gives_number("BM25 ranks passages.")


@pytest.mark.parametrize("sentence", ["세 번 돌린다.", "It has 12 layers.", "It has twelve layers."])
def test_numbers_are_seen(sentence: str) -> None:
    assert gives_number(sentence)


@pytest.mark.parametrize(
    "sentence", ["1795년에 발명되었다.", "매년 3월에 만료된다.", "Invented in 1795.", "Since March."]
)
def test_times_are_seen(sentence: str) -> None:
    assert gives_time(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "DNS란 도메인 주소를 IP 주소로 바꿔 주는 시스템을 말한다.",
        "`self`는 인스턴스 메서드의 첫 번째 인자이다.",
        "Dropout is a way to keep a network from overfitting.",
    ],
)
def test_definitions_are_seen(sentence: str) -> None:
    assert defines(sentence)


@pytest.mark.parametrize("sentence", ["DNS 서버 주소가 필요하다.", "Dropout helps.", "드롭아웃은 잘 듣는다."])
def test_what_says_something_else_is_no_definition(sentence: str) -> None:
    assert not defines(sentence)


def test_a_sentence_without_any_gives_none() -> None:
    assert not gives_number("여러 층이 있다. It has several layers, anyone knows.")
    assert not gives_time("옛날에 발명되었다. It was invented long ago, with 12 layers.")


def test_a_topic_with_its_other_names() -> None:
    sentence = "검색 증강 생성(retrieval-augmented generation, RAG)은 글을 찾아 모델에 보여 준다."
    assert defines(sentence)
    topic, names = topic_of(sentence)
    assert topic == "검색 증강 생성(retrieval-augmented generation, RAG)은 "
    assert names == ("검색 증강 생성", "retrieval-augmented generation", "rag")
    assert topic_of("글을 찾아 모델에 보여 준다 (RAG).") == ("글을 찾아 모델에 보여 준다 (RAG).", ())


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("하이브리드 검색은 왜 쓰나요?", "reason"),
        ("Why is dropout used?", "reason"),
        ("청킹의 단점은 무엇인가요?", "drawback"),
        ("What are the advantages of Adam?", "benefit"),
    ],
)
def test_a_reason_a_drawback_a_benefit_is_no_definition(question: str, asked: str) -> None:
    assert asked in asked_for(question)
    assert "definition" not in asked_for(question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("드롭아웃은 과적합을 막나요?", True),
        ("Is BM25 lexical?", True),
        ("드롭아웃은 무엇을 막나요?", False),
        ("Is it BM25 or RRF?", False),
        ("청킹이란?", False),
    ],
)
def test_what_can_be_answered_with_yes_or_no(question: str, expected: bool) -> None:
    assert yes_or_no(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [("BM25와 RRF의 차이는?", True), ("How does Adam differ from SGD?", True), ("BM25와 RRF를 설명해줘", False)],
)
def test_what_compares(question: str, expected: bool) -> None:
    assert compares(question) is expected


def test_a_hyphen_makes_a_name_of_its_own() -> None:
    assert topic_of("course-rag is the tool of this course.")[1] == ("course-rag",)
    assert topic_of("RAG is a method.")[1] == ()
