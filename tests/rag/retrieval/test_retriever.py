from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests
from numpy.typing import NDArray

from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.embeddings.base import Embedder
from rag.errors import InputError
from rag.index.course import Course
from rag.index.lexical import LexicalIndex
from rag.index.store import CourseStore
from rag.retrieval.fusion import REFERENCE, convex
from rag.retrieval.retriever import CourseRetriever
from rag.settings import RetrievalSettings

QUESTION = "키워드 검색과 벡터 검색"


class TestStandard(RetrieversIntegrationTests):
    """LangChain's own suite."""

    course: Course

    @pytest.fixture(autouse=True)
    def opened(self, course: Course) -> None:
        type(self).course = course

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return CourseRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"course": self.course}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


class Planar(Embedder):
    """Two dimensions by hand: the words "east" and "north" of a text are its vector."""

    identity = "planar"
    dimension = 2

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[text.count("east"), text.count("north")] for text in texts], np.float32)

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self.embed_array([text])[0].tolist()
        return row


TEXTS = ["east apple", "north apple apple", "east north", "north pear", "east apple"]


@pytest.fixture
def planar(course: Course) -> Course:
    """Five passages whose scores can be worked out by hand; the first and the last are equal."""
    chunks = [Chunk(str(n), text, f"{'ab'[n % 2]}.md", "") for n, text in enumerate(TEXTS)]
    embedder = Planar()
    store = CourseStore(embedder)
    store.add_documents([chunk.to_document() for chunk in chunks])
    analyzer = Analyzer()
    return replace(course, store=store, embedder=embedder, lexical=LexicalIndex.build(analyzer.analyze(TEXTS)))


def retriever(course: Course, **settings: Any) -> CourseRetriever:
    return CourseRetriever(course=course, settings=RetrievalSettings(**settings))


def found(course: Course, question: str, k: int | None = None, **settings: Any) -> list[tuple[str, float]]:
    hits = retriever(course, **settings).search(question, k=k)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return [(hit.chunk.id, hit.score) for hit in hits]


def test_similarity_is_the_cosine(planar: Course) -> None:
    hits = found(planar, "east north east", mode="similarity")  # (2, 1)
    root5 = 5**0.5
    assert [id_ for id_, _ in hits] == ["2", "0", "4", "1", "3"]
    assert [score for _, score in hits] == pytest.approx([3 / root5 / 2**0.5, *[2 / root5] * 2, *[1 / root5] * 2])


def test_keyword_is_bm25_without_those_that_share_no_word(planar: Course) -> None:
    lexical = planar.lexical.scores(planar.analyzer.analyze_one("apple"), bigram_weight=0.3)
    hits = found(planar, "apple", mode="keyword")
    assert [id_ for id_, _ in hits] == ["1", "0", "4"]
    assert [score for _, score in hits] == pytest.approx(lexical[[1, 0, 4]].tolist())
    assert found(planar, "xylophone", mode="keyword") == []


def test_hybrid_is_the_weighted_mean(planar: Course) -> None:
    lexical = planar.lexical.scores(planar.analyzer.analyze_one("north apple"), bigram_weight=0.3)
    cosine = np.array([0, 1, 0.5**0.5, 1, 0])
    background = cosine.sum() / (5 + 10)  # ten passages of 0 are added to the five
    dense = np.clip((cosine - background) / (1 - background), 0, 1)
    ceiling = planar.lexical.ceiling(planar.analyzer.analyze_one("north apple"), bigram_weight=0.3)
    assert ceiling < REFERENCE
    fused = 0.6 * lexical / ceiling + 0.4 * dense
    hits = retriever(planar, dense_weight=0.4).search("north apple")
    assert [hit.chunk.id for hit in hits] == [str(n) for n in np.lexsort((np.arange(5), -fused))]
    for hit in hits:
        position = int(hit.chunk.id)
        wanted = {"hybrid": fused[position], "lexical": lexical[position], "similarity": cosine[position]}
        assert hit.scores == pytest.approx(wanted, abs=1e-5)
        assert hit.score == hit.scores["hybrid"]


