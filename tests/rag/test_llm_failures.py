"""What a language model's server can do wrong, over a real connection: told, retried, read less, or done without."""

import socket
import sys
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from rag.answering.prompts import parse_passages
from rag.assistant import Assistant
from rag.errors import LLMContextError, LLMError, LLMKeyError, LLMTimeoutError, MissingExtraError
from rag.index.course import Course
from rag.settings import Settings

pytest.importorskip("langchain_openai")

QUESTION = "하이브리드 검색은 무엇을 합치나요?"
SAID = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합칩니다 [1]."
QUOTED = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다. [1]"
TOO_LONG = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9001 tokens."


def assistant(course: Course, server: Any, **llm: Any) -> Assistant:
    llm = {"model": "openai:gpt-test", "base_url": server.base_url, "max_retries": 0, "timeout_s": 10} | llm
    retrieval = {"section_chars": 0}
    settings = Settings(index={"path": course.folder.path}, llm=llm, retrieval=retrieval)  # type: ignore[arg-type]
    return Assistant(settings, course=course)


def script(server: Any, *replies: dict[str, Any]) -> None:
    server.says("")
    server.replies = [replace(server.replies[0], **values) for values in replies]


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def passages_of(request: dict[str, Any]) -> int:
    return len(parse_passages(request["messages"][-1]["content"])[0])


def test_a_rate_limit_is_waited_for(course: Course, openai_server: Any) -> None:
    script(openai_server, {"status": 429, "text": "slow down", "headers": {"Retry-After": "1"}}, {"text": SAID})
    answer = assistant(course, openai_server, max_retries=1).ask(QUESTION)
    assert (answer.text, answer.notes, len(openai_server.requests)) == (SAID, (), 2)
    assert answer.took_ms >= 1000


def test_what_fails_once_is_tried_again(course: Course, openai_server: Any) -> None:
    script(openai_server, {"status": 500, "text": "on fire"}, {"text": SAID})
    assert assistant(course, openai_server, max_retries=1).ask(QUESTION).text == SAID


@pytest.mark.parametrize("announced", [True, False])
async def test_a_stream_that_is_cut_is_told(course: Course, openai_server: Any, announced: bool) -> None:
    script(openai_server, {"text": SAID, "cut": 3, "announced": announced})
    opened = assistant(course, openai_server)
    with pytest.raises(LLMError, match="did not answer") as caught:
        opened.ask(QUESTION)
    assert "Try again" in caught.value.remedy
    assert "\n" not in caught.value.message
    with pytest.raises(LLMError):
        await opened.chain.ainvoke({"question": QUESTION})


@pytest.mark.parametrize(
    "told",
    [
        TOO_LONG,
        "the request exceeds the available context size, try increasing it",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "Please reduce the length of the messages or completion.",
    ],
)
async def test_passages_that_are_too_long_are_halved(course: Course, openai_server: Any, told: str) -> None:
    limit = {"status": 400, "text": told}
    script(openai_server, limit, limit, {"text": SAID})
    answer = assistant(course, openai_server).ask(QUESTION)
    assert [passages_of(request) for request in openai_server.requests] == [5, 2, 1]
    assert (answer.text, len(answer.hits), answer.refused) == (SAID, 1, False)
    assert answer.notes == ("언어 모델이 읽기에 너무 길어서 구절 5개 중 1개만 보고 답했습니다.",)
    assert list(answer.to_json()) == ["question", "answer", "refused", "citations", "hits", "llm", "took_ms"]
    script(openai_server, limit, limit, {"text": SAID})
    state = await assistant(course, openai_server).chain.ainvoke({"question": QUESTION})
    assert state["answer"] == answer


