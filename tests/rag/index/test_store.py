from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests
from numpy.typing import NDArray

from rag.errors import CorruptIndexError, IndexStateError, InputError
from rag.index.course import Course
from rag.index.store import CourseStore
from rag.retrieval.mmr import maximal_marginal_relevance

TEXTS = [f"passage {number}" for number in range(40)]
METADATA = [{"source": f"week{number % 4}.md", "page": number % 3, "heading": ["H"]} for number in range(40)]
IDS = [f"id{number}" for number in range(40)]


class TestStandard(VectorStoreIntegrationTests):
    """LangChain's own suite."""

    @pytest.fixture
    def vectorstore(self) -> Iterator[VectorStore]:
        store = CourseStore(self.get_embeddings())
        yield store
        store.close()


@pytest.fixture
def embeddings() -> DeterministicFakeEmbedding:
    """Vectors of length about 4, not 1."""
    return DeterministicFakeEmbedding(size=16)


@pytest.fixture
def store(embeddings: DeterministicFakeEmbedding) -> Iterator[CourseStore]:
    store = CourseStore.from_texts(TEXTS, embeddings, METADATA, ids=IDS)
    yield store
    store.close()


def unit_rows(rows: list[list[float]]) -> NDArray[np.float64]:
    array = np.array(rows)
    return np.asarray(array / np.linalg.norm(array, axis=1, keepdims=True))


def brute_force(embeddings: DeterministicFakeEmbedding, query: str, texts: list[str]) -> list[tuple[str, float]]:
    cosines = unit_rows(embeddings.embed_documents(texts)) @ unit_rows([embeddings.embed_query(query)])[0]
    order = np.argsort(-cosines, kind="stable")
    return [(texts[position], float(cosines[position])) for position in order]


@pytest.mark.parametrize("k", [1, 7, 40, 400])
def test_search_is_brute_force(store: CourseStore, embeddings: DeterministicFakeEmbedding, k: int) -> None:
    wanted = brute_force(embeddings, "question", TEXTS)[:k]
    found = store.similarity_search_with_score("question", k)
    assert [document.page_content for document, _ in found] == [text for text, _ in wanted]
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=1e-5)
    assert [document.id for document, _ in found] == [IDS[TEXTS.index(text)] for text, _ in wanted]
    assert store.similarity_search("question", k) == [document for document, _ in found]
    assert store.similarity_search_by_vector(embeddings.embed_query("question"), k) == [each for each, _ in found]


def test_relevance_is_similarity_scaled_to_0_1(store: CourseStore) -> None:
    scores = [score for _, score in store.similarity_search_with_score("question", 5)]
    relevance = [score for _, score in store.similarity_search_with_relevance_scores("question", 5)]
    assert relevance == pytest.approx([(score + 1) / 2 for score in scores])
    kept = store.similarity_search_with_relevance_scores("question", 40, score_threshold=relevance[2])
    assert len(kept) == 3


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"source": "week1.md"}, [n for n in range(40) if n % 4 == 1]),
        ({"source": ["week1.md", "week3.md"]}, [n for n in range(40) if n % 4 in (1, 3)]),
        ({"source": "week1.md", "page": 2}, [n for n in range(40) if n % 4 == 1 and n % 3 == 2]),
        ({"source": "week9.md"}, []),
        ({"source": []}, []),
        ({"author": "Kim"}, []),
        ({}, list(range(40))),
        ({"source": "x' OR '1'='1"}, []),
    ],
)
def test_filters(
    store: CourseStore, embeddings: DeterministicFakeEmbedding, wanted: dict[str, object], numbers: list[int]
) -> None:
    ranked = [text for text, _ in brute_force(embeddings, "question", TEXTS) if TEXTS.index(text) in numbers]
    found = store.similarity_search("question", 100, filter=wanted)
    assert [document.page_content for document in found] == ranked
    diverse = store.max_marginal_relevance_search("question", 100, fetch_k=100, filter=wanted)
    assert {document.page_content for document in diverse} == set(ranked)


@pytest.mark.parametrize("key", ["source') OR 1=1 --", "a.b", ""])
def test_a_key_that_is_no_name_is_told(store: CourseStore, key: str) -> None:
    with pytest.raises(InputError, match="is not a metadata key"):
        store.similarity_search("question", filter={key: "x"})


