"""Other people's models, through LangChain's client and a server on this machine."""

import json
import socket
import sys
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from rag.answering.prompts import REFUSALS, parse_passages
from rag.assistant import Assistant
from rag.embeddings.combined import CombinedEmbeddings, Part
from rag.embeddings.static import BUNDLED, StaticEmbeddings
from rag.errors import InputError, LLMError, LLMTimeoutError, MissingExtraError
from rag.extractive.model import ExtractiveChatModel
from rag.index.course import Course
from rag.llm import load_llm, quick_part, translated_errors
from rag.settings import LLMSettings, Settings

pytest.importorskip("langchain_openai")

QUESTION = "하이브리드 검색은 무엇을 합치나요?"


def assistant(course: Course, server: Any, retrieval: dict[str, Any] | None = None, **llm: Any) -> Assistant:
    llm = {"model": "openai:gpt-test", "base_url": server.base_url, "max_retries": 0, "timeout_s": 10} | llm
    settings = Settings(index={"path": course.folder.path}, llm=llm, retrieval=retrieval or {})  # type: ignore[arg-type]
    return Assistant(settings, course=course)


def test_an_answer_with_marks(course: Course, openai_server: Any) -> None:
    openai_server.says("두 검색의 점수를 합칩니다 [1]. 청킹은 문서를 나눕니다 [2].")
    answer = assistant(course, openai_server, {"section_chars": 0}).ask(QUESTION)
    assert answer.text == "두 검색의 점수를 합칩니다 [1]. 청킹은 문서를 나눕니다 [2]."
    assert [citation.mark for citation in answer.citations] == [1, 2]
    assert answer.citations[0].quote == "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다."
    assert (answer.llm, answer.refused, answer.raw) == ("openai:gpt-test", False, answer.text)


def test_what_the_model_is_given(course: Course, openai_server: Any) -> None:
    openai_server.says("합칩니다 [1].")
    answer = assistant(course, openai_server, temperature=0.3).ask(QUESTION)
    (request,) = openai_server.requests
    assert (request["model"], request["temperature"], request["stream"]) == ("gpt-test", 0.3, True)
    assert openai_server.headers[0]["authorization"] == "Bearer test-key"
    system, user = request["messages"]
    assert REFUSALS["ko"] in system["content"]
    passages, question = parse_passages(user["content"])
    assert question == QUESTION
    handed = ["\n".join(filter(None, (hit.chunk.lead, hit.chunk.text))) for hit in answer.hits]
    assert [passage.text for passage in passages] == handed
    assert [len(hit.members) > 1 for hit in answer.hits] == [True, True, True, False]  # the last document is one chunk


def test_made_up_marks_are_removed_and_counted(course: Course, openai_server: Any) -> None:
    openai_server.says("점수를 합칩니다 [1][7]. 그렇습니다 [42].")
    answer = assistant(course, openai_server).ask(QUESTION)
    assert (answer.text, answer.unknown_marks) == ("점수를 합칩니다 [1]. 그렇습니다.", (7, 42))
    assert answer.raw == "점수를 합칩니다 [1][7]. 그렇습니다 [42]."


def test_an_answer_without_marks_gets_them(course: Course, openai_server: Any) -> None:
    openai_server.says("하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합칩니다.")
    answer = assistant(course, openai_server).ask(QUESTION)
    assert (answer.text, answer.refused) == ("하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합칩니다. [1]", False)
    assert [citation.chunk.source for citation in answer.citations] == ["rag/01-검색.md"]


@pytest.mark.parametrize(
    "said",
    ["Paris is the capital of France.", "", "Paris [9].", REFUSALS["ko"], REFUSALS["en"], f" {REFUSALS['ko']} [1]"],
)
def test_what_no_passage_supports_is_withheld(course: Course, openai_server: Any, said: str) -> None:
    openai_server.says(said)
    answer = assistant(course, openai_server).ask(QUESTION)
    assert (answer.text, answer.refused, answer.citations) == (REFUSALS["ko"], True, ())
    assert answer.raw == said


def test_without_hits_the_model_is_not_asked(course: Course, openai_server: Any) -> None:
    answer = assistant(course, openai_server, {"mode": "keyword"}).ask("zzz qqq")
    assert (answer.refused, answer.text, openai_server.requests) == (True, REFUSALS["en"], [])


