import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.analyzer import Analyzer
from rag.followup import standalone_question

BEFORE = "하이브리드 검색은 무엇인가요?"


def resolved(question: str, *asked: str) -> str:
    history: list[BaseMessage] = []
    for each in asked:
        history += [HumanMessage(each), AIMessage("An answer about something else entirely.")]
    return standalone_question(question, history, Analyzer())


@pytest.mark.parametrize(
    "question",
    ["단점은?", "그럼 벡터 검색만 쓰면 어떤 문제가 생기나요?", "What are its drawbacks in a large collection?", "why?"],
)
def test_a_question_that_leans_gets_the_one_before(question: str) -> None:
    assert resolved(question, BEFORE) == f"{BEFORE} {question}"


@pytest.mark.parametrize(
    "question",
    ["드롭아웃은 신경망의 과적합을 어떻게 막나요?", "How does dropout prevent overfitting during training?"],
)
def test_a_question_that_stands_alone_stays(question: str) -> None:
    assert resolved(question, BEFORE) == question


def test_the_first_question_stays() -> None:
    assert resolved("단점은?") == "단점은?"
    assert standalone_question("단점은?", [AIMessage("Ask me something.")], Analyzer()) == "단점은?"


def test_it_is_the_last_question_that_is_put_before() -> None:
    assert resolved("단점은?", "BM25는 무엇인가요?", BEFORE) == f"{BEFORE} 단점은?"
