"""Vectors and terms: in the order of the texts, each made once, from the cache where it is known."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.artifacts import Artifacts
from ingest.embedding import VectorMaker, analyze
from ingest.progress import Advance, Silent
from rag.analyzer import Analyzer
from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.embeddings.loading import load_embedder
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings, load_settings


class Counting(Embedder):
    """The embedder given, longest text first in batches of a size, with a list of what it was asked."""

    def __init__(self, inner: Embedder, size: int = 1024) -> None:
        self.inner = inner
        self.size = size
        self.asked: list[str] = []

    @property
    def identity(self) -> str:
        return self.inner.identity

    @property
    def dimension(self) -> int:
        return self.inner.dimension

    def embed_query(self, text: str) -> list[float]:
        return self.inner.embed_query(text)

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self.inner.embed_array(texts)

    def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
        rows = np.array(sorted(range(len(texts)), key=lambda row: -len(texts[row])), np.int64)
        for first in range(0, len(rows), self.size):
            some = rows[first : first + self.size]
            tokens = sum(len(texts[row]) for row in some)
            yield EmbeddedBatch(some, self.embed_array([texts[row] for row in some]), tokens, 2 * tokens)


class Told:
    """Remembers the stages, their steps and their notes."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, str, list[int]]] = []
        self.notes: list[str] = []

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator[Advance]:
        steps: list[int] = []
        self.stages.append((name, total, unit, steps))

        def advance(done: int, *, more: int = 0, note: str = "") -> None:
            steps.append(done)
            self.notes += [note] if note else []

        yield advance


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Artifacts]:
    artifacts = Artifacts(tmp_path / "a.sqlite", 1)
    yield artifacts
    artifacts.close()


@pytest.fixture(scope="module")
def model() -> Embedder:
    return load_embedder(load_settings().embedder)


def test_each_text_is_embedded_once_and_comes_back_in_order(cache: Artifacts, model: Embedder) -> None:
    embedder = Counting(model, size=2)
    texts = ["경사 하강법", "retrieval", "경사 하강법", "생성"]
    maker = VectorMaker(embedder, cache)
    vectors = maker.vectors(texts, Silent())
    assert (maker.made(texts), maker.figures.texts, maker.figures.batches) == (3, 3, 2)
    assert embedder.asked == ["retrieval", "경사 하강법", "생성"]
    np.testing.assert_allclose(vectors, model.embed_array(texts), atol=1e-6)
    assert vectors.dtype == np.float32


@given(st.lists(st.sampled_from(["a", "bb", "ccc", "dd dd", "가나", "라"]), max_size=12), st.integers(1, 4), st.data())
def test_any_texts_in_any_batches_with_any_part_known(texts: list[str], size: int, data: st.DataObject) -> None:
    model = load_embedder(EmbedderSettings(model="static-ko-en"))
    known = data.draw(st.lists(st.sampled_from(texts), unique=True)) if texts else []
    cache = Artifacts(Path(":memory:"), 1)
    VectorMaker(model, cache).vectors(known, Silent())
    embedder = Counting(model, size)
    maker = VectorMaker(embedder, cache)
    vectors = maker.vectors(texts, Silent())
    assert sorted(embedder.asked) == sorted(set(texts) - set(known))
    assert maker.made(texts) == len(embedder.asked)
    np.testing.assert_allclose(vectors, model.embed_array(texts), atol=1e-6)
    cache.close()


def test_what_is_known_is_not_made_again_unless_fresh(cache: Artifacts, model: Embedder) -> None:
    embedder = Counting(model)
    before = VectorMaker(embedder, cache).vectors(["a", "b"], Silent())
    embedder.asked.clear()
    maker = VectorMaker(embedder, cache)
    assert maker.missing(["b", "c", "a", "c"]) == ["c"]
    after = maker.vectors(["b", "c", "a"], Silent())
    assert (maker.made(["b", "c", "a", "c"]), maker.made(["a"]), embedder.asked) == (1, 0, ["c"])
    np.testing.assert_array_equal(after[[2, 0]], before)
    fresh = VectorMaker(embedder, cache, fresh=True)
    assert fresh.missing(["b", "c", "b"]) == ["b", "c"]
    embedder.asked.clear()
    fresh.vectors(["b", "c", "a"], Silent())
    assert (fresh.made(["b", "c", "a"]), sorted(embedder.asked)) == (3, ["a", "b", "c"])
    fresh.vectors(["b", "c", "a"], Silent())  # what this build made is not made by it again
    assert (fresh.made(["b", "c", "a"]), len(embedder.asked)) == (3, 3)