@pytest.mark.parametrize("lambda_mult", [0.0, 0.5, 1.0])
def test_mmr_is_mmr_over_the_nearest(
    store: CourseStore, embeddings: DeterministicFakeEmbedding, lambda_mult: float
) -> None:
    nearest = brute_force(embeddings, "question", TEXTS)[:10]
    vectors = unit_rows(embeddings.embed_documents([text for text, _ in nearest])).astype(np.float32)
    relevance = np.array([score for _, score in nearest], np.float32)
    chosen = maximal_marginal_relevance(relevance, vectors, k=4, lambda_mult=lambda_mult)
    found = store.max_marginal_relevance_search("question", 4, fetch_k=10, lambda_mult=lambda_mult)
    assert [document.page_content for document in found] == [nearest[position][0] for position in chosen]


def test_deleted_documents_are_gone(store: CourseStore, embeddings: DeterministicFakeEmbedding) -> None:
    assert store.delete(["id0", "id5", "unknown"])
    left = [text for text in TEXTS if text not in ("passage 0", "passage 5")]
    found = [document.page_content for document in store.similarity_search("question", 100)]
    assert found == [text for text, _ in brute_force(embeddings, "question", left)]
    assert store.get_by_ids(["id5", "id6"]) == [Document(id="id6", page_content="passage 6", metadata=METADATA[6])]
    store.delete()
    assert len(store.table) == 38


def test_a_document_added_again_is_replaced(store: CourseStore, embeddings: DeterministicFakeEmbedding) -> None:
    store.add_texts(["changed"], [{"source": "new.md"}], ids=["id5"])
    texts = [text if text != "passage 5" else "changed" for text in TEXTS]
    found = [document.page_content for document in store.similarity_search("question", 100)]
    assert found == [text for text, _ in brute_force(embeddings, "question", texts)]
    assert store.get_by_ids(["id5"]) == [Document(id="id5", page_content="changed", metadata={"source": "new.md"})]


def test_one_id_twice_in_one_call_keeps_the_last(embeddings: DeterministicFakeEmbedding) -> None:
    store = CourseStore(embeddings)
    assert store.add_texts(["first", "other", "last"], ids=["a", "b", "a"]) == ["a", "b", "a"]
    found = [(document.id, document.page_content) for document in store.similarity_search("last", 10)]
    assert found == [("a", "last"), ("b", "other")]
    assert store.dense is not None
    assert (len(store.table), len(store.dense)) == (2, 2)
    store.close()


def test_nothing_in_nothing_out(embeddings: DeterministicFakeEmbedding) -> None:
    store = CourseStore(embeddings)
    assert store.add_documents([]) == []
    assert store.similarity_search("question") == []
    assert store.max_marginal_relevance_search("question") == []
    assert store.delete(["a"])
    assert store.get_by_ids(["a"]) == []
    store.close()


def test_a_published_version_finds_what_was_stored(course: Course) -> None:
    documents = course.store.table.get(range(1, 100))
    for document in documents:
        vector = course.store.dense.vectors([documents.index(document) + 1])[0].tolist()  # type: ignore[union-attr]
        assert course.store.similarity_search_by_vector(vector, 1) == [document]
    assert len(documents) == course.manifest.chunks == len(course.store.table)


def test_a_published_version_is_read_only(course: Course) -> None:
    document = course.store.table.get([1])[0]
    for change in (
        lambda: course.store.add_texts(["new"]),
        lambda: course.store.add_documents([document]),
        lambda: course.store.delete([document.id or ""]),
    ):
        with pytest.raises(IndexStateError, match="never changes") as caught:
            change()
        assert "course-rag build" in caught.value.remedy
    assert course.store.get_by_ids([document.id or ""]) == [document]


def test_reading_a_published_version_writes_nothing(course: Course) -> None:
    folder = course.folder.version_dir(course.version)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    opened = Course.open(course.folder.path)
    opened.store.similarity_search("question", 3)
    opened.store.close()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be read as a header" * 20])
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, embeddings: DeterministicFakeEmbedding, content: bytes
) -> None:
    (tmp_path / "chunks.sqlite").write_bytes(content)
    with pytest.raises(CorruptIndexError, match="is not a table of chunks"):
        CourseStore.open(tmp_path, embeddings)


def test_every_source_keeps_the_text_its_chunks_were_cut_from(course: Course) -> None:
    table = course.store.table
    sources = [source for source, _ in table.sources()]
    assert sources == [
        "deep-learning/optimisation.md",
        "deep-learning/신경망.txt",
        "rag/01-검색.md",
        "rag/02-evaluation.md",
    ]
    assert table.source_text("unknown.md") is None
    for document in table.get(range(1, 100)):
        text = table.source_text(document.metadata["source"])
        assert text is not None
        assert text[document.metadata["start"] : document.metadata["end"]] == document.page_content
