"""Vectors and terms: in the order of the texts, each made once, from the cache where it is known."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.artifacts import Artifacts
from ingest.embedding import analyze, embed
from ingest.progress import Silent
from rag.analyzer import Analyzer
from rag.embeddings.base import Embedder
from rag.embeddings.loading import load_embedder
from rag.settings import load_settings


class Counting(Embedder):
    """The embedder given, with a list of what it was asked."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
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


class Told:
    """Remembers the stages and their steps."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, str, list[int]]] = []

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
        steps: list[int] = []
        self.stages.append((name, total, unit, steps))
        yield steps.append


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Artifacts]:
    artifacts = Artifacts(tmp_path / "a.sqlite", 1)
    yield artifacts
    artifacts.close()


@pytest.fixture(scope="module")
def model() -> Embedder:
    return load_embedder(load_settings().embedder)


def test_each_text_is_embedded_once_and_in_order(cache: Artifacts, model: Embedder) -> None:
    embedder = Counting(model)
    texts = ["경사 하강법", "retrieval", "경사 하강법", "생성"]
    vectors, made = embed(texts, embedder, cache, Silent())
    assert made == 3
    assert embedder.asked == ["경사 하강법", "retrieval", "생성"]
    np.testing.assert_allclose(vectors, model.embed_array(texts), atol=1e-6)
    assert vectors.dtype == np.float32


def test_what_is_known_is_not_made_again_unless_fresh(cache: Artifacts, model: Embedder) -> None:
    embedder = Counting(model)
    before, _ = embed(["a", "b"], embedder, cache, Silent())
    embedder.asked.clear()
    after, made = embed(["b", "c", "a"], embedder, cache, Silent())
    assert (made, embedder.asked) == (1, ["c"])
    np.testing.assert_array_equal(after[[2, 0]], before)
    _, made = embed(["b", "c", "a"], embedder, cache, Silent(), fresh=True)
    assert made == 3


def test_batches_are_told_and_put_in_order(cache: Artifacts, model: Embedder) -> None:
    told = Told()
    texts = [f"passage {number}" for number in range(1500)]
    vectors, made = embed(texts, model, cache, told)
    assert made == 1500
    assert told.stages == [("embed", 1500, "passages", [1024, 476])]
    np.testing.assert_allclose(
        vectors[[0, 1023, 1024, 1499]], model.embed_array([texts[0], texts[1023], texts[1024], texts[1499]]), atol=1e-6
    )


def test_no_texts_have_no_vectors(cache: Artifacts, model: Embedder) -> None:
    vectors, made = embed([], model, cache, Silent())
    assert (vectors.shape, made) == ((0, model.dimension), 0)


def test_terms_are_the_analyzers(cache: Artifacts) -> None:
    analyzer = Analyzer()
    texts = ["기울기를 따라 내려간다", "running models", "기울기를 따라 내려간다"]
    told = Told()
    assert analyze(texts, analyzer, cache, told) == list(analyzer.analyze(texts))
    assert told.stages == [("analyse", 2, "passages", [2])]
    assert analyze(texts, analyzer, cache, told) == list(analyzer.analyze(texts))
    assert told.stages[1] == ("analyse", 0, "passages", [])