def test_batches_are_told_with_their_figures(cache: Artifacts, model: Embedder) -> None:
    told = Told()
    texts = [f"passage {number}" for number in range(1000, 2500)]
    maker = VectorMaker(Counting(model), cache)
    vectors = maker.vectors(texts, told)
    assert maker.made(texts) == 1500
    assert told.stages == [("embed", 1500, "passages", [1024, 476])]
    assert [note.split(", ")[0] for note in told.notes] == ["batch 1,024", "batch 476"]
    assert all(" tokens/s, 50% padding, " in note for note in told.notes)
    rows = [0, 1023, 1024, 1499]
    np.testing.assert_allclose(vectors[rows], model.embed_array([texts[row] for row in rows]), atol=1e-6)


def test_more_vectors_than_are_looked_up_at_a_time(cache: Artifacts, model: Embedder) -> None:
    texts = [f"p {number}" for number in range(5000)]
    before = VectorMaker(model, cache).vectors(texts, Silent())
    again = VectorMaker(model, cache)
    after = again.vectors(texts[::-1], Silent())
    assert again.made(texts) == 0
    np.testing.assert_array_equal(after[::-1], before)


def test_a_batch_is_committed_before_the_next_is_asked_for(cache: Artifacts, model: Embedder, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a.sqlite")  # sees what is committed only
    seen: list[int] = []

    class Looking(Counting):
        def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
            seen.append(other.execute("SELECT count(*) FROM vectors").fetchone()[0])
            return super().embed_array(texts)

    VectorMaker(Looking(model, size=3), cache).vectors([f"text {number}" for number in range(8)], Silent())
    assert seen == [0, 3, 6]
    other.close()


def test_an_embedder_that_fails_keeps_what_it_gave(cache: Artifacts, model: Embedder) -> None:
    class Failing(Counting):
        def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if len(self.asked) >= 4:
                raise EmbedderError("no memory", remedy="less")
            return super().embed_array(texts)

    texts = [f"text {number}" for number in range(6)]
    with pytest.raises(EmbedderError, match="no memory"):
        VectorMaker(Failing(model, size=2), cache).vectors(texts, Silent())
    assert VectorMaker(model, cache).missing(texts) == ["text 4", "text 5"]


def test_an_embedder_that_leaves_a_text_out_is_told(cache: Artifacts, model: Embedder) -> None:
    class Forgetting(Counting):
        def embed_batches(self, texts: Sequence[str]) -> Iterator[EmbeddedBatch]:
            yield from super().embed_batches(texts[:-1])

    with pytest.raises(EmbedderError, match="gave 2 vectors for 3 texts"):
        VectorMaker(Forgetting(model), cache).vectors(["a", "b", "c"], Silent())


def test_no_texts_have_no_vectors(cache: Artifacts, model: Embedder) -> None:
    maker = VectorMaker(model, cache)
    assert (maker.vectors([], Silent()).shape, maker.made([])) == ((0, model.dimension), 0)


def test_terms_are_the_analyzers(cache: Artifacts) -> None:
    analyzer = Analyzer()
    texts = ["기울기를 따라 내려간다", "running models", "기울기를 따라 내려간다"]
    told = Told()
    assert analyze(texts, analyzer, cache, told) == list(analyzer.analyze(texts))
    assert told.stages == [("analyse", 2, "passages", [2])]
    assert analyze(texts, analyzer, cache, told) == list(analyzer.analyze(texts))
    assert told.stages[1] == ("analyse", 0, "passages", [])
