"""The retriever with a cross-encoder: another's by LangChain's type, and the one of the settings."""

import sys
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from langchain_core.cross_encoders import BaseCrossEncoder
from tiny_models import cross_encoder

from rag.assistant import Assistant
from rag.chunks import embedded_text
from rag.errors import MissingExtraError, RerankerError
from rag.index.course import Course
from rag.query.parts import parts
from rag.retrieval.mmr import maximal_marginal_relevance
from rag.retrieval.reranking import load_reranker
from rag.retrieval.retriever import CourseRetriever
from rag.settings import RetrievalSettings, Settings


class ByLength(BaseCrossEncoder):
    """Another's encoder: the shorter the text, the better; it remembers what it read."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        self.read += text_pairs
        return [1 / len(text) for _, text in text_pairs]


def retriever(course: Course, by: BaseCrossEncoder | None = None, **settings: Any) -> CourseRetriever:
    return CourseRetriever(course=course, settings=RetrievalSettings(**settings), reranker=by)


ASKED = "하이브리드 검색은 무엇을 합치나요?"


@pytest.mark.parametrize("mode", ["hybrid", "similarity", "keyword"])
def test_the_candidates_stand_in_the_order_of_the_reranker(course: Course, mode: str) -> None:
    by = ByLength()
    before = retriever(course, mode=mode).search(ASKED, k=10)
    hits = retriever(course, by, mode=mode).search(ASKED, k=10)
    assert [hit.chunk.id for hit in hits] == [
        hit.chunk.id for hit in sorted(before, key=lambda hit: len(embedded_text(hit.chunk)))
    ]
    assert {text for _, text in by.read} == {embedded_text(hit.chunk) for hit in before}
    kept = {hit.chunk.id: hit.scores for hit in before}
    for rank, hit in enumerate(hits, start=1):
        assert hit.rank == rank
        assert hit.score == hit.scores["rerank"] == pytest.approx(1 / len(embedded_text(hit.chunk)))
        assert hit.scores == pytest.approx({"rerank": hit.score} | kept[hit.chunk.id])
    # keyword finds the passages that share a word, and no reranker adds others
    assert len(hits) == (7 if mode != "keyword" else len(before))


def test_only_the_best_are_read_again_but_never_fewer_than_are_asked_for(course: Course) -> None:
    before = retriever(course).search(ASKED, k=10)
    by = ByLength()
    hits = retriever(course, by, rerank_k=3).search(ASKED, k=2)
    assert [text for _, text in by.read] == [embedded_text(hit.chunk) for hit in before[:3]]
    assert {hit.chunk.id for hit in hits} < {hit.chunk.id for hit in before[:3]}
    more = ByLength()
    assert len(retriever(course, more, rerank_k=1).search(ASKED, k=4)) == len(more.read) == 4


def test_a_threshold_is_held_against_the_new_score(course: Course) -> None:
    every = retriever(course, ByLength()).search(ASKED, k=10)
    kept = retriever(course, ByLength(), threshold=every[2].score).search(ASKED, k=10)
    assert [hit.chunk.id for hit in kept] == [hit.chunk.id for hit in every[:3]]
    # no candidate that is poor before it is read again is dropped for it
    assert all(hit.scores["hybrid"] < 1 for hit in every)
    assert retriever(course, ByLength(), threshold=1.1).search(ASKED) == []


def test_diversity_comes_after_it(course: Course) -> None:
    every = retriever(course, ByLength(), mode="mmr", mmr_lambda=1.0).search(ASKED, k=10)
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
    vectors = course.vectors.vectors(course.store.table.rowids([hit.chunk.id for hit in every]))
    relevance = np.array([hit.score for hit in every], np.float32)
    chosen = maximal_marginal_relevance(relevance, vectors, k=5, lambda_mult=0.3)
    assert chosen != [0, 1, 2, 3, 4]
    diverse = retriever(course, ByLength(), mode="mmr", mmr_lambda=0.3).search(ASKED, k=5)
    assert [hit.chunk.id for hit in diverse] == [every[position].chunk.id for position in chosen]


def test_each_part_of_a_question_is_read_for_itself(course: Course) -> None:
    asked = "What is faithfulness? 청킹은 무엇인가요?"
    by = ByLength()
    hits = retriever(course, by).search(asked, k=5)
    assert parts(asked) == ("What is faithfulness?", "청킹은 무엇인가요?")
    assert {question for question, _ in by.read} == {asked, *parts(asked)}
    assert all("rerank" in hit.scores for hit in hits)


class Meeting(ByLength):
    """Goes on only when as many threads have come."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.barrier = Barrier(count, timeout=10)

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        self.barrier.wait()
        return super().score(text_pairs)


def test_the_parts_are_searched_at_the_same_time(course: Course) -> None:
    asked = "What is faithfulness? 청킹은 무엇인가요?"
    alone = retriever(course, ByLength(), decompose=False)
    runs = [alone.search(each, k=5) for each in (asked, *parts(asked))]
    wanted = list(dict.fromkeys(hits[row].chunk.id for row in range(5) for hits in runs if row < len(hits)))[:5]
    for _ in range(5):
        hits = retriever(course, Meeting(3)).search(asked, k=5)
        assert [hit.chunk.id for hit in hits] == wanted


class Failing(ByLength):
    """Fails on one question."""

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        if text_pairs[0][0] == "청킹은 무엇인가요?":
            raise RerankerError("It broke.", remedy="Mend it.")
        return super().score(text_pairs)


def test_what_goes_wrong_with_a_part_is_told(course: Course) -> None:
    with pytest.raises(RerankerError, match="It broke"):
        retriever(course, Failing()).search("What is faithfulness? 청킹은 무엇인가요?")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    pytest.importorskip("sentence_transformers")
    return cross_encoder(tmp_path / "tiny")


@pytest.mark.slow
def test_without_the_extra_it_is_named(tiny: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match="sentence_transformers cannot be imported") as caught:
        retriever(course, reranker=str(tiny)).search("gradient dropout")
    assert "course-rag[neural]" in caught.value.remedy


@pytest.mark.slow
def test_the_setting_loads_it_and_the_model_alone_decides(tiny: Path, course: Course) -> None:
    assistant = Assistant(
        Settings(
            index={"path": course.folder.path}, retrieval={"reranker": str(tiny), "k": 7}, embedder={"device": "cpu"}
        ),
        course=course,
    )
    hits = assistant.search("gradient dropout")
    model = load_reranker(str(tiny), course.machine)
    best = [
        max(model.score([("gradient dropout", text) for text in model.pieces("gradient dropout", hit.chunk)]))
        for hit in hits
    ]
    assert [hit.scores["rerank"] for hit in hits] == pytest.approx(best, abs=1e-6)
    assert np.diff(best).max() <= 1e-6  # what else is in a batch changes less
    assert [hit.chunk.id for hit in hits] != [hit.chunk.id for hit in retriever(course).search("gradient dropout", k=7)]
    assert assistant.ask("gradient dropout").hits[0].scores["rerank"] == pytest.approx(best[0], abs=1e-6)
    assert "rerank" not in retriever(course, reranker="").search("gradient dropout")[0].scores
