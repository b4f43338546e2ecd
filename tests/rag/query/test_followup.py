import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.analyzer import Analyzer
from rag.query.followup import Standalone, resolve, standalone_question

CONVERSATIONS = [
    json.loads(line) for line in (Path(__file__).parent / "follow_ups.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Written by hand; the split "held" was looked at once, when the rules were done."""

BEFORE = "하이브리드 검색은 무엇인가요?"
ANALYZER = Analyzer()


def after(question: str, *turns: tuple[str, str]) -> Standalone:
    history: list[BaseMessage] = []
    for asked, answered in turns:
        history += [HumanMessage(asked), AIMessage(answered)]
    return resolve(question, history, ANALYZER)


@pytest.mark.parametrize("turn", CONVERSATIONS, ids=lambda turn: f"{turn['split']}: {turn['question']}")
def test_a_conversation_gives_the_question_that_stands_alone(turn: dict[str, Any]) -> None:
    found = after(turn["question"], *map(tuple, turn["history"]))
    assert found.text == turn["standalone"]
    assert found.language == turn.get("language", found.language)


def test_a_follow_up_to_a_follow_up_keeps_the_topic() -> None:
    turns = [(BEFORE, "…"), ("그럼 장점은?", "…"), ("고마워!", "…"), ("영어로", "…")]
    assert after("단점은?", *turns).text == "하이브리드 검색의 단점은?"


def test_small_talk_and_languages_are_told_apart_from_questions() -> None:
    assert after("thanks!", (BEFORE, "…")) == Standalone("thanks!", "en", "small talk")
    assert after("in English please", (BEFORE, "…")) == Standalone(BEFORE, "en", "language")
    assert after("그럼 단점은?", (BEFORE, "…")).kind == "follow-up"
    assert after("BM25에서 b는 무엇인가요?", (BEFORE, "…")).kind == "question"


def test_without_a_question_before_it_nothing_is_put_in() -> None:
    assert after("in English please") == Standalone("in English please", "en", "question")
    assert standalone_question("단점은?", [AIMessage("Ask me something.")], ANALYZER) == "단점은?"


def test_an_item_that_was_not_listed_is_not_made_up() -> None:
    listed = ("RAG의 장점은?", "- 최신성: 문서를 바꾸면 된다. [1]\n- 근거: 인용을 보인다. [1]")
    assert after("다섯 번째는?", listed).text == "RAG의 장점은? — 다섯 번째는?"
    assert after("두 번째 과제는 언제까지인가요?", listed).kind == "question"


@pytest.mark.parametrize(
    "question",
    [
        "Which layer is something that is often left out?",
        "What does it mean for the loss to diverge?",
        "Why is it called overfitting when the training loss is low?",
        "How do sponges use their cells?",
        "The first item of the agenda is usually what?",
        "기준 신호와 직접 관련되어 있는 이름은?",
        "석탄기 다음 시대는?",
    ],
)
def test_a_word_that_points_within_the_question_does_not_point_back(question: str) -> None:
    assert after(question, (BEFORE, "- a\n- b")).text == question


def test_where_the_topic_cannot_be_told_both_are_shown() -> None:
    assert after("왜?", ("어떻게 하면 좋을까?", "…")).text == "어떻게 하면 좋을까? — 왜?"


@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_any_text_is_resolved_to_some_text(question: str, before: str) -> None:
    assert after(question).text == question
    found = after(question, (before, "- a\n- b"))
    assert found.kind in {"question", "follow-up", "language", "small talk"}
    assert found.text == question or found.kind in {"follow-up", "language"}