def test_an_empty_question_does_not_reach_the_model(course: Course, openai_server: Any) -> None:
    with pytest.raises(InputError):
        assistant(course, openai_server).ask("  ")
    assert openai_server.requests == []


async def test_tokens_are_streamed(course: Course, openai_server: Any) -> None:
    openai_server.says("두 검색의 점수를 합칩니다 [1].")
    opened = assistant(course, openai_server)
    parts = [part["raw"] for part in opened.stream(QUESTION) if "raw" in part]
    assert [part for part in parts if part] == ["두 ", "검색의 ", "점수를 ", "합칩니다 ", "[1]."]
    later = [part async for part in opened.chain.astream({"question": QUESTION})]
    assert [part["raw"] for part in later if part.get("raw")] == ["두 ", "검색의 ", "점수를 ", "합칩니다 ", "[1]."]
    assert later[-1]["answer"] == opened.ask(QUESTION)
    assert [state["answer"].text for state in opened.chain.batch([{"question": QUESTION}] * 2)] == [
        "두 검색의 점수를 합칩니다 [1]."
    ] * 2


async def test_a_follow_up_is_rewritten_by_the_model(course: Course, openai_server: Any) -> None:
    history = [HumanMessage("드롭아웃이 뭐야?"), AIMessage("뉴런을 끄는 방법입니다 [1].")]
    openai_server.says(" What does dropout prevent?\n", "Dropout prevents overfitting [1].")
    answer = assistant(course, openai_server).ask("그럼 왜 써?", history)
    rewrite, ask = openai_server.requests
    assert [message["role"] for message in rewrite["messages"]] == ["system", "user", "assistant", "user"]
    assert [message["content"] for message in rewrite["messages"][1:]] == [
        "드롭아웃이 뭐야?",
        "뉴런을 끄는 방법입니다 [1].",
        "그럼 왜 써?",
    ]
    assert parse_passages(ask["messages"][-1]["content"])[1] == "What does dropout prevent?"
    assert (answer.question, answer.standalone) == ("그럼 왜 써?", "What does dropout prevent?")
    assert answer.hits[0].chunk.heading == ("Optimisation", "Dropout")
    openai_server.says(" What does dropout prevent?\n", "Dropout prevents overfitting [1].")
    state = await assistant(course, openai_server).chain.ainvoke({"question": "그럼 왜 써?", "history": history})
    assert state["answer"] == answer


def test_an_empty_rewrite_leaves_the_question(course: Course, openai_server: Any) -> None:
    openai_server.says("  ", "합칩니다 [1].")
    answer = assistant(course, openai_server).ask(QUESTION, [HumanMessage("Hello?"), AIMessage("Hello.")])
    assert answer.standalone == QUESTION


def reply(server: Any, **values: Any) -> None:
    """Script one reply of the kind the fixture knows."""
    server.says("")
    server.replies = [replace(server.replies[0], **values)]


@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [
        (401, "Incorrect API key provided", "environment variable"),
        (403, "permission denied", "what the key allows"),
        (404, "The model does not exist", "the model's name"),
        (429, "Rate limit reached", "Wait a minute"),
        (400, "maximum context length exceeded", "llm.context_chars"),
        (500, "server on fire", "--llm extractive"),
    ],
)
def test_an_error_of_the_server_is_told(
    course: Course, openai_server: Any, status: int, message: str, remedy: str
) -> None:
    reply(openai_server, text=message, status=status)
    with pytest.raises(LLMError, match="openai:gpt-test did not answer") as caught:
        assistant(course, openai_server).ask(QUESTION)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert remedy in caught.value.remedy
    assert not isinstance(caught.value, LLMTimeoutError)


@pytest.mark.parametrize("history", [[], [HumanMessage("드롭아웃이 뭐야?"), AIMessage("방법입니다.")]])
def test_a_server_that_takes_too_long_is_told(course: Course, openai_server: Any, history: list[Any]) -> None:
    reply(openai_server, text="late", delay_s=20)
    with pytest.raises(LLMTimeoutError) as caught:
        assistant(course, openai_server, timeout_s=0.2).ask(QUESTION, history)
    assert "llm.timeout_s" in caught.value.remedy