def test_evidence_is_what_the_hybrid_scores_are_made_of(planar: Course) -> None:
    search = retriever(planar, dense_weight=0.4)
    evidence = search.evidence("north apple")
    hits = {int(hit.chunk.id) + 1: hit.scores for hit in search.search("north apple", k=5)}
    assert sorted(hits) == evidence.rowids.tolist()
    for rowid, lexical, cosine in zip(evidence.rowids, evidence.lexical, evidence.similarity, strict=True):
        assert (hits[rowid]["lexical"], hits[rowid]["similarity"]) == pytest.approx((lexical, cosine))
    assert not evidence.foreign.any()
    fused = convex(
        evidence.lexical, evidence.dense, dense_weight=0.4, ceiling=evidence.ceiling, foreign=evidence.foreign
    )
    assert [hits[rowid]["hybrid"] for rowid in evidence.rowids] == pytest.approx(fused.tolist())


def test_passages_below_the_background_stand_by_their_cosine(planar: Course) -> None:
    hits = retriever(planar, dense_weight=0.5).search("north", k=5)
    assert [hit.chunk.id for hit in hits][-2:] == ["0", "4"]  # cosine 0: equal, in document order
    low = retriever(planar).search("east " * 9 + "north xylophone", k=5)
    behind = [hit for hit in low if hit.scores["hybrid"] == pytest.approx(0, abs=1e-6)]
    assert [hit.scores["similarity"] for hit in behind] == sorted(
        (hit.scores["similarity"] for hit in behind), reverse=True
    )


def test_rank_fusion_by_hand(planar: Course) -> None:
    hits = dict(found(planar, "north apple", fusion="rrf", dense_weight=0.25))
    # Words: 1 before 3 (its word is the rarer one) or after 0; meaning: 1 and 3, then 2, then 0 and 4.
    assert hits["1"] == pytest.approx(0.75 / 61 + 0.25 / 61)
    assert min(hits, key=lambda id_: hits[id_]) in {"0", "2", "4"}


def test_mmr_puts_the_copy_last(planar: Course) -> None:
    assert [id_ for id_, _ in found(planar, "apple east", mode="hybrid")][:2] == ["0", "4"]
    diverse = [id_ for id_, _ in found(planar, "apple east", mode="mmr", mmr_lambda=0.5)]
    assert diverse[0] == "0"
    assert diverse[1] != "4"
    assert sorted(diverse) == ["0", "1", "2", "3", "4"]


def test_mmr_with_lambda_one_is_hybrid(course: Course) -> None:
    assert found(course, QUESTION, mode="mmr", mmr_lambda=1.0) == found(course, QUESTION, mode="hybrid")


def test_ties_stand_in_document_order(planar: Course) -> None:
    for mode in ("similarity", "hybrid"):
        assert [id_ for id_, _ in found(planar, "nothing known", mode=mode)] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("mode", ["hybrid", "similarity", "mmr", "keyword"])
def test_k(course: Course, mode: str) -> None:
    every = found(course, QUESTION, k=1000, mode=mode, mmr_lambda=1.0)
    assert len(every) == (7 if mode != "keyword" else 4)  # two by its words, two by their translations
    assert [score for _, score in every] == sorted((score for _, score in every), reverse=True)
    for k in (1, 2):
        assert found(course, QUESTION, k=k, mode=mode, mmr_lambda=1.0) == every[:k]
        assert found(course, QUESTION, mode=mode, mmr_lambda=1.0, k=None) == every[:5]
    assert len(CourseRetriever(course=course, k=1).search(QUESTION)) == 1


def test_candidates_are_the_best_of_each_index(planar: Course) -> None:
    # "2" is nearest by meaning and has no "apple", "1" has most of it: with one candidate of each side, the weight
    # decides between these two.
    for dense_weight, best in ((1.0, "2"), (0.0, "1")):
        hits = found(planar, "apple apple east north", k=1, fetch_k=1, dense_weight=dense_weight)
        assert [id_ for id_, _ in hits] == [best]