def test_one_passage_that_is_too_long_is_told(course: Course, openai_server: Any) -> None:
    script(openai_server, {"status": 400, "text": TOO_LONG})
    with pytest.raises(LLMContextError) as caught:
        assistant(course, openai_server).ask(QUESTION)
    assert "llm.context_chars" in caught.value.remedy
    assert [passages_of(request) for request in openai_server.requests] == [5, 2, 1]


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500, "text": "on fire"},
        {"status": 401, "text": "Incorrect API key"},
        {"status": 429, "text": "Rate limit"},
        {"text": "late", "delay_s": 20},
        {"status": 400, "text": TOO_LONG},
        {"text": "키워드 검색만 합니다 정말로 그렇습니다", "cut": 3},
    ],
)
async def test_without_the_model_sentences_of_the_documents_answer(
    course: Course, openai_server: Any, trouble: dict[str, Any]
) -> None:
    script(openai_server, trouble)
    opened = assistant(course, openai_server, fallback=True, timeout_s=0.5)
    answer = opened.ask(QUESTION)
    assert (answer.text.splitlines()[0], answer.llm, answer.refused) == (QUOTED, "extractive", False)
    assert answer.raw.startswith(QUOTED)
    assert "자료의 문장으로 답했습니다" in answer.notes[-1]
    assert "openai:gpt-test did not answer" in answer.notes[-1]
    assert answer.to_json()["llm"] == "extractive"
    assert (await opened.chain.ainvoke({"question": QUESTION}))["answer"] == answer


def test_a_server_that_is_not_there_needs_no_server(course: Course, openai_server: Any) -> None:
    opened = assistant(course, openai_server, fallback=True, base_url=f"http://127.0.0.1:{closed_port()}/v1")
    answer = opened.ask(QUESTION)
    assert (answer.text.splitlines()[0], answer.llm) == (QUOTED, "extractive")


async def test_what_was_streamed_is_not_mixed_with_what_takes_over(course: Course, openai_server: Any) -> None:
    script(openai_server, {"text": "키워드 검색만 합니다 정말로 그렇습니다", "cut": 3})
    opened = assistant(course, openai_server, fallback=True)
    for parts in (list(opened.stream(QUESTION)), [part async for part in opened.chain.astream({"question": QUESTION})]):
        starts = [number for number, part in enumerate(parts) if "restarted" in part]
        assert len(starts) == 1
        before = "".join(part.get("raw", "") for part in parts[: starts[0]])
        after = "".join(part.get("raw", "") for part in parts[starts[0] :])
        assert before == "키워드 검색만 합니다 "
        assert after == parts[-1]["answer"].raw
        assert after.startswith(QUOTED)
        assert "언어 모델을 쓸 수 없어서" in parts[starts[0]]["restarted"]


def test_a_failing_model_is_waited_for_once(course: Course, openai_server: Any) -> None:
    script(openai_server, {"text": "late", "delay_s": 20})
    history = [HumanMessage("드롭아웃이 뭐야?"), AIMessage("뉴런을 끄는 방법입니다 [1].")]
    answer = assistant(course, openai_server, fallback=True, timeout_s=0.3).ask("그럼 왜 써?", history)
    assert (len(openai_server.requests), len(answer.notes), answer.llm) == (1, 1, "extractive")
    assert answer.standalone != "그럼 왜 써?"


def test_without_a_key_it_answers_if_that_is_allowed(
    course: Course, openai_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(LLMKeyError, match="did not answer"):
        assistant(course, openai_server)
    answer = assistant(course, openai_server, fallback=True).ask("What does dropout prevent?")
    assert (answer.llm, answer.refused, openai_server.requests) == ("extractive", False, [])
    assert answer.notes[0].startswith("The language model could not be used")


def test_a_wrong_name_is_no_case_for_it(course: Course, openai_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LLMError, match="is not a language model"):
        assistant(course, openai_server, fallback=True, model="gpt")
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(MissingExtraError):
        assistant(course, openai_server, fallback=True, model="anthropic:claude")


def test_ollama_waits_as_long_as_it_is_told(course: Course, openai_server: Any) -> None:
    pytest.importorskip("langchain_ollama")
    script(openai_server, {"text": "late", "delay_s": 20})
    url = openai_server.base_url.removesuffix("/v1")
    settings = Settings(llm={"model": "ollama:qwen", "base_url": url, "timeout_s": 0.3})  # type: ignore[arg-type]
    with pytest.raises(LLMTimeoutError):
        Assistant(settings, course=course).ask(QUESTION)