async def test_errors_are_told_while_streaming_too(course: Course, openai_server: Any) -> None:
    reply(openai_server, text="late", delay_s=20)
    opened = assistant(course, openai_server, timeout_s=0.2)
    with pytest.raises(LLMTimeoutError):
        list(opened.stream(QUESTION))
    with pytest.raises(LLMTimeoutError):
        async for _ in opened.chain.astream({"question": QUESTION}):
            pass
    with pytest.raises(LLMTimeoutError):
        await opened.chain.ainvoke({"question": QUESTION})


@pytest.mark.parametrize(
    "values",
    [
        {"raw": "data: {not json\n\n"},
        {"raw": ""},
        {"raw": "<html>a proxy's page</html>", "content_type": "text/html"},
        {"raw": 'data: {"choices": "none"}\n\n'},
        {"raw": json.dumps({"error": {"message": "overloaded"}}), "content_type": "application/json"},
    ],
)
def test_a_server_that_speaks_something_else_is_told(
    course: Course, openai_server: Any, values: dict[str, Any]
) -> None:
    reply(openai_server, **values)
    with pytest.raises(LLMError, match="openai:gpt-test did not answer") as caught:
        assistant(course, openai_server).ask(QUESTION)
    assert caught.value.remedy


def test_a_server_that_is_not_there_is_told(course: Course, openai_server: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(LLMError, match="did not answer") as caught:
        assistant(course, openai_server, base_url=f"http://127.0.0.1:{port}/v1").ask(QUESTION)
    assert "Start the server" in caught.value.remedy


def test_retries_are_as_many_as_set(course: Course, openai_server: Any) -> None:
    reply(openai_server, text="server on fire", status=500)
    with pytest.raises(LLMError):
        assistant(course, openai_server, max_retries=1).ask(QUESTION)
    assert len(openai_server.requests) == 2


@pytest.mark.parametrize("model", ["gpt-5", "openai:", ":gpt-5", ""])
def test_a_name_that_is_not_provider_and_model_is_told(course: Course, model: str) -> None:
    with pytest.raises(LLMError, match="is not a language model") as caught:
        load_llm(LLMSettings(model=model), course)
    assert "PROVIDER:MODEL" in caught.value.remedy


def test_an_unknown_provider_is_told(course: Course) -> None:
    with pytest.raises(LLMError, match="'nobody' is not a known provider"):
        load_llm(LLMSettings(model="nobody:gpt"), course)


def test_a_missing_key_is_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(LLMError) as caught:
        load_llm(LLMSettings(model="openai:gpt-test"), course)
    assert "OPENAI_API_KEY" in caught.value.remedy


def test_a_missing_package_is_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(MissingExtraError, match="The package for anthropic is not installed") as caught:
        load_llm(LLMSettings(model="anthropic:claude"), course)
    assert "course-rag[llm]" in caught.value.remedy


def test_the_default_is_ours_and_knows_the_course(course: Course) -> None:
    llm = load_llm(LLMSettings(), course)
    assert isinstance(llm, ExtractiveChatModel)
    assert llm.embeddings is course.embedder
    assert llm.idf is not None
    assert llm.idf(["dropout", "unbekannt"]) == course.lexical.idf(["dropout", "unbekannt"])


def test_told_errors_pass_as_they_are() -> None:
    told = InputError("The question is empty.", remedy="Ask.")
    with pytest.raises(InputError) as caught, translated_errors(LLMSettings()):
        raise told
    assert caught.value is told


def test_an_interrupt_is_no_error_of_the_model() -> None:
    with pytest.raises(KeyboardInterrupt), translated_errors(LLMSettings()):
        raise KeyboardInterrupt


def test_sentences_are_chosen_by_the_token_vectors_of_a_combined_embedder() -> None:
    static = StaticEmbeddings.load(BUNDLED)
    combined = CombinedEmbeddings(
        "two", [Part("a", 0.6, CombinedEmbeddings("one", [Part("c", 1.0, static)])), Part("b", 0.4, static)]
    )
    assert quick_part(combined) is static
    assert quick_part(static) is None
