"""Agent mode, with a model behind a real connection that calls tools."""

from dataclasses import replace
from typing import Any

import pytest

from rag.answering.agent import Desk, agent_tools
from rag.answering.prompts import parse_passages
from rag.assistant import Assistant
from rag.errors import LLMError
from rag.index.course import Course
from rag.retrieval.retriever import CourseRetriever
from rag.settings import Settings

pytest.importorskip("langchain_openai")
pytest.importorskip("langgraph")

QUESTION = "하이브리드 검색과 드롭아웃은 각각 무엇을 하나요?"


def assistant(course: Course, server: Any, k: int = 2, **llm: Any) -> Assistant:
    llm = {"model": "openai:gpt-test", "base_url": server.base_url, "max_retries": 0, "agent": True} | llm
    retrieval = {"k": k, "section_chars": 0}
    settings = Settings(index={"path": course.folder.path}, retrieval=retrieval, llm=llm)  # type: ignore[arg-type]
    return Assistant(settings, course=course)


def script(server: Any, *replies: dict[str, Any]) -> None:
    server.says("")
    server.replies = [replace(server.replies[0], **values) for values in replies]


def tool_results(request: dict[str, Any]) -> list[str]:
    return [str(message["content"]) for message in request["messages"] if message["role"] == "tool"]


def number_of(request: dict[str, Any], words: str) -> int:
    """The number under which a passage with these words was shown."""
    shown = [str(message["content"]) for message in request["messages"]]
    passages = [passage for text in shown for passage in parse_passages(text)[0]]
    return next(passage.number for passage in passages if words in passage.text)


async def test_it_searches_reads_and_answers_with_marks_that_hold(course: Course, openai_server: Any) -> None:
    step = iter(
        [
            {"calls": (("search", {"query": "dropout overfitting"}),)},
            {"calls": (("read_section", {"number": 1}), ("terms", {"word": "dropout"}))},
        ]
    )

    def answer_to(request: dict[str, Any]) -> Any:
        values = next(step, None)
        if values is None:
            dropout, hybrid = number_of(request, "Dropout switches"), number_of(request, "하이브리드 검색은")
            said = f"하이브리드 검색은 두 검색의 점수를 합칩니다 [{hybrid}]. Dropout prevents overfitting [{dropout}]."
            values = {"text": f"{said} 1999년에 발명되었습니다 [1]."}
        return replace(empty, **values)

    openai_server.says("")
    empty = openai_server.replies[0]
    openai_server.answer = answer_to
    parts = list(assistant(course, openai_server).stream(QUESTION))
    answer = parts[-1]["answer"]
    assert [part["step"] for part in parts if "step" in part] == [
        "검색: dropout overfitting",
        "이어 읽기: 1",
        "용어 찾기: dropout",
    ]
    first, second, third = openai_server.requests
    assert {each["function"]["name"] for each in first["tools"]} == {"search", "read_section", "terms"}
    assert "<passage number=" in tool_results(second)[0]
    assert len(tool_results(third)) == 3
    assert "1999" not in answer.text
    assert "Dropout prevents overfitting" in answer.text
    assert answer.notes == ("자료가 뒷받침하지 않는 문장 1개를 답에서 뺐습니다.",)
    assert len(answer.hits) > 2
    for citation in answer.citations:
        assert citation.chunk in answer.hits[citation.mark - 1].parts
    assert {"Dropout", "하이브리드 검색"} <= {citation.chunk.heading[-1] for citation in answer.citations}


async def test_its_steps_are_bounded(course: Course, openai_server: Any) -> None:
    def answer_to(request: dict[str, Any]) -> Any:
        if "tools" in request:
            return replace(empty, calls=(("search", {"query": f"dropout {len(tool_results(request))}"}),))
        return replace(empty, text=f"Dropout prevents overfitting [{number_of(request, 'Dropout switches')}].")

    openai_server.says("")
    empty = openai_server.replies[0]
    openai_server.answer = answer_to
    opened = assistant(course, openai_server, agent_steps=2)
    answer = opened.ask("What does dropout prevent?")
    assert len(openai_server.requests) == 4  # two searches, one that was too many, the answer without tools
    assert answer.text.startswith("Dropout prevents overfitting [")
    assert answer.notes == ("The agent had used its 2 steps, so the answer is from what it had found by then.",)
    assert (await opened.chain.ainvoke({"question": "What does dropout prevent?"}))["answer"] == answer


def test_what_goes_wrong_is_told_or_done_without(course: Course, openai_server: Any) -> None:
    script(openai_server, {"status": 500, "text": "on fire"})
    with pytest.raises(LLMError, match="did not answer"):
        assistant(course, openai_server).ask(QUESTION)
    answer = assistant(course, openai_server, fallback=True).ask("What does dropout prevent?")
    assert (answer.llm, answer.refused) == ("extractive", False)


def test_a_tool_that_is_misused_says_so(course: Course) -> None:
    desk = Desk(room=10_000)
    search, section, terms = agent_tools(CourseRetriever(course=course), desk)
    assert section.invoke({"number": 1}) == "There is no passage 1."
    assert search.invoke({"query": " "}) == "The query is empty."
    assert terms.invoke({"word": ""}) == "The course has no other name for it."
    shown = search.invoke({"query": "What does dropout prevent?"})
    assert [passage.number for passage in parse_passages(shown)[0]] == [1, 2, 3, 4, 5]
    again = search.invoke({"query": "dropout"})
    numbers = {passage.number: passage.text for passage in parse_passages(again)[0]}
    assert all(desk.hits[number - 1].chunk.text == text for number, text in numbers.items())
    assert len({hit.chunk.id for hit in desk.hits}) == len(desk.hits)


def test_a_desk_has_an_end(course: Course) -> None:
    hits = CourseRetriever(course=course).search("What does dropout prevent?")
    desk = Desk(room=len(hits[0].chunk.text))
    desk.put(hits)
    assert [hit.chunk.id for hit in desk.hits] == [hits[0].chunk.id]


def test_ours_searches_once(course: Course, openai_server: Any) -> None:
    answer = assistant(course, openai_server, model="extractive").ask("What does dropout prevent?")
    assert (answer.llm, openai_server.requests) == ("extractive", [])
    assert answer.notes == ("Only a language model can search several times (llm.model); this was searched once.",)
