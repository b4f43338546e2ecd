"""Multi-query and HyDE, with a model behind a real connection."""

from typing import Any

import pytest

from rag.answer import Hit
from rag.assistant import Assistant
from rag.chunks import Chunk
from rag.errors import LLMError
from rag.index.course import Course
from rag.llm import load_llm
from rag.query.hyde import imagined_passage
from rag.query.multi_query import other_wordings
from rag.query.ranks import reciprocal_ranks
from rag.settings import LLMSettings, Settings

pytest.importorskip("langchain_openai")

VAGUE = "학습 중에 일부를 쉬게 하는 이유는?"
SAID = "Dropout prevents overfitting [1]."


def assistant(course: Course, server: Any, retrieval: dict[str, Any], **llm: Any) -> Assistant:
    llm = {"model": "openai:gpt-test", "base_url": server.base_url, "max_retries": 0, "timeout_s": 5} | llm
    retrieval = {"section_chars": 0} | retrieval
    settings = Settings(index={"path": course.folder.path}, retrieval=retrieval, llm=llm)  # type: ignore[arg-type]
    return Assistant(settings, course=course)


def hit(key: str, rank: int) -> Hit:
    return Hit(rank, Chunk(key, key, f"{key}.md", ""), 1 / rank, {"bm25": 1 / rank})


def test_ranks_are_fused() -> None:
    runs = [[hit("a", 1), hit("b", 2), hit("c", 3)], [hit("c", 1), hit("b", 2), hit("d", 3)]]
    fused = reciprocal_ranks(runs, 3)
    assert [each.chunk.id for each in fused] == ["c", "b", "a"]
    assert [each.rank for each in fused] == [1, 2, 3]
    assert fused[0].scores == {"bm25": 1 / 3, "ranks": pytest.approx(1 / 63 + 1 / 61)}
    assert fused[1].scores["ranks"] == pytest.approx(2 / 62)
    assert reciprocal_ranks(runs[:1], 2) == runs[0][:2]


def test_wordings_are_lines_without_what_a_model_adds(course: Course, openai_server: Any) -> None:
    llm = load_llm(LLMSettings(model="openai:gpt-test", base_url=openai_server.base_url), course)
    openai_server.says('1. What does dropout prevent?\n\n- "드롭아웃은 왜 쓰나요?"\nQ?\n드롭아웃은 왜 쓰나요?\nfourth')
    assert other_wordings("Q?", llm, 2, "ko") == ["What does dropout prevent?", "드롭아웃은 왜 쓰나요?"]
    system, user = openai_server.requests[0]["messages"]
    assert "2개" in system["content"]
    assert user["content"] == "Q?"
    openai_server.says(" A paragraph.\n")
    assert imagined_passage("Q?", llm, "en") == "A paragraph."


def test_another_wording_finds_what_the_question_does_not(course: Course, openai_server: Any) -> None:
    by_its_words = {"mode": "keyword", "k": 3, "lexicon_weight": 0}
    plain = assistant(course, openai_server, by_its_words)
    assert "Dropout" not in [hit.chunk.heading[-1] for hit in plain.search(VAGUE) if hit.chunk.heading]
    openai_server.says("What does dropout prevent?\n드롭아웃은 왜 쓰나요?", SAID)
    answer = assistant(course, openai_server, by_its_words | {"multi_query": 2}).ask(VAGUE)
    assert "Dropout" in [hit.chunk.heading[-1] for hit in answer.hits if hit.chunk.heading]
    assert len(openai_server.requests) == 2
    assert len({hit.chunk.id for hit in answer.hits}) == len(answer.hits) <= 3


def test_an_imagined_passage_is_searched_and_never_answers(course: Course, openai_server: Any) -> None:
    imagined = "Dropout switches off random neurons during training to prevent overfitting, invented in 1666."
    openai_server.says(imagined, SAID)
    answer = assistant(course, openai_server, {"hyde": True, "k": 2}).ask(VAGUE)
    assert answer.hits[0].chunk.heading[-1] == "Dropout" or answer.hits[1].chunk.heading[-1] == "Dropout"
    assert "1666" not in openai_server.requests[1]["messages"][-1]["content"]


def test_both_are_off_by_default_and_need_a_model(course: Course, openai_server: Any) -> None:
    openai_server.says(SAID)
    assistant(course, openai_server, {}).ask(VAGUE)
    assert len(openai_server.requests) == 1
    both = {"multi_query": 3, "hyde": True}
    ours = assistant(course, openai_server, both, model="extractive")
    assert [hit.chunk.id for hit in ours.ask(VAGUE).hits] == [hit.chunk.id for hit in ours.search(VAGUE)]
    assert len(openai_server.requests) == 1


def test_a_model_that_fails_here_is_told_or_done_without(course: Course, openai_server: Any) -> None:
    with pytest.raises(LLMError):
        assistant(course, openai_server, {"multi_query": 2}).ask(VAGUE)
    answer = assistant(course, openai_server, {"multi_query": 2}, fallback=True).ask("What does dropout prevent?")
    assert (answer.llm, answer.refused, len(answer.notes)) == ("extractive", False, 1)
    assert len(openai_server.requests) == 2
