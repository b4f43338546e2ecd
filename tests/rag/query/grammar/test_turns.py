from rag.query.grammar import english_topic, korean_topic
from rag.query.grammar.turns import Before, items


def test_the_items_of_an_answer_are_its_list_or_its_lines() -> None:
    assert items("RAG의 장점은\n- **최신성**: 새 글 [1]\n- 근거 — 인용 [2]\n- 보안이 좋다. [1]") == [
        "최신성",
        "근거",
        "보안이 좋다",
    ]
    assert items("1. one [1]\n2) two") == ["one", "two"]
    assert items("First line. [1]\nSecond line. [2]") == ["First line", "Second line"]
    assert items("One sentence only. [1]") == []


def test_an_item_is_counted_from_either_end() -> None:
    before = Before("?", "- a\n- b\n- c", None)
    assert [before.item(number) for number in (1, 3, -1, 0, 4)] == ["a", "c", "c", None, None]


def test_the_topic_of_a_question_is_where_it_says() -> None:
    found = {
        "하이브리드 검색은 무엇인가요?": "하이브리드 검색",
        "RAG의 장점 세 가지를 알려 주세요.": "RAG",
        "그럼 마스킹이란?": "마스킹",
        "선형 회귀에 대해 알려 주세요.": "선형 회귀",
        "HNSW와 IVF의 차이는 무엇인가요?": "HNSW와 IVF",
        "배치 크기를 키우면 학습이 빨라지나요?": "배치 크기",
    }
    for question, text in found.items():
        topic = korean_topic.topic(question)
        assert topic is not None
        assert (topic.text, question[topic.start : topic.end]) == (text, text)
    english = {
        "What is a static embedding?": "a static embedding",
        "How does batch normalization work?": "batch normalization",
        "Does the E5 family need a prefix?": "the E5 family",
        "What are the drawbacks of BM25?": "BM25",
        "Tell me about MMR": "MMR",
    }
    for question, text in english.items():
        topic = english_topic.topic(question)
        assert topic is not None
        assert (topic.text, question[topic.start : topic.end]) == (text, text)


def test_a_question_without_a_thing_has_no_topic() -> None:
    assert korean_topic.topic("어떻게 하면 좋을까?") is None
    assert english_topic.topic("How can I do it?") is None


def test_two_things_that_are_set_against_each_other_are_a_pair() -> None:
    korean, english = (
        korean_topic.topic("HNSW와 IVF의 차이는?"),
        english_topic.topic("What is the difference between A and B?"),
    )
    assert korean is not None
    assert english is not None
    assert (korean.pair, english.pair) == (("HNSW", "IVF"), ("A", "B"))