def test_more_passages_than_candidates_can_be_asked_for(planar: Course) -> None:
    assert [id_ for id_, _ in found(planar, "apple", k=3, mode="keyword", fetch_k=1)] == ["1", "0", "4"]
    assert len(found(planar, "apple", k=5, fetch_k=1)) == 5


@pytest.mark.parametrize("mode", ["hybrid", "similarity", "mmr", "keyword"])
def test_a_filter_holds_in_every_mode(planar: Course, mode: str) -> None:
    search = retriever(planar, mode=mode, fetch_k=2).search
    assert {hit.chunk.id for hit in search("north apple", filter={"source": "b.md"})} == {"1", "3"}
    assert search("north apple", filter={"source": "c.md"}) == []


def test_a_threshold_drops_lower_scores(course: Course) -> None:
    every = found(course, QUESTION, k=10)
    kept = found(course, QUESTION, k=10, threshold=every[1][1])
    assert kept == every[:2]
    assert found(course, QUESTION, k=10, threshold=1.1) == []
    assert found(course, QUESTION, k=10, mode="mmr", threshold=1.1) == []


@pytest.mark.parametrize("question", ["", "  \n\t"])
def test_an_empty_question_is_told(course: Course, question: str) -> None:
    with pytest.raises(InputError, match="The question is empty"):
        retriever(course).search(question)
    with pytest.raises(InputError, match="The question is empty"):
        retriever(course).invoke(question)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("하이브리드 검색이 뭐야?", "rag/01-검색.md"),
        ("faithfulness는 무엇을 측정하나요?", "rag/02-evaluation.md"),
        ("What happens if the learning rate is too large?", "deep-learning/optimisation.md"),
        ("ResNet 50", "deep-learning/신경망.txt"),
        ("기울기소실", "deep-learning/신경망.txt"),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "mmr", "keyword"])
def test_the_right_passage_comes_first(course: Course, mode: str, question: str, source: str) -> None:
    assert retriever(course, mode=mode).search(question)[0].chunk.source == source


async def test_documents_carry_scores_and_provenance(course: Course) -> None:
    search = retriever(course)
    hits = search.search(QUESTION)
    documents = search.invoke(QUESTION)
    assert [Chunk.from_document(document) for document in documents] == [hit.chunk for hit in hits]
    assert [document.metadata["score"] for document in documents] == [hit.score for hit in hits]
    assert documents[0].metadata["scores"] == hits[0].scores
    assert await search.ainvoke(QUESTION) == documents
    assert search.batch([QUESTION, QUESTION]) == [documents, documents]
    within = search.invoke(QUESTION, filter={"source": "rag/02-evaluation.md"})
    assert [document.metadata["heading"][-1] for document in within] == ["Context recall", "Faithfulness"]


def test_a_hit_as_the_command_line_prints_it(course: Course) -> None:
    printed = retriever(course).search(QUESTION)[0].to_json()
    assert {key: value for key, value in printed.items() if key not in ("text", "scores")} == {
        "rank": 1,
        "source": "rag/01-검색.md",
        "title": "검색 증강 생성",
        "heading": ["검색 증강 생성", "하이브리드 검색"],
        "page": None,
        "start": 20,
        "end": 97,
    }
    assert printed["text"].startswith("하이브리드 검색은 키워드 검색과")
    assert set(printed["scores"]) == {"hybrid", "lexical", "similarity"}


def test_each_part_of_a_question_has_its_turn(course: Course) -> None:
    """What is found for the whole, the first and the second part: one of each in turn, no passage twice."""
    question = "What is faithfulness? 청킹은 무엇인가요?"
    one = CourseRetriever(course=course, settings=RetrievalSettings(decompose=False))
    runs = [one.search(each, k=5) for each in (question, "What is faithfulness?", "청킹은 무엇인가요?")]
    wanted = list(dict.fromkeys(hits[row].chunk.id for row in range(5) for hits in runs if row < len(hits)))[:5]
    hits = CourseRetriever(course=course).search(question, k=5)
    assert [hit.chunk.id for hit in hits] == wanted
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert {"청킹", "Faithfulness"} <= {hit.chunk.heading[-1] for hit in hits if hit.chunk.heading}
